#pragma once

#include "server/billing/api.hpp"

/// The halves of add_routes, and what both need.
namespace karkhana::billing {

/// Billing runs, invoices, proofs and finalising: the part of add_routes in api_invoices.cpp.
void add_invoice_routes(http::Router& router, Services const& services);
/// Corrected registers: the part in api_corrections.cpp.
void add_correction_routes(http::Router& router, Services const& services);
/// Money in, wallets, claims, disputes, days and months that are closed: the part in api_money.cpp.
void add_money_routes(http::Router& router, Services const& services);

}  // namespace karkhana::billing
