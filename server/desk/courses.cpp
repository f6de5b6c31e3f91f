#include "server/desk/courses.hpp"

#include <map>

namespace karkhana::desk {

std::optional<std::chrono::local_days> valid_until(std::chrono::local_days on, int months) {
    if (months == 0) return std::nullopt;
    std::chrono::year_month_day const day{on};
    auto const month = day.year() / day.month() + std::chrono::months{months};
    auto const last =
        std::chrono::year_month_day_last{month.year(), std::chrono::month_day_last{month.month()}};
    auto const same = month / std::min(day.day(), last.day());
    return std::chrono::local_days{same};
}

std::vector<Course> list_courses(store::Reader& reader, FacilityId const& facility) {
    std::map<CourseId, std::vector<std::string>> kinds;
    reader.each(
        "SELECT course_id, machine_kind FROM course_kind WHERE facility_id = $1 "
        "ORDER BY course_id, machine_kind",
        [&](store::Row const& row) { kinds[row.id<CourseId>(0)].push_back(row.text(1)); },
        facility);
    return reader.all(
        "SELECT course_id, name_en, name_bn, curriculum, valid_months, retired_at FROM course "
        "WHERE facility_id = $1 ORDER BY name_en, course_id",
        [&](store::Row const& row) {
            auto const id = row.id<CourseId>(0);
            return Course{.id = id,
                          .name = {row.text(1), row.text(2)},
                          .curriculum = row.text(3),
                          .valid_months = static_cast<int>(row.integer(4)),
                          .kinds = kinds[id],
                          .retired_at = row.maybe_at(5)};
        },
        facility);
}

void insert_course(store::Writer& writer, FacilityId const& facility, Course const& course,
                   PersonId const& by, Instant now) {
    writer.execute("INSERT INTO course (facility_id, course_id, name_en, name_bn, curriculum, "
                   "valid_months, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   facility, course.id, course.name.en, course.name.bn, course.curriculum,
                   course.valid_months, now, by);
    for (auto const& kind : course.kinds)
        writer.execute("INSERT INTO course_kind (facility_id, course_id, machine_kind) "
                       "VALUES ($1, $2, $3)",
                       facility, course.id, kind);
}

bool retire_course(store::Writer& writer, FacilityId const& facility, CourseId const& id,
                   Instant now) {
    return writer.execute("UPDATE course SET retired_at = $3 WHERE facility_id = $1 "
                          "AND course_id = $2 AND retired_at IS NULL",
                          facility, id, now) == 1;
}

void insert_competence(store::Writer& writer, FacilityId const& facility,
                       Competence const& competence) {
    writer.execute(
        "INSERT INTO competence (facility_id, competence_id, course_id, person_id, booking_id, "
        "passed_at, passed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        facility, competence.id, competence.course, competence.person, competence.booking,
        competence.passed_at, competence.passed_by);
    for (auto const& authorisation : competence.authorisations)
        writer.execute("INSERT INTO competence_authorisation (facility_id, competence_id, "
                       "authorisation_id) VALUES ($1, $2, $3)",
                       facility, competence.id, authorisation);
}

std::vector<Competence> competences_of(store::Reader& reader, FacilityId const& facility,
                                       PersonId const& person) {
    std::vector<Competence> found;
    reader.each(
        "SELECT c.competence_id, c.course_id, c.booking_id, c.passed_at, c.passed_by, "
        "a.authorisation_id FROM competence c LEFT JOIN competence_authorisation a "
        "ON a.facility_id = c.facility_id AND a.competence_id = c.competence_id "
        "WHERE c.facility_id = $1 AND c.person_id = $2 "
        "ORDER BY c.passed_at DESC, c.competence_id DESC, a.authorisation_id",
        [&](store::Row const& row) {
            auto const id = row.id<CompetenceId>(0);
            if (found.empty() || found.back().id != id)
                found.push_back({.id = id,
                                 .course = row.id<CourseId>(1),
                                 .person = person,
                                 .booking = row.id<BookingId>(2),
                                 .passed_at = row.at(3),
                                 .passed_by = row.id<PersonId>(4)});
            if (auto const brought = row.maybe_id<people::AuthorisationId>(5))
                found.back().authorisations.push_back(*brought);
        },
        facility, person);
    return found;
}

}  // namespace karkhana::desk
