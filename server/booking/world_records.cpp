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

// The questions about the past are asked of one ME or of many: with every record that was merged
// into it, and each row says for whom it counts.
#define KARKHANA_ONE "= $2 "
#define KARKHANA_AMONG_SQLITE "IN (SELECT value FROM json_each($2)) "
#define KARKHANA_AMONG_POSTGRES "= ANY(CAST($2 AS uuid[])) "
#define KARKHANA_FROM(index)                                                                       \
    "FROM kept CROSS JOIN booking b " index                                                        \
    "WHERE b.facility_id = $1 AND b.enterprise_id = kept.enterprise_id "
#define KARKHANA_OF_EACH(question)                                                                 \
    {question(KARKHANA_ONE, "INDEXED BY booking_by_enterprise "), question(KARKHANA_ONE, ""),      \
     question(KARKHANA_AMONG_SQLITE, "INDEXED BY booking_by_enterprise "),                         \
     question(KARKHANA_AMONG_POSTGRES, "")}

// Without statistics SQLite thinks the index by start as good, and reads everybody's bookings.
// clang-format off
#define KARKHANA_SPENT(among, index)                                                               \
    KARKHANA_WITH_MERGED(among)                                                                    \
    "SELECT kept.kept_id, b.booking_id, b.machine_id, b.start_us, b.end_us, b.state, b.ended_us "  \
    KARKHANA_FROM(index)                                                                           \
    "AND b.start_us > $3 AND b.start_us < $4 AND b.end_us > $5 "                                   \
    "AND b.booking_id <> $6 AND b.state NOT IN ('cancelled', 'released')"
#define KARKHANA_MISSED(among, index)                                                              \
    KARKHANA_WITH_MERGED(among)                                                                    \
    "SELECT kept.kept_id, b.start_us "                                                             \
    KARKHANA_FROM("")                                                                              \
    "AND b.start_us > $3 AND b.start_us <= $4 AND b.state = 'missed'"
#define KARKHANA_FIRSTS(among, index)                                                              \
    KARKHANA_WITH_MERGED(among)                                                                    \
    "SELECT DISTINCT kept.kept_id, b.machine_id, b.kind, b.state, "                                \
    "CASE WHEN b.kind = 'trial' THEN b.booking_id END "                                            \
    KARKHANA_FROM("")                                                                              \
    "AND (b.kind = 'trial' OR b.state = 'completed') AND b.booking_id <> $3 "                      \
    "AND b.state NOT IN ('cancelled', 'released')"
// clang-format on

/// A question: of one and of many, on either engine.
struct Question {
    std::string_view one_sqlite, one_postgres, many_sqlite, many_postgres;
};
constexpr Question kSpent KARKHANA_OF_EACH(KARKHANA_SPENT);
constexpr Question kMissed KARKHANA_OF_EACH(KARKHANA_MISSED);
constexpr Question kFirsts KARKHANA_OF_EACH(KARKHANA_FIRSTS);
#undef KARKHANA_FIRSTS
#undef KARKHANA_MISSED
#undef KARKHANA_SPENT
#undef KARKHANA_OF_EACH
#undef KARKHANA_FROM
#undef KARKHANA_AMONG_POSTGRES
#undef KARKHANA_AMONG_SQLITE
#undef KARKHANA_ONE

/// Of whom the past is asked: one ME, or a list of them.
struct OfWhom {
    bool many = false;
    std::string ids;

    std::string_view ask(store::Reader const& reader, Question const& question) const {
        if (many) return reader.is_postgres() ? question.many_postgres : question.many_sqlite;
        return reader.is_postgres() ? question.one_postgres : question.one_sqlite;
    }
};

void read_spent(store::Reader& reader, facility::Book const& book, PastOf const& of,
                OfWhom const& whom, std::map<EnterpriseId, Past>& pasts) {
    auto const range = counted_range(book, of);
    reader.each(
        whom.ask(reader, kSpent),
        [&](store::Row const& row) {
            auto& past = pasts[row.id<EnterpriseId>(0)];
            Interval const during{row.at(3), row.at(4)};
            past.spent_by.push_back(row.id<BookingId>(1));
            past.party.spent.push_back(
                {row.id<MachineId>(2),
                 spent_of(state_of(row.text(5)).value(), during, row.maybe_at(6))});
        },
        of.facility, whom.ids, range.start - reach, range.end, range.start,
        of.except.value_or(BookingId{}));
}

void read_missed(store::Reader& reader, facility::Book const& book, PastOf const& of,
                 OfWhom const& whom, std::map<EnterpriseId, Past>& pasts) {
    days const since{highest(book, "missed_days", 30)};
    reader.each(
        whom.ask(reader, kMissed),
        [&](store::Row const& row) {
            pasts[row.id<EnterpriseId>(0)].party.missed.push_back(row.at(1));
        },
        of.facility, whom.ids, of.now - since, of.now);
}

void read_firsts(store::Reader& reader, PastOf const& of, OfWhom const& whom,
                 std::map<EnterpriseId, Past>& pasts) {
    reader.each(
        whom.ask(reader, kFirsts),
        [&](store::Row const& row) {
            auto& past = pasts[row.id<EnterpriseId>(0)];
            auto const machine = row.id<MachineId>(1);
            if (row.text(2) == name_of(Kind::trial)) {
                past.tried_by.push_back(row.id<BookingId>(4));
                past.party.tried.push_back(machine);
            }
            if (row.text(3) == name_of(State::completed)) past.party.worked.push_back(machine);
        },
        of.facility, whom.ids, of.except.value_or(BookingId{}));
}

/// As far as the settings of the book ask for it.
void add_pasts(store::Reader& reader, facility::Book const& book, PastOf const& of,
               OfWhom const& whom, std::map<EnterpriseId, Past>& pasts) {
    if (limits_any(book, {"daily_minutes", "daily_count", "weekly_minutes", "weekly_count",
                          "future_minutes", "future_count", "gap_minutes"}))
        read_spent(reader, book, of, whom, pasts);
    if (limits_any(book, {"missed_most"})) read_missed(reader, book, of, whom, pasts);
    if (of.kind == Kind::trial || limits_any(book, {"approval"}))
        read_firsts(reader, of, whom, pasts);
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
    std::map<EnterpriseId, Past> pasts;
    add_pasts(reader, book, of, {.many = false, .ids = of.enterprise.text()}, pasts);
    if (pasts.empty()) return;
    auto& found = pasts.begin()->second.party;
    party.spent = std::move(found.spent);
    party.missed = std::move(found.missed);
    party.tried = std::move(found.tried);
    party.worked = std::move(found.worked);
}

#define KARKHANA_AMONG_SQLITE(column) column " IN (SELECT value FROM json_each($2)) "
#define KARKHANA_AMONG_POSTGRES(column) column " = ANY(CAST($2 AS uuid[])) "

std::map<EnterpriseId, Past> read_pasts(store::Reader& reader, facility::Book const& book,
                                        std::vector<EnterpriseId> const& enterprises,
                                        PastOf const& of) {
    std::map<EnterpriseId, Past> found;
    OfWhom const whom{.many = true, .ids = store::id_list(reader, enterprises)};
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
        of.facility, whom.ids);
    add_pasts(reader, book, of, whom, found);
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
