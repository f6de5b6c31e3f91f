#include "server/booking/lost_records.hpp"

#include "server/store/id_list.hpp"

namespace karkhana::booking {
namespace {

/// Longer than that no booking is.
constexpr std::int64_t week_us = 604'800'000'000;

/// Live, not begun, and nobody's offer.
#define KARKHANA_AHEAD                                                                             \
    "b.live = 1 AND b.start_us > $2 AND b.state IN ('pending', 'confirmed', 'checked_in') "        \
    "AND NOT (b.state = 'pending' AND b.pending_for = 'offer') "

}  // namespace

void insert_closure(store::Writer& writer, FacilityId const& facility, Closure const& closure) {
    writer.execute("INSERT INTO closure (facility_id, closure_id, outage_id, kind, mode, reason, "
                   "closed_by, closed_at, bookings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   facility, closure.id, closure.outage, closure.kind,
                   closure.moves ? "move" : "cancel", closure.reason, closure.by, closure.at,
                   closure.bookings);
}

void insert_fate(store::Writer& writer, FacilityId const& facility, ClosureId const& closure,
                 ClosureFate const& fate) {
    writer.execute("INSERT INTO closure_fate (facility_id, closure_id, booking_id, fate, "
                   "machine_id, start_us, end_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, closure, fate.booking, fate.moved ? "moved" : "cancelled",
                   fate.machine, fate.during.start, fate.during.end);
}

std::vector<Reopened> reopened_closures(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT c.closure_id, c.outage_id FROM closure c JOIN outage o "
        "ON o.facility_id = c.facility_id AND o.outage_id = c.outage_id "
        "WHERE c.facility_id = $1 AND c.reopened_at IS NULL AND o.withdrawn_at IS NOT NULL "
        "ORDER BY c.closed_at, c.closure_id",
        [](store::Row const& row) { return Reopened{row.id<ClosureId>(0), row.id<OutageId>(1)}; },
        facility);
}

bool note_reopened(store::Writer& writer, FacilityId const& facility, ClosureId const& closure,
                   Instant now) {
    return writer.execute("UPDATE closure SET reopened_at = $3 WHERE facility_id = $1 "
                          "AND closure_id = $2 AND reopened_at IS NULL",
                          facility, closure, now) == 1;
}

std::vector<ClosureFate> fates_of(store::Reader& reader, FacilityId const& facility,
                                  ClosureId const& closure) {
    return reader.all(
        "SELECT booking_id, fate, machine_id, start_us, end_us FROM closure_fate "
        "WHERE facility_id = $1 AND closure_id = $2 ORDER BY start_us, booking_id",
        [](store::Row const& row) {
            return ClosureFate{row.id<BookingId>(0),
                               row.text(1) == "moved",
                               row.id<MachineId>(2),
                               {row.at(3), row.at(4)}};
        },
        facility, closure);
}

std::vector<BookingId> taken_of(store::Reader& reader, FacilityId const& facility,
                                OutageId const& outage) {
    return reader.all(
        "SELECT booking_id FROM proposal WHERE facility_id = $1 AND outage_id = $2 "
        "AND state = 'taken'",
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility, outage);
}

void drop_proposals_of(store::Writer& writer, FacilityId const& facility, OutageId const& outage) {
    writer.execute("UPDATE proposal SET state = 'stale' WHERE facility_id = $1 AND outage_id = $2 "
                   "AND state = 'open'",
                   facility, outage);
}

std::vector<AtWork> at_work_in_closures(store::Reader& reader, FacilityId const& facility,
                                        Instant now) {
    return reader.all(
        "SELECT b.booking_id, o.outage_id, o.reason, o.starts_at, o.ends_at "
        "FROM outage o CROSS JOIN booking b WHERE o.facility_id = $1 AND o.ends_at > $2 "
        "AND o.starts_at <= $2 AND o.kind = 'closure' AND o.source <> 'timetable' "
        "AND o.withdrawn_at IS NULL AND b.facility_id = o.facility_id AND b.start_us > $3 "
        "AND b.start_us < o.starts_at AND b.state IN ('running', 'paused') "
        "AND (o.machine_id IS NULL OR o.machine_id = b.machine_id) "
        "AND NOT EXISTS (SELECT 1 FROM closure_told t WHERE t.facility_id = o.facility_id "
        "AND t.outage_id = o.outage_id AND t.booking_id = b.booking_id) "
        "ORDER BY b.start_us, b.booking_id, o.starts_at",
        [](store::Row const& row) {
            return AtWork{
                row.id<BookingId>(0), row.id<OutageId>(1), row.text(2), {row.at(3), row.at(4)}};
        },
        facility, now, micros(now) - 2 * week_us);
}

bool note_told(store::Writer& writer, FacilityId const& facility, OutageId const& outage,
               BookingId const& booking, Instant now) {
    return writer.execute("INSERT INTO closure_told (facility_id, outage_id, booking_id, told_at) "
                          "VALUES ($1, $2, $3, $4) "
                          "ON CONFLICT (facility_id, outage_id, booking_id) DO NOTHING",
                          facility, outage, booking, now) == 1;
}

std::vector<BookedAhead> bookings_ahead(store::Reader& reader, FacilityId const& facility,
                                        Instant now) {
    return reader.all(
        "SELECT b.booking_id, b.start_us, b.end_us FROM booking b WHERE b.facility_id = $1 "
        "AND " KARKHANA_AHEAD "AND NOT EXISTS (SELECT 1 FROM booking_override v "
        "WHERE v.facility_id = b.facility_id AND v.booking_id = b.booking_id "
        "AND v.rule = 'closed') ORDER BY b.start_us, b.booking_id",
        [](store::Row const& row) {
            return BookedAhead{row.id<BookingId>(0), {row.at(1), row.at(2)}};
        },
        facility, now);
}

std::vector<BookingId> without_operators(store::Reader& reader, FacilityId const& facility,
                                         Instant now) {
    return reader.all(
        "SELECT b.booking_id FROM resource r CROSS JOIN booking_hold h CROSS JOIN booking b "
        "WHERE r.facility_id = $1 AND r.kind = 'operator' AND h.facility_id = r.facility_id "
        "AND h.resource_id = r.resource_id AND h.live = 1 AND h.from_us > $2 "
        "AND b.facility_id = h.facility_id AND b.booking_id = h.booking_id AND " KARKHANA_AHEAD
        // There all the time: at the start, and wherever a shift ends before the booking does.
        "AND (r.retired = 1 OR (r.person_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM shift s "
        "WHERE s.facility_id = r.facility_id AND s.person_id = r.person_id "
        "AND s.starts_at <= b.start_us AND s.ends_at > b.start_us) "
        "OR EXISTS (SELECT 1 FROM shift s WHERE s.facility_id = r.facility_id "
        "AND s.person_id = r.person_id AND s.ends_at > b.start_us AND s.ends_at < b.end_us "
        "AND NOT EXISTS (SELECT 1 FROM shift t WHERE t.facility_id = s.facility_id "
        "AND t.person_id = s.person_id AND t.starts_at <= s.ends_at "
        "AND t.ends_at > s.ends_at))))) "
        "ORDER BY b.start_us, b.booking_id",
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility, now);
}

std::vector<BookingId> spoken_for(store::Reader& reader, FacilityId const& facility, Cause cause,
                                  std::vector<BookingId> const& bookings) {
#define KARKHANA_SPOKEN_FOR(among)                                                                 \
    "SELECT DISTINCT p.booking_id FROM proposal p JOIN booking b "                                 \
    "ON b.facility_id = p.facility_id AND b.booking_id = p.booking_id "                            \
    "WHERE p.facility_id = $1 AND p.booking_id " among " AND (p.state = 'open' "                   \
    "OR (p.cause = CAST($3 AS text) || ':' || b.start_us "                                         \
    "AND (p.state = 'taken' OR p.declined_at IS NOT NULL)))"
    return reader.all(
        reader.is_postgres() ? KARKHANA_SPOKEN_FOR("= ANY(CAST($2 AS uuid[]))")
                             : KARKHANA_SPOKEN_FOR("IN (SELECT value FROM json_each($2))"),
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility,
        store::id_list(reader, bookings), name_of(cause));
}

#define KARKHANA_UNFOUNDED(among)                                                                  \
    "p.facility_id = $1 AND p.state = 'open' AND p.cause LIKE CAST($3 AS text) || ':%' "           \
    "AND NOT (p.booking_id " among ")"
std::int64_t drop_unfounded(store::Writer& writer, FacilityId const& facility, Cause cause,
                            std::vector<BookingId> const& founded) {
    return writer.execute(
        writer.is_postgres() ? "UPDATE proposal AS p SET state = 'stale' WHERE " KARKHANA_UNFOUNDED(
                                   "= ANY(CAST($2 AS uuid[]))")
                             : "UPDATE proposal AS p SET state = 'stale' WHERE " KARKHANA_UNFOUNDED(
                                   "IN (SELECT value FROM json_each($2))"),
        facility, store::id_list(writer, founded), name_of(cause));
}

bool any_unfounded(store::Reader& reader, FacilityId const& facility, Cause cause,
                   std::vector<BookingId> const& founded) {
    return reader.exists(
        reader.is_postgres()
            ? "SELECT 1 FROM proposal p WHERE " KARKHANA_UNFOUNDED("= ANY(CAST($2 AS uuid[]))")
            : "SELECT 1 FROM proposal p WHERE " KARKHANA_UNFOUNDED(
                  "IN (SELECT value FROM json_each($2))"),
        facility, store::id_list(reader, founded), name_of(cause));
}

}  // namespace karkhana::booking
