#include "server/desk/attendance.hpp"

#include <algorithm>
#include <array>

#include "server/store/id_list.hpp"

namespace karkhana::desk {
namespace {

constexpr std::array<std::string_view, 3> kOutcomes{"none", "passed", "failed"};

/// 0012_booking_life.sql grants a booking a week, so who overlaps began no earlier than that.
constexpr std::chrono::days longest{7};

#define KARKHANA_ATTENDANCE                                                                        \
    "SELECT booking_id, person_id, name, woman, came, result, authorisation_id FROM attendance "   \
    "WHERE facility_id = $1 AND booking_id "
constexpr std::string_view kSqlite =
    KARKHANA_ATTENDANCE "IN (SELECT value FROM json_each($2)) ORDER BY booking_id, sequence";
constexpr std::string_view kPostgres =
    KARKHANA_ATTENDANCE "= ANY(CAST($2 AS uuid[])) ORDER BY booking_id, sequence";
#undef KARKHANA_ATTENDANCE

Attendee attendee_of(store::Row const& row) {
    Attendee found{.person = row.maybe_id<PersonId>(1),
                   .name = row.text(2),
                   .woman = {},
                   .came = row.flag(4),
                   .outcome = outcome_of(row.text(5)).value(),
                   .authorisation = row.maybe_id<people::AuthorisationId>(6)};
    if (!row.is_null(3)) found.woman = row.flag(3);
    return found;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
    return kOutcomes.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> outcome_of(std::string_view name) {
    auto const found = std::ranges::find(kOutcomes, name);
    if (found == kOutcomes.end()) return std::nullopt;
    return static_cast<Outcome>(found - kOutcomes.begin());
}

std::map<BookingId, std::vector<Attendee>> attendance_of(store::Reader& reader,
                                                         FacilityId const& facility,
                                                         std::vector<BookingId> const& bookings) {
    std::map<BookingId, std::vector<Attendee>> found;
    if (bookings.empty()) return found;
    reader.each(
        reader.is_postgres() ? kPostgres : kSqlite,
        [&](store::Row const& row) {
            auto& list = found[row.id<BookingId>(0)];
            auto attendee = attendee_of(row);
            auto const same = std::ranges::find_if(list, [&](Attendee const& each) {
                return each.person == attendee.person && each.name == attendee.name;
            });
            if (same == list.end())
                list.push_back(std::move(attendee));
            else
                *same = std::move(attendee);
        },
        facility, store::id_list(reader, bookings));
    return found;
}

void insert_attendee(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
                     Attendee const& attendee, PersonId const& by, Instant now) {
    std::optional<int> woman;
    if (attendee.woman) woman = *attendee.woman ? 1 : 0;
    writer.execute(
        "INSERT INTO attendance (facility_id, booking_id, sequence, person_id, name, woman, came, "
        "result, authorisation_id, recorded_at, recorded_by) VALUES ($1, $2, "
        "(SELECT coalesce(max(sequence), 0) + 1 FROM attendance WHERE facility_id = $1 "
        "AND booking_id = $2), $3, $4, $5, $6, $7, $8, $9, $10)",
        facility, booking, attendee.person, attendee.name, woman, attendee.came ? 1 : 0,
        name_of(attendee.outcome), attendee.authorisation, now, by);
}

std::map<people::AuthorisationId, Training> trainings_behind(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             PersonId const& person) {
    std::map<people::AuthorisationId, Training> found;
    reader.each(
        "SELECT a.authorisation_id, a.booking_id, b.start_us FROM attendance a JOIN booking b "
        "ON b.facility_id = a.facility_id AND b.booking_id = a.booking_id "
        "WHERE a.facility_id = $1 AND a.person_id = $2 AND a.authorisation_id IS NOT NULL",
        [&](store::Row const& row) {
            found.emplace(row.id<people::AuthorisationId>(0),
                          Training{row.id<BookingId>(1), row.at(2)});
        },
        facility, person);
    return found;
}

std::vector<BookingId> trainings_between(store::Reader& reader, FacilityId const& facility,
                                         Interval during) {
    return reader.all(
        "SELECT booking_id FROM booking WHERE facility_id = $1 AND start_us > $2 "
        "AND start_us < $3 AND end_us > $4 AND kind IN ('training', 'trial') "
        "AND state NOT IN ('cancelled', 'late_cancelled', 'released') "
        "ORDER BY start_us, booking_id",
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility,
        during.start - longest, during.end, during.start);
}

}  // namespace karkhana::desk
