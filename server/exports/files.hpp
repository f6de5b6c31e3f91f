#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/result.hpp"
#include "server/exports/tables.hpp"

namespace karkhana::exports {

/// What leaves the house.
struct File {
    std::string content;
    std::string content_type;
    std::string name;      ///< "journal-2026-11.journal"
    std::size_t rows = 0;  ///< rows of a table, entries of a journal, documents
};

/// `what` (a table, or "journal", "ledgers" or "invoices" for another program) in `format`: csv and
/// xlsx of the tables; hledger, tally and iif of the journal, tally of its accounts ("ledgers");
/// zoho, odoo and erpnext of the bills. Errors: `not_found` for any other, `not_ascii`.
Result<File> export_file(store::Reader& reader, Month const& month, std::string_view what,
                         std::string_view format);

}  // namespace karkhana::exports
