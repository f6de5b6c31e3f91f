#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "server/billing/document.hpp"
#include "server/billing/invoices.hpp"
#include "server/exports/api.hpp"
#include "server/exports/paper.hpp"
#include "server/exports/tax_forms.hpp"
#include "server/http/message.hpp"

/// The parts of add_routes, and what they share.
namespace karkhana::exports {

void add_paper_routes(http::Router& router, Services const& services);
void add_slip_routes(http::Router& router, Services const& services);
void add_verify_route(http::Router& router, Services const& services);

/// Keeps who took what out of the house.
void tell(Services const& services, http::Request const& request, std::string const& action,
          std::string const& subject, boost::json::object after);

/// How somebody wants a document: `language` (their own unless said), `paper` (A4) and, of a tax
/// invoice, `columns` (eleven).
struct Wish {
    Speech speech = Speech::bn;
    Paper paper = Paper::a4;
    Columns columns = Columns::eleven;
};
/// Errors: `unknown_language`, `unknown_paper`, `unknown_columns`.
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
