#include <algorithm>
#include <utility>

#include "server/facility/records.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

namespace {

constexpr std::chrono::seconds power_says_nothing{10};

}  // namespace

void RunControl::watch_power(Standing const& standing) {
    std::vector<MachineId> no_longer_bypassed;
    for (auto const& machine : standing.machines) {
        auto const meter = meters_.of(machine.id);
        if (!meter.power || machine.busy_above_w == 0) continue;
        auto const power = services_.meters.latest(*meter.power);
        if (!power) continue;
        bool const silent = services_.meters.silent(*meter.power, power_says_nothing);
        std::lock_guard const lock{mutex_};
        auto& watch = watches_[machine.id];
        if (silent) {
            // What it drew when it was last heard says nothing about now.
            watch.power = {};
            continue;
        }
        bool const busy = power->reading.value > machine.busy_above_w;
        watch.power.take(busy, power->reading.answered, power->heard);
        if (!busy && std::exchange(watch.bypass_told, false))
            no_longer_bypassed.push_back(machine.id);
        if (meter.energy && (!busy || !watch.quiet))
            watch.quiet = services_.meters.believed(*meter.energy);
    }
    for (auto const& machine : no_longer_bypassed) alarms_.clear(machine, "bypass");
}

/// Whether the machine's power has been low for a while; nothing when its meter does not say.
std::optional<bool> RunControl::idle(MachineId const& machine) const {
    auto const meter = meters_.of(machine);
    if (!meter.power || services_.meters.silent(*meter.power, power_says_nothing))
        return std::nullopt;
    std::lock_guard const lock{mutex_};
    auto const watch = watches_.find(machine);
    if (watch == watches_.end()) return std::nullopt;
    return watch->second.power.idle(services_.clock.now());
}

/// A machine in use that nobody started here: the use begins with the last register before the
/// power rose.
void RunControl::open_by_power(facility::Machine const& machine) {
    std::optional<Believed> quiet;
    {
        std::lock_guard const lock{mutex_};
        auto const found = watches_.find(machine.id);
        if (found == watches_.end() || !found->second.power.risen()) return;
        quiet = found->second.quiet;
    }
    auto const turn = turns_.try_now(machine.id);
    if (!turn.owns_lock() || !quiet) return;
    auto reg = register_of(*quiet, Edge::start);
    reg.method = Method::last_good;
    reg.quality = Quality::estimated;
    services_.ledger.write([&](store::Writer& writer) {
        facility::lock_machine(writer, services_.facility, machine.id);
        for (auto const& session : open_sessions(writer, services_.facility))
            if (session.machine == machine.id) return false;
        if (auto const known = last_register(writer, services_.facility, reg.channel)) {
            reg.at = std::max(reg.at, known->at);
            reg.value = std::max(reg.value, known->value);
        }
        UsageSession session;
        session.facility = services_.facility;
        session.id = services_.ids.make<SessionId>();
        session.machine = machine.id;
        session.kind = SessionKind::unattributed;
        session.opened_by = Opener::power;
        session.start = reg.at;
        session.quality = reg.quality;
        session.registers.push_back(reg);
        open_session(writer, session, "");
        return true;
    });
    touch();
}

/// Machines in use though their contact is open, or though nobody knows what it is and nobody has
/// switched it on.
void RunControl::watch_bypass(Standing const& standing) {
    for (auto const& machine : standing.machines) {
        bool suspicious = false;
        {
            std::lock_guard const lock{mutex_};
            auto const watch = watches_.find(machine.id);
            suspicious = watch != watches_.end() && watch->second.power.risen() &&
                         !watch->second.bypass_told;
        }
        if (!suspicious) continue;
        auto const contact = services_.contacts.actual(machine.id);
        bool const ours = leases_.held_for(machine.id).has_value();
        if (contact == ContactState::open || (contact == ContactState::unknown && !ours))
            note_bypass(machine.id);
    }
}

void RunControl::note_bypass(MachineId const& machine) {
    auto const energy = meters_.of(machine).energy;
    auto const believed = energy ? services_.meters.believed(*energy) : std::nullopt;
    services_.ledger.write([&](store::Writer& writer) {
        if (!believed) return false;
        insert_event(writer, services_.facility,
                     {.channel = *energy,
                      .at = believed->reading.answered,
                      .kind = "bypass",
                      .before = believed->reading.value,
                      .carried = believed->carried,
                      .note = "in use while its contact is open"});
        return true;
    });
    alarms_.raise(machine, "bypass");
    touch();
    std::lock_guard const lock{mutex_};
    watches_[machine].bypass_told = true;
}

}  // namespace karkhana::metering
