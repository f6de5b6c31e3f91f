#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/people/authorisations.hpp"
#include "server/store/store.hpp"

/// What is taught, and who passed it.
namespace karkhana::desk {

using CourseId = Id<struct CourseTag>;
using CompetenceId = Id<struct CompetenceTag>;

struct Course {
    CourseId id;
    facility::Name name;
    std::string curriculum;          ///< what is taught, a line each
    int valid_months = 0;            ///< of what it authorises to; 0: for good
    std::vector<std::string> kinds;  ///< of machines
    std::optional<Instant> retired_at{};
};

struct Competence {
    CompetenceId id;
    CourseId course;
    PersonId person;
    BookingId booking;
    Instant passed_at;
    PersonId passed_by;
    std::vector<people::AuthorisationId> authorisations{};
};

/// When what was passed `on` that day ends: on the same day of the month so many months later, or
/// on its last; nullopt: never.
std::optional<std::chrono::local_days> valid_until(std::chrono::local_days on, int months);

/// By name, with those that are retired; two queries.
std::vector<Course> list_courses(store::Reader& reader, FacilityId const& facility);
void insert_course(store::Writer& writer, FacilityId const& facility, Course const& course,
                   PersonId const& by, Instant now);
/// False when there is none that is taught.
bool retire_course(store::Writer& writer, FacilityId const& facility, CourseId const& id,
                   Instant now);

/// Throws ConstraintViolated{unique} when the person passed it in this session already.
void insert_competence(store::Writer& writer, FacilityId const& facility,
                       Competence const& competence);
/// Newest first.
std::vector<Competence> competences_of(store::Reader& reader, FacilityId const& facility,
                                       PersonId const& person);

}  // namespace karkhana::desk
