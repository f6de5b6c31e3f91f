#include <algorithm>

#include "server/billing/invoices.hpp"
#include "server/booking/records.hpp"
#include "server/exports/api_parts.hpp"
#include "server/exports/bill.hpp"
#include "server/exports/records.hpp"
#include "server/exports/verify_page.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "server/people/trail_end.hpp"

namespace karkhana::exports {
namespace {

using http::Request;
using http::Response;

struct Wanted {
    Printed document;
    Wish wish;
};

/// Errors: those of read_issued and of wish_of.
Result<Wanted> read_bill(store::Reader& reader, Services const& services, Request const& request) {
    auto const issued = read_issued(reader, request);
    if (!issued) return tl::make_unexpected(issued.error());
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    auto const& invoice = issued->invoice;
    auto const slug = facility::find_facility(reader, request.principal->facility).value().slug;
    Proof const proof{
        invoice.hash, invoice.previous_hash,
        verify_address(services.public_address, slug, invoice.number_text, invoice.hash),
        people::trail_of_document(reader, request.principal->facility,
                                  "invoice/" + invoice.id.text())};
    return Wanted{bill_of(issued->document, proof, wish->columns), *wish};
}

/// The enterprise, if the caller may see what is told of it: all of them or the own.
/// Errors: `not_found`.
Result<people::Enterprise> seen_enterprise(store::Reader& reader, http::Principal const& who,
                                           bool all, EnterpriseId const& id) {
    auto const enterprise = people::find_enterprise(reader, who.facility, id);
    if (!enterprise || !(all || who.acts_for(id))) return refuse(ErrorKind::not_found, "not_found");
    return *enterprise;
}

/// What it owes is for who keeps the books, and for its own people.
Result<people::Enterprise> own_enterprise(store::Reader& reader, http::Principal const& who,
                                          EnterpriseId const& id) {
    return seen_enterprise(reader, who, people::keeps_books(who), id);
}

facility::Facility own_facility(store::Reader& reader, Request const& request) {
    return facility::find_facility(reader, request.principal->facility).value();
}

/// Errors: `not_found` also for what is another's, those of wish_of.
Result<Wanted> read_receipt(store::Reader& reader, Services const&, Request const& request) {
    auto const id = http::path_id<PaymentId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const facility = own_facility(reader, request);
    auto const kept = find_receipt(reader, facility, *id);
    if (!kept) return refuse(ErrorKind::not_found, "not_found");
    auto const enterprise = own_enterprise(reader, *request.principal, kept->enterprise);
    if (!enterprise) return tl::make_unexpected(enterprise.error());
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    return Wanted{receipt_of(parties_of(facility, *enterprise), kept->receipt), *wish};
}

/// Errors: as of read_receipt, `missing_parameter`, `bad_period`.
Result<Wanted> read_own_statement(store::Reader& reader, Services const&, Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const enterprise = own_enterprise(reader, *request.principal, *id);
    if (!enterprise) return tl::make_unexpected(enterprise.error());
    auto const period = request.parameter("period");
    if (!period) return refuse(ErrorKind::invalid, "missing_parameter", "a month", "period");
    auto const parties = parties_of(own_facility(reader, request), *enterprise);
    auto const during = billing::period_interval(parties.zone, *period);
    if (!during) return tl::make_unexpected(during.error());
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    auto const statement =
        read_statement(reader, parties.from.id, *id, std::string{*period}, *during);
    return Wanted{statement_of(parties, statement), *wish};
}

/// Errors: as of read_receipt, `nothing_due`.
Result<Wanted> read_reminder(store::Reader& reader, Services const& services,
                             Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const enterprise = own_enterprise(reader, *request.principal, *id);
    if (!enterprise) return tl::make_unexpected(enterprise.error());
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    auto const parties = parties_of(own_facility(reader, request), *enterprise);
    auto const open = open_bills(reader, parties.from.id, *id);
    if (open.empty()) return refuse(ErrorKind::conflict, "nothing_due", "every bill is paid");
    return Wanted{reminder_of(parties, open, services.clock.now()), *wish};
}

/// Errors: as of read_receipt.
Result<Wanted> read_quotation(store::Reader& reader, Services const& services,
                              Request const& request) {
    auto const id = http::path_id<BookingId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const facility = own_facility(reader, request);
    auto const booking = booking::find_booking(reader, facility.id, *id);
    if (!booking) return refuse(ErrorKind::not_found, "not_found");
    auto const enterprise = seen_enterprise(
        reader, *request.principal, people::is_staff(*request.principal), booking->enterprise);
    if (!enterprise) return tl::make_unexpected(enterprise.error());
    auto const wish = wish_of(reader, request);
    if (!wish) return tl::make_unexpected(wish.error());
    auto const machine = facility::find_machine(reader, facility.id, booking->machine).value();
    auto answer = services.pricing.price(reader, facility.id, machine, booking->during,
                                         booking::price_wish(*booking));
    // Prices that came later do not change what was promised.
    if (answer.price != booking->quote) answer.terms.clear();
    return Wanted{
        quotation_of(parties_of(facility, *enterprise),
                     {"Q-" + id->text(), booking->created_at, machine.name, booking->during,
                      machine.piece_unit, std::move(answer.terms), booking->quote}),
        *wish};
}

}  // namespace

Result<Issued> read_issued(store::Reader& reader, Request const& request) {
    auto const& who = *request.principal;
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const invoice = billing::find_invoice(reader, who.facility, *id);
    bool const keeper = people::keeps_books(who);
    if (!invoice || !(keeper || (invoice->final && who.acts_for(invoice->enterprise))))
        return refuse(ErrorKind::not_found, "not_found");
    if (!invoice->final)
        return refuse(ErrorKind::conflict, "not_final", "a draft is not a document yet");
    auto const canonical = billing::find_canonical(reader, who.facility, *id).value();
    return Issued{*invoice, billing::read_document(canonical).value()};
}

std::string file_name(std::string number) {
    std::ranges::replace(number, '/', '-');
    return number;
}

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
    auto const columns = request.parameter("columns").value_or("11");
    if (columns != "10" && columns != "11")
        return refuse(ErrorKind::invalid, "unknown_columns", "10 or 11", "columns");
    return Wish{*speech, *paper, columns == "10" ? Columns::ten : Columns::eleven};
}

Response pdf_answer(Printed const& document, Wish const& wish) {
    Response response;
    response.content_type = "application/pdf";
    response.body = print(document, wish.speech, wish.paper).pdf;
    response.with("Content-Disposition",
                  "inline; filename=\"" + file_name(document.number) + ".pdf\"");
    return response;
}

void add_paper_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string pattern, std::string operation, auto read) {
        auto const subject = pattern.substr(1, pattern.find('/', 1) - 2);  // "/invoices/": invoice
        router.add({"GET", "/api/v1" + std::move(pattern), operation,
                    [services, read, operation, subject](Request const& request) {
                        auto const wanted = services.store.read(
                            [&](store::Reader& reader) { return read(reader, services, request); });
                        // Drawn when the snapshot is given back.
                        if (!wanted) return http::problem(wanted.error());
                        tell(services, request, operation, subject + "/" + request.param("id"),
                             {{"document", wanted->document.number}});
                        return pdf_answer(wanted->document, wanted->wish);
                    },
                    http::Access::signed_in, false, false});
    };
    on("/invoices/{id}.pdf", "getInvoicePdf", read_bill);
    on("/payments/{id}.pdf", "getReceiptPdf", read_receipt);
    on("/enterprises/{id}/statement.pdf", "getStatementPdf", read_own_statement);
    on("/enterprises/{id}/reminder.pdf", "getReminderPdf", read_reminder);
    on("/bookings/{id}/quotation.pdf", "getQuotationPdf", read_quotation);
}

}  // namespace karkhana::exports
