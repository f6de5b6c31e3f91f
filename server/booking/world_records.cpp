#include "server/booking/world_records.hpp"

#include <algorithm>
#include <limits>

#include "server/booking/rules_holds.hpp"
#include "server/facility/records.hpp"
#include "server/people/merged_sql.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

/// 0012_booking_life.sql grants a booking a week, with a day of set-up and a day of clean-up.
constexpr days reach{9};
constexpr Instant never{Duration{std::numeric_limits<std::int64_t>::max() / 2}};

// Without statistics SQLite thinks the index by start as good, and reads everybody's bookings.
#define KARKHANA_SPENT_COLUMNS "SELECT machine_id, start_us, end_us, state, ended_us FROM booking "
#define KARKHANA_SPENT_WHERE                                                                       \
    "WHERE facility_id = $1 AND enterprise_id IN " KARKHANA_MERGED_INTO                            \
    "AND start_us > $3 AND start_us < $4 "                                                         \
    "AND end_us > $5 AND booking_id <> $6 "                                                        \
    "AND state NOT IN ('cancelled', 'released')"
constexpr std::string_view kSpentSqlite =
    KARKHANA_SPENT_COLUMNS "INDEXED BY booking_by_enterprise " KARKHANA_SPENT_WHERE;
constexpr std::string_view kSpentPostgres = KARKHANA_SPENT_COLUMNS KARKHANA_SPENT_WHERE;
#undef KARKHANA_SPENT_WHERE
#undef KARKHANA_SPENT_COLUMNS

std::int64_t highest(facility::Book const& book, std::string_view name, std::int64_t least) {
    for (auto const& setting : book.settings)
        if (setting.name == name) least = std::max(least, setting.value.value_or(least));
    return least;
}

/// From the week of the range's start to the week of its end, with the gaps around.
Interval counted_range(facility::Book const& book, PastOf const& of) {
    auto const starts = book.facility.week_starts;
    std::chrono::minutes const gap{highest(book, "gap_minutes", 0)};
    auto const first = std::min(of.now, week_of(book.zone, of.range.start, starts).start) - gap;
    bool const ahead = limits_any(book, {"future_minutes", "future_count"});
    auto const last = ahead ? never : week_of(book.zone, of.range.end, starts).end + gap;
    return {first, last};
}

void read_spent(store::Reader& reader, facility::Book const& book, PastOf const& of, Party& party) {
    auto const range = counted_range(book, of);
    reader.each(
        reader.is_postgres() ? kSpentPostgres : kSpentSqlite,
        [&](store::Row const& row) {
            Interval const during{row.at(1), row.at(2)};
            party.spent.push_back({row.id<MachineId>(0), spent_of(state_of(row.text(3)).value(),
                                                                  during, row.maybe_at(4))});
        },
        of.facility, of.enterprise, range.start - reach, range.end, range.start,
        of.except.value_or(BookingId{}));
}

void read_missed(store::Reader& reader, facility::Book const& book, PastOf const& of,
                 Party& party) {
    days const since{highest(book, "missed_days", 30)};
    party.missed = reader.all(
        "SELECT start_us FROM booking WHERE facility_id = $1 "
        "AND enterprise_id IN " KARKHANA_MERGED_INTO
        "AND start_us > $3 AND start_us <= $4 AND state = 'missed'",
        [](store::Row const& row) { return row.at(0); }, of.facility, of.enterprise, of.now - since,
        of.now);
}

void read_firsts(store::Reader& reader, PastOf const& of, Party& party) {
    reader.each(
        "SELECT DISTINCT machine_id, kind, state FROM booking WHERE facility_id = $1 "
        "AND enterprise_id IN " KARKHANA_MERGED_INTO
        "AND (kind = 'trial' OR state = 'completed') AND booking_id <> $3 "
        "AND state NOT IN ('cancelled', 'released')",
        [&](store::Row const& row) {
            auto const machine = row.id<MachineId>(0);
            if (row.text(1) == name_of(Kind::trial)) party.tried.push_back(machine);
            if (row.text(2) == name_of(State::completed)) party.worked.push_back(machine);
        },
        of.facility, of.enterprise, of.except.value_or(BookingId{}));
}

}  // namespace

std::optional<Known> find_party(store::Reader& reader, FacilityId const& facility,
                                EnterpriseId const& enterprise) {
    return reader.first(
        // A record that was merged into another is booked for no more.
        "SELECT name_en, name_bn, women_led, "
        "CASE WHEN merged_into IS NULL THEN suspended ELSE 1 END, membership, member_until "
        "FROM enterprise WHERE facility_id = $1 AND enterprise_id = $2",
        [&](store::Row const& row) {
            Known known;
            known.enterprise.id = enterprise;
            known.enterprise.name = {row.text(0), row.text(1)};
            known.enterprise.women_led = known.party.women_led = row.flag(2);
            known.enterprise.suspended = known.party.suspended = row.flag(3);
            known.party.membership = row.text(4);
            known.party.member_until = row.maybe_at(5);
            return known;
        },
        facility, enterprise);
}

bool limits_any(facility::Book const& book, std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(book.settings, [&](facility::Setting const& setting) {
        return setting.value && std::ranges::find(names, setting.name) != names.end();
    });
}

std::optional<std::string> membership_of(store::Reader& reader, FacilityId const& facility,
                                         EnterpriseId const& enterprise) {
    return reader.first(
        "SELECT membership FROM enterprise WHERE facility_id = $1 AND enterprise_id = $2",
        [](store::Row const& row) { return row.text(0); }, facility, enterprise);
}

Memberships read_memberships(store::Reader& reader, FacilityId const& facility) {
    Memberships found;
    reader.each(
        "SELECT enterprise_id, membership FROM enterprise WHERE facility_id = $1",
        [&](store::Row const& row) { found.emplace(row.id<EnterpriseId>(0), row.text(1)); },
        facility);
    return found;
}

void lock_party(store::Writer& writer, FacilityId const& facility, EnterpriseId const& party) {
    if (!writer.is_postgres()) return;
    writer.exists("SELECT 1 FROM enterprise WHERE facility_id = $1 AND enterprise_id = $2 "
                  "FOR NO KEY UPDATE",
                  facility, party);
}

void lock_generator(store::Writer& writer, FacilityId const& facility) {
    if (!writer.is_postgres()) return;
    writer.exists("SELECT 1 FROM facility WHERE facility_id = $1 AND generator_w > 0 "
                  "FOR NO KEY UPDATE",
                  facility);
}

bool is_person(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    return reader.exists("SELECT 1 FROM person WHERE facility_id = $1 AND person_id = $2", facility,
                         person);
}

void read_past(store::Reader& reader, facility::Book const& book, PastOf const& of, Party& party) {
    if (limits_any(book, {"daily_minutes", "daily_count", "weekly_minutes", "weekly_count",
                          "future_minutes", "future_count", "gap_minutes"}))
        read_spent(reader, book, of, party);
    if (limits_any(book, {"missed_most"})) read_missed(reader, book, of, party);
    if (of.kind == Kind::trial || limits_any(book, {"approval"})) read_firsts(reader, of, party);
}

#define KARKHANA_AMONG_SQLITE(column) column " IN (SELECT value FROM json_each($2)) "
#define KARKHANA_AMONG_POSTGRES(column) column " = ANY(CAST($2 AS uuid[])) "

std::map<EnterpriseId, Past> read_pasts(store::Reader& reader, facility::Book const& book,
                                        std::vector<EnterpriseId> const& enterprises,
                                        PastOf const& of) {
    std::map<EnterpriseId, Past> found;
    auto const ids = store::id_list(reader, enterprises);
#define KARKHANA_PARTIES(among)                                                                    \
    "SELECT enterprise_id, women_led, CASE WHEN merged_into IS NULL THEN suspended ELSE 1 END, "   \
    "membership, member_until FROM enterprise WHERE facility_id = $1 AND " among("enterprise_id")
    reader.each(
        reader.is_postgres() ? KARKHANA_PARTIES(KARKHANA_AMONG_POSTGRES)
                             : KARKHANA_PARTIES(KARKHANA_AMONG_SQLITE),
        [&](store::Row const& row) {
            auto& party = found[row.id<EnterpriseId>(0)].party;
            party.women_led = row.flag(1);
            party.suspended = row.flag(2);
            party.membership = row.text(3);
            party.member_until = row.maybe_at(4);
        },
        of.facility, ids);
    auto const range = counted_range(book, of);
#define KARKHANA_SPENT(index, among)                                                               \
    "SELECT enterprise_id, booking_id, machine_id, start_us, end_us, state, ended_us "             \
    "FROM booking " index "WHERE facility_id = $1 AND start_us > $3 AND start_us < $4 "            \
    "AND end_us > $5 AND state NOT IN ('cancelled', 'released') "                                  \
    "AND " among("enterprise_id") "ORDER BY start_us, booking_id"
    if (limits_any(book, {"daily_minutes", "daily_count", "weekly_minutes", "weekly_count",
                          "future_minutes", "future_count", "gap_minutes"}))
        reader.each(
            reader.is_postgres()
                ? KARKHANA_SPENT("", KARKHANA_AMONG_POSTGRES)
                : KARKHANA_SPENT("INDEXED BY booking_by_enterprise ", KARKHANA_AMONG_SQLITE),
            [&](store::Row const& row) {
                auto& past = found[row.id<EnterpriseId>(0)];
                past.spent_by.push_back(row.id<BookingId>(1));
                past.party.spent.push_back(
                    {row.id<MachineId>(2), spent_of(state_of(row.text(5)).value(),
                                                    {row.at(3), row.at(4)}, row.maybe_at(6))});
            },
            of.facility, ids, range.start - reach, range.end, range.start);
#define KARKHANA_MISSED(among)                                                                     \
    "SELECT enterprise_id, start_us FROM booking WHERE facility_id = $1 AND " among(               \
        "enterprise_id") "AND start_us > $3 AND start_us <= $4 AND state = 'missed'"
    if (limits_any(book, {"missed_most"}))
        reader.each(
            reader.is_postgres() ? KARKHANA_MISSED(KARKHANA_AMONG_POSTGRES)
                                 : KARKHANA_MISSED(KARKHANA_AMONG_SQLITE),
            [&](store::Row const& row) {
                found[row.id<EnterpriseId>(0)].party.missed.push_back(row.at(1));
            },
            of.facility, ids, of.now - days{highest(book, "missed_days", 30)}, of.now);
#define KARKHANA_TRIED(among)                                                                      \
    "SELECT enterprise_id, booking_id, machine_id FROM booking WHERE facility_id = $1 AND " among( \
        "enterprise_id") "AND kind = 'trial' "                                                     \
                         "AND state NOT IN ('cancelled', 'released')"
    if (of.kind == Kind::trial)
        reader.each(
            reader.is_postgres() ? KARKHANA_TRIED(KARKHANA_AMONG_POSTGRES)
                                 : KARKHANA_TRIED(KARKHANA_AMONG_SQLITE),
            [&](store::Row const& row) {
                auto& past = found[row.id<EnterpriseId>(0)];
                past.tried_by.push_back(row.id<BookingId>(1));
                past.party.tried.push_back(row.id<MachineId>(2));
            },
            of.facility, ids);
    return found;
}

std::map<BookingId, std::vector<OwnHold>> holds_of_each(store::Reader& reader,
                                                        FacilityId const& facility,
                                                        std::vector<BookingId> const& bookings) {
    std::map<BookingId, std::vector<OwnHold>> found;
#define KARKHANA_HOLDS(among)                                                                      \
    "SELECT booking_id, resource_id, units, from_us, until_us, live, asked FROM booking_hold "     \
    "WHERE facility_id = $1 AND " among("booking_id") "ORDER BY booking_id, resource_id"
    reader.each(
        reader.is_postgres() ? KARKHANA_HOLDS(KARKHANA_AMONG_POSTGRES)
                             : KARKHANA_HOLDS(KARKHANA_AMONG_SQLITE),
        [&](store::Row const& row) {
            found[row.id<BookingId>(0)].push_back(
                {{row.id<ResourceId>(1), row.integer(2), {row.at(3), row.at(4)}},
                 row.flag(5),
                 row.flag(6)});
        },
        facility, store::id_list(reader, bookings));
    return found;
}

std::vector<Held> held_between(store::Reader& reader, FacilityId const& facility, Interval range,
                               std::optional<BookingId> except) {
    // The lengths are those of 0027_bounded_looks.sql.
    return reader.all(
        "SELECT h.resource_id, h.units, h.from_us, h.until_us FROM resource r "
        "CROSS JOIN (SELECT 7200000000 AS us UNION ALL SELECT 43200000000 "
        "UNION ALL SELECT 777600000000) reach CROSS JOIN booking_hold h "
        "WHERE r.facility_id = $1 AND h.facility_id = r.facility_id "
        "AND h.resource_id = r.resource_id AND h.live = 1 AND h.reach_us = reach.us "
        "AND h.from_us > $3 - reach.us AND h.from_us < $2 AND h.until_us > $3 "
        "AND h.booking_id <> $4",
        [](store::Row const& row) {
            return Held{row.id<ResourceId>(0), row.integer(1), {row.at(2), row.at(3)}};
        },
        facility, range.end, range.start, except.value_or(BookingId{}));
}

std::vector<Held> held_by(store::Reader& reader, FacilityId const& facility,
                          BookingId const& booking) {
    return reader.all(
        "SELECT resource_id, units, from_us, until_us, asked FROM booking_hold "
        "WHERE facility_id = $1 AND booking_id = $2 ORDER BY resource_id",
        [](store::Row const& row) {
            return Held{row.id<ResourceId>(0), row.integer(1), {row.at(2), row.at(3)}, row.flag(4)};
        },
        facility, booking);
}

std::vector<NamedHold> named_holds(store::Reader& reader, FacilityId const& facility,
                                   BookingId const& booking) {
    return reader.all(
        "SELECT h.resource_id, h.units, h.from_us, h.until_us, h.asked, r.kind, r.name_en, "
        "r.name_bn FROM booking_hold h JOIN resource r ON r.facility_id = h.facility_id "
        "AND r.resource_id = h.resource_id WHERE h.facility_id = $1 AND h.booking_id = $2 "
        "ORDER BY r.kind, r.slug",
        [](store::Row const& row) {
            return NamedHold{
                {row.id<ResourceId>(0), row.integer(1), {row.at(2), row.at(3)}, row.flag(4)},
                row.text(5),
                {row.text(6), row.text(7)}};
        },
        facility, booking);
}

std::vector<OnShift> shifts_between(store::Reader& reader, FacilityId const& facility,
                                    Interval range) {
    return reader.all(
        "SELECT person_id, starts_at, ends_at FROM shift WHERE facility_id = $1 AND ends_at > $2 "
        "AND starts_at < $3 ORDER BY starts_at",
        [](store::Row const& row) { return OnShift{row.id<PersonId>(0), {row.at(1), row.at(2)}}; },
        facility, range.start, range.end);
}

Hand Licences::hand(std::string const& machine_kind, bool assisted) const {
    auto const found = kinds.find(machine_kind);
    bool const authorised = found != kinds.end();
    return {.assisted = assisted,
            .named = known,
            .authorised = authorised,
            .authorised_until = authorised ? found->second : std::nullopt,
            .born_on = born_on};
}

namespace {

/// A row: born_on, machine_kind, expires_at.
void add_licence(Licences& found, store::Row const& row, int at) {
    found.known = true;
    if (auto const born = row.maybe_text(at)) found.born_on = parse_date(*born).value();
    auto const kind = row.maybe_text(at + 1);
    if (!kind) return;
    auto const until = row.maybe_at(at + 2);
    auto const [known, is_new] = found.kinds.emplace(*kind, until);
    // Of several the one that lasts longest counts.
    if (!is_new && known->second && (!until || *until > *known->second)) known->second = until;
}

}  // namespace

#define KARKHANA_LICENCES                                                                          \
    "p.born_on, a.machine_kind, a.expires_at FROM person p LEFT JOIN authorisation a "             \
    "ON a.facility_id = p.facility_id AND a.person_id = p.person_id AND a.revoked_at IS NULL "     \
    "WHERE p.facility_id = $1 AND "

Licences licences_of(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    Licences found;
    reader.each(
        "SELECT " KARKHANA_LICENCES "p.person_id = $2",
        [&](store::Row const& row) { add_licence(found, row, 0); }, facility, person);
    return found;
}

std::map<PersonId, Licences> licences_of_each(store::Reader& reader, FacilityId const& facility,
                                              std::vector<PersonId> const& persons) {
    std::map<PersonId, Licences> found;
    reader.each(
        reader.is_postgres()
            ? "SELECT p.person_id, " KARKHANA_LICENCES KARKHANA_AMONG_POSTGRES("p.person_id")
            : "SELECT p.person_id, " KARKHANA_LICENCES KARKHANA_AMONG_SQLITE("p.person_id"),
        [&](store::Row const& row) { add_licence(found[row.id<PersonId>(0)], row, 1); }, facility,
        store::id_list(reader, persons));
    return found;
}

std::map<MachineId, std::int64_t> booked_minutes(store::Reader& reader, FacilityId const& facility,
                                                 Interval during) {
    std::map<MachineId, std::int64_t> found;
    reader.each(
        "SELECT machine_id, CAST(sum(end_us - start_us) AS bigint) FROM booking "
        "WHERE facility_id = $1 AND start_us >= $2 AND start_us < $3 "
        "AND state NOT IN ('cancelled', 'released') GROUP BY machine_id",
        [&](store::Row const& row) {
            found[row.id<MachineId>(0)] = Duration{row.integer(1)} / std::chrono::minutes{1};
        },
        facility, during.start, during.end);
    return found;
}

void replace_holds(store::Writer& writer, facility::Machine const& machine,
                   BookingId const& booking, std::vector<Held> const& holds) {
    auto const& facility = machine.facility;
    writer.execute("DELETE FROM booking_hold WHERE facility_id = $1 AND booking_id = $2", facility,
                   booking);
    // A shared machine's seats are a resource as soon as somebody holds one.
    if (machine.seats > 1)
        writer.execute(
            "INSERT INTO resource (facility_id, resource_id, kind, slug, name_en, name_bn, "
            "capacity, machine_id) VALUES ($1, $2, 'room', $3, $4, $5, $6, $7) "
            "ON CONFLICT (facility_id, resource_id) DO UPDATE SET capacity = excluded.capacity",
            facility, room_of(machine), "seats-" + machine.slug, machine.name.en, machine.name.bn,
            machine.seats, machine.id);
    auto sorted = holds;
    // In one order, so that two bookings wait for each other instead of deadlocking.
    std::ranges::sort(sorted, {}, &Held::resource);
    for (auto const& hold : sorted)
        writer.execute("INSERT INTO booking_hold (facility_id, booking_id, resource_id, units, "
                       "from_us, until_us, live, asked) VALUES ($1, $2, $3, $4, $5, $6, 1, $7)",
                       facility, booking, hold.resource, hold.units, hold.during.start,
                       hold.during.end, hold.asked);
}

void insert_overrides(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
                      PersonId const& person, std::vector<Override> const& overrides, Instant now) {
    for (auto const& each : overrides)
        writer.execute("INSERT INTO booking_override (facility_id, booking_id, rule, at_us, "
                       "person_id, reason, numbers) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                       facility, booking, name_of(each.rule), now, person, each.reason,
                       each.numbers);
}

std::vector<KeptOverride> overrides_of(store::Reader& reader, FacilityId const& facility,
                                       BookingId const& booking) {
    return reader.all(
        "SELECT o.rule, o.reason, o.at_us, p.name_en, p.name_bn FROM booking_override o "
        "JOIN person p ON p.facility_id = o.facility_id AND p.person_id = o.person_id "
        "WHERE o.facility_id = $1 AND o.booking_id = $2 ORDER BY o.at_us, o.rule",
        [](store::Row const& row) {
            return KeptOverride{
                rule_of(row.text(0)).value(), row.text(1), row.at(2), {row.text(3), row.text(4)}};
        },
        facility, booking);
}

}  // namespace karkhana::booking
