#include "server/exports/csv.hpp"

#include <algorithm>
#include <array>

namespace karkhana::exports {
namespace {

/// What a cell that is a formula begins with, also in full width, as East Asian editions read it.
constexpr std::array<std::string_view, 11> kFormulaBegins = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                             "\n", "＝", "＋", "－", "＠"};

bool like_formula(std::string_view words) {
    return std::ranges::any_of(kFormulaBegins,
                               [&](std::string_view begin) { return words.starts_with(begin); });
}

std::string cell_text(Table::Cell const& cell, CsvReaderIs reader) {
    switch (cell.kind) {
    case Table::Kind::text:
        if (reader == CsvReaderIs::spreadsheet && like_formula(cell.text)) return "'" + cell.text;
        return cell.text;
    case Table::Kind::number: return std::to_string(cell.number);
    case Table::Kind::amount: return with_point(cell.number, 2);
    case Table::Kind::kwh: return with_point(cell.number, 3);
    case Table::Kind::empty: break;
    }
    return {};
}

void add(std::string& out, std::string_view content) {
    if (content.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += content;
        return;
    }
    out += '"';
    for (char const c : content) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace

std::string csv_of(Table const& table, CsvReaderIs reader) {
    std::string out = reader == CsvReaderIs::spreadsheet ? "\xEF\xBB\xBF" : "";
    for (auto const& head : table.heads()) {
        if (&head != &table.heads().front()) out += ',';
        add(out, head);
    }
    out += "\r\n";
    for (auto const& row : table.rows()) {
        for (auto const& cell : row) {
            if (&cell != &row.front()) out += ',';
            add(out, cell_text(cell, reader));
        }
        out += "\r\n";
    }
    return out;
}

}  // namespace karkhana::exports
