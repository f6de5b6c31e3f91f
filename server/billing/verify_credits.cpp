#include "server/billing/verify_credits.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace karkhana::billing {
namespace {

/// What was ever billed of each line: as it was issued, and what was added on later bills.
std::map<int, Money> billed_by_line(InvoiceDocument const& bill, std::vector<Item> const& later) {
    std::map<int, Money> billed;
    for (auto const& line : bill.lines) billed[line.line] += line.term.amount;
    for (auto const& item : bill.items) billed[item.line] += item.amount;
    for (auto const& item : later)
        if (item.state == "billed" && item.amount > Money{})
            billed[item.refers_line.value()] += item.amount;
    return billed;
}

bool refers_to_lines_of(InvoiceDocument const& note, InvoiceDocument const& bill) {
    auto const lines = static_cast<int>(bill.lines.size() + bill.items.size());
    return note.refers_to == IssuedReference{bill.number, bill.issued_at, 0} &&
           std::ranges::all_of(note.items, [&](IssuedItem const& item) {
               return item.refers && item.refers->number == bill.number &&
                      item.refers->issued_at == bill.issued_at && item.refers->line > 0 &&
                      item.refers->line <= lines;
           });
}

}  // namespace

CreditCheck::Bill* CreditCheck::bill_of(std::optional<InvoiceId> const& id) {
    if (!id) return nullptr;
    if (auto const found = bills_.find(*id); found != bills_.end()) return &found->second;
    auto invoice = find_invoice(reader_, facility_, *id);
    auto const canonical = find_canonical(reader_, facility_, *id);
    if (!invoice || !canonical || invoice->credit_note) return nullptr;
    auto document = read_document(*canonical);
    if (!document) return nullptr;
    return &bills_.emplace(*id, Bill{std::move(*invoice), std::move(*document), {}}).first->second;
}

std::string_view CreditCheck::fault_of(Invoice const& note, InvoiceDocument const& document) {
    auto* const bill = bill_of(note.refers_to);
    if (bill == nullptr) return "it corrects a bill that is not there";
    auto const& original = bill->document;
    if (document.buyer.id != original.buyer.id || !refers_to_lines_of(document, original))
        return "it does not refer to the lines that it corrects";
    std::vector<Part> parts;
    for (auto const& item : document.items) parts.push_back({item.refers->line, item.amount});
    auto due = original.tax;
    auto const covered = original.lines.size() + original.items.size() == due.lines.size();
    if (!due.lines.empty() && !covered) return "its bill has not the tax of every line";
    due.lines = credit_taxes(original, bill->given, parts);
    add_given(bill->given, document);
    if (document.tax != due) return "its tax is not that of the lines that it gives back";
    return "";
}

std::vector<std::string> CreditCheck::too_much() const {
    std::vector<std::string> findings;
    for (auto const& [id, bill] : bills_) {
        auto const billed = billed_by_line(bill.document, adjustments_of(reader_, facility_, id));
        for (auto const& [line, given] : bill.given)
            if (!billed.contains(line) || given.amount > billed.at(line))
                findings.push_back(
                    fmt::format("invoice {}: more of line {} was given back than was billed",
                                bill.document.number, line));
    }
    return findings;
}

}  // namespace karkhana::billing
