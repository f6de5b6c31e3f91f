#include "server/billing/credits.hpp"

#include "server/billing/invoices.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kIssuedText =
    "SELECT canonical, previous_hash, hash FROM invoice WHERE facility_id = $1 "
    "AND invoice_id = $2 AND state = 'final'";
constexpr std::string_view kNotesOf =
    "SELECT canonical, previous_hash, hash FROM invoice WHERE facility_id = $1 "
    "AND refers_to = $2 AND state = 'final' ORDER BY fiscal_year, number";

IssuedText read_text(store::Row const& row) { return {row.text(0), row.text(1), row.text(2)}; }

/// What each line of a bill came to, by its number.
std::map<int, Money> amounts_of(InvoiceDocument const& bill) {
    std::map<int, Money> amounts;
    for (auto const& line : bill.lines) amounts[line.line] = line.term.amount;
    for (auto const& item : bill.items) amounts[item.line] = item.amount;
    return amounts;
}

}  // namespace

void add_given(GivenOf& given, InvoiceDocument const& note) {
    for (std::size_t i = 0; i < note.items.size(); ++i) {
        auto const& item = note.items[i];
        auto& of = given[item.refers ? item.refers->line : 0];
        of.amount += item.amount;
        if (i < note.tax.lines.size()) of.tax += note.tax.lines[i].tax;
    }
}

std::vector<IssuedText> notes_of(store::Reader& reader, FacilityId const& facility,
                                 InvoiceId const& bill) {
    return reader.all(kNotesOf, read_text, facility, bill);
}

std::optional<IssuedText> issued_text(store::Reader& reader, FacilityId const& facility,
                                      InvoiceId const& id) {
    return reader.first(kIssuedText, read_text, facility, id);
}

GivenOf given_back(store::Reader& reader, FacilityId const& facility, InvoiceId const& bill) {
    GivenOf given;
    for (auto const& note : notes_of(reader, facility, bill))
        if (auto const document = read_document(note.canonical)) add_given(given, *document);
    return given;
}

std::vector<Part> parts_of(std::vector<Item> const& items) {
    std::vector<Part> parts;
    for (auto const& item : items) parts.push_back({item.refers_line.value(), -item.amount});
    return parts;
}

std::vector<LineTax> credit_taxes(InvoiceDocument const& bill, GivenOf given,
                                  std::vector<Part> const& parts) {
    std::vector<LineTax> taxes;
    if (bill.tax.lines.empty()) return taxes;
    auto const amounts = amounts_of(bill);
    for (auto const& part : parts) {
        TaxedLine const line{amounts.at(part.line),
                             bill.tax.lines.at(static_cast<std::size_t>(part.line) - 1),
                             bill.tax.inclusive};
        auto& before = given[part.line];
        before.amount += part.amount;
        auto const tax = tax_given_back(line, before.amount) - before.tax;
        before.tax += tax;
        taxes.push_back({line.tax.code, line.tax.rate_e4, tax});
    }
    return taxes;
}

Result<IssuedTax> tax_of_note(store::Reader& reader, FacilityId const& facility,
                              InvoiceId const& bill, std::vector<Item> const& items) {
    auto const original = read_document(find_canonical(reader, facility, bill).value());
    if (!original) return tl::make_unexpected(original.error());
    auto tax = original->tax;
    tax.lines = credit_taxes(*original, given_back(reader, facility, bill), parts_of(items));
    return tax;
}

}  // namespace karkhana::billing
