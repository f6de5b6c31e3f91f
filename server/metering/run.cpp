#include "server/metering/run.hpp"

#include <algorithm>
#include <iterator>

#include "server/booking/audit.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_safety.hpp"
#include "server/facility/records.hpp"
#include "server/metering/sessions.hpp"
#include "server/metering/settle.hpp"

namespace karkhana::metering {
namespace {

/// A contact that is open for less, while its booking runs, is being switched.
constexpr std::chrono::seconds open_at_most{5};

/// How many are still in a shared room though the time of their booking is over.
int stays_over(store::Reader& reader, FacilityId const& facility, BookingId const& id,
               Instant now) {
    auto const booking = booking::find_booking(reader, facility, id).value();
    bool const here =
        booking.state == booking::State::running || booking.state == booking::State::paused;
    return here && !booking.during.contains(now) ? booking.people : 0;
}

}  // namespace

std::set<BookingId> paused_by_daemon(store::Reader& reader, FacilityId const& facility,
                                     std::vector<booking::Booking> const& bookings) {
    std::vector<BookingId> paused;
    for (auto const& booking : bookings)
        if (booking.state == booking::State::paused) paused.push_back(booking.id);
    std::set<BookingId> by_daemon;
    for (auto const& [id, history] : booking::histories_of(reader, facility, paused))
        if (!history.back().person) by_daemon.insert(id);
    return by_daemon;
}

bool paused_by_daemon(store::Reader& reader, booking::Booking const& booking) {
    return paused_by_daemon(reader, booking.facility, {booking}).contains(booking.id);
}

RunControl::RunControl(Services const& services, Zone zone, MeterPlan meters, StopRules stops)
    : services_(services),
      zone_(std::move(zone)),
      meters_(std::move(meters)),
      stops_(std::move(stops)),
      leases_(services.contacts, services.monotonic, stops_),
      alarms_(services, meters_),
      last_tick_(services.monotonic.now()) {}

RunControl::Scene RunControl::scene_of(store::Reader& reader, booking::Booking const& booking,
                                       Instant now) const {
    auto const& facility = booking.facility;
    Scene scene{.booking = booking,
                .machine = facility::find_machine(reader, facility, booking.machine).value(),
                .unfinished = std::nullopt};
    bool const room = scene.machine.seats > 1;
    int people = booking.people;
    for (auto& session : open_sessions(reader, facility)) {
        if (session.machine != booking.machine) continue;
        if (room && session.booking && session.booking != booking.id)
            people += stays_over(reader, facility, *session.booking, now);
        else if (scene.own() == nullptr)
            scene.unfinished = std::move(session);
    }
    Interval const instant{now, now + Duration{1}};
    auto const book = services_.booking.books->get(reader, facility);
    // What is announced runs on the generator, where there is one.
    for (auto const& outage : facility::outages_between(reader, facility, instant))
        if (booking::displaces(*book, outage, booking.machine) &&
            outage.source != facility::OutageSource::timetable)
            scene.outage = true;
    auto const active = booking::active_booking(reader, facility, booking.machine);
    scene.taken = active && active->id != booking.id;
    for (auto const& other : booking::bookings_between(reader, facility, instant, true)) {
        if (other.machine != booking.machine || other.id == booking.id) continue;
        people += other.people;
        if (!room) scene.taken = true;
    }
    if (room && people > scene.machine.seats) scene.taken = true;
    return scene;
}

/// With who runs it, and what is to be seen to first; who has begun goes on without the latter.
RunControl::Scene RunControl::scene_to_start(store::Reader& reader, Asking const& asking,
                                             booking::Booking const& booking, Instant now) const {
    auto scene = scene_of(reader, booking, now);
    auto const book = services_.booking.books->get(reader, booking.facility);
    scene.hands = booking::judge_start(reader, *book, scene.machine, booking, asking.starter, now);
    if (scene.own() != nullptr) return scene;
    auto const day = local_day(book->zone, now);
    scene.ticks =
        booking::ticks_wanted(*book, {.machine = booking.machine,
                                      .membership = "",
                                      .season = facility::profile_on(book->opening, day).slug,
                                      .at = now});
    return scene;
}

/// A shared room stays on for the others who are at work there.
void RunControl::switch_off(booking::Booking const& booking) {
    auto const& machine = booking.machine;
    bool const others = std::ranges::any_of(running_bookings(), [&](auto const& other) {
        return other.machine == machine && other.id != booking.id;
    });
    if (others) return;
    leases_.open(machine);
    services_.contacts.wait_for(machine, false, contact_deadline);
    forget_stop(machine);
}

std::vector<Register> RunControl::ask(MachineId const& machine, Edge edge) const {
    return ask_registers(services_, meters_, machine, edge);
}

/// Whether the machine still has the meter, which the session began with. The configuration may
/// have given the machine another one meanwhile, and registers of two meters have no difference.
bool RunControl::measures(UsageSession const& session, Channel channel) const {
    return meters_.of(session.machine).counts(channel);
}

/// Where the session's own meter was last known to be, as the STOP of a session that lost it. What
/// it counts for another machine now is not this session's.
Register RunControl::last_known(UsageSession const& session, Channel channel) const {
    auto stop = *last_of(session, channel);
    stop.share.reset();
    auto const believed = services_.meters.believed(channel);
    if (believed && !meters_.counts(channel) && believed->continued() > stop.value.wh)
        stop = register_of(*believed, Edge::stop);
    stop.edge = Edge::stop;
    stop.method = Method::last_good;
    stop.quality = Quality::questionable;
    return stop;
}

/// A STOP is not before or below what the session has already.
void RunControl::add_stop(Ending& ending, UsageSession const& session, Register stop) const {
    auto const& last = *last_of(session, stop.channel);
    bool const below = stop.value < last.value;
    stop = not_below(std::move(stop), last);
    if (below) stop.quality = worse(stop.quality, Quality::questionable);
    if (meters_.shared(stop.channel) == nullptr || !measures(session, stop.channel)) {
        auto boundaries = missing_boundaries(services_, zone_, session, stop);
        estimate(session, stop, boundaries);
        std::ranges::copy(boundaries, std::back_inserter(ending.boundaries));
    }
    ending.stops.push_back(std::move(stop));
}

RunControl::Ending RunControl::ending_of(UsageSession const& session,
                                         std::optional<std::int64_t> quantity) {
    Ending ending{.at = services_.clock.now(), .stops = {}, .boundaries = {}, .quantity = quantity};
    if (session.registers.empty()) return ending;
    auto const asked = ask(session.machine, Edge::stop);
    auto const now = services_.clock.now();
    std::optional<Instant> at;
    for (auto const channel : channels_of(session)) {
        if (!measures(session, channel)) {
            auto stop = last_known(session, channel);
            stop.at = ending.at;
            add_stop(ending, session, stop);
        } else if (auto const* stop = find_channel(asked, channel)) {
            add_stop(ending, session, *stop);
        } else {
            at = now;
            continue;
        }
        at = std::max(at.value_or(ending.stops.back().at), ending.stops.back().at);
    }
    ending.at = *at;
    return ending;
}

void RunControl::finish(store::Writer& writer, UsageSession const& session, Ending const& ending) {
    for (auto const& reg : ending.boundaries)
        add_register(writer, session.facility, session.id, reg);
    for (auto const& stop : ending.stops) {
        if (has_stop(session, stop.channel)) continue;
        auto const* shared = meters_.shared(stop.channel);
        if (shared != nullptr && measures(session, stop.channel))
            settle(writer, services_, zone_, *shared, stop, session.id);
        else
            add_register(writer, session.facility, session.id, stop);
    }
    auto const kept = find_session(writer, session.facility, session.id).value();
    if (is_whole(kept))
        close_whole(writer, session.facility, session.id, ending.at, ending.quantity);
    else
        begin_closing(writer, session, ending.at, ending.quantity);
}

/// A register of another meter than the session's, or from before its last one, is not part of it.
/// What a START waits for that its meter did not answer comes with a part (see settle_start).
void RunControl::keep_boundaries(store::Writer& writer, UsageSession const* session,
                                 std::vector<Register> const& registers) {
    if (session == nullptr) return;
    for (auto const& reg : registers) {
        auto const* last = last_of(*session, reg.channel);
        if (last == nullptr || last->edge == Edge::stop) continue;
        if (auto const* shared = meters_.shared(reg.channel))
            settle(writer, services_, zone_, *shared, reg, std::nullopt);
        else if (reg.at > last->at && !is_provisional(*last))
            add_register(writer, session->facility, session->id, reg);
    }
}

/// Opens a session with a START of each meter. What a shared one counted so far is parted first.
void RunControl::open(store::Writer& writer, UsageSession session, std::vector<Register> registers,
                      std::string_view key) {
    for (auto& reg : registers) {
        if (auto const* shared = meters_.shared(reg.channel)) {
            auto const cut = settle(writer, services_, zone_, *shared, reg, std::nullopt);
            reg.at = cut.at;
            reg.value = cut.value;
            reg.less = cut.less;
        }
        reg.edge = Edge::start;
        session.start = &reg == &registers.front() ? reg.at : std::min(session.start, reg.at);
        session.quality = worse(session.quality, reg.quality);
    }
    session.registers = std::move(registers);
    open_session(writer, session, key);
}

/// While the disk is full a contact may open that nobody can write of. The machine has stood still
/// since then, and that time is not paid for. nullopt: it did not, or no longer than usual.
std::optional<Instant> RunControl::stood_since(store::Reader& reader,
                                               booking::Booking const& booking, Instant now) const {
    if (booking.state != booking::State::running) return std::nullopt;
    std::optional<Duration> stood;
    {
        std::lock_guard const lock{mutex_};
        auto const found = open_since_.find(booking.machine);
        if (found != open_since_.end())
            stood = std::chrono::floor<Duration>(services_.monotonic.now() - found->second);
    }
    if (!stood || *stood < open_at_most) return std::nullopt;
    auto const history = booking::history_of(reader, booking.facility, booking.id);
    return std::max(now - *stood, history.back().at);
}

/// Refused when the booking is no longer as it was read: on PostgreSQL somebody may cancel it in
/// between. Everything that rests on the change must then be undone with it.
Result<void> RunControl::change(store::Writer& writer, booking::Booking const& before,
                                booking::State to, std::string_view action, Person const& person,
                                std::string_view reason) {
    auto const now = services_.clock.now();
    auto const stood = stood_since(writer, before, now);
    if (stood && to != booking::State::paused) {
        auto paused = change(writer, before, booking::State::paused, "pauseBooking", std::nullopt,
                             "contact_open");
        if (!paused) return paused;
        auto const between = booking::find_booking(writer, before.facility, before.id).value();
        return change(writer, between, to, action, person, reason);
    }
    if (!booking::change_state(writer, before, to, person, reason, stood.value_or(now)))
        return refuse(ErrorKind::conflict, "wrong_state", "It has just changed.");
    // Whatever stops it, nobody waits for the end of its cycle any more.
    if (to == booking::State::completed || to == booking::State::interrupted)
        drop_wish(writer, before.facility, before.id);
    auto after = before;
    after.state = to;
    ++after.version;
    booking::append_change(writer, action, person, &before, after, reason, now);
    return {};
}

void RunControl::tell(BookingId const& id) {
    touch();
    auto const booking = services_.ledger.read([&](store::Reader& reader) {
        return booking::find_booking(reader, services_.facility, id);
    });
    if (booking) booking::publish_change(services_.booking, *booking, nullptr);
}

}  // namespace karkhana::metering
