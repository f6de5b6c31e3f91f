#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "server/facility/rules_opening.hpp"
#include "server/http/json.hpp"
#include "server/office/api.hpp"

/// The handlers, one an operation, and what they share.
namespace karkhana::office {

http::Response get_opening(Services const& services, http::Request const& request);
http::Response save_profile(Services const& services, http::Request const& request);
http::Response save_periods(Services const& services, http::Request const& request);
http::Response save_special_days(Services const& services, http::Request const& request);
http::Response import_special_days(Services const& services, http::Request const& request);
http::Response save_week(Services const& services, http::Request const& request);
http::Response list_groups(Services const& services, http::Request const& request);
http::Response save_group(Services const& services, http::Request const& request);
http::Response list_reserved(Services const& services, http::Request const& request);
http::Response save_reserved(Services const& services, http::Request const& request);
http::Response list_resources(Services const& services, http::Request const& request);
http::Response save_resource(Services const& services, http::Request const& request);
http::Response retire_resource(Services const& services, http::Request const& request);
http::Response save_needs(Services const& services, http::Request const& request);
http::Response list_shifts(Services const& services, http::Request const& request);
http::Response save_shifts(Services const& services, http::Request const& request);
http::Response list_authorisations(Services const& services, http::Request const& request);
http::Response grant_authorisation(Services const& services, http::Request const& request);
http::Response revoke_authorisation(Services const& services, http::Request const& request);
http::Response list_outages(Services const& services, http::Request const& request);
http::Response create_outage(Services const& services, http::Request const& request);
http::Response withdraw_outage(Services const& services, http::Request const& request);

/// What is said of the change in the audit trail.
using Show = std::function<boost::json::object(store::Reader&)>;
struct Change {
    std::string action;   ///< the operationId
    std::string subject;  ///< "facility/0190..."
    int status = 200;
    /// Of a list that is saved whole: what it was read with. An If-Match that names another state
    /// of it than the one now is refused with 412 `stale`.
    Show read{};
};
using Apply = std::function<std::optional<Error>(store::Writer&)>;
/// Applies a change once, keeps in the audit trail what `show` says before and after it, and
/// answers with the latter. What `apply` refuses changes nothing.
http::Response change_once(Services const& services, http::Request const& request,
                           Change const& change, Show const& show, Apply const& apply);

/// The answer to whoever reads what is saved whole: with an ETag of its content.
http::Response answer_with_etag(boost::json::object const& shown);

/// {"items": [...]}
boost::json::object items_json(boost::json::array items);

/// A name in both languages.
facility::Name read_name(http::JsonBody& body);
/// A day of the calendar at `key`; fails the body when it is none.
std::chrono::local_days read_day(http::JsonBody& body, std::string_view key);
facility::Span read_span(http::JsonBody& body);
int read_weekday(http::JsonBody& body);
/// The array at `key`, which must be there: to say nothing is not to say that there is none.
std::vector<http::JsonBody> read_list(http::JsonBody& body, std::string_view key,
                                      std::size_t max_count);
/// from and to of the query. Errors: those of http::query_time, `bad_interval` when it is empty
/// or longer than `most`.
Result<Interval> query_interval(http::Request const& request, std::chrono::days most);

std::optional<Error> unknown_machine(store::Reader& reader, FacilityId const& facility,
                                     std::optional<MachineId> const& machine, std::string field);
std::optional<Error> unknown_person(store::Reader& reader, FacilityId const& facility,
                                    PersonId const& person, std::string field);

}  // namespace karkhana::office
