#include "server/facility/records.hpp"
#include "server/metering/mains.hpp"
#include "server/metering/run.hpp"
#include "server/metering/sessions.hpp"

/// What is believed of contacts, mains and clocks, before anybody is stopped for it.
namespace karkhana::metering {
namespace {

/// A relay that came back from a power cut, or one that a slow line has not read yet.
constexpr std::chrono::seconds contact_settles{5};
/// Read back open this often in a row, it is open.
constexpr int open_to_believe = 2;
/// And of an input that says there is no mains.
constexpr int off_to_believe = 2;

}  // namespace

/// Since when the contact of a running booking is open. What opened while nobody could read it is
/// taken to have opened when it was last seen closed: nobody pays for time in the dark.
void RunControl::note_contact(MachineId const& machine) {
    auto const contact = services_.contacts.actual(machine);
    auto const now = services_.monotonic.now();
    std::lock_guard const lock{mutex_};
    if (contact == ContactState::open) {
        auto const closed = closed_seen_.find(machine);
        open_since_.try_emplace(machine, closed == closed_seen_.end() ? now : closed->second);
    } else if (contact != ContactState::unknown) {
        open_since_.erase(machine);
        closed_seen_[machine] = now;
    }
}

/// Whether the contact of a running booking has been open for a while though it may be closed: a
/// power cut, an emergency stop, or another master on the line.
bool RunControl::dropped_out(booking::Booking const& booking) {
    auto const held = leases_.held_for(booking.machine);
    bool const open = services_.contacts.actual(booking.machine) == ContactState::open;
    std::lock_guard const lock{mutex_};
    auto& seen = open_seen_[booking.machine];
    bool const settled = !held || *held > contact_settles;
    seen = open && settled ? seen + 1 : 0;
    return seen >= open_to_believe;
}

bool RunControl::mains_off() const {
    auto const mains = mains_ ? mains_of(services_.meters, *mains_) : std::nullopt;
    return mains && mains->off;
}

/// A reading that says there is no mains may be wrong: what opens a contact is two in a row,
/// however often each is looked at.
void RunControl::look_at_mains() {
    auto const latest = mains_ ? services_.meters.latest(*mains_) : std::nullopt;
    auto const mains = mains_ ? mains_of(services_.meters, *mains_) : std::nullopt;
    if (!latest || !mains || mains_heard_ == latest->heard) return;
    mains_heard_ = latest->heard;
    mains_off_seen_ = mains->off ? mains_off_seen_ + 1 : 0;
}

/// A relay that is fed by a battery keeps its contact closed through a cut, and the machine would
/// start by itself when the power is back. What may not be stopped from afar is not stopped by the
/// fuse of one input either: it goes on as long as its own meter says that it has power, and what
/// must never be stopped where nothing tells that it has none.
bool RunControl::cut_off(MachineId const& machine) const {
    if (mains_off_seen_ < off_to_believe || !mains_off()) return false;
    if (rule_of(stops_, machine).stop == StopClass::immediate) return true;
    auto const& meter = meters_.of(machine);
    if (rule_of(stops_, machine).stop == StopClass::never_remotely && meter.power.empty())
        return false;
    auto const power = drawn(meter);
    return !power || power->watts == 0;
}

/// The same for a cut that nobody but the silent meters shows. That they are silent is no proof, so
/// what must not be cut in its cycle is given its time.
bool RunControl::to_open_in_cut(MachineId const& machine) {
    if (services_.contacts.actual(machine) != ContactState::closed) return false;
    if (rule_of(stops_, machine).stop == StopClass::never_remotely) return false;
    return stop_now(machine) == StopStep::open;
}

void RunControl::clock_was_set(Duration by) {
    auto const open = services_.ledger.read(
        [&](store::Reader& reader) { return open_sessions(reader, services_.facility); });
    for (auto const& session : open) to_doubt_[session.id] = by;
    doubt_running();
}

void RunControl::doubt_running() {
    if (to_doubt_.empty()) return;
    auto const doubted = services_.ledger.write([&](store::Writer& writer) {
        std::vector<UsageSession> sessions;
        for (auto const& [id, by] : to_doubt_)
            if (auto session = find_session(writer, services_.facility, id)) {
                doubt_session(writer, *session);
                sessions.push_back(std::move(*session));
            }
        return sessions;
    });
    for (auto const& session : doubted) {
        auto const by = std::chrono::round<std::chrono::seconds>(to_doubt_.at(session.id));
        alarms_.clock_was_set(session.machine, by.count());
    }
    to_doubt_.clear();
    touch();
}

}  // namespace karkhana::metering
