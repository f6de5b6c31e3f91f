#include "server/exports/api.hpp"

#include <algorithm>

#include "server/billing/invoices.hpp"
#include "server/exports/green_button.hpp"
#include "server/exports/invoice_pdf.hpp"
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

/// What is printed on one bill, read in one snapshot.
struct Printed {
    std::string number;
    std::string canonical;
    Standing standing;
    Language language = Language::bn;
};

/// The language asked for, or the reader's own. Errors: `unknown_language`.
Result<Language> language_of(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    std::string wanted{request.parameter("language").value_or("")};
    if (wanted.empty()) {
        auto const person = people::find_person(reader, who.facility, who.person);
        wanted = person ? person->language : "bn";
    }
    if (wanted == "bn") return Language::bn;
    if (wanted == "en") return Language::en;
    return refuse(ErrorKind::invalid, "unknown_language", "bn or en", "language");
}

/// Errors: `not_found` also for what is another's, `not_final`, `unknown_language`.
Result<Printed> read_bill(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const invoice = billing::find_invoice(reader, who.facility, *id);
    bool const staff = people::is_staff(who);
    if (!invoice || !(staff || (invoice->final && who.acts_for(invoice->enterprise))))
        return refuse(ErrorKind::not_found, "not_found");
    if (!invoice->final)
        return refuse(ErrorKind::conflict, "not_final", "a draft is not a document yet");
    auto const language = language_of(reader, request);
    if (!language) return tl::make_unexpected(language.error());
    return Printed{invoice->number_text,
                   billing::find_canonical(reader, who.facility, *id).value(),
                   {invoice->hash, invoice->previous_hash, invoice->paid},
                   *language};
}

/// A number of a document as the name of a file.
std::string file_name(std::string number) {
    std::ranges::replace(number, '/', '-');
    return number;
}

Response get_pdf(store::Store& store, Request const& request) {
    auto const bill = store.read([&](store::Reader& reader) { return read_bill(reader, request); });
    if (!bill) return http::problem(bill.error());
    auto const document = billing::read_document(bill->canonical).value();
    Response response;
    response.content_type = "application/pdf";
    response.body = invoice_pdf(document, bill->standing, bill->language);
    response.with("Content-Disposition",
                  "inline; filename=\"" + file_name(bill->number) + ".pdf\"");
    return response;
}

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

void add_routes(http::Router& router, store::Store& store) {
    auto const on = [&](std::string pattern, std::string operation, auto handler) {
        router.add({"GET", "/api/v1" + std::move(pattern), std::move(operation),
                    [&store, handler](Request const& request) { return handler(store, request); },
                    http::Access::signed_in, false, false});
    };
    on("/invoices/{id}.pdf", "getInvoicePdf", get_pdf);
    on("/exports/{what}.csv", "exportCsv", get_csv);
    on("/exports/green-button.xml", "exportGreenButton", get_green_button);
}

}  // namespace karkhana::exports
