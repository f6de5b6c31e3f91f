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

/// What is known of a meter around moments that nobody kept: registers and, between them, whatever
/// was read.
class Readings {
public:
    Readings(Services const& services, FacilityId const& facility, std::vector<Register> registers)
        : services_(services), facility_(facility), registers_(std::move(registers)) {}

    Register at(Instant moment) {
        load_around(moment);
        auto const& last = *last_;
        Register reg;
        reg.channel = last.channel;
        reg.edge = Edge::boundary;
        reg.at = moment;
        auto const after =
            std::ranges::find_if(knots_, [&](Knot const& knot) { return knot.at >= moment; });
        auto const& next = after == knots_.end() ? knots_.back() : *after;
        auto const& before = after == knots_.begin() ? knots_.front() : *std::prev(after);
        reg.value = {interpolate(before, next, moment)};
        reg.carried = last.carried;
        reg.quality = Quality::estimated;
        reg.method = Method::interpolated;
        return reg;
    }

private:
    /// The registers on either side exist: START is before, STOP after.
    void load_around(Instant moment) {
        auto const after =
            std::ranges::find_if(registers_, [&](auto& reg) { return reg.at >= moment; });
        auto const& next = after == registers_.end() ? registers_.back() : *after;
        auto const& last = after == registers_.begin() ? registers_.front() : *std::prev(after);
        if (last_ == &last) return;
        last_ = &last;
        auto const steps = services_.ledger.read(
            [&](store::Reader& reader) { return carried_steps(reader, facility_, last.channel); });
        knots_ = {{last.at, last.value.wh}};
        Series series{services_.telemetry, facility_};
        for (auto const& sample : series.samples(last.channel, {last.at, next.at})) {
            auto const value = sample.value + carried_at(steps, sample.at, sample.value);
            bool const fits = value >= knots_.back().value && value <= next.value.wh;
            if (is_good(sample) && fits) knots_.push_back({sample.at, value});
        }
        knots_.push_back({next.at, next.value.wh});
    }

    Services const& services_;
    FacilityId const& facility_;
    std::vector<Register> registers_;
    Register const* last_ = nullptr;
    std::vector<Knot> knots_;
};

/// What no words of the meter say any more.
Register unread(Register reg) {
    reg.asked = reg.answered = std::nullopt;
    reg.raw = {};
    reg.sequence = 0;
    reg.quality = worse(reg.quality, Quality::estimated);
    reg.method = Method::interpolated;
    return reg;
}

/// A register between two others is not beyond either: one that stands for START or STOP may lie
/// where the meter was not in truth, and where the clock was set two quarters may be in no order.
Register put_between(std::vector<Register>& known, Register reg) {
    auto const after = std::ranges::find_if(known, [&](auto& other) { return other.at >= reg.at; });
    auto const most = after == known.end() ? known.back().value : after->value;
    auto const least = after == known.begin() ? known.front().value : std::prev(after)->value;
    auto const fits = std::clamp(reg.value, least, std::max(least, most));
    if (fits != reg.value) reg = unread(reg);
    reg.value = fits;
    known.insert(after, reg);
    return reg;
}

/// A part is of all that passed since the register before it.
bool is_parted(std::vector<Register> const& known, Instant at) {
    auto const after = std::ranges::find_if(known, [&](auto& other) { return other.at >= at; });
    return after != known.end() && after->share;
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

Register not_below(Register reg, Register const& known) {
    auto const at = std::max(reg.at, known.at);
    if (known.value > reg.value) {
        auto const quality = worse(reg.quality, Quality::estimated);
        auto const edge = reg.edge;
        auto const less = reg.less;
        reg = known;
        reg.share.reset();
        reg.version = 1;
        reg.said_by.reset();
        reg.why.clear();
        reg.edge = edge;
        reg.less = less;
        reg.method = Method::last_good;
        reg.quality = quality;
    }
    reg.at = at;
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
    if (auto const known = last_register(reader, services.facility, channel))
        reg = not_below(std::move(reg), *known);
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
    std::vector<Instant> derived;
    for (auto const at : boundaries(zone, {began, stop.at}, 15)) {
        if (has_boundary(known, at) || is_parted(known, at)) continue;
        // The series knows the value only, not the words that said it.
        if (auto const crossing = services.meters.crossing(stop.channel, at))
            missing.push_back(put_between(known, register_of(*crossing)));
        else if (auto const kept_value = series.boundary(stop.channel, at))
            missing.push_back(put_between(known, unread(register_of(*kept_value))));
        else
            derived.push_back(at);
    }
    Readings readings{services, session.facility, known};
    for (auto const at : derived) missing.push_back(put_between(known, readings.at(at)));
    std::ranges::sort(missing, {}, &Register::at);
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
