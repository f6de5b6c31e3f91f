#include <algorithm>
#include <gtest/gtest.h>

#include "server/exports/trade_csv.hpp"

namespace karkhana::exports {
namespace {

/// A bill of two rates of VAT, or a note that gives it back.
TradeDocument document(bool credit_note) {
    TradeDocument made{.credit_note = credit_note,
                       .number = credit_note ? "CSF/CN/2025-26/000001" : "CSF/2025-26/000001",
                       .refers_to = credit_note ? "CSF/2025-26/000001" : "",
                       .issued = std::chrono::local_days{std::chrono::year{2025} / 8 / 1},
                       .period = "2025-07"};
    made.buyer = {EnterpriseId{}.text(), {"Lakshmi", "লক্ষ্মী"}, "", ""};
    for (auto const& [net, rate, tax] :
         {std::tuple{10'000, 1'500, 1'500}, {2'000, 1'000, 200}, {5'000, 1'500, 750}})
        made.lines.push_back({.line = 1,
                              .name = {"Time", "সময়"},
                              .price = {std::int64_t{net} * 10'000},
                              .net = {net},
                              .income = "income:machine-time",
                              .category = TaxCategory::standard,
                              .tax_rate_e4 = rate,
                              .tax = {tax}});
    made.net = {17'000};
    made.tax = {2'450};
    made.payable = {19'450};
    return made;
}

Table::Cell cell(Table const& table, std::size_t row, std::string_view head) {
    auto const found = std::ranges::find(table.heads(), head);
    if (found == table.heads().end()) throw std::runtime_error("no such column");
    return table.rows().at(row).at(static_cast<std::size_t>(found - table.heads().begin()));
}

TEST(TradeCsv, CreditNotesGoToZohoWithPositiveAmountsAndTheirBill) {
    auto const table = zoho_table({document(false), document(true)});
    ASSERT_EQ(table.rows().size(), 6U);
    EXPECT_EQ(cell(table, 0, "Document Type").text, "Invoice");
    EXPECT_EQ(cell(table, 3, "Document Type").text, "Credit Note");
    EXPECT_EQ(cell(table, 3, "Associated Invoice Number").text, "CSF/2025-26/000001");
    EXPECT_EQ(cell(table, 3, "Total").number, 19'450);
    EXPECT_EQ(cell(table, 3, "Item Total").number, 10'000);
}

TEST(TradeCsv, ErpNextHasATaxRowForEachRate) {
    auto const table = erpnext_table({document(false), document(true)});
    constexpr auto kRate = "Rate (Sales Taxes and Charges)";
    constexpr auto kAmount = "Tax Amount (Sales Taxes and Charges)";
    EXPECT_EQ(cell(table, 0, kRate).text, "10");
    EXPECT_EQ(cell(table, 0, kAmount).number, 200);
    EXPECT_EQ(cell(table, 1, kRate).text, "15");
    EXPECT_EQ(cell(table, 1, kAmount).number, 2'250);
    EXPECT_EQ(cell(table, 2, kAmount).kind, Table::Kind::empty);
    EXPECT_EQ(cell(table, 3, "Is Return (Credit Note)").text, "1");
    EXPECT_EQ(cell(table, 4, kAmount).number, -2'250) << "a return is negative there";
}

}  // namespace
}  // namespace karkhana::exports
