#include <algorithm>
#include <exception>
#include <set>

#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "server/metering/mains.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"
#include "server/metering/settle.hpp"
#include "server/store/disk_full.hpp"

namespace karkhana::metering {

namespace {

using booking::State;

constexpr std::chrono::seconds reconcile_deadline{15};
constexpr std::chrono::milliseconds reconcile_step{250};
/// With the jobs stuck for so long, nobody watches over the machines that run.
constexpr std::chrono::minutes watched_for{5};
constexpr std::chrono::seconds looked_at_every{10};

/// On, though nobody has started or assigned it.
bool by_own_switch(UsageSession const& session) {
    return session.kind == SessionKind::unattributed && session.state == SessionState::open;
}

/// What finds no room on the disk is done at the next look. The machines are watched all the same:
/// nobody may have to stop, and nobody may go on, because nothing can be written.
template <class Work>
void unless_full(std::exception_ptr& trouble, Work const& work) {
    try {
        work();
    } catch (store::DiskFull const&) {
        if (!trouble) trouble = std::current_exception();
    }
}

}  // namespace

void RunControl::renew() {
    std::set<MachineId> unwatched;
    {
        std::lock_guard const lock{mutex_};
        if (services_.monotonic.now() - last_tick_ > watched_for) return;
        unwatched = unwatched_;
    }
    leases_.renew(unwatched);
}

std::vector<booking::Booking> RunControl::running_bookings() {
    auto const& facility = services_.facility;
    return services_.ledger.read([&](store::Reader& reader) {
        std::vector<booking::Booking> found;
        for (auto const& session : open_sessions(reader, facility)) {
            if (!session.booking) continue;
            auto booking = booking::find_booking(reader, facility, *session.booking).value();
            if (booking.state == State::running) found.push_back(std::move(booking));
        }
        return found;
    });
}

void RunControl::hold_running() {
    for (auto const& booking : running_bookings()) leases_.resume(booking.machine);
}

void RunControl::reconcile() {
    auto const running = running_bookings();
    // Anew, because what has not taken effect within seconds never will.
    for (auto const& booking : running) leases_.resume(booking.machine);
    auto const until = services_.monotonic.now() + reconcile_deadline;
    for (auto const& booking : running) {
        auto const turn = turns_.wait(booking.machine);
        auto contact = services_.contacts.actual(booking.machine);
        while (contact == ContactState::unknown && services_.monotonic.now() < until) {
            leases_.renew();
            contact = services_.contacts.wait_for(booking.machine, true, reconcile_step);
        }
        // What must not be cut may be at work behind a board that does not answer.
        bool const uncut = rule_of(stops_, booking.machine).stop != StopClass::immediate;
        bool const goes_on = contact == ContactState::closed || contact == ContactState::none ||
                             (uncut && contact == ContactState::unknown);
        // Without room on the disk the next look pauses it: its contact is open, and stays so.
        std::exception_ptr full;
        if (!goes_on) unless_full(full, [&] { pause_by_daemon(booking, "restart"); });
    }
}

/// Nearly always nothing has changed, and a database that is asked every second for nothing costs
/// more than all the polling.
void RunControl::look_again() {
    auto const& facility = services_.facility;
    auto const now = services_.monotonic.now();
    bool const fresh = standing_.changes == changes_ && now - standing_.read_at < looked_at_every;
    if (fresh) return;
    auto const changes = changes_.load();
    standing_ = services_.ledger.read([&](store::Reader& reader) {
        Standing found;
        found.machines = facility::list_machines(reader, facility);
        found.sessions = open_sessions(reader, facility);
        for (auto const& session : found.sessions) {
            if (!session.booking) continue;
            auto const booking = booking::find_booking(reader, facility, *session.booking);
            found.bookings.emplace(*session.booking, booking.value());
        }
        found.wishes = stop_wishes(reader, facility);
        if (std::ranges::any_of(found.sessions, by_own_switch))
            found.claims = claimed_uses(reader, facility);
        auto const at = services_.clock.now();
        found.outages = facility::outages_between(reader, facility, {at, at + looked_at_every});
        return found;
    });
    standing_.changes = changes;
    standing_.read_at = now;
}

void RunControl::tick() {
    services_.meters.watch_silence();
    std::exception_ptr trouble;
    auto const attempt = [&](auto const& work) { unless_full(trouble, work); };
    attempt([&] { keep_events(services_.ledger, services_.facility, services_.meters); });
    attempt([&] { doubt_running(); });
    look_again();
    look_at_mains();
    attempt([&] { watch_power(standing_); });
    if (auto const failed = attend_all(); failed && !trouble) trouble = failed;
    attempt([&] { open_by_power_where_free(); });
    std::erase_if(waiting_since_, [&](auto const& waiting) {
        return std::ranges::find(standing_.sessions, waiting.first, &UsageSession::id) ==
               standing_.sessions.end();
    });
    release_unneeded(standing_);
    attempt([&] { watch_bypass(standing_); });
    {
        std::lock_guard const lock{mutex_};
        last_tick_ = services_.monotonic.now();
    }
    if (trouble) std::rethrow_exception(trouble);
}

void RunControl::open_by_power_where_free() {
    for (auto const& machine : standing_.machines) {
        bool const free = std::ranges::find(standing_.sessions, machine.id,
                                            &UsageSession::machine) == standing_.sessions.end();
        if (free) open_by_power(machine);
    }
}

/// Whatever is wrong with one session must not leave the machines of all others unwatched. Its own
/// machine is not held closed any longer, and whoever runs the job is told.
std::exception_ptr RunControl::attend_all() {
    std::exception_ptr first;
    std::set<MachineId> unwatched;
    for (auto const& session : standing_.sessions) {
        try {
            attend(standing_, session);
        } catch (store::DiskFull const&) {
            if (!first) first = std::current_exception();
        } catch (std::exception const&) {
            if (!first) first = std::current_exception();
            unwatched.insert(session.machine);
        }
    }
    std::lock_guard const lock{mutex_};
    unwatched_ = std::move(unwatched);
    return first;
}

void RunControl::attend(Standing const& standing, UsageSession const& session) {
    auto const turn = turns_.try_now(session.machine);
    // Somebody is just doing something to this machine: it is looked at again in a second.
    if (!turn.owns_lock()) return;
    if (session.state == SessionState::closing) return close_late(session);
    std::exception_ptr trouble;
    unless_full(trouble, [&] { settle_start(session); });
    attend_open(standing, session);
    if (trouble) std::rethrow_exception(trouble);
}

void RunControl::attend_open(Standing const& standing, UsageSession const& session) {
    auto const booking =
        session.booking ? standing.bookings.find(*session.booking) : standing.bookings.end();
    if (booking != standing.bookings.end() && booking->second.state == State::running)
        note_contact(session.machine);
    auto const wish =
        session.booking ? standing.wishes.find(*session.booking) : standing.wishes.end();
    if (wish != standing.wishes.end())
        return attend_wish(standing.bookings.at(*session.booking), session, wish->second);
    if (session.booking) return attend_booked(standing.bookings.at(*session.booking), session);
    attend_unbooked(session);
}

/// Use that nobody started: of the booking whose time it is, where no contact is in the way; behind
/// an open one it is a bypass, and stays unattributed.
void RunControl::attend_unbooked(UsageSession const& session) {
    auto const claim = standing_.claims.find(session.id);
    bool const switched = services_.contacts.actual(session.machine) != ContactState::none;
    if (session.opened_by == Opener::power && idle(session.machine).value_or(false))
        end_session(session);
    else if (claim != standing_.claims.end() && !switched)
        begin_by_power(session, claim->second);
}

void RunControl::attend_booked(booking::Booking const& booking, UsageSession const& session) {
    bool const on = booking.state == State::running || booking.state == State::paused;
    if (!on) {
        if (stop_now(booking.machine) != StopStep::open) return;
        switch_off(booking);
        end_session(session);
    } else if (over(booking, session.opened_by)) {
        auto const latest = services_.ledger.read([&](store::Reader& reader) {
            return booking::find_booking(reader, booking.facility, booking.id).value();
        });
        // It may have been extended a moment ago.
        if (!over(latest, session.opened_by)) return forget_stop(booking.machine);
        if (stop_now(booking.machine) != StopStep::open) return;
        end_booking(latest, session, cut_until_the_end(latest) ? broken_off("power_cut") : Close{});
    } else if (is_broken(booking.machine)) {
        if (stop_now(booking.machine) == StopStep::open)
            end_booking(booking, session, broken_off("breakdown"));
    } else if (booking.state == State::running &&
               (dropped_out(booking) || cut_off(booking.machine))) {
        pause_by_daemon(booking, "power_cut");
    } else if (booking.state == State::running && cut_) {
        if (to_open_in_cut(booking.machine)) pause_by_daemon(booking, "power_cut");
    } else {
        forget_stop(booking.machine);  // its time was extended
    }
}

/// Whether somebody has said that the machine broke down.
bool RunControl::is_broken(MachineId const& machine) const {
    auto const now = services_.clock.now();
    return std::ranges::any_of(standing_.outages, [&](facility::Outage const& outage) {
        return outage.kind == "breakdown" && outage.machine == machine &&
               outage.during.contains(now);
    });
}

/// Whether a power cut paused it, and the power is not back yet.
bool RunControl::cut_until_the_end(booking::Booking const& booking) const {
    if (booking.state != State::paused) return false;
    return services_.ledger.read([&](store::Reader& reader) {
        auto const history = booking::history_of(reader, booking.facility, booking.id);
        if (history.back().person || history.back().reason != "power_cut") return false;
        return mains_off() || cut_ || scene_of(reader, booking, services_.clock.now()).outage;
    });
}

/// Whether the machine's run bit or its power says that it is in use. Where neither does, nobody
/// waits for it.
bool RunControl::tells_use(MachineId const& machine) const {
    if (meters_.of(machine).runs) return true;
    auto const found = std::ranges::find(standing_.machines, machine, &facility::Machine::id);
    bool const threshold = found != standing_.machines.end() && found->busy_above_w > 0;
    return threshold && !meters_.of(machine).power.empty();
}

bool RunControl::is_room(MachineId const& machine) const {
    auto const found = std::ranges::find(standing_.machines, machine, &facility::Machine::id);
    return found != standing_.machines.end() && found->seats > 1;
}

bool RunControl::over(booking::Booking const& booking, Opener opened_by) {
    auto const now = services_.clock.now();
    if (now < booking.during.end) return false;
    EndFacts facts{.during = booking.during,
                   .now = now,
                   .next_start = {},
                   .idle = {},
                   .own_switch = opened_by == Opener::power};
    auto const later = services_.ledger.read([&](store::Reader& reader) {
        auto const book = services_.booking.books->get(reader, booking.facility);
        auto const& plan = book->opening;
        // Where nobody has said when it is open, it never closes.
        bool const hours_known = std::ranges::any_of(
            plan.profiles, [](facility::Profile const& each) { return !each.hours.empty(); });
        facts.closed = hours_known && !facility::is_open(zone_, plan, {now, now + Duration{1}});
        return booking::bookings_between(reader, booking.facility,
                                         {booking.during.end, now + Duration{1}}, true);
    });
    // In a room nobody waits for another.
    bool const room = is_room(booking.machine);
    for (auto const& other : later)
        if (!room && other.machine == booking.machine && other.id != booking.id &&
            !facts.next_start)
            facts.next_start = other.during.start;
    bool const paused_or_mute = booking.state == State::paused || !tells_use(booking.machine);
    facts.idle = paused_or_mute ? true : rests(booking.machine);
    return must_end(facts);
}

void RunControl::read_after_outage(MachineId const& machine) {
    auto const turn = turns_.try_now(machine);
    if (!turn.owns_lock()) return;
    auto const registers = ask(machine, Edge::boundary);
    if (registers.empty()) return;
    keep_events(services_.ledger, services_.facility, services_.meters);
    services_.ledger.write([&](store::Writer& writer) {
        lock_with_sharers(writer, services_.facility, meters_, machine);
        for (auto const& session : open_sessions(writer, services_.facility))
            if (session.machine == machine && session.state == SessionState::open)
                keep_boundaries(writer, &session, registers);
        return true;
    });
    touch();
}

/// The first good value after the end closes what waited for it. A value from before would leave
/// out what was used last. Which came after is told by the order in which things come: the clock
/// may have been set since, and then an hour of values would look earlier than the end.
void RunControl::close_late(UsageSession const& session) {
    auto const since =
        waiting_since_.try_emplace(session.id, services_.monotonic.now()).first->second;
    Ending ending{.at = *session.stop, .stops = {}, .boundaries = {}, .quantity = session.quantity};
    for (auto const channel : channels_of(session)) {
        if (has_stop(session, channel)) continue;
        auto const* shared = meters_.shared(channel);
        // If the meter was taken away for good, what is known of it is all there will be.
        auto stop = last_known(session, channel);
        if (measures(session, channel)) {
            auto const believed = services_.meters.believed(channel);
            if (!believed || !believed->heard || *believed->heard <= since) continue;
            stop = register_of(*believed, Edge::stop);
            stop.method = Method::first_good;
            if (shared != nullptr) stop.less = less_now(services_.meters, *shared);
        }
        if (shared == nullptr || !measures(session, channel)) stop.at = *session.stop;
        stop.quality = worse(stop.quality, Quality::estimated);
        add_stop(ending, session, stop);
    }
    if (ending.stops.empty()) return;
    keep_events(services_.ledger, services_.facility, services_.meters);
    services_.ledger.write([&](store::Writer& writer) {
        lock_with_sharers(writer, session.facility, meters_, session.machine);
        auto const now = find_session(writer, session.facility, session.id);
        if (now && now->state == SessionState::closing) finish(writer, *now, ending);
        return true;
    });
    touch();
}

void RunControl::end_session(UsageSession const& known) {
    auto const session = services_.ledger.read([&](store::Reader& reader) {
        return find_session(reader, known.facility, known.id).value();
    });
    if (session.state != SessionState::open) return touch();
    auto const ending = ending_of(session, session.quantity);
    keep_events(services_.ledger, services_.facility, services_.meters);
    services_.ledger.write([&](store::Writer& writer) {
        lock_with_sharers(writer, session.facility, meters_, session.machine);
        auto const now = find_session(writer, session.facility, session.id);
        if (now && now->state == SessionState::open) finish(writer, *now, ending);
        return true;
    });
    touch();
}

void RunControl::end_booking(booking::Booking const& booking, UsageSession const& known,
                             Close const& close) {
    auto const session = services_.ledger.read([&](store::Reader& reader) {
        return find_session(reader, known.facility, known.id).value();
    });
    if (session.state != SessionState::open) return touch();
    switch_off(booking);
    auto const ending = ending_of(session, close.quantity ? close.quantity : session.quantity);
    keep_events(services_.ledger, services_.facility, services_.meters);
    static_cast<void>(services_.ledger.write([&](store::Writer& writer) -> Result<void> {
        auto const latest = booking::find_booking(writer, booking.facility, booking.id).value();
        lock_with_sharers(writer, booking.facility, meters_, booking.machine);
        if (latest.state != State::running && latest.state != State::paused) return {};
        auto const open = find_session(writer, session.facility, session.id);
        if (open && open->state == SessionState::open) finish(writer, *open, ending);
        return change(writer, latest, close.to, close.action, close.person, close.reason);
    }));
    tell(booking.id);
}

void RunControl::pause_by_daemon(booking::Booking const& booking, std::string_view reason,
                                 Person const& person) {
    switch_off(booking);
    auto const registers = ask(booking.machine, Edge::boundary);
    keep_events(services_.ledger, services_.facility, services_.meters);
    static_cast<void>(services_.ledger.write([&](store::Writer& writer) -> Result<void> {
        auto const latest = booking::find_booking(writer, booking.facility, booking.id).value();
        lock_with_sharers(writer, booking.facility, meters_, booking.machine);
        if (latest.state != State::running) return {};
        auto const scene = scene_of(writer, latest, services_.clock.now());
        keep_boundaries(writer, scene.own(), registers);
        if (person) drop_wish(writer, booking.facility, booking.id);
        return change(writer, latest, State::paused, "pauseBooking", person, reason);
    }));
    tell(booking.id);
}

/// Contacts that are held closed for nobody.
void RunControl::release_unneeded(Standing const& standing) {
    for (auto const& machine : leases_.held()) {
        bool const known = std::ranges::any_of(standing.bookings, [&](auto const& entry) {
            return entry.second.machine == machine && entry.second.state == State::running;
        });
        if (known) continue;
        auto const turn = turns_.try_now(machine);
        if (!turn.owns_lock()) continue;
        auto const running = running_bookings();
        bool const wanted =
            std::ranges::find(running, machine, &booking::Booking::machine) != running.end();
        if (!wanted && stop_now(machine) == StopStep::open) {
            leases_.open(machine);
            forget_stop(machine);
        }
    }
}

}  // namespace karkhana::metering
