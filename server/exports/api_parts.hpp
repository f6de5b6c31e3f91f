#pragma once

#include <string>

#include "server/billing/document.hpp"
#include "server/billing/invoices.hpp"
#include "server/exports/api.hpp"
#include "server/exports/paper.hpp"
#include "server/http/message.hpp"

/// The parts of add_routes, and what they share.
namespace karkhana::exports {

void add_paper_routes(http::Router& router, Services const& services);
void add_slip_routes(http::Router& router, Services const& services);
void add_verify_route(http::Router& router, Services const& services);

/// How somebody wants a document: `language` (their own unless said) and `paper` (A4).
struct Wish {
    Speech speech = Speech::bn;
    Paper paper = Paper::a4;
};
/// Errors: `unknown_language`, `unknown_paper`.
Result<Wish> wish_of(store::Reader& reader, http::Request const& request);

/// A final invoice or credit note that the caller may see, and what was issued.
struct Issued {
    billing::Invoice invoice;
    billing::InvoiceDocument document;
};
/// Errors: `not_found` also for what is another's, `not_final`.
Result<Issued> read_issued(store::Reader& reader, http::Request const& request);

/// A number of a document as the name of a file.
std::string file_name(std::string number);
/// The document as a PDF of this name.
http::Response pdf_answer(Printed const& document, Wish const& wish);

}  // namespace karkhana::exports
