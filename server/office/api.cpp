#include "server/office/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "server/base/digest.hpp"
#include "server/facility/book_cache.hpp"
#include "server/facility/records.hpp"
#include "server/http/operations.hpp"
#include "server/office/handlers.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using http::JsonBody;

/// A list of holidays of some years.
constexpr std::size_t longest_import = 1 << 20;

constexpr http::Operation<Services> operations[]{
    {"GET", "/api/v1/opening", "getOpening", get_opening},
    {"POST", "/api/v1/opening-profiles", "saveProfile", save_profile},
    {"POST", "/api/v1/opening-periods", "savePeriods", save_periods},
    {"POST", "/api/v1/special-days", "saveSpecialDays", save_special_days},
    {"POST",
     "/api/v1/special-days/import",
     "importSpecialDays",
     import_special_days,
     {.body_limit = longest_import}},
    {"POST", "/api/v1/week", "saveWeek", save_week},
    {"GET", "/api/v1/machine-groups", "listGroups", list_groups},
    {"POST", "/api/v1/machine-groups", "saveGroup", save_group},
    {"GET", "/api/v1/reserved-windows", "listReserved", list_reserved},
    {"POST", "/api/v1/reserved-windows", "saveReserved", save_reserved},
    {"GET", "/api/v1/resources", "listResources", list_resources},
    {"POST", "/api/v1/resources", "saveResource", save_resource},
    {"POST", "/api/v1/resources/{id}/retire", "retireResource", retire_resource},
    {"POST", "/api/v1/machines/{id}/needs", "saveNeeds", save_needs},
    {"GET", "/api/v1/shifts", "listShifts", list_shifts},
    {"POST", "/api/v1/shifts", "saveShifts", save_shifts},
    {"GET", "/api/v1/people/{id}/authorisations", "listAuthorisations", list_authorisations},
    {"POST", "/api/v1/people/{id}/authorisations", "grantAuthorisation", grant_authorisation},
    {"POST", "/api/v1/authorisations/{id}/revoke", "revokeAuthorisation", revoke_authorisation},
    {"GET", "/api/v1/outages", "listOutages", list_outages},
    {"POST", "/api/v1/outages", "createOutage", create_outage},
    {"POST", "/api/v1/outages/{id}/withdraw", "withdrawOutage", withdraw_outage},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

namespace {

std::string etag_of(json::object const& shown) {
    constexpr std::size_t enough = 16;
    return '"' + sha256_hex(json::serialize(shown)).substr(0, enough) + '"';
}

/// Whether it was changed since the caller read it, who says what that was.
bool changed_since(store::Writer& writer, http::Request const& request, Change const& change) {
    auto const seen = request.header("if-match");
    if (!change.read || !seen) return false;
    facility::lock_settings(writer, request.principal.value().facility);
    return etag_of(change.read(writer)) != *seen;
}

}  // namespace

http::Response answer_with_etag(json::object const& shown) {
    return http::json_response(200, shown).with("ETag", etag_of(shown));
}

http::Response change_once(Services const& services, http::Request const& request,
                           Change const& change, Show const& show, Apply const& apply) {
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (changed_since(writer, request, change))
            return http::problem({ErrorKind::stale, "stale", "", "somebody changed it"});
        auto const before = show(writer);
        if (auto const error = apply(writer)) return http::problem(*error);
        auto const after = show(writer);
        people::append_audit(writer, who.facility,
                             {who.person, change.action, change.subject, json::serialize(before),
                              json::serialize(after), ""},
                             services.clock.now());
        auto answer = http::json_response(change.status, after);
        if (!change.read) return answer;
        return std::move(answer).with("ETag", etag_of(change.read(writer)));
    });
}

json::object items_json(json::array items) { return {{"items", std::move(items)}}; }

facility::Name read_name(JsonBody& body) {
    auto part = body.object("name");
    facility::Name name{part.text("en"), part.text("bn")};
    body.close(part);
    return name;
}

std::chrono::local_days read_day(JsonBody& body, std::string_view key) {
    auto const text = body.text(key, 10);
    auto const day = parse_date(text);
    if (!day) body.fail("bad_date", key, "A day looks like 2026-11-20.");
    return day.value_or(std::chrono::local_days{});
}

facility::Span read_span(JsonBody& body) {
    return {static_cast<int>(body.integer("from_minute", 0, 2879)),
            static_cast<int>(body.integer("until_minute", 1, 2880))};
}

int read_weekday(JsonBody& body) { return static_cast<int>(body.integer("weekday", 1, 7)); }

std::vector<JsonBody> read_list(JsonBody& body, std::string_view key, std::size_t max_count) {
    auto found = body.objects(key, max_count);
    if (!found.empty()) return found;
    // Of an array that is there, another reader says that it is no flag.
    auto other = body;
    other.maybe_flag(key);
    auto const error = other.finish();
    bool const is_there = error && error->field == "/" + std::string{key};
    if (!is_there) body.fail("missing_field", key, "A list is required, which may be empty.");
    return found;
}

Result<Interval> query_interval(http::Request const& request, std::chrono::days most) {
    auto const from = http::query_time(request, "from");
    if (!from) return tl::make_unexpected(from.error());
    auto const to = http::query_time(request, "to");
    if (!to) return tl::make_unexpected(to.error());
    if (*to <= *from || *to - *from > most)
        return refuse(ErrorKind::invalid, "bad_interval",
                      "to must come after from, by " + std::to_string(most.count()) +
                          " days at most.");
    return Interval{*from, *to};
}

std::optional<Error> unknown_machine(store::Reader& reader, FacilityId const& facility,
                                     std::optional<MachineId> const& machine, std::string field) {
    if (!machine || facility::find_machine(reader, facility, *machine)) return std::nullopt;
    return Error{ErrorKind::invalid, "unknown_machine", std::move(field),
                 "There is no such machine."};
}

std::optional<Error> unknown_person(store::Reader& reader, FacilityId const& facility,
                                    PersonId const& person, std::string field) {
    if (people::find_person(reader, facility, person)) return std::nullopt;
    return Error{ErrorKind::invalid, "unknown_person", std::move(field),
                 "There is no such person."};
}

}  // namespace karkhana::office
