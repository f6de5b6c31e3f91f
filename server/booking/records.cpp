#include "server/booking/records.hpp"

#include <limits>

#include "server/store/id_list.hpp"

#define KARKHANA_BOOKING_COLUMNS                                                                   \
    "b.facility_id, b.booking_id, b.machine_id, b.enterprise_id, b.created_by, b.start_us, "       \
    "b.end_us, b.occupied_until_us, b.state, b.quantity, b.note, b.quote_poisha, b.created_us, "   \
    "b.cancel_reason, b.version "

#define KARKHANA_BOOKING_PAGE                                                                      \
    " AND b.start_us > $2 AND b.start_us < $3 AND b.end_us > $4 "                                  \
    "AND ($5 = '' OR b.state = $5) AND ($6 = '' OR CAST(b.machine_id AS text) = $6) "              \
    "AND (b.start_us, b.booking_id) < ($7, $8) "                                                   \
    "ORDER BY b.start_us DESC, b.booking_id DESC LIMIT $9"

namespace karkhana::booking {
namespace {

/// 0003_booking.sql grants a booking a week and its clean-up a day, so who overlaps an interval
/// began no earlier than this before it.
constexpr std::chrono::days reach{8};

State stored_state(std::string const& name) {
    auto const state = state_of(name);
    if (!state) throw std::runtime_error("a stored booking is in no known state: " + name);
    return *state;
}

Booking booking_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<BookingId>(1),
            .machine = row.id<MachineId>(2),
            .enterprise = row.id<EnterpriseId>(3),
            .created_by = row.id<PersonId>(4),
            .during = {row.at(5), row.at(6)},
            .occupied_until = row.at(7),
            .state = stored_state(row.text(8)),
            .quantity = row.maybe_integer(9),
            .note = row.text(10),
            .quote = row.money(11),
            .created_at = row.at(12),
            .cancel_reason = row.maybe_text(13),
            .version = row.integer(14)};
}

void append_event(store::Writer& writer, Booking const& booking, std::optional<State> from,
                  State to, std::optional<PersonId> person, std::string_view reason, Instant now) {
    std::optional<std::string> from_name;
    if (from) from_name = name_of(*from);
    writer.execute(
        "INSERT INTO booking_event (facility_id, booking_id, sequence, at_us, from_state, "
        "to_state, person_id, reason) VALUES ($1, $2, (SELECT coalesce(max(sequence), 0) + 1 "
        "FROM booking_event WHERE facility_id = $1 AND booking_id = $2), $3, $4, $5, $6, $7)",
        booking.facility, booking.id, now, from_name, name_of(to), person, reason);
}

/// The columns of a step, from `first` on.
Transition transition_of(store::Row const& row, int first) {
    auto const from = row.maybe_text(first + 1);
    return {.at = row.at(first),
            .from = from ? std::optional{stored_state(*from)} : std::nullopt,
            .to = stored_state(row.text(first + 2)),
            .person = row.maybe_id<PersonId>(first + 3),
            .reason = row.text(first + 4)};
}

#define KARKHANA_HISTORIES                                                                         \
    "SELECT booking_id, at_us, from_state, to_state, person_id, reason FROM booking_event "        \
    "WHERE facility_id = $1 AND booking_id "
constexpr std::string_view kHistoriesSqlite =
    KARKHANA_HISTORIES "IN (SELECT value FROM json_each($2)) ORDER BY booking_id, sequence";
constexpr std::string_view kHistoriesPostgres =
    KARKHANA_HISTORIES "= ANY(CAST($2 AS uuid[])) ORDER BY booking_id, sequence";
#undef KARKHANA_HISTORIES

}  // namespace

std::optional<Booking> find_booking(store::Reader& reader, FacilityId const& facility,
                                    BookingId const& id) {
    return reader.first("SELECT " KARKHANA_BOOKING_COLUMNS
                        "FROM booking b WHERE b.facility_id = $1 AND b.booking_id = $2",
                        booking_of, facility, id);
}

std::vector<Booking> find_bookings(store::Reader& reader, FacilityId const& facility,
                                   std::vector<BookingId> const& ids) {
    if (ids.empty()) return {};
    return reader.all(
        reader.is_postgres()
            ? "SELECT " KARKHANA_BOOKING_COLUMNS "FROM booking b WHERE b.facility_id = $1 "
              "AND b.booking_id = ANY(CAST($2 AS uuid[]))"
            : "SELECT " KARKHANA_BOOKING_COLUMNS "FROM booking b WHERE b.facility_id = $1 "
              "AND b.booking_id IN (SELECT value FROM json_each($2))",
        booking_of, facility, store::id_list(reader, ids));
}

std::optional<Booking> active_booking(store::Reader& reader, FacilityId const& facility,
                                      MachineId const& machine) {
    return reader.first("SELECT " KARKHANA_BOOKING_COLUMNS
                        "FROM booking b WHERE b.facility_id = $1 AND b.machine_id = $2 "
                        "AND b.state IN ('running', 'paused')",
                        booking_of, facility, machine);
}

std::vector<Booking> bookings_between(store::Reader& reader, FacilityId const& facility,
                                      Interval during, bool live_only) {
    return reader.all("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM booking b WHERE b.facility_id = $1 AND b.start_us > $2 "
                      "AND b.start_us < $3 AND b.end_us > $4 AND b.live >= $5 "
                      "ORDER BY b.start_us, b.booking_id",
                      booking_of, facility, during.start - reach, during.end, during.start,
                      live_only ? 1 : 0);
}

// Live bookings of a machine are disjoint, so of those that began before the interval the last one
// alone can reach into it: both queries begin there. CROSS JOIN makes SQLite go machine by machine
// instead of through the history of all.
std::vector<Interval> taken_between(store::Reader& reader, FacilityId const& facility,
                                    MachineId const& machine, Interval during,
                                    std::optional<BookingId> except) {
    return reader.all(
        "SELECT start_us, occupied_until_us FROM booking WHERE facility_id = $1 "
        "AND machine_id = $2 AND live = 1 AND start_us < $4 AND start_us >= coalesce((SELECT "
        "max(start_us) FROM booking WHERE facility_id = $1 AND machine_id = $2 AND live = 1 "
        "AND start_us <= $3), $3) AND occupied_until_us > $3 AND booking_id <> $5 "
        "ORDER BY start_us",
        [](store::Row const& row) { return Interval{row.at(0), row.at(1)}; }, facility, machine,
        during.start, during.end, except.value_or(BookingId{}));
}

std::vector<Taken> taken_of_kind(store::Reader& reader, FacilityId const& facility,
                                 std::string_view kind, Interval during,
                                 std::optional<BookingId> except) {
    return reader.all(
        "SELECT b.machine_id, b.start_us, b.occupied_until_us FROM machine m CROSS JOIN booking b "
        "WHERE m.facility_id = $1 AND m.kind = $2 AND b.facility_id = m.facility_id "
        "AND b.machine_id = m.machine_id AND b.live = 1 AND b.start_us < $4 "
        "AND b.start_us >= coalesce((SELECT max(p.start_us) FROM booking p "
        "WHERE p.facility_id = m.facility_id AND p.machine_id = m.machine_id AND p.live = 1 "
        "AND p.start_us <= $3), $3) AND b.occupied_until_us > $3 AND b.booking_id <> $5 "
        "ORDER BY b.start_us",
        [](store::Row const& row) { return Taken{row.id<MachineId>(0), {row.at(1), row.at(2)}}; },
        facility, kind, during.start, during.end, except.value_or(BookingId{}));
}

void insert_booking(store::Writer& writer, Booking const& booking, Instant now) {
    writer.execute(
        "INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, created_by, "
        "start_us, end_us, occupied_until_us, state, quantity, note, quote_poisha, created_us) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, CAST($7 AS bigint) + 60000000 * coalesce((SELECT "
        "CAST(buffer_minutes AS bigint) FROM machine WHERE facility_id = $1 AND machine_id = $3), "
        "0), $8, $9, $10, $11, $12)",
        booking.facility, booking.id, booking.machine, booking.enterprise, booking.created_by,
        booking.during.start, booking.during.end, name_of(booking.state), booking.quantity,
        booking.note, booking.quote, now);
    append_event(writer, booking, std::nullopt, booking.state, booking.created_by, "", now);
}

bool update_booking(store::Writer& writer, Booking const& booking) {
    return writer.execute("UPDATE booking SET machine_id = $3, start_us = $4, end_us = $5, "
                          "occupied_until_us = CAST($5 AS bigint) + 60000000 * coalesce((SELECT "
                          "CAST(buffer_minutes AS bigint) FROM machine WHERE facility_id = $1 "
                          "AND machine_id = $3), 0), quantity = $6, quote_poisha = $7, "
                          "version = version + 1 "
                          "WHERE facility_id = $1 AND booking_id = $2 AND version = $8",
                          booking.facility, booking.id, booking.machine, booking.during.start,
                          booking.during.end, booking.quantity, booking.quote,
                          booking.version) == 1;
}

bool change_state(store::Writer& writer, Booking const& booking, State to,
                  std::optional<PersonId> person, std::string_view reason, Instant now) {
    std::optional<std::string> cancel_reason;
    if (to == State::cancelled) cancel_reason = reason;
    auto const changed = writer.execute(
        "UPDATE booking SET state = $3, cancel_reason = $4, version = version + 1 "
        "WHERE facility_id = $1 AND booking_id = $2 AND state = $5",
        booking.facility, booking.id, name_of(to), cancel_reason, name_of(booking.state));
    if (changed != 1) return false;
    append_event(writer, booking, booking.state, to, person, reason, now);
    return true;
}

std::vector<Transition> history_of(store::Reader& reader, FacilityId const& facility,
                                   BookingId const& id) {
    return reader.all(
        "SELECT at_us, from_state, to_state, person_id, reason FROM booking_event "
        "WHERE facility_id = $1 AND booking_id = $2 ORDER BY sequence",
        [](store::Row const& row) { return transition_of(row, 0); }, facility, id);
}

std::map<BookingId, std::vector<Transition>> histories_of(store::Reader& reader,
                                                          FacilityId const& facility,
                                                          std::vector<BookingId> const& ids) {
    std::map<BookingId, std::vector<Transition>> found;
    if (ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? kHistoriesPostgres : kHistoriesSqlite,
        [&](store::Row const& row) {
            found[row.id<BookingId>(0)].push_back(transition_of(row, 1));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::vector<Booking> list_bookings(store::Reader& reader, FacilityId const& facility,
                                   ListFilter const& filter, ListCursor const& before, int limit) {
    constexpr Instant first{Duration{std::numeric_limits<std::int64_t>::min() / 2}};
    constexpr Instant last{Duration{std::numeric_limits<std::int64_t>::max() / 2}};
    auto const from = filter.from.value_or(first);
    auto const to = filter.to.value_or(last);
    auto const state = filter.state ? name_of(*filter.state) : std::string_view{};
    auto const machine = filter.machine ? filter.machine->text() : std::string{};
    auto const listed = [&](std::string_view sql, auto const&... enterprise) {
        return reader.all(sql, booking_of, facility, from - reach, to, from, state, machine,
                          before.start, before.id, limit, enterprise...);
    };
    if (!filter.enterprise)
        return listed("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM booking b WHERE b.facility_id = $1" KARKHANA_BOOKING_PAGE);
    // Without statistics SQLite thinks the other index as good, and reads everybody's bookings.
    if (!reader.is_postgres())
        return listed("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM booking b INDEXED BY booking_by_enterprise "
                      "WHERE b.facility_id = $1 AND b.enterprise_id = $10" KARKHANA_BOOKING_PAGE,
                      *filter.enterprise);
    return listed("SELECT " KARKHANA_BOOKING_COLUMNS "FROM booking b WHERE b.facility_id = $1 "
                  "AND b.enterprise_id = $10" KARKHANA_BOOKING_PAGE,
                  *filter.enterprise);
}

void each_slot(store::Reader& reader, FacilityId const& facility, Interval during,
               std::function<void(SlotRow const&)> const& on_slot) {
    reader.each(
        "SELECT booking_id, machine_id, enterprise_id, start_us, end_us, state FROM booking "
        "WHERE facility_id = $1 AND start_us > $2 AND start_us < $3 AND end_us > $4 "
        "AND state <> 'cancelled' ORDER BY start_us",
        [&](store::Row const& row) {
            on_slot({row.text(0), row.text(1), row.text(2), {row.at(3), row.at(4)}, row.text(5)});
        },
        facility, during.start - reach, during.end, during.start);
}

std::vector<Booking> waiting_bookings(store::Reader& reader, FacilityId const& facility,
                                      Instant now) {
    return reader.all("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM machine m CROSS JOIN booking b WHERE m.facility_id = $1 "
                      "AND b.facility_id = m.facility_id AND b.machine_id = m.machine_id "
                      "AND b.live = 1 AND b.start_us <= $2 "
                      "AND b.state IN ('confirmed', 'checked_in') "
                      "ORDER BY b.start_us, b.booking_id",
                      booking_of, facility, now);
}

}  // namespace karkhana::booking
