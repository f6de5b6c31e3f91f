#include "server/exports/api.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <memory>

#include "server/billing/invoices.hpp"
#include "server/exports/api_parts.hpp"
#include "server/exports/files.hpp"
#include "server/exports/green_button.hpp"
#include "server/exports/trade_document.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/records.hpp"
#include "server/people/audit.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::exports {

namespace json = boost::json;
using http::Request;
using http::Response;

void tell(Services const& services, Request const& request, std::string const& action,
          std::string const& subject, json::object after) {
    auto const& who = *request.principal;
    services.store.write([&](store::Writer& writer) {
        people::append_audit(writer, who.facility,
                             {.person = who.person,
                              .action = action,
                              .subject = subject,
                              .after = json::serialize(after)},
                             services.clock.now());
        return true;
    });
}

namespace {

Response get_ubl(Services const& services, Request const& request) {
    auto const bill =
        services.store.read([&](store::Reader& reader) { return read_issued(reader, request); });
    if (!bill) return http::problem(bill.error());
    auto const document = trade_document(bill->document);
    tell(services, request, "getInvoiceUbl", "invoice/" + request.param("id"),
         {{"rows", document.lines.size()}});
    Response response;
    response.content_type = "application/xml";
    response.body = ubl_xml(document);
    response.with("Content-Disposition",
                  "attachment; filename=\"" + file_name(bill->invoice.number_text) + ".xml\"");
    return response;
}

/// The month of the query; without one, for the journal of hledger, everything until now. Errors:
/// `missing_parameter`, `bad_period`.
Result<Month> read_month(store::Reader& reader, Request const& request, bool whole, Instant now) {
    auto const facility = request.principal->facility;
    auto const zone = facility::zone_of(reader, facility);
    auto const period = request.parameter("period");
    if (!period && whole) return Month{facility, zone, "all", {Instant{}, now + Duration{1}}};
    if (!period) return refuse(ErrorKind::invalid, "missing_parameter", "a month", "period");
    auto const during = billing::period_interval(zone, *period);
    if (!during) return tl::make_unexpected(during.error());
    return Month{facility, zone, std::string{*period}, *during};
}

Response get_file(Services const& services, Request const& request) {
    auto const& what = request.param("what");
    auto const& format = request.param("format");
    bool const whole = what == "journal" && format == "hledger";
    auto const file = services.store.read([&](store::Reader& reader) -> Result<File> {
        auto const month = read_month(reader, request, whole, services.clock.now());
        if (!month) return tl::make_unexpected(month.error());
        return export_file(reader, *month, what, format);
    });
    if (!file) return http::problem(file.error());
    tell(services, request, "exportFile", "export/" + what + "." + format,
         {{"file", file->name}, {"rows", file->rows}});
    Response response;
    response.content_type = file->content_type;
    response.body = file->content;
    response.with("Content-Disposition", "attachment; filename=\"" + file->name + "\"");
    return response;
}

/// What is read of an enterprise's month. Errors: `not_found` also for what is another's,
/// `missing_parameter`, those of the period.
Result<GreenButton> read_usage(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    auto const id = EnterpriseId::parse(request.parameter("enterprise").value_or(""));
    auto const enterprise = id ? people::find_enterprise(reader, who.facility, *id) : std::nullopt;
    if (!enterprise || !(people::keeps_books(who) || who.acts_for(*id)))
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

Response get_green_button(Services const& services, Request const& request) {
    auto const usage =
        services.store.read([&](store::Reader& reader) { return read_usage(reader, request); });
    if (!usage) return http::problem(usage.error());
    std::size_t rows = 0;
    for (auto const& one : usage->usages) rows += one.sessions.size();
    tell(services, request, "exportGreenButton", "enterprise/" + usage->enterprise.text(),
         {{"period", *request.parameter("period")}, {"rows", rows}});
    Response response;
    response.content_type = "application/atom+xml; charset=utf-8";
    response.body = green_button_xml(*usage);
    response.with("Content-Disposition", "attachment; filename=\"green-button-" +
                                             std::string{*request.parameter("period")} + ".xml\"");
    return response;
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    auto const shared = std::make_shared<Services const>(services);
    auto const on = [&](std::string pattern, std::string operation, auto handler) {
        router.add({"GET", "/api/v1" + std::move(pattern), std::move(operation),
                    [shared, handler](Request const& request) { return handler(*shared, request); },
                    http::Access::signed_in, false, false});
    };
    on("/invoices/{id}.ubl", "getInvoiceUbl", get_ubl);
    on("/exports/{what}.{format}", "exportFile", get_file);
    on("/exports/green-button.xml", "exportGreenButton", get_green_button);
    add_paper_routes(router, services);
    add_slip_routes(router, services);
    add_verify_route(router, services);
}

}  // namespace karkhana::exports
