#include "server/metering/registers.hpp"

#include <algorithm>
#include <iterator>

#include "server/metering/rules_split.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {
namespace {

constexpr int most_questions = 3;

/// The energy of the machine first, in the plan's order.
std::vector<Channel> channels_of(MachineMeters const& meters, MachineMeter const& meter) {
    auto channels = meter.energy;
    std::ranges::copy(meter.power, std::back_inserter(channels));
    for (auto const channel : meter.energy)
        if (auto const* shared = meters.shared(channel))
            std::ranges::copy(shared->less, std::back_inserter(channels));
    return channels;
}

bool has_boundary(std::vector<Register> const& registers, Instant at) {
    return std::ranges::any_of(
        registers, [&](Register const& reg) { return reg.edge == Edge::boundary && reg.at == at; });
}

/// Between the nearest registers on either side, which exist: START is before, STOP after.
Register between(std::vector<Register> const& registers, Instant at) {
    auto const after = std::ranges::find_if(registers, [&](auto& reg) { return reg.at >= at; });
    auto const& next = after == registers.end() ? registers.back() : *after;
    auto const& last = after == registers.begin() ? registers.front() : *std::prev(after);
    Register reg;
    reg.channel = last.channel;
    reg.edge = Edge::boundary;
    reg.at = at;
    reg.value = {interpolate({last.at, last.value.wh}, {next.at, next.value.wh}, at)};
    reg.carried = last.carried;
    reg.quality = Quality::estimated;
    reg.method = Method::interpolated;
    return reg;
}

}  // namespace

Register register_of(Believed const& believed, Edge edge) {
    auto const& reading = believed.reading;
    Register reg;
    reg.channel = reading.channel;
    reg.edge = edge;
    reg.at = reading.answered;
    reg.asked = reading.asked;
    reg.answered = reading.answered;
    reg.value = {believed.continued()};
    reg.carried = {believed.carried};
    reg.raw = reading.raw;
    reg.quality = reading.quality == Quality::questionable ? Quality::questionable : Quality::good;
    reg.method = Method::read;
    reg.sequence = reading.sequence;
    return reg;
}

Register register_of(Crossing const& crossing) {
    Register reg;
    reg.channel = crossing.channel;
    reg.edge = Edge::boundary;
    reg.at = crossing.at;
    reg.value = {crossing.value};
    reg.carried = {crossing.carried};
    reg.quality = crossing.quality;
    reg.method = crossing.method;
    if (crossing.reading) {
        reg.asked = crossing.reading->asked;
        reg.answered = crossing.reading->answered;
        reg.raw = crossing.reading->raw;
        reg.sequence = crossing.reading->sequence;
    }
    return reg;
}

bool is_provisional(Register const& reg) {
    return reg.edge == Edge::start && reg.method == Method::last_good && reg.answered &&
           *reg.answered < reg.at;
}

std::vector<Register> ask_registers(Services const& services, MachineMeters const& meters,
                                    MachineId const& machine, Edge edge) {
    auto const meter = meters.of(machine);
    std::vector<Register> found;
    if (meter.energy.empty()) return found;
    auto const channels = channels_of(meters, meter);
    // Of each meter whether it is asked once more, and whether what it said is believed.
    std::vector<bool> asking(meter.energy.size(), true), believable(meter.energy.size());
    auto const began = services.monotonic.now();
    for (int question = 0; question < most_questions; ++question) {
        auto const spent =
            std::chrono::ceil<std::chrono::milliseconds>(services.monotonic.now() - began);
        if (spent >= snapshot_deadline) break;
        auto readings = services.meter_port.snapshot(channels, snapshot_deadline - spent);
        if (!readings) break;
        services.meters.take(*readings);
        for (std::size_t i = 0; i < asking.size(); ++i) {
            auto const& said = (*readings)[i];
            auto const believed = services.meters.believed(meter.energy[i]);
            bool const heard =
                said.quality == Quality::good || said.quality == Quality::questionable;
            if (!asking[i]) continue;
            believable[i] = heard && believed && believed->reading.sequence >= said.sequence;
            asking[i] = heard && !believable[i];
        }
        if (std::ranges::count(asking, true) == 0) break;
    }
    for (std::size_t i = 0; i < believable.size(); ++i) {
        if (!believable[i]) continue;
        // The poller may have brought a later value in the meantime: as good, and newer.
        found.push_back(register_of(services.meters.believed(meter.energy[i]).value(), edge));
        if (auto const* shared = meters.shared(meter.energy[i]))
            found.back().less = less_now(services.meters, *shared);
    }
    return found;
}

Energy less_now(Meters const& meters, SharedMeter const& shared) {
    Energy less;
    for (auto const channel : shared.less)
        if (auto const believed = meters.believed(channel)) less += Energy{believed->continued()};
    return less;
}

Register const* find_channel(std::vector<Register> const& registers, Channel channel) {
    auto const found = std::ranges::find(registers, channel, &Register::channel);
    return found == registers.end() ? nullptr : &*found;
}

std::optional<Register> last_good_register(Services const& services, store::Reader& reader,
                                           Channel channel, Edge edge, Instant at) {
    auto const believed = services.meters.believed(channel);
    bool const recent = believed && believed->heard &&
                        services.monotonic.now() - *believed->heard <= last_good_limit;
    if (!recent) return std::nullopt;
    auto reg = register_of(*believed, edge);
    auto const known = last_register(reader, services.facility, channel);
    if (known && known->value > reg.value) {
        reg = *known;
        reg.share.reset();
        reg.version = 1;
        reg.edge = edge;
    }
    reg.at = at;
    reg.quality = Quality::estimated;
    reg.method = Method::last_good;
    return reg;
}

std::vector<Register> missing_boundaries(Services const& services, Zone const& zone,
                                         UsageSession const& session, Register const& stop) {
    Series series{services.telemetry, session.facility};
    auto const kept = registers_of(session, stop.channel);
    std::vector<Register> known{kept.begin(), kept.end()};
    auto const began = known.front().at;
    known.push_back(stop);
    std::vector<Register> missing;
    for (auto const at : boundaries(zone, {began, stop.at}, 15)) {
        if (has_boundary(known, at)) continue;
        auto const after = std::ranges::find_if(known, [&](auto& other) { return other.at >= at; });
        // A part is of all that passed since the register before it.
        if (after != known.end() && after->share) continue;
        auto crossing = services.meters.crossing(stop.channel, at);
        if (!crossing) crossing = series.boundary(stop.channel, at);
        auto reg = crossing ? register_of(*crossing) : between(known, at);
        auto const fits = between(known, at);
        // A bound that stands for START or STOP may lie beyond what was passed in truth.
        auto const most = after == known.end() ? stop.value : after->value;
        auto const least = after == known.begin() ? fits.value : std::prev(after)->value;
        reg.value = std::clamp(reg.value, least, std::max(least, most));
        missing.push_back(reg);
        // Where the clock was set, what was passed at two quarters may be in no order.
        known.insert(after, reg);
    }
    return missing;
}

Quality quality_of(store::Reader& reader, FacilityId const& facility,
                   std::span<Register const> registers) {
    auto const& start = registers.front();
    auto const& stop = registers.back();
    auto quality = worse(start.quality, stop.quality);
    // Where one meter followed another, the energy rests on four registers.
    bool exchanged = false;
    for (auto const& reg : registers) {
        if (reg.edge == Edge::final || reg.edge == Edge::initial)
            quality = worse(quality, reg.quality);
        if (reg.edge == Edge::initial) exchanged = true;
    }
    Interval const during{start.answered.value_or(start.at),
                          std::max(stop.at, stop.answered.value_or(stop.at)) + Duration{1}};
    bool lost = false, strange = false;
    for (auto const& event : events_between(reader, facility, start.channel, during)) {
        if (event.kind == name_of(Verdict::reset) || event.kind == name_of(Verdict::jump))
            lost = true;
        // What comes back without having gone inside was used before the start.
        if (event.kind == name_of(Verdict::restored)) lost = !lost;
        if (event.kind == "stranger") strange = true;
        if (event.kind == "frozen" || event.kind == "disagrees")
            quality = worse(quality, Quality::questionable);
    }
    if (exchanged) strange = false;
    return lost || strange ? worse(quality, Quality::questionable) : quality;
}

}  // namespace karkhana::metering
