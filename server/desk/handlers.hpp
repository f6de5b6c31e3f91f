#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "server/base/calendar.hpp"
#include "server/desk/api.hpp"
#include "server/http/message.hpp"

/// The handlers, one an operation, and what they share.
namespace karkhana::desk {

http::Response get_enterprise(Services const& services, http::Request const& request);
http::Response change_enterprise(Services const& services, http::Request const& request);
http::Response attest_women_led(Services const& services, http::Request const& request);
http::Response add_phone(Services const& services, http::Request const& request);
http::Response remove_phone(Services const& services, http::Request const& request);
http::Response issue_card(Services const& services, http::Request const& request);
http::Response revoke_card(Services const& services, http::Request const& request);
http::Response change_membership(Services const& services, http::Request const& request);
http::Response change_bin(Services const& services, http::Request const& request);
http::Response list_duplicates(Services const& services, http::Request const& request);
http::Response merge_enterprises(Services const& services, http::Request const& request);
http::Response undo_merge(Services const& services, http::Request const& request);
http::Response list_trainings(Services const& services, http::Request const& request);
http::Response record_attendance(Services const& services, http::Request const& request);
http::Response get_programme_report(Services const& services, http::Request const& request);
http::Response list_courses(Services const& services, http::Request const& request);
http::Response create_course(Services const& services, http::Request const& request);
http::Response retire_course(Services const& services, http::Request const& request);
http::Response pass_course(Services const& services, http::Request const& request);
http::Response list_competences(Services const& services, http::Request const& request);

/// All that the desk knows of an enterprise: its numbers, cards and merges besides.
/// Precondition: it exists.
boost::json::object enterprise_page(Services const& services, store::Reader& reader,
                                    FacilityId const& facility, EnterpriseId const& id);

/// What is said of a change in the audit trail.
void tell(store::Writer& writer, http::Principal const& who, std::string action,
          std::string subject, boost::json::object const& after, std::string reason, Instant now);

}  // namespace karkhana::desk
