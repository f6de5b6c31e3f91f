#include "server/metering/run.hpp"

#include <algorithm>

#include "server/booking/audit.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

bool paused_by_daemon(store::Reader& reader, booking::Booking const& booking) {
    if (booking.state != booking::State::paused) return false;
    auto const history = booking::history_of(reader, booking.facility, booking.id);
    return !history.empty() && !history.back().person;
}

RunControl::RunControl(Services const& services, Zone zone, std::vector<MachineMeter> const& meters,
                       StopRules stops)
    : services_(services),
      zone_(std::move(zone)),
      meters_(meters),
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
    for (auto& session : open_sessions(reader, facility))
        if (session.machine == booking.machine) scene.unfinished = std::move(session);
    Interval const instant{now, now + Duration{1}};
    for (auto const& outage : facility::outages_between(reader, facility, instant))
        if (!outage.machine || *outage.machine == booking.machine) scene.outage = true;
    auto const active = booking::active_booking(reader, facility, booking.machine);
    scene.taken = active && active->id != booking.id;
    for (auto const& other : booking::bookings_between(reader, facility, instant, true))
        if (other.machine == booking.machine && other.id != booking.id) scene.taken = true;
    return scene;
}

void RunControl::switch_off(MachineId const& machine) {
    leases_.open(machine);
    services_.contacts.wait_for(machine, false, contact_deadline);
    forget_stop(machine);
}

/// Whether the machine's meter still is the one that the session began with. The configuration may
/// have given the machine another one meanwhile, and registers of two meters have no difference.
bool RunControl::measures(UsageSession const& session) const {
    return !session.registers.empty() &&
           meters_.of(session.machine).energy == session.registers.front().channel;
}

/// Where the session's own meter was last known to be, as the STOP of a session that lost it. What
/// it counts for another machine now is not this session's.
Register RunControl::last_known(UsageSession const& session) const {
    auto stop = session.registers.back();
    auto const believed = services_.meters.believed(stop.channel);
    if (believed && !meters_.counts(stop.channel) && believed->continued() > stop.value.wh)
        stop = register_of(*believed, Edge::stop);
    stop.edge = Edge::stop;
    stop.method = Method::last_good;
    stop.quality = Quality::questionable;
    return stop;
}

RunControl::Ending RunControl::ending_of(UsageSession const& session,
                                         std::optional<std::int64_t> quantity) {
    Ending ending{.at = services_.clock.now(), .stop = std::nullopt, .quantity = quantity};
    if (session.registers.empty()) return ending;
    if (measures(session)) {
        ending.stop = ask_register(services_, meters_.of(session.machine), Edge::stop);
    } else {
        ending.stop = last_known(session);
        ending.stop->at = ending.at;
    }
    if (!ending.stop) {
        ending.at = services_.clock.now();
        return ending;
    }
    auto& stop = *ending.stop;
    auto const& last = session.registers.back();
    stop.at = std::max(stop.at, last.at);
    if (stop.value < last.value) {
        stop.value = last.value;
        stop.quality = Quality::questionable;
    }
    ending.at = stop.at;
    ending.boundaries = missing_boundaries(services_, zone_, session, stop);
    return ending;
}

void RunControl::finish(store::Writer& writer, UsageSession const& session, Ending const& ending) {
    auto const* start = find_register(session, Edge::start);
    if (start == nullptr) {
        close_session(writer, session, ending.at, std::nullopt, ending.quantity, Quality::good);
    } else if (ending.stop) {
        for (auto const& reg : ending.boundaries)
            add_register(writer, session.facility, session.id, reg);
        close_session(writer, session, ending.at, ending.stop, ending.quantity,
                      quality_until(writer, session, *ending.stop));
    } else {
        begin_closing(writer, session, ending.at, ending.quantity);
    }
}

/// A register of another meter than the session's, or from before its last one, is not part of it.
void RunControl::keep_boundary(store::Writer& writer, UsageSession const* session,
                               std::optional<Register> const& reg) {
    if (session == nullptr || !reg || session->registers.empty()) return;
    auto const& last = session->registers.back();
    if (reg->channel == last.channel && reg->at > last.at)
        add_register(writer, session->facility, session->id, *reg);
}

/// Refused when the booking is no longer as it was read: on PostgreSQL somebody may cancel it in
/// between. Everything that rests on the change must then be undone with it.
Result<void> RunControl::change(store::Writer& writer, booking::Booking const& before,
                                booking::State to, std::string_view action, Person const& person,
                                std::string_view reason) {
    auto const now = services_.clock.now();
    if (!booking::change_state(writer, before, to, person, reason, now))
        return refuse(ErrorKind::conflict, "wrong_state", "It has just changed.");
    // Whatever stops it, nobody waits for the end of its cycle any more.
    if (to == booking::State::completed) drop_wish(writer, before.facility, before.id);
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
