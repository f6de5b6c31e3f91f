#include <algorithm>
#include <utility>

#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"
#include "server/metering/settle.hpp"

namespace karkhana::metering {

namespace {

constexpr std::chrono::seconds power_says_nothing{10};
constexpr std::chrono::seconds run_bit_says_nothing{5};

}  // namespace

/// What the machine draws, over all its meters; nothing when one of them does not say.
std::optional<RunControl::Drawn> RunControl::drawn(MachineMeter const& meter) const {
    std::optional<Drawn> sum;
    for (auto const channel : meter.power) {
        auto const power = services_.meters.latest(channel);
        if (!power || services_.meters.silent(channel, power_says_nothing)) return std::nullopt;
        if (!sum) sum = Drawn{0, power->reading.answered, power->heard};
        sum->watts += power->reading.value;
        sum->at = std::max(sum->at, power->reading.answered);
        sum->heard = std::max(sum->heard, power->heard);
    }
    return sum;
}

void RunControl::watch_power(Standing const& standing) {
    std::vector<MachineId> no_longer_bypassed;
    for (auto const& machine : standing.machines) {
        auto const meter = meters_.of(machine.id);
        if (meter.power.empty() || machine.busy_above_w == 0) continue;
        auto const power = drawn(meter);
        std::lock_guard const lock{mutex_};
        auto& watch = watches_[machine.id];
        if (!power) {
            // What it drew when it was last heard says nothing about now.
            watch.power = {};
            continue;
        }
        bool const busy =
            in_use(power->watts, machine.busy_above_w,
                   meter.idle_below_w.value_or(machine.busy_above_w), watch.power.busy());
        if (busy && !watch.power.busy()) watch.rose = *power;
        watch.power.take(busy, power->at, power->heard);
        if (!busy && !watch.counts_open && std::exchange(watch.bypass_told, false))
            no_longer_bypassed.push_back(machine.id);
        if (!busy || watch.quiet.empty()) watch.quiet = believed_of(meter);
    }
    for (auto const& machine : no_longer_bypassed) alarms_.clear(machine, "bypass");
}

/// What all meters of the machine are believed to say; nothing when one was never heard.
std::vector<Believed> RunControl::believed_of(MachineMeter const& meter) const {
    std::vector<Believed> found;
    for (auto const channel : meter.energy) {
        auto const believed = services_.meters.believed(channel);
        if (!believed) return {};
        found.push_back(*believed);
    }
    return found;
}

/// Whether the machine's power has been low for a while; nothing when its meter does not say.
std::optional<bool> RunControl::idle(MachineId const& machine) const {
    if (!drawn(meters_.of(machine))) return std::nullopt;
    std::lock_guard const lock{mutex_};
    auto const watch = watches_.find(machine);
    if (watch == watches_.end()) return std::nullopt;
    return watch->second.power.idle(services_.clock.now());
}

/// Whether the machine is between two cycles, by its run bit or else by its power.
std::optional<bool> RunControl::rests(MachineId const& machine) const {
    std::optional<bool> runs;
    if (auto const bit = meters_.of(machine).runs;
        bit && !services_.meters.silent(*bit, run_bit_says_nothing))
        if (auto const latest = services_.meters.latest(*bit)) runs = latest->reading.value != 0;
    return at_rest(runs, idle(machine));
}

/// A machine in use that nobody started here: the use begins with the last registers before the
/// power rose.
void RunControl::open_by_power(facility::Machine const& machine) {
    std::vector<Believed> quiet;
    Drawn rose;
    {
        std::lock_guard const lock{mutex_};
        auto const found = watches_.find(machine.id);
        if (found == watches_.end() || !found->second.power.risen()) return;
        quiet = found->second.quiet;
        rose = found->second.rose;
    }
    auto const turn = turns_.try_now(machine.id);
    if (!turn.owns_lock() || quiet.empty()) return;
    services_.ledger.write([&](store::Writer& writer) {
        lock_with_sharers(writer, services_.facility, meters_, machine.id);
        for (auto const& session : open_sessions(writer, services_.facility))
            if (session.machine == machine.id) return false;
        std::vector<Register> registers;
        for (auto const& believed : quiet) {
            auto reg = register_of(believed, Edge::start);
            reg.method = Method::last_good;
            reg.quality = Quality::estimated;
            if (auto const* shared = meters_.shared(reg.channel))
                reg.less = less_now(services_.meters, *shared);
            if (auto const known = last_register(writer, services_.facility, reg.channel))
                reg = not_below(std::move(reg), *known);
            registers.push_back(std::move(reg));
        }
        UsageSession session;
        session.facility = services_.facility;
        session.id = services_.ids.make<SessionId>();
        session.machine = machine.id;
        session.kind = SessionKind::unattributed;
        session.opened_by = Opener::power;
        auto const id = session.id;
        open(writer, std::move(session), std::move(registers), "");
        keep_rise(writer, services_.facility, id, rose.watts, rose.at);
        return true;
    });
    touch();
}

std::vector<booking::PowerUse> RunControl::rising() const {
    std::lock_guard const lock{mutex_};
    std::vector<booking::PowerUse> found;
    for (auto const& [machine, watch] : watches_)
        if (watch.power.busy())
            found.push_back({.machine = machine,
                             .session = std::nullopt,
                             .risen = watch.rose.at,
                             .watts = watch.rose.watts,
                             .until = std::nullopt,
                             .of = std::nullopt});
    return found;
}

/// A machine that has a switch of its own and no contact is used by whoever has its time: the
/// booking runs, and what was used since the power rose is its own.
void RunControl::begin_by_power(UsageSession const& session, BookingId const& id) {
    auto const begun = services_.ledger.write([&](store::Writer& writer) -> Result<void> {
        auto const now = services_.clock.now();
        auto const booking = booking::find_booking(writer, services_.facility, id).value();
        lock_with_sharers(writer, services_.facility, meters_, session.machine);
        auto const scene = scene_of(writer, booking, now);
        Asking const asking{booking, booking::Actor::daemon};
        if (auto const may = check_start(asking, scene, now); !may) return may;
        if (!give_session(writer, session, id, booking.enterprise))
            return refuse(ErrorKind::conflict, "wrong_state", "It has just changed.");
        // Who has switched it on cannot be kept from it, but that they may is not known is kept.
        auto const book = services_.booking.books->get(writer, services_.facility);
        auto const hands = booking::judge_start(writer, *book, scene.machine, booking,
                                                {.actor = booking::Actor::daemon}, now);
        bool const unfit = std::ranges::any_of(hands.violations, [](auto const& violation) {
            return violation.rule != booking::Rule::power_budget;
        });
        return change(writer, booking, booking::State::running, "startBooking", std::nullopt,
                      unfit ? "power_unfit" : "power");
    });
    touch();
    if (begun) tell(id);
}

/// Machines in use though their contact is open, or though nobody knows what it is and nobody has
/// switched it on.
void RunControl::watch_bypass(Standing const& standing) {
    std::vector<MachineId> bypassed, no_longer;
    for (auto const& machine : standing.machines) {
        auto const contact = services_.contacts.actual(machine.id);
        bool const ours = leases_.held_for(machine.id).has_value();
        bool const open = contact == ContactState::open && !ours;
        auto const counted = open ? counted_alone(machine.id) : std::nullopt;
        std::lock_guard const lock{mutex_};
        auto& watch = watches_[machine.id];
        // What draws as much as one in use is told by that, and over as soon as it does not.
        if (!open || watch.power.busy()) watch.open = {};
        bool const counts =
            counted && watch.open.take(counted->wh, counted->resolution, counted->at);
        bool const draws = watch.power.risen() && (contact == ContactState::open ||
                                                   (contact == ContactState::unknown && !ours));
        if ((counts || draws) && !watch.bypass_told) bypassed.push_back(machine.id);
        if (watch.counts_open && !counts && !watch.power.busy() &&
            std::exchange(watch.bypass_told, false))
            no_longer.push_back(machine.id);
        watch.counts_open = counts;
    }
    for (auto const& machine : bypassed) note_bypass(machine);
    for (auto const& machine : no_longer) alarms_.clear(machine, "bypass");
}

/// What the meters that only this machine is behind have counted; nothing while one is silent.
std::optional<RunControl::Counted> RunControl::counted_alone(MachineId const& machine) const {
    std::optional<Counted> sum;
    for (auto const channel : meters_.of(machine).energy) {
        if (meters_.shared(channel) != nullptr) continue;
        auto const believed = services_.meters.believed(channel);
        if (!believed || !believed->heard) return std::nullopt;
        if (!sum) sum = Counted{0, 1, believed->reading.answered};
        sum->wh += believed->continued();
        sum->resolution = std::max(sum->resolution, services_.meters.resolution_of(channel));
        sum->at = std::max(sum->at, believed->reading.answered);
    }
    return sum;
}

void RunControl::note_bypass(MachineId const& machine) {
    auto const meters = believed_of(meters_.of(machine));
    services_.ledger.write([&](store::Writer& writer) {
        if (meters.empty()) return false;
        auto const& believed = meters.front();
        insert_event(writer, services_.facility,
                     {.channel = believed.reading.channel,
                      .at = believed.reading.answered,
                      .kind = "bypass",
                      .before = believed.reading.value,
                      .carried = believed.carried,
                      .note = "in use while its contact is open"});
        return true;
    });
    alarms_.raise(machine, "bypass");
    touch();
    std::lock_guard const lock{mutex_};
    watches_[machine].bypass_told = true;
}

}  // namespace karkhana::metering
