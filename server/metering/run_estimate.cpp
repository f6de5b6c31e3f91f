#include <algorithm>

#include "server/metering/rules_share.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

namespace {

/// A STOP that rests on a value from after it.
bool is_late(Register const& reg) {
    return reg.method == Method::first_good && reg.answered && *reg.answered > reg.at;
}

}  // namespace

/// What the machine drew meanwhile, by whatever else tells of it.
std::vector<Knot> RunControl::power_during(MachineId const& machine, Interval during) const {
    Series series{services_.telemetry, services_.facility};
    std::vector<Knot> most;
    for (auto const channel : meters_.of(machine).evidence) {
        std::vector<Knot> heard;
        for (auto const& sample : series.samples(channel, during))
            heard.push_back({sample.at, std::max<std::int64_t>(0, sample.value)});
        if (heard.size() > most.size()) most = std::move(heard);
    }
    return most;
}

/// Says what of the energy around a START or a STOP that its meter did not answer is the session's,
/// and between which bounds. `boundaries` are the quarters of an hour up to `stop`.
void RunControl::estimate(UsageSession const& session, Register& stop,
                          std::vector<Register>& boundaries) const {
    auto const& last = *last_of(session, stop.channel);
    bool const provisional = is_provisional(last);
    if (!provisional && !is_late(stop)) return;
    Knot before{provisional ? *last.answered : last.at, last.value.wh};
    Knot const after{stop.answered.value_or(stop.at), stop.value.wh};
    if (is_late(stop)) {
        auto const steps = services_.ledger.read([&](store::Reader& reader) {
            return carried_steps(reader, session.facility, stop.channel);
        });
        Series series{services_.telemetry, session.facility};
        auto const heard = series.around(stop.channel, stop.at, steps).before;
        if (heard && heard->at > before.at)
            before = {heard->at, std::clamp(heard->value, before.value, after.value)};
    }
    auto const power = power_during(session.machine, {before.at, after.at});
    auto const began = std::max(last_of(session, stop.channel)->at, before.at);
    bool const switched = services_.contacts.actual(session.machine) != ContactState::none;
    auto const on = switched ? std::optional{Interval{began, stop.at}} : std::nullopt;
    auto const* from = &last;
    auto const part = [&](Register& reg, Knot const& upto) {
        auto const since = std::max(from->at, before.at);
        auto const rise = std::max(Energy{}, reg.value - from->value);
        auto const certain = std::clamp(Energy{before.value} - from->value, Energy{}, rise);
        Interval const gap{provisional && from == &last ? before.at : since, upto.at};
        auto const weights = weigh(gap, {std::max(began, gap.start), reg.at}, power, on);
        auto share = share_of_gap(rise, certain, weights, services_.estimated_bills);
        if (share.least != share.most) reg.share = share;
        from = &reg;
    };
    for (auto& reg : boundaries) {
        if (reg.at <= last.at) continue;
        if (reg.at <= before.at) {
            from = &reg;
            continue;
        }
        auto const weights = weigh({before.at, after.at}, {before.at, reg.at}, power, on);
        auto const passed =
            static_cast<std::int64_t>(Wide{after.value - before.value} * weights.inside /
                                      std::max<std::int64_t>(1, weights.all));
        reg.value = {std::max(from->value.wh, before.value + passed)};
        reg.raw = {};
        reg.quality = Quality::estimated;
        reg.method = Method::interpolated;
        part(reg, {reg.at, reg.value.wh});
    }
    part(stop, after);
}

/// The first value after a START that its meter did not answer tells what there was to share.
void RunControl::settle_start(UsageSession const& session) {
    for (auto const channel : channels_of(session)) {
        auto const registers = registers_of(session, channel);
        bool const waits = registers.size() == 1 && is_provisional(registers.front()) &&
                           measures(session, channel) && meters_.shared(channel) == nullptr;
        auto const believed = waits ? services_.meters.believed(channel) : std::nullopt;
        if (!believed || !believed->heard || believed->reading.answered <= registers.front().at)
            continue;
        auto reg = register_of(*believed, Edge::boundary);
        if (reg.value < registers.front().value) continue;
        auto boundaries = missing_boundaries(services_, zone_, session, reg);
        estimate(session, reg, boundaries);
        keep_events(services_.ledger, services_.facility, services_.meters);
        services_.ledger.write([&](store::Writer& writer) {
            auto const now = find_session(writer, session.facility, session.id);
            bool const waits_still =
                now && now->state == SessionState::open && registers_of(*now, channel).size() == 1;
            if (!waits_still) return false;
            for (auto const& other : boundaries)
                add_register(writer, session.facility, session.id, other);
            add_register(writer, session.facility, session.id, reg);
            return true;
        });
        touch();
    }
}

}  // namespace karkhana::metering
