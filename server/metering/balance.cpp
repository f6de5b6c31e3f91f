#include "server/metering/balance.hpp"

#include <algorithm>
#include <map>

#include "server/metering/devices.hpp"
#include "server/metering/series.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {
namespace {

/// The register at a moment, from what the series knows around it.
std::optional<std::int64_t> from_series(Series::Around const& around, Instant at) {
    if (around.before && around.after) return interpolate(*around.before, *around.after, at);
    if (around.before) return around.before->value;
    if (around.after) return around.after->value;
    return std::nullopt;
}

/// The register at a moment. The ledger's registers come first, because sessions were closed with
/// them: the value lies between those that were kept before and after.
std::optional<Knot> knot_at(Series::Around const& around, Bounds const& bounds, Instant at) {
    auto value = from_series(around, at);
    if (!value) value = bounds.least ? bounds.least : bounds.most;
    if (!value) return std::nullopt;
    if (bounds.most) *value = std::min(*value, *bounds.most);
    if (bounds.least) *value = std::max(*value, *bounds.least);
    return Knot{at, *value};
}

void add(Balance& sum, Balance const& more) {
    sum.sessions += more.sessions;
    sum.own_use += more.own_use;
    sum.test += more.test;
    sum.maintenance += more.maintenance;
    sum.suspicious += more.suspicious;
    sum.unattributed += more.unattributed;
    sum.idle += more.idle;
}

/// What the machine has of a shared meter: nothing of what nobody used.
Balance part_of(MachineId const& machine, Ends const& ends, std::span<Taken const> taken) {
    // Shared out among all first, so that the parts sum up.
    auto within = taken_within(ends.from, ends.to, taken);
    std::erase_if(within, [&](Taken const& one) { return one.machine != machine; });
    auto part = balance_of(ends.from, ends.to, within);
    part.idle = {};
    return part;
}

}  // namespace

Result<Ends> ends_of(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                     Channel channel, Interval during) {
    Series series{telemetry, facility};
    auto const steps = ledger.read(
        [&](store::Reader& reader) { return carried_steps(reader, facility, channel); });
    auto const at_start = series.around(channel, during.start, steps);
    auto const at_end = series.around(channel, during.end, steps);
    return ledger.read([&](store::Reader& reader) -> Result<Ends> {
        auto const from =
            knot_at(at_start, bounds_at(reader, facility, channel, during.start), during.start);
        auto const to =
            knot_at(at_end, bounds_at(reader, facility, channel, during.end), during.end);
        if (!from || !to)
            return refuse(ErrorKind::invalid, "no_readings", "Nothing is known of this meter.");
        return Ends{*from, *to};
    });
}

Result<Balance> balance(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                        Channel channel, Interval during) {
    auto const ends = ends_of(ledger, telemetry, facility, channel, during);
    if (!ends) return tl::make_unexpected(ends.error());
    auto const plan = ledger.read(
        [&](store::Reader& reader) { return machine_meters(list_points(reader, facility)); });
    Energy behind;
    for (auto const& shared : plan.shared) {
        if (shared.channel != channel) continue;
        for (auto const other : shared.less)
            if (auto const inner = ends_of(ledger, telemetry, facility, other, during))
                behind += Energy{inner->to.value - inner->from.value};
    }
    return ledger.read([&](store::Reader& reader) {
        auto const taken = taken_between(reader, facility, channel, during, ends->to);
        return balance_of(ends->from, ends->to, taken, behind);
    });
}

Energy sum_of(Balance const& balance) {
    return balance.sessions + balance.own_use + balance.test + balance.maintenance +
           balance.suspicious + balance.unattributed + balance.idle;
}

FacilityBalance facility_balance(store::Store& ledger, store::Store& telemetry,
                                 FacilityId const& facility, Interval during) {
    auto const points =
        ledger.read([&](store::Reader& reader) { return list_points(reader, facility); });
    auto const plan = machine_meters(points);
    FacilityBalance found{.during = during, .site = {}, .machines = {}, .shared = {}};
    std::map<Channel, Balance> counted;
    std::map<Channel, std::vector<Taken>> taken;
    for (auto const& meter : plan.machines)
        for (auto const channel : meter.energy)
            if (auto const of_meter = balance(ledger, telemetry, facility, channel, during);
                of_meter && counted.emplace(channel, *of_meter).second)
                taken[channel] = ledger.read([&](store::Reader& reader) {
                    return taken_between(reader, facility, channel, during,
                                         {during.end, of_meter->register_end.wh});
                });
    for (auto const& shared : plan.shared)
        if (auto const of_meter = counted.find(shared.channel); of_meter != counted.end())
            found.shared.push_back({shared.channel, of_meter->second.register_end -
                                                        of_meter->second.register_start -
                                                        of_meter->second.behind});
    for (auto const& meter : plan.machines) {
        MachineEnergy one{meter.machine, {.during = during}};
        for (auto const channel : meter.energy) {
            auto const of_meter = counted.find(channel);
            if (of_meter == counted.end()) continue;
            auto const shared = std::ranges::find(found.shared, channel, &SharedIdle::channel);
            auto part = of_meter->second;
            if (shared != found.shared.end()) {
                Ends const ends{{during.start, part.register_start.wh},
                                {during.end, part.register_end.wh}};
                part = part_of(meter.machine, ends, taken.at(channel));
                shared->idle = shared->idle - sum_of(part);
            }
            add(one.used, part);
        }
        found.machines.push_back(one);
    }
    for (auto const& point : points) {
        if (point.role != MeterRole::site || !point.counter || point.unit != Unit::wh) continue;
        if (auto const ends = ends_of(ledger, telemetry, facility, point.channel, during))
            found.site = found.site.value_or(Energy{}) + Energy{ends->to.value - ends->from.value};
    }
    if (!found.site) return found;
    found.remainder = found.site;
    for (auto const& one : found.machines) *found.remainder = *found.remainder - sum_of(one.used);
    for (auto const& one : found.shared) *found.remainder = *found.remainder - one.idle;
    return found;
}

}  // namespace karkhana::metering
