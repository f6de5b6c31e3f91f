#include "server/metering/registers.hpp"

#include <algorithm>

#include "server/metering/rules_split.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {
namespace {

constexpr int most_questions = 3;

std::vector<Channel> channels_of(MachineMeter const& meter) {
    std::vector<Channel> channels{*meter.energy};
    if (meter.power) channels.push_back(*meter.power);
    return channels;
}

bool has_boundary(UsageSession const& session, Instant at) {
    return std::ranges::any_of(session.registers, [&](Register const& reg) {
        return reg.edge == Edge::boundary && reg.at == at;
    });
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

std::optional<Register> ask_register(Services const& services, MachineMeter const& meter,
                                     Edge edge) {
    if (!meter.energy) return std::nullopt;
    auto const channels = channels_of(meter);
    auto const began = services.monotonic.now();
    for (int question = 0; question < most_questions; ++question) {
        auto const spent =
            std::chrono::ceil<std::chrono::milliseconds>(services.monotonic.now() - began);
        if (spent >= snapshot_deadline) break;
        auto readings = services.meter_port.snapshot(channels, snapshot_deadline - spent);
        if (!readings) break;
        services.meters.take(*readings);
        auto const& asked = readings->front();
        if (asked.quality != Quality::good && asked.quality != Quality::questionable) break;
        // The poller may have brought a later value in the meantime: as good, and newer.
        auto const believed = services.meters.believed(*meter.energy);
        if (believed && believed->reading.sequence >= asked.sequence)
            return register_of(*believed, edge);
    }
    return std::nullopt;
}

std::optional<Register> last_good_register(Services const& services, store::Reader& reader,
                                           MachineMeter const& meter, Edge edge, Instant at) {
    if (!meter.energy) return std::nullopt;
    auto const believed = services.meters.believed(*meter.energy);
    bool const recent = believed && believed->heard &&
                        services.monotonic.now() - *believed->heard <= last_good_limit;
    if (!recent) return std::nullopt;
    auto reg = register_of(*believed, edge);
    auto const known = last_register(reader, services.facility, *meter.energy);
    if (known && known->value > reg.value) {
        reg = *known;
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
    auto known = session.registers;
    known.push_back(stop);
    std::vector<Register> missing;
    for (auto const at : boundaries(zone, {session.start, stop.at}, 15)) {
        if (has_boundary(session, at)) continue;
        auto crossing = services.meters.crossing(stop.channel, at);
        if (!crossing) crossing = series.boundary(stop.channel, at);
        auto reg = crossing ? register_of(*crossing) : between(known, at);
        auto const fits = between(known, at);
        // A bound that stands for START or STOP may lie beyond what was passed in truth.
        auto const after = std::ranges::find_if(known, [&](auto& other) { return other.at >= at; });
        auto const most = after == known.end() ? stop.value : after->value;
        auto const least = after == known.begin() ? fits.value : std::prev(after)->value;
        reg.value = std::clamp(reg.value, least, std::max(least, most));
        missing.push_back(reg);
    }
    return missing;
}

Quality quality_until(store::Reader& reader, UsageSession const& session, Register const& stop) {
    auto const& start = *find_register(session, Edge::start);
    auto quality = worse(start.quality, stop.quality);
    // Where one meter followed another, the energy rests on four registers.
    for (auto const& reg : session.registers)
        if (reg.edge == Edge::final || reg.edge == Edge::initial)
            quality = worse(quality, reg.quality);
    Interval const during{start.answered.value_or(start.at),
                          std::max(stop.at, stop.answered.value_or(stop.at)) + Duration{1}};
    bool lost = false, strange = false;
    for (auto const& event : events_between(reader, session.facility, start.channel, during)) {
        if (event.kind == name_of(Verdict::reset) || event.kind == name_of(Verdict::jump))
            lost = true;
        // What comes back without having gone inside was used before the start.
        if (event.kind == name_of(Verdict::restored)) lost = !lost;
        if (event.kind == "stranger") strange = true;
        if (event.kind == "frozen" || event.kind == "disagrees")
            quality = worse(quality, Quality::questionable);
    }
    if (find_register(session, Edge::initial) != nullptr) strange = false;
    return lost || strange ? worse(quality, Quality::questionable) : quality;
}

}  // namespace karkhana::metering
