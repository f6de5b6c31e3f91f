#include <algorithm>

#include "server/billing/waivers.hpp"
#include "server/exports/records.hpp"
#include "server/exports/tables.hpp"
#include "tests/integration/billing/money_in.hpp"

namespace karkhana::billing {
namespace {

using ::testing::IsEmpty;

/// The same money is not booked, spent or given back twice.
class MoneyOnce : public MoneyIn {};
KARKHANA_ON_BOTH_ENGINES(MoneyOnce);

TEST_P(MoneyOnce, WhatAStatementBroughtIsNotBroughtAgainByHand) {
    auto const id = billed("Lakshmi", 10'000);
    auto const by_hand = [&](Claim const& claim) {
        return act([&](store::Writer& writer, Instant now) {
            return match_by_hand(writer, facility, claim.id, std::nullopt, clerk, now);
        });
    };
    ASSERT_TRUE(import({{.trx_id = "T1", .amount = {10'000}}}));
    auto const found = claim("T1", id, 10'000).value();
    ASSERT_EQ(found.state, "matched");
    EXPECT_EQ(by_hand(found).error().code, "line_there") << "its line is not taken off";
    ASSERT_TRUE(import({{.trx_id = "T2", .amount = {7'000}}}));
    auto const wrong = claim("T2", id, 6'000).value();
    EXPECT_EQ(by_hand(wrong).error().code, "line_there");
    auto const early = claim("T3", id, 500).value();
    ASSERT_TRUE(by_hand(early));
    ASSERT_TRUE(import({{.trx_id = "T3", .amount = {500}}}));
    EXPECT_EQ(act([&](store::Writer& writer, Instant now) {
                  return apply_claim(writer, facility, centre.ids, early.id, checker, now);
              })
                  .error()
                  .code,
              "line_there")
        << "the statement came between";
    EXPECT_EQ(balance(bkash), Money{17'500});
}

TEST_P(MoneyOnce, WhatAClaimBroughtIsNobodysWhenItIsTakenBack) {
    auto const id = billed("Lakshmi", 10'000);
    auto const made = claim("T1", id, 10'000).value();
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return match_by_hand(writer, facility, made.id, std::nullopt, clerk, now);
    }));
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return apply_claim(writer, facility, centre.ids, made.id, checker, now);
    }));
    EXPECT_EQ(import({{.trx_id = "T1", .amount = {9'000}}}).error().code, "line_differs");
    ASSERT_TRUE(import({{.trx_id = "T1", .amount = {10'000}}}));
    auto const unmatched_lines = [&] {
        return ledger().read([&](store::Reader& reader) {
            return list_statement_lines(reader, facility, true, 10).size();
        });
    };
    EXPECT_EQ(unmatched_lines(), 0U);
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        auto const payment =
            list_payments(writer, facility, {instant(0), now + std::chrono::days{1}}, 0, 1);
        return reverse_payment(writer, facility, centre.ids, payment.at(0).id, "not hers", checker,
                               now);
    }));
    EXPECT_EQ(unmatched_lines(), 1U);
    EXPECT_EQ(balance(bkash), Money{10'000}) << "the statement shows it";
    EXPECT_EQ(balance(unmatched), Money{-10'000});
    EXPECT_EQ(claim("T1", id, 10'000)->state, "matched");
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyOnce, AWalletPaysNobodyElsesBill) {
    ASSERT_TRUE(top_up(10'000));
    auto const rahim = centre.enterprise("Rahim");
    auto const bill = billed("Rahim", 6'000);
    EXPECT_EQ(take({.enterprise = lakshmi,
                    .method = "wallet",
                    .amount = {1},
                    .invoices = std::vector{bill}})
                  .error()
                  .code,
              "wallet_of_another");
    EXPECT_EQ(balance(account::receivable(rahim)), Money{6'000});
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "UPDATE enterprise SET merged_into = $2 WHERE facility_id = $1 AND enterprise_id = $3",
            facility, lakshmi, rahim);
    });
    EXPECT_TRUE(take(
        {.enterprise = lakshmi, .method = "wallet", .amount = {1}, .invoices = std::vector{bill}}));
}

TEST_P(MoneyOnce, AnAdvanceWhoseVatIsOnABillIsNotTakenBack) {
    take_vat(true);
    auto const paid = top_up(100'000).value();
    served(100'586);
    EXPECT_EQ(act([&](store::Writer& writer, Instant now) {
                  return reverse_payment(writer, facility, centre.ids, paid.id, "wrong", checker,
                                         now);
              })
                  .error()
                  .code,
              "advance_used");
    EXPECT_EQ(balance(vat), Money{-15'088});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyOnce, LettersRememberWhatWasMerged) {
    auto const rahim = centre.enterprise("Rahim");
    auto const bill = billed("Rahim", 6'000);
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "UPDATE enterprise SET merged_into = $2 WHERE facility_id = $1 AND enterprise_id = $3",
            facility, lakshmi, rahim);
    });
    ledger().read([&](store::Reader& reader) {
        auto const open = exports::open_bills(reader, facility, lakshmi);
        EXPECT_EQ(open.size(), 1U);
        auto const zone = Zone::find("Asia/Dhaka").value();
        auto const during = period_interval(zone, "2026-12").value();
        auto const letter = exports::read_statement(reader, facility, lakshmi, "2026-12", during);
        EXPECT_EQ(letter.movements.size(), 1U);
        return 0;
    });
    ASSERT_TRUE(cash(bill, 6'000));
    EXPECT_TRUE(ledger().read([&](store::Reader& reader) {
        return exports::open_bills(reader, facility, lakshmi).empty();
    })) << "what is paid is not open";
}

TEST_P(MoneyOnce, TablesTellWhatWasPaidFromWhatWasGivenBack) {
    auto const bill = served(20'000);
    auto const paid = cash(bill, 15'000).value();
    auto made = service("back", -3'000);
    made.source = "adjustment";
    made.refers_invoice = bill;
    made.refers_line = 1;
    made.note = "Too much was written.";
    add(made);
    for (auto const& id : centre.run("2026-11")) ASSERT_TRUE(centre.finalise(id));
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return ask_waiver(writer, facility, centre.ids, bill, {500}, "flood", clerk, now);
    }));
    auto const zone = Zone::find("Asia/Dhaka").value();
    auto const table = [&](std::string_view name, std::string const& period) {
        return ledger().read([&](store::Reader& reader) {
            auto const during = period_interval(zone, period).value();
            return exports::find_table(name, reader, {facility, zone, period, during}).value();
        });
    };
    auto const column = [](exports::Table const& from, std::string_view head) {
        auto const at = std::ranges::find(from.heads(), head) - from.heads().begin();
        std::vector<std::int64_t> found;
        for (auto const& row : from.rows()) found.push_back(row.at(at).number);
        return found;
    };
    auto const bills = table("invoices", "2026-11");
    using Column = std::vector<std::int64_t>;
    EXPECT_EQ(column(bills, "total"), (Column{-3'000, 20'000}));
    EXPECT_EQ(column(bills, "paid"), (Column{0, 15'000}));
    EXPECT_EQ(column(bills, "credited"), (Column{0, 3'000}));
    EXPECT_EQ(column(bills, "waived"), (Column{0, 500}));
    EXPECT_EQ(column(bills, "due"), (Column{0, 1'500})) << "nobody owes a credit note";
    auto const not_reversed = [&] {
        return table("payments", "2026-12").rows().at(0).back().text.empty();
    };
    EXPECT_TRUE(not_reversed());
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return reverse_payment(writer, facility, centre.ids, paid.id, "wrong", checker, now);
    }));
    EXPECT_FALSE(not_reversed());
    EXPECT_EQ(column(table("invoices", "2026-11"), "paid"), (Column{0, 0}));
}

}  // namespace
}  // namespace karkhana::billing
