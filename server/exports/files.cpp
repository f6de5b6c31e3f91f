#include "server/exports/files.hpp"

#include "server/exports/books.hpp"
#include "server/exports/csv.hpp"
#include "server/exports/trade_csv.hpp"
#include "server/exports/xlsx.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kCsv = "text/csv; charset=utf-8";
constexpr std::string_view kXlsx =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

File file_of(std::string content, std::string_view type, std::string_view what,
             std::string_view ending, Month const& month, std::size_t rows) {
    return {std::move(content), std::string{type},
            std::string{what} + "-" + month.period + "." + std::string{ending}, rows};
}

Result<File> journal_file(store::Reader& reader, Month const& month, std::string_view what,
                          std::string_view format) {
    auto const books = read_books(reader, month.facility, month.during);
    auto const rows = books.entries.size();
    if (what == "ledgers")
        return file_of(tally_masters(books), "application/xml", "tally-ledgers", "xml", month,
                       rows);
    if (format == "hledger")
        return file_of(hledger_journal(books), "text/plain; charset=utf-8", "journal", "journal",
                       month, rows);
    if (format == "tally")
        return file_of(tally_vouchers(books), "application/xml", "tally-vouchers", "xml", month,
                       rows);
    auto text = iif_text(books);
    if (!text) return tl::make_unexpected(text.error());
    return file_of(std::move(*text), "text/plain; charset=us-ascii", "quickbooks", "iif", month,
                   rows);
}

std::optional<Table> trade_table(store::Reader& reader, Month const& month,
                                 std::string_view format) {
    auto* const make = format == "zoho"      ? &zoho_table
                       : format == "odoo"    ? &odoo_table
                       : format == "erpnext" ? &erpnext_table
                                             : nullptr;
    if (make == nullptr) return std::nullopt;
    return make(trade_documents(reader, month.facility, month.period));
}

}  // namespace

Result<File> export_file(store::Reader& reader, Month const& month, std::string_view what,
                         std::string_view format) {
    if (what == "journal" && (format == "hledger" || format == "tally" || format == "iif"))
        return journal_file(reader, month, what, format);
    if (what == "ledgers" && format == "tally") return journal_file(reader, month, what, format);
    if (what == "invoices")
        if (auto const table = trade_table(reader, month, format))
            return file_of(csv_of(*table, CsvReaderIs::program), kCsv, format, "csv", month,
                           table->rows().size());
    if (format == "csv" || format == "xlsx") {
        if (auto const table = find_table(what, reader, month)) {
            bool const csv = format == "csv";
            return file_of(csv ? csv_of(*table, CsvReaderIs::spreadsheet)
                               : xlsx_of(*table, std::string{what}, month.during.end),
                           csv ? kCsv : kXlsx, what, format, month, table->rows().size());
        }
    }
    return refuse(ErrorKind::not_found, "not_found");
}

}  // namespace karkhana::exports
