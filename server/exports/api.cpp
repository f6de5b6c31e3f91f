#include "server/exports/api.hpp"

#include <algorithm>

#include "server/billing/invoices.hpp"
#include "server/exports/api_parts.hpp"
#include "server/exports/green_button.hpp"
#include "server/exports/tables.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/records.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::exports {
namespace {

using http::Request;
using http::Response;

Response get_csv(store::Store& store, Request const& request) {
    auto const facility = request.principal->facility;
    auto const what = request.param("what");
    auto const period = request.parameter("period");
    if (!period)
        return http::problem({ErrorKind::invalid, "missing_parameter", "period", "a month"});
    return store.read([&](store::Reader& reader) {
        auto const zone =
            Zone::find(facility::find_facility(reader, facility).value().zone).value();
        auto const during = billing::period_interval(zone, *period);
        if (!during) return http::problem(during.error());
        auto table = table_csv(what, reader, {facility, zone, std::string{*period}, *during});
        if (!table) return http::problem({ErrorKind::not_found, "not_found", "", ""});
        Response response;
        response.content_type = "text/csv; charset=utf-8";
        response.body = std::move(*table);
        response.with("Content-Disposition",
                      "attachment; filename=\"" + what + "-" + std::string{*period} + ".csv\"");
        return response;
    });
}

/// What is read of an enterprise's month. Errors: `not_found` also for what is another's,
/// `missing_parameter`, those of the period.
Result<GreenButton> read_usage(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    auto const id = EnterpriseId::parse(request.parameter("enterprise").value_or(""));
    auto const enterprise = id ? people::find_enterprise(reader, who.facility, *id) : std::nullopt;
    if (!enterprise || !(people::is_staff(who) || who.acts_for(*id)))
        return refuse(ErrorKind::not_found, "not_found");
    auto const name = request.parameter("period");
    if (!name) return refuse(ErrorKind::invalid, "missing_parameter", "a month", "period");
    auto const zone =
        Zone::find(facility::find_facility(reader, who.facility).value().zone).value();
    auto const during = billing::period_interval(zone, *name);
    if (!during) return tl::make_unexpected(during.error());
    GreenButton usage{*id, enterprise->name.en + " " + std::string{*name}, zone, *during, {}, {}};
    // By the end of a session, as on a bill.
    auto const sessions = metering::sessions_between(reader, who.facility,
                                                     {during->start - Duration{1}, during->end});
    for (auto const& machine : facility::list_machines(reader, who.facility)) {
        GreenButton::Usage one{machine.id, machine.name.en, {}};
        for (auto const& session : sessions)
            if (session.machine == machine.id && session.enterprise == *id &&
                session.state == metering::SessionState::closed &&
                during->contains(*session.stop)) {
                usage.made_at = std::max(usage.made_at, *session.stop);
                one.sessions.push_back(session);
            }
        if (!one.sessions.empty()) usage.usages.push_back(std::move(one));
    }
    return usage;
}

Response get_green_button(store::Store& store, Request const& request) {
    auto const usage =
        store.read([&](store::Reader& reader) { return read_usage(reader, request); });
    if (!usage) return http::problem(usage.error());
    Response response;
    response.content_type = "application/atom+xml; charset=utf-8";
    response.body = green_button_xml(*usage);
    response.with("Content-Disposition", "attachment; filename=\"green-button-" +
                                             std::string{*request.parameter("period")} + ".xml\"");
    return response;
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string pattern, std::string operation, auto handler) {
        router.add({"GET", "/api/v1" + std::move(pattern), std::move(operation),
                    [&store = services.ledger, handler](Request const& request) {
                        return handler(store, request);
                    },
                    http::Access::signed_in, false, false});
    };
    on("/exports/{what}.csv", "exportCsv", get_csv);
    on("/exports/green-button.xml", "exportGreenButton", get_green_button);
    add_paper_routes(router, services);
    add_slip_routes(router, services);
    add_verify_route(router, services);
}

}  // namespace karkhana::exports
