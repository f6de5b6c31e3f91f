#include "server/desk/api.hpp"

#include <boost/json/serialize.hpp>
#include <string_view>

#include "server/desk/handlers.hpp"
#include "server/facility/records.hpp"
#include "server/http/operations.hpp"
#include "server/people/audit.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::desk {
namespace {

constexpr http::Operation<Services> operations[]{
    {"GET", "/api/v1/enterprises/{id}", "getEnterprise", get_enterprise},
    {"PATCH", "/api/v1/enterprises/{id}", "changeEnterprise", change_enterprise},
    {"POST", "/api/v1/enterprises/{id}/women-led", "attestWomenLed", attest_women_led},
    {"POST", "/api/v1/enterprises/{id}/phones", "addPhone", add_phone},
    {"POST", "/api/v1/enterprises/{id}/phones/remove", "removePhone", remove_phone},
    {"POST", "/api/v1/enterprises/{id}/cards", "issueCard", issue_card},
    {"POST", "/api/v1/enterprises/{id}/cards/{card}/revoke", "revokeCard", revoke_card},
    {"POST", "/api/v1/enterprises/{id}/membership", "changeMembership", change_membership},
    {"POST", "/api/v1/enterprises/{id}/bin", "changeBin", change_bin},
    {"GET", "/api/v1/enterprises/{id}/duplicates", "listDuplicates", list_duplicates},
    {"POST", "/api/v1/enterprises/{id}/merge", "mergeEnterprises", merge_enterprises},
    {"POST", "/api/v1/merges/{id}/undo", "undoMerge", undo_merge},
    {"GET", "/api/v1/reports/programme", "getProgrammeReport", get_programme_report},
    {"GET", "/api/v1/courses", "listCourses", list_courses},
    {"POST", "/api/v1/courses", "createCourse", create_course},
    {"POST", "/api/v1/courses/{id}/retire", "retireCourse", retire_course},
    {"POST", "/api/v1/courses/{id}/passes", "passCourse", pass_course},
    {"GET", "/api/v1/people/{id}/competences", "listCompetences", list_competences},
    {"GET", "/api/v1/trainings", "listTrainings", list_trainings},
    {"POST", "/api/v1/bookings/{id}/attendance", "recordAttendance", record_attendance},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

void tell(store::Writer& writer, http::Principal const& who, std::string action,
          std::string subject, boost::json::object const& after, std::string reason, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = std::move(subject),
                          .after = boost::json::serialize(after),
                          .reason = std::move(reason)},
                         now);
}

}  // namespace karkhana::desk
