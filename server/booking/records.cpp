#include "server/booking/records.hpp"

#include <limits>

#include "server/facility/records.hpp"
#include "server/store/id_list.hpp"

#define KARKHANA_BOOKING_COLUMNS                                                                   \
    "b.facility_id, b.booking_id, b.machine_id, b.enterprise_id, b.created_by, b.start_us, "       \
    "b.end_us, b.occupied_from_us, b.occupied_until_us, b.state, b.kind, b.origin, b.people, "     \
    "b.assisted, b.operated_by, b.quote_card_id, b.hold_until_us, b.pending_for, b.ended_us, "     \
    "b.bundle_id, b.series_id, b.occurrence_us, b.follows_id, b.calendar_sequence, b.quantity, "   \
    "b.note, b.quote_poisha, b.created_us, b.cancel_reason, b.version, b.confirmed_us "

#define KARKHANA_BOOKING_PAGE                                                                      \
    " AND b.start_us > $2 AND b.start_us < $3 AND b.end_us > $4 "                                  \
    "AND ($5 = '' OR b.state = $5) AND ($6 = '' OR CAST(b.machine_id AS text) = $6) "              \
    "AND (b.start_us, b.booking_id) < ($7, $8) "                                                   \
    "ORDER BY b.start_us DESC, b.booking_id DESC LIMIT $9"

namespace karkhana::booking {
namespace {

/// 0012_booking_life.sql grants a booking a week and its clean-up a day, so who overlaps an
/// interval began no earlier than this before it.
constexpr std::chrono::days reach{8};

/// What a stored name means; the schema lets no other in.
template <class Enum>
Enum known(std::optional<Enum> found, std::string const& name) {
    if (!found) throw std::runtime_error("a stored booking has an unknown " + name);
    return *found;
}
State stored_state(std::string const& name) { return known(state_of(name), name); }

std::optional<std::string_view> stored_name(std::optional<PendingFor> what) {
    if (!what) return std::nullopt;
    return name_of(*what);
}
std::optional<PendingFor> stored_pending(std::optional<std::string> const& name) {
    if (!name) return std::nullopt;
    return known(pending_for_of(*name), *name);
}

Booking booking_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<BookingId>(1),
            .machine = row.id<MachineId>(2),
            .enterprise = row.id<EnterpriseId>(3),
            .created_by = row.id<PersonId>(4),
            .during = {row.at(5), row.at(6)},
            .occupied_from = row.at(7),
            .occupied_until = row.at(8),
            .state = stored_state(row.text(9)),
            .kind = known(kind_of(row.text(10)), row.text(10)),
            .origin = known(origin_of(row.text(11)), row.text(11)),
            .people = static_cast<int>(row.integer(12)),
            .assisted = row.flag(13),
            .operated_by = row.maybe_id<PersonId>(14),
            .quote_card = row.maybe_id<RateCardId>(15),
            .hold_until = row.maybe_at(16),
            .pending_for = stored_pending(row.maybe_text(17)),
            .ended_at = row.maybe_at(18),
            .bundle = row.maybe_id<BundleId>(19),
            .series = row.maybe_id<SeriesId>(20),
            .occurrence = row.maybe_at(21),
            .follows = row.maybe_id<BookingId>(22),
            .calendar_sequence = row.integer(23),
            .quantity = row.maybe_integer(24),
            .note = row.text(25),
            .quote = row.money(26),
            .created_at = row.at(27),
            .confirmed_at = row.maybe_at(30),
            .cancel_reason = row.maybe_text(28),
            .version = row.integer(29)};
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

std::optional<Booking> find_booking(store::Writer& writer, FacilityId const& facility,
                                    BookingId const& id) {
    if (writer.is_postgres() &&
        !writer.exists("SELECT 1 FROM booking WHERE facility_id = $1 AND booking_id = $2 "
                       "FOR NO KEY UPDATE",
                       facility, id))
        return std::nullopt;
    store::Reader& reader = writer;
    return find_booking(reader, facility, id);
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
                        "AND b.state IN ('running', 'paused') AND b.exclusive = 1",
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
// alone can reach into it: the query begins there. CROSS JOIN makes SQLite go machine by machine
// instead of through the history of all.
#define KARKHANA_TAKEN                                                                             \
    "SELECT b.machine_id, b.occupied_from_us, b.occupied_until_us FROM machine m "                 \
    "CROSS JOIN booking b WHERE m.facility_id = $1 AND b.facility_id = m.facility_id "             \
    "AND b.machine_id = m.machine_id AND b.live = 1 "                                              \
    "AND b.exclusive = 1 AND b.occupied_from_us < $4 AND b.occupied_from_us >= coalesce(("         \
    "SELECT max(p.occupied_from_us) FROM booking p WHERE p.facility_id = m.facility_id "           \
    "AND p.machine_id = m.machine_id AND p.live = 1 AND p.exclusive = 1 "                          \
    "AND p.occupied_from_us <= $3), $3) AND b.occupied_until_us > $3 AND b.booking_id <> $5 "      \
    "AND m.machine_id "
#define KARKHANA_BY_START " ORDER BY m.machine_id, b.occupied_from_us"
constexpr std::string_view kTakenSqlite =
    KARKHANA_TAKEN "IN (SELECT value FROM json_each($2))" KARKHANA_BY_START;
constexpr std::string_view kTakenPostgres =
    KARKHANA_TAKEN "= ANY(CAST($2 AS uuid[]))" KARKHANA_BY_START;
#undef KARKHANA_BY_START
#undef KARKHANA_TAKEN

std::vector<Taken> taken_of(store::Reader& reader, FacilityId const& facility,
                            std::vector<MachineId> const& machines, Interval during,
                            std::optional<BookingId> except) {
    if (machines.empty()) return {};
    return reader.all(
        reader.is_postgres() ? kTakenPostgres : kTakenSqlite,
        [](store::Row const& row) { return Taken{row.id<MachineId>(0), {row.at(1), row.at(2)}}; },
        facility, store::id_list(reader, machines), during.start, during.end,
        except.value_or(BookingId{}));
}

void insert_booking(store::Writer& writer, Booking const& booking, Instant now) {
    // In one statement with the machine's set-up, clean-up and seats: they are as they are now. Not
    // INSERT ... SELECT, whose row SQLite keeps in a table made for it because there are triggers.
    writer.execute(
        "INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, created_by, "
        "start_us, end_us, occupied_from_us, occupied_until_us, exclusive, state, kind, origin, "
        "people, assisted, operated_by, quote_card_id, hold_until_us, pending_for, bundle_id, "
        "series_id, occurrence_us, follows_id, quantity, note, quote_poisha, created_us) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, "
        "CAST($6 AS bigint) - 60000000 * coalesce((SELECT CAST(setup_minutes AS bigint) "
        "FROM machine WHERE facility_id = $1 AND machine_id = $3), 0), "
        "CAST($7 AS bigint) + 60000000 * coalesce((SELECT CAST(buffer_minutes AS bigint) "
        "FROM machine WHERE facility_id = $1 AND machine_id = $3), 0), "
        "coalesce((SELECT CASE WHEN seats = 1 THEN 1 ELSE 0 END "
        "FROM machine WHERE facility_id = $1 AND machine_id = $3), 1), "
        "$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
        booking.facility, booking.id, booking.machine, booking.enterprise, booking.created_by,
        booking.during.start, booking.during.end, name_of(booking.state), name_of(booking.kind),
        name_of(booking.origin), booking.people, booking.assisted, booking.operated_by,
        booking.quote_card, booking.hold_until, stored_name(booking.pending_for), booking.bundle,
        booking.series, booking.occurrence, booking.follows, booking.quantity, booking.note,
        booking.quote, now);
    append_event(writer, booking, std::nullopt, booking.state, booking.created_by, "", now);
}

bool update_booking(store::Writer& writer, Booking const& booking) {
    return writer.execute(
               "UPDATE booking SET machine_id = $3, start_us = $4, end_us = $5, "
               "occupied_from_us = CAST($4 AS bigint) - 60000000 * coalesce((SELECT "
               "CAST(setup_minutes AS bigint) FROM machine WHERE facility_id = $1 "
               "AND machine_id = $3), 0), "
               "occupied_until_us = CAST($5 AS bigint) + 60000000 * coalesce((SELECT "
               "CAST(buffer_minutes AS bigint) FROM machine WHERE facility_id = $1 "
               "AND machine_id = $3), 0), exclusive = (SELECT CASE WHEN seats = 1 THEN 1 ELSE 0 "
               "END FROM machine WHERE facility_id = $1 AND machine_id = $3), "
               "quantity = $6, quote_poisha = $7, quote_card_id = $9, hold_until_us = $10, "
               "calendar_sequence = calendar_sequence + CASE WHEN machine_id = $3 "
               "AND start_us = $4 AND end_us = $5 THEN 0 ELSE 1 END, version = version + 1 "
               "WHERE facility_id = $1 AND booking_id = $2 AND version = $8",
               booking.facility, booking.id, booking.machine, booking.during.start,
               booking.during.end, booking.quantity, booking.quote, booking.version,
               booking.quote_card, booking.hold_until) == 1;
}

bool change_state(store::Writer& writer, Booking const& booking, State to,
                  std::optional<PersonId> person, std::string_view reason, Instant now) {
    std::optional<std::string> cancel_reason;
    bool const gone =
        to == State::cancelled || to == State::late_cancelled || to == State::released;
    if (gone) cancel_reason = reason;
    bool const lets_go = is_live(booking.state) && !is_live(to);
    // Whoever books it next has seen that it is free, and who waits for it.
    if (lets_go) facility::lock_machine(writer, booking.facility, booking.machine);
    auto const changed = writer.execute(
        "UPDATE booking SET state = $3, cancel_reason = coalesce($4, cancel_reason), "
        "ended_us = coalesce(ended_us, $6), confirmed_us = coalesce($8, confirmed_us), "
        "calendar_sequence = calendar_sequence + $7, "
        "version = version + 1 WHERE facility_id = $1 AND booking_id = $2 AND state = $5",
        booking.facility, booking.id, name_of(to), cancel_reason, name_of(booking.state),
        lets_go ? std::optional{now} : std::nullopt, gone ? 1 : 0,
        to == State::confirmed ? std::optional{now} : std::nullopt);
    if (changed != 1) return false;
    append_event(writer, booking, booking.state, to, person, reason, now);
    return true;
}

void assist(store::Writer& writer, Booking& booking, PersonId const& by) {
    writer.execute("UPDATE booking SET assisted = 1, operated_by = $3, version = version + 1 "
                   "WHERE facility_id = $1 AND booking_id = $2",
                   booking.facility, booking.id, by);
    booking.assisted = true;
    booking.operated_by = by;
    ++booking.version;
}

bool hand_over(store::Writer& writer, Booking const& booking, EnterpriseId const& to) {
    return writer.execute("UPDATE booking SET enterprise_id = $3, version = version + 1, "
                          "calendar_sequence = calendar_sequence + 1 WHERE facility_id = $1 "
                          "AND booking_id = $2 AND version = $4",
                          booking.facility, booking.id, to, booking.version) == 1;
}

void lock_bookings(store::Writer& writer, FacilityId const& facility, std::vector<BookingId> ids) {
    if (!writer.is_postgres() || ids.empty()) return;
    writer.exists("SELECT 1 FROM booking WHERE facility_id = $1 "
                  "AND booking_id = ANY(CAST($2 AS uuid[])) ORDER BY booking_id FOR UPDATE",
                  facility, store::id_list(writer, ids));
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

std::map<BookingId, BookedTerms> booked_terms_of(store::Reader& reader, FacilityId const& facility,
                                                 std::vector<BookingId> const& ids) {
    constexpr std::string_view columns =
        "SELECT booking_id, start_us, end_us, created_us, kind, assisted, quote_card_id "
        "FROM booking WHERE facility_id = $1 AND booking_id ";
    std::map<BookingId, BookedTerms> found;
    if (ids.empty()) return found;
    reader.each(
        std::string{columns} + (reader.is_postgres() ? "= ANY(CAST($2 AS uuid[]))"
                                                     : "IN (SELECT value FROM json_each($2))"),
        [&](store::Row const& row) {
            found[row.id<BookingId>(0)] = {{row.at(1), row.at(2)},
                                           row.at(3),
                                           row.text(4) == name_of(Kind::trial),
                                           row.integer(5) != 0,
                                           row.maybe_id<RateCardId>(6)};
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
        "AND state NOT IN ('cancelled', 'late_cancelled', 'released') "
        "ORDER BY start_us",
        [&](store::Row const& row) {
            on_slot({row.text(0), row.text(1), row.text(2), {row.at(3), row.at(4)}, row.text(5)});
        },
        facility, during.start - reach, during.end, during.start);
}

std::vector<Booking> held_until(store::Reader& reader, FacilityId const& facility, Instant now) {
    return reader.all("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM booking b WHERE b.facility_id = $1 AND b.state = 'pending' "
                      "AND b.hold_until_us <= $2 ORDER BY b.hold_until_us, b.booking_id",
                      booking_of, facility, now);
}

std::vector<Booking> waiting_bookings(store::Reader& reader, FacilityId const& facility,
                                      Instant now) {
    return reader.all("SELECT " KARKHANA_BOOKING_COLUMNS
                      "FROM machine m CROSS JOIN booking b WHERE m.facility_id = $1 "
                      "AND b.facility_id = m.facility_id AND b.machine_id = m.machine_id "
                      "AND b.live = 1 AND b.occupied_from_us <= $2 AND b.start_us <= $2 "
                      "AND b.state IN ('confirmed', 'checked_in') "
                      "ORDER BY b.start_us, b.booking_id",
                      booking_of, facility, now);
}

namespace {

#define KARKHANA_NEXT                                                                              \
    "SELECT enterprise_id, min(start_us) FROM booking WHERE facility_id = $1 AND start_us > $3 "   \
    "AND live = 1 AND enterprise_id "
constexpr std::string_view kNextSqlite =
    KARKHANA_NEXT "IN (SELECT value FROM json_each($2)) GROUP BY enterprise_id";
constexpr std::string_view kNextPostgres =
    KARKHANA_NEXT "= ANY(CAST($2 AS uuid[])) GROUP BY enterprise_id";
#undef KARKHANA_NEXT

}  // namespace

std::unordered_map<EnterpriseId, Instant> next_bookings(store::Reader& reader,
                                                        FacilityId const& facility,
                                                        std::vector<EnterpriseId> const& ids,
                                                        Instant now) {
    std::unordered_map<EnterpriseId, Instant> found;
    if (ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? kNextPostgres : kNextSqlite,
        [&](store::Row const& row) { found.emplace(row.id<EnterpriseId>(0), row.at(1)); }, facility,
        store::id_list(reader, ids), now);
    return found;
}

bool wait_for_approval(store::Writer& writer, Booking const& booking, Instant hold_until) {
    return writer.execute("UPDATE booking SET pending_for = 'approval', hold_until_us = $3, "
                          "version = version + 1 WHERE facility_id = $1 AND booking_id = $2 "
                          "AND state = 'pending' AND version = $4",
                          booking.facility, booking.id, hold_until, booking.version) == 1;
}

}  // namespace karkhana::booking
