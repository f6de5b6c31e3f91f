#pragma once

#include "server/billing/api.hpp"
#include "server/billing/invoices.hpp"

/// The parts of add_routes, and what both need.
namespace karkhana::billing {

/// Billing runs, invoices, proofs and finalising: the part of add_routes in api_invoices.cpp.
void add_invoice_routes(http::Router& router, Services const& services);
/// Corrected registers: the part in api_corrections.cpp.
void add_correction_routes(http::Router& router, Services const& services);
/// Money in, wallets, claims, disputes, days and months that are closed: the part in api_money.cpp.
void add_money_routes(http::Router& router, Services const& services);
/// All drafts of a month at once: the part in api_month.cpp.
void add_month_routes(http::Router& router, Services const& services);
/// What a bill rests on, as a file: the part in api_evidence.cpp.
void add_evidence_routes(http::Router& router, Services const& services);

/// The invoice of the path. Errors: `not_found` also for what the asker may not see.
Result<Invoice> visible_invoice(store::Reader& reader, http::Request const& request);

}  // namespace karkhana::billing
