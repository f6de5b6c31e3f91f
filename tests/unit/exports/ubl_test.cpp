#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <iostream>

#include "server/exports/trade_document.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/exports/samples.hpp"

namespace karkhana::exports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A bill of 150 minutes and 9.837 kWh with 15 %, a job with 10 % and a training without.
TradeDocument taxed() {
    TradeDocument bill{.number = "CSF/2025-26/000001",
                       .issued = parse_date("2025-08-01").value(),
                       .period = "2025-07",
                       .seller = {"seller", {"Centre", "কেন্দ্র"}, "Kamalpur & Co", "BD0012345678"},
                       .buyer = {"buyer", {"Lakshmi", "লক্ষ্মী"}, "Bhairab", ""}};
    auto const add = [&](std::int64_t quantity, std::int64_t per, std::string unit, Rate price,
                         TaxCategory category, std::int64_t rate, Money tax) {
        bill.lines.push_back({.line = static_cast<int>(bill.lines.size()) + 1,
                              .name = {"Laser: time <1>", "লেজার: সময়"},
                              .quantity = quantity,
                              .per = per,
                              .unit = std::move(unit),
                              .price = price,
                              .net = price_of(price, quantity, per),
                              .category = category,
                              .tax_rate_e4 = rate,
                              .tax = tax});
        bill.net += bill.lines.back().net;
        bill.tax += tax;
    };
    add(150 * 60, 60, "MIN", {7'500'000}, TaxCategory::standard, 1'500, {16'875});
    add(9'837, 1'000, "KWH", {10'761'400}, TaxCategory::standard, 1'500, {1'588});
    add(1'000, 60, "MIN", {7'500'000}, TaxCategory::standard, 1'500, {1'875});
    add(1, 1, "C62", {200'000'000}, TaxCategory::standard, 1'000, {2'000});
    add(1, 1, "C62", {300'000'000}, TaxCategory::exempt, 0, {});
    add(-1, 1, "C62", {100'000}, TaxCategory::standard, 1'000, {-1});
    bill.payable = bill.net + bill.tax;
    return bill;
}

TradeDocument rounded() {
    auto bill = taxed();
    bill.number = "CSF/2025-26/000002";
    bill.rounding = {-((bill.net + bill.tax).poisha % 100)};
    bill.payable = bill.net + bill.tax + bill.rounding;
    return bill;
}

TradeDocument credited() {
    auto note = taxed();
    note.credit_note = true;
    note.number = "CSF/CN/2025-26/000001";
    note.refers_to = "CSF/2025-26/000001";
    note.note = "a meter was read again";
    return note;
}

/// What the rules say of each of them; nullopt where they are not at hand.
std::optional<std::string> judged(std::vector<std::pair<std::string, std::string>> const& all) {
    auto const* rules = std::getenv("KARKHANA_EN16931");
    if (rules == nullptr) return std::nullopt;
    tests::TemporaryFolder const folder;
    auto command = "/usr/bin/python3 tests/unit/exports/check_ubl.py " + std::string{rules};
    for (auto const& [name, xml] : all) {
        std::ofstream{folder.file(name + ".xml")} << xml;
    }
    command += " " + folder.file("");
    auto* const pipe = ::popen(command.c_str(), "r");
    std::string out;
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    ::pclose(pipe);
    return out;
}

constexpr auto kAbsent = "KARKHANA_EN16931 does not say where the rules of EN 16931 are";

TEST(Ubl, SaysWhatTheBillSays) {
    auto const xml = ubl_xml(taxed());
    EXPECT_THAT(xml, HasSubstr("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"));
    EXPECT_THAT(xml, HasSubstr("<cbc:InvoicedQuantity unitCode=\"MIN\">150</"));
    EXPECT_THAT(xml, HasSubstr("<cbc:InvoicedQuantity unitCode=\"KWH\">9.837</"));
    EXPECT_THAT(xml, HasSubstr("<cbc:PriceAmount currencyID=\"BDT\">10.7614</"));
    EXPECT_THAT(xml, HasSubstr("unitCode=\"SEC\">1000</"));
    EXPECT_THAT(xml, HasSubstr("<cbc:BaseQuantity unitCode=\"SEC\">60</"));
    EXPECT_THAT(xml, HasSubstr("<cbc:TaxAmount currencyID=\"BDT\">223.37</"));
    EXPECT_THAT(xml, HasSubstr("Kamalpur &amp; Co"));
    EXPECT_THAT(xml, HasSubstr("Laser: time &lt;1&gt;"));
    EXPECT_THAT(ubl_xml(rounded()), HasSubstr("<cbc:PayableRoundingAmount currencyID=\"BDT\">-0."));
    auto const note = ubl_xml(credited());
    EXPECT_THAT(note, HasSubstr("<cbc:CreditNoteTypeCode>381</"));
    EXPECT_THAT(note, HasSubstr("<cbc:ID>CSF/2025-26/000001</cbc:ID>"));
    EXPECT_THAT(note, Not(HasSubstr("InvoiceLine")));
}

TEST(Ubl, ABillOfToday) {
    auto const trade = trade_document(sample_bill());
    EXPECT_EQ(trade.tax, Money{});
    EXPECT_EQ(trade.rounding, Money{});
    EXPECT_EQ(trade.net, sample_bill().total);
    for (auto const& line : trade.lines)
        EXPECT_EQ(price_of(line.price, line.quantity, line.per), line.net);
}

/// The bill of today with 15 % on every line and a service of Tk 200 without.
billing::InvoiceDocument registered(bool inclusive) {
    auto bill = sample_bill();
    bill.tax = {billing::Regime::vat, billing::TaxRounding::line, inclusive, "000000001-0101", {}};
    auto const add = [&](Money amount, std::int64_t rate_e4) {
        auto const tax = inclusive ? billing::tax_within(amount, rate_e4)
                                   : Money{divide_half_away(Wide{amount.poisha} * rate_e4, 10'000)};
        bill.tax.lines.push_back({rate_e4 > 0 ? "standard" : "exempt", rate_e4, tax});
    };
    bill.items.push_back({.line = static_cast<int>(bill.lines.size()) + 1,
                          .label = {"Design file", "নকশার ফাইল"},
                          .quantity = 2,
                          .unit = "file",
                          .price = {100'000'000},
                          .amount = {20'000},
                          .income = "income:service"});
    for (auto const& line : bill.lines) add(line.term.amount, 1'500);
    add({20'000}, 0);
    bill.total = {20'000};
    for (auto const& line : bill.lines) bill.total += line.term.amount;
    if (!inclusive) bill.total += bill.tax_total();
    return bill;
}

/// A credit note for the whole of it.
billing::InvoiceDocument given_back() {
    auto note = registered(false);
    note.kind = billing::DocumentKind::credit_note;
    note.refers_to = billing::IssuedReference{note.number, note.issued_at, 0};
    note.number = "BHAIRAB/CN/2026-27/000001";
    note.reason = "A register was read wrongly.";
    return note;
}

TEST(Ubl, ATaxInvoiceHasTheTaxOfTheBill) {
    for (bool const inclusive : {false, true}) {
        auto const bill = registered(inclusive);
        auto const trade = trade_document(bill);
        EXPECT_EQ(trade.tax, bill.tax_total());
        EXPECT_EQ(trade.net + trade.tax, bill.total);
        EXPECT_EQ(trade.rounding, Money{});
        EXPECT_EQ(trade.seller.tax_id, "BD000000001-0101");
        EXPECT_EQ(trade.lines.back().category, TaxCategory::exempt);
        EXPECT_EQ(trade.lines.back().quantity, 2);
        EXPECT_EQ(trade.lines.front().category, TaxCategory::standard);
    }
    auto const note = trade_document(given_back());
    EXPECT_TRUE(note.credit_note);
    EXPECT_EQ(note.refers_to, sample_bill().number);
}

TEST(Ubl, PassesTheSchemaAndTheRulesOfEn16931) {
    auto const said = judged({{"taxed", ubl_xml(taxed())},
                              {"rounded", ubl_xml(rounded())},
                              {"credited", ubl_xml(credited())},
                              {"today", ubl_xml(trade_document(sample_bill()))},
                              {"vat", ubl_xml(trade_document(registered(false)))},
                              {"within", ubl_xml(trade_document(registered(true)))},
                              {"back", ubl_xml(trade_document(given_back()))}});
    if (!said) {
        std::cout << "NOT CHECKED: " << kAbsent << '\n';
        return;
    }
    EXPECT_EQ(*said, "back ok\ncredited ok\nrounded ok\ntaxed ok\ntoday ok\nvat ok\nwithin ok\n");
}

TEST(Ubl, TheRulesSeeWhatIsWrong) {
    auto sums = taxed();
    sums.net += Money{1};
    auto unnamed = taxed();
    unnamed.seller.tax_id.clear();
    auto const said = judged({{"sums", ubl_xml(sums)}, {"unnamed", ubl_xml(unnamed)}});
    if (!said) {
        std::cout << "NOT CHECKED: " << kAbsent << '\n';
        return;
    }
    EXPECT_THAT(*said, HasSubstr("sums BR-CO-10"));
    EXPECT_THAT(*said, HasSubstr("unnamed BR-S-02"));
}

}  // namespace
}  // namespace karkhana::exports
