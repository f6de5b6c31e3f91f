#include <algorithm>

#include "server/billing/invoices.hpp"
#include "server/exports/api_parts.hpp"
#include "server/exports/bill.hpp"
#include "server/exports/verify_page.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::exports {
namespace {

using http::Request;
using http::Response;

struct Wanted {
    Printed document;
    Wish wish;
};

/// Errors: `not_found` also for what is another's, `not_final`, those of wish_of.
Result<Wanted> read_bill(store::Reader& reader, Services const& services, Request const& request) {
    auto const& who = *request.principal;
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const invoice = billing::find_invoice(reader, who.facility, *id);
    bool const staff = people::is_staff(who);
    if (!invoice || !(staff || (invoice->final && who.acts_for(invoice->enterprise))))
        return refuse(ErrorKind::not_found, "not_found");
    if (!invoice->final)
        return refuse(ErrorKind::conflict, "not_final", "a draft is not a document yet");
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    auto const document =
        billing::read_document(billing::find_canonical(reader, who.facility, *id).value()).value();
    auto const slug = facility::find_facility(reader, who.facility).value().slug;
    Proof const proof{invoice->hash, invoice->previous_hash,
                      verify_address(services.public_address, slug, invoice->number_text,
                                     invoice->hash)};
    return Wanted{bill_of(document, proof), *wish};
}

}  // namespace

Result<Wish> wish_of(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    std::string language{request.parameter("language").value_or("")};
    if (language.empty()) {
        auto const person = people::find_person(reader, who.facility, who.person);
        language = person ? person->language : "bn";
    }
    auto const speech = speech_of(language);
    if (!speech)
        return refuse(ErrorKind::invalid, "unknown_language", "bn, en or both", "language");
    auto const paper = paper_of(request.parameter("paper").value_or("a4"));
    if (!paper) return refuse(ErrorKind::invalid, "unknown_paper", "a4, a5 or slip", "paper");
    return Wish{*speech, *paper};
}

Response pdf_answer(Printed const& document, Wish const& wish) {
    Response response;
    response.content_type = "application/pdf";
    response.body = print(document, wish.speech, wish.paper).pdf;
    auto name = document.number;
    std::ranges::replace(name, '/', '-');
    response.with("Content-Disposition", "inline; filename=\"" + name + ".pdf\"");
    return response;
}

void add_paper_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string pattern, std::string operation, auto read) {
        router.add({"GET", "/api/v1" + std::move(pattern), std::move(operation),
                    [services, read](Request const& request) {
                        auto const wanted = services.ledger.read([&](store::Reader& reader) {
                            return read(reader, services, request);
                        });
                        // Drawn when the snapshot is given back.
                        if (!wanted) return http::problem(wanted.error());
                        return pdf_answer(wanted->document, wanted->wish);
                    },
                    http::Access::signed_in, false, false});
    };
    on("/invoices/{id}.pdf", "getInvoicePdf", read_bill);
}

}  // namespace karkhana::exports
