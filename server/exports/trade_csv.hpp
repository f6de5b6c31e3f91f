#pragma once

#include "server/exports/table.hpp"
#include "server/exports/trade_document.hpp"

/// Bills for programs that import them as CSV, a row a line.
namespace karkhana::exports {

/// For Zoho Books: everything in every row.
Table zoho_table(std::vector<TradeDocument> const& documents);
/// For Odoo, as account.move: what is the bill's own stands in its first row alone.
Table odoo_table(std::vector<TradeDocument> const& documents);
/// For ERPNext, as Sales Invoice: likewise.
Table erpnext_table(std::vector<TradeDocument> const& documents);

}  // namespace karkhana::exports
