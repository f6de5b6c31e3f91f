#include <fmt/format.h>
#include <gmock/gmock.h>

#include "server/billing/account.hpp"
#include "server/billing/ageing.hpp"
#include "server/billing/claims.hpp"
#include "server/billing/disputes.hpp"
#include "server/billing/evidence.hpp"
#include "server/billing/items.hpp"
#include "server/billing/tax_records.hpp"
#include "server/billing/waivers.hpp"
#include "server/billing/wallet.hpp"
#include "tests/integration/billing/money_in.hpp"

namespace karkhana::billing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

KARKHANA_ON_BOTH_ENGINES(MoneyIn);

TEST_P(MoneyIn, CashIsRoundedToTheTakaByItsOwnPosting) {
    for (auto const& [total, paid, rounding] :
         {std::tuple{141'549, 141'500, -49}, {141'550, 141'600, 50}, {141'450, 141'500, 50}}) {
        auto const before = balance(std::string{account::rounding});
        auto const id = billed("Lakshmi", total);
        auto const payment = cash(id, paid).value();
        EXPECT_EQ(payment.rounding, Money{rounding}) << total;
        EXPECT_EQ(due(id), Money{}) << total;
        EXPECT_EQ(balance(std::string{account::rounding}) - before, Money{-rounding});
    }
    EXPECT_EQ(balance(wallet), Money{}) << "what is rounded is nobody's";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, OnlyWhatSettlesIsRounded) {
    auto const id = billed("Lakshmi", 141'549);
    EXPECT_EQ(cash(id, 100'000)->rounding, Money{}) << "a part is a part";
    EXPECT_EQ(due(id), Money{41'549});
    EXPECT_EQ(cash(id, 41'500)->rounding, Money{-49});
    EXPECT_EQ(due(id), Money{});
}

TEST_P(MoneyIn, WhatIsOverGoesIntoTheWalletAndPaysTheNextBill) {
    auto const first = billed("Lakshmi", 115'674);
    auto const payment = cash(first, 116'000).value();
    EXPECT_EQ(payment.to_wallet(), Money{326});
    EXPECT_EQ(balance(receivable), Money{});
    EXPECT_EQ(balance(wallet), Money{-326});
    auto const second = billed("Lakshmi", 10'000);
    EXPECT_EQ(take({.enterprise = lakshmi, .method = "wallet", .amount = {327}}).error().code,
              "wallet_short");
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "wallet", .amount = {326}}));
    EXPECT_EQ(due(second), Money{9'674});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AWalletPaysAsMuchOfABillAsItHolds) {
    ASSERT_TRUE(top_up(100'000));
    auto const id = billed("Lakshmi", 115'674);
    EXPECT_EQ(take({.enterprise = lakshmi, .method = "wallet", .amount = {115'675}}).error().code,
              "overpaid");
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "wallet", .amount = {100'000}}));
    EXPECT_EQ(due(id), Money{15'674});
    EXPECT_EQ(balance(wallet), Money{});
    EXPECT_EQ(balance(vat), Money{}) << "a deposit is no supply";
}

TEST_P(MoneyIn, OfAnAdvanceTheVatIsDueWhenItComesAndOnTheBillOnlyTheRest) {
    take_vat(true);
    ASSERT_TRUE(top_up(100'000));
    EXPECT_EQ(balance(vat), Money{-13'043});
    EXPECT_EQ(balance(wallet), Money{-100'000}) << "all of it can be spent";
    auto const bill = served(100'586);
    EXPECT_EQ(due(bill), Money{115'674});
    EXPECT_EQ(balance(vat), Money{-15'088}) << "2045 came with the bill";
    EXPECT_EQ(balance(account::vat_advance(lakshmi)), Money{});
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "wallet", .amount = {100'000}}));
    EXPECT_EQ(due(bill), Money{15'674});
    EXPECT_EQ(balance(vat), Money{-15'088});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, OfADepositTheVatIsDueWithTheBill) {
    take_vat(false);
    ASSERT_TRUE(top_up(100'000));
    EXPECT_EQ(balance(vat), Money{});
    served(100'586);
    EXPECT_EQ(balance(vat), Money{-15'088});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AnAdvanceThatIsGivenBackTakesItsVatWithIt) {
    take_vat(true);
    ASSERT_TRUE(top_up(100'000));
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return refund_wallet(writer, facility, centre.ids, lakshmi, {100'000}, "leaves", clerk,
                             now);
    }));
    EXPECT_EQ(balance(vat), Money{});
    EXPECT_EQ(balance(std::string{account::cash}), Money{});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, ACreditNotePaysWhatIsDueAndTheRestIsTheWallets) {
    auto const bill = served(20'000);
    ASSERT_TRUE(cash(bill, 15'000));
    auto const give_back = [&](std::string source_id, std::int64_t poisha) {
        auto made = service(std::move(source_id), -poisha);
        made.source = "adjustment";
        made.refers_invoice = bill;
        made.refers_line = 1;
        made.note = "Too much was written.";
        add(made);
        for (auto const& id : centre.run("2026-11")) {
            bool const final = ledger().read(
                [&](store::Reader& reader) { return find_invoice(reader, facility, id)->final; });
            if (!final) {
                EXPECT_TRUE(centre.finalise(id));
            }
        }
    };
    give_back("a", 3'000);
    EXPECT_EQ(due(bill), Money{2'000});
    EXPECT_EQ(balance(wallet), Money{});
    give_back("b", 6'000);
    EXPECT_EQ(due(bill), Money{});
    EXPECT_EQ(balance(wallet), Money{-4'000});
    EXPECT_EQ(balance(receivable), Money{});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, WithheldVatClearsTheBillWithItsCertificate) {
    auto const id = billed("Lakshmi", 115'674);
    ASSERT_TRUE(take({.enterprise = lakshmi,
                      .method = "vds",
                      .amount = {15'088},
                      .reference = "6.6/2026/114",
                      .invoices = std::vector{id}}));
    ASSERT_TRUE(cash(id, 100'586));
    EXPECT_EQ(balance(receivable), Money{});
    EXPECT_EQ(balance(std::string{account::vds}), Money{15'088});
    EXPECT_EQ(balance(wallet), Money{});
}

TEST_P(MoneyIn, WithoutANamedBillTheOldestIsPaidFirst) {
    auto const first = billed("Lakshmi", 10'000);
    centre.clock.advance(std::chrono::hours{1});
    auto const second = billed("Lakshmi", 20'000);
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "cash", .amount = {15'000}}));
    EXPECT_EQ(due(first), Money{});
    EXPECT_EQ(due(second), Money{15'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, ANumberIsClaimedOnceHoweverItIsTyped) {
    auto const id = billed("Lakshmi", 115'674);
    ASSERT_TRUE(claim("8N7A6B5C4D", id, 116'000));
    EXPECT_EQ(claim(" 8n7a 6b5c 4d", id, 116'000).error().code, "trx_id_claimed");
}

TEST_P(MoneyIn, AClaimIsFoundOnTheStatementAndAppliedByAnother) {
    auto const id = billed("Lakshmi", 115'674);
    auto const made = claim("8N7A6B5C4D", id, 116'000).value();
    EXPECT_EQ(made.state, "claimed");
    auto const apply = [&](PersonId const& by) {
        return act([&](store::Writer& writer, Instant now) {
            return apply_claim(writer, facility, centre.ids, made.id, by, now);
        });
    };
    EXPECT_EQ(apply(checker).error().code, "wrong_state") << "nobody has seen the money";
    auto const imported =
        import({{.trx_id = "8N7A6B5C4D", .amount = {116'000}}, {.trx_id = "X", .amount = {700}}})
            .value();
    EXPECT_EQ(imported.matched, 1);
    EXPECT_EQ(balance(unmatched), Money{-116'700});
    EXPECT_EQ(apply(clerk).error().code, "same_person");
    ASSERT_TRUE(apply(checker));
    EXPECT_EQ(apply(checker).error().code, "wrong_state") << "once";
    EXPECT_EQ(balance(receivable), Money{});
    EXPECT_EQ(balance(wallet), Money{-326});
    EXPECT_EQ(balance(bkash), Money{116'700});
    EXPECT_EQ(balance(unmatched), Money{-700}) << "nobody knows whose this is";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AStatementIsImportedWholeAndOnce) {
    ASSERT_TRUE(import({{.trx_id = "A", .amount = {500}}}));
    auto const again =
        import({{.trx_id = "A", .amount = {500}}, {.trx_id = "B", .amount = {100}}}).value();
    EXPECT_EQ(again.known, 1);
    EXPECT_EQ(again.added, 1);
    EXPECT_EQ(
        import({{.trx_id = "C", .amount = {1}}, {.trx_id = "A", .amount = {501}}}).error().code,
        "line_differs");
    EXPECT_EQ(balance(bkash), Money{600}) << "C came in though A was wrong";
}

TEST_P(MoneyIn, MoneySeenInTheAppIsNotBookedAgainByItsStatement) {
    auto const id = billed("Lakshmi", 10'000);
    auto const made = claim("T1", id, 10'000).value();
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return match_by_hand(writer, facility, made.id, std::nullopt, clerk, now);
    }));
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return apply_claim(writer, facility, centre.ids, made.id, checker, now);
    }));
    ASSERT_TRUE(import({{.trx_id = "T1", .amount = {10'000}}}));
    EXPECT_EQ(balance(bkash), Money{10'000});
    EXPECT_EQ(balance(unmatched), Money{});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, WhatIsAppliedIsTakenBackOnceAndTheMoneyIsAgainNobodys) {
    auto const id = billed("Lakshmi", 10'000);
    ASSERT_TRUE(import({{.trx_id = "T1", .amount = {10'000}}}));
    auto const made = claim("T1", id, 10'000).value();
    EXPECT_EQ(made.state, "matched") << "the statement had come before";
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return apply_claim(writer, facility, centre.ids, made.id, checker, now);
    }));
    auto const payment = ledger().read([&](store::Reader& reader) {
        return list_payments(reader, facility,
                             {instant(0), centre.clock.now() + std::chrono::days{1}}, 0, 1)
            .at(0);
    });
    auto const back = [&] {
        return act([&](store::Writer& writer, Instant now) {
            return reverse_payment(writer, facility, centre.ids, payment.id, "not hers", checker,
                                   now);
        });
    };
    ASSERT_TRUE(back());
    EXPECT_EQ(back().error().code, "already_reversed");
    EXPECT_EQ(due(id), Money{10'000});
    EXPECT_EQ(balance(unmatched), Money{-10'000});
    EXPECT_EQ(claim("T1", id, 10'000)->state, "matched") << "it may be claimed rightly";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, WhatTheWalletSpentIsNotTakenBack) {
    auto const topped = top_up(5'000).value();
    billed("Lakshmi", 10'000);
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "wallet", .amount = {1}}));
    EXPECT_EQ(act([&](store::Writer& writer, Instant now) {
                  return reverse_payment(writer, facility, centre.ids, topped.id, "wrong", checker,
                                         now);
              })
                  .error()
                  .code,
              "wallet_short");
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AHoldIsPostedOrLetGoOnce) {
    ASSERT_TRUE(top_up(10'000));
    auto const id = billed("Lakshmi", 6'000);
    auto const hold = [&](std::int64_t poisha) {
        return act([&](store::Writer& writer, Instant now) {
            return hold_wallet(writer, facility, centre.ids, lakshmi, {poisha}, "booking", clerk,
                               now);
        });
    };
    auto const end = [&](HoldId const& which, std::optional<InvoiceId> invoice,
                         std::int64_t poisha) {
        return act([&](store::Writer& writer, Instant now) {
            return end_hold(writer, facility, centre.ids, which, invoice, {poisha}, clerk, now);
        });
    };
    auto const held = hold(8'000).value();
    EXPECT_EQ(hold(2'001).error().code, "wallet_short") << "it fails when it is held";
    EXPECT_EQ(balance(wallet), Money{-2'000});
    EXPECT_EQ(end(held.id, id, 8'001).error().code, "more_than_held");
    ASSERT_TRUE(end(held.id, id, 5'000));
    EXPECT_EQ(end(held.id, std::nullopt, 0).error().code, "hold_ended");
    EXPECT_EQ(due(id), Money{1'000});
    EXPECT_EQ(balance(wallet), Money{-5'000}) << "the rest is free again";
    ASSERT_TRUE(end(hold(5'000)->id, std::nullopt, 0));
    EXPECT_EQ(balance(account::wallet_held(lakshmi)), Money{});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AMergedRecordKeepsItsMoneyAndItIsSpentAfterItsOwn) {
    auto const rahim = centre.enterprise("Rahim");
    ASSERT_TRUE(top_up(3'000));
    ASSERT_TRUE(take({.enterprise = rahim,
                      .method = "cash",
                      .amount = {4'000},
                      .invoices = std::vector<InvoiceId>{}}));
    auto const id = billed("Lakshmi", 6'000);
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "UPDATE enterprise SET merged_into = $2 WHERE facility_id = $1 AND enterprise_id = $3",
            facility, lakshmi, rahim);
    });
    auto const held = ledger().read(
        [&](store::Reader& reader) { return wallet_of(reader, facility, lakshmi).available; });
    EXPECT_EQ(held, Money{7'000});
    ASSERT_TRUE(take({.enterprise = lakshmi, .method = "wallet", .amount = {6'000}}));
    EXPECT_EQ(due(id), Money{});
    EXPECT_EQ(balance(wallet), Money{});
    EXPECT_EQ(balance(account::wallet(rahim)), Money{-1'000}) << "no more than was needed";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, AWaiverAboveTheLimitTakesTwo) {
    auto const id = billed("Lakshmi", 100'000);
    auto const ask = [&](std::int64_t poisha) {
        return act([&](store::Writer& writer, Instant now) {
            return ask_waiver(writer, facility, centre.ids, id, {poisha}, "flood", clerk, now);
        });
    };
    EXPECT_EQ(ask(50'000)->granted, true);
    EXPECT_EQ(due(id), Money{50'000});
    EXPECT_EQ(ask(50'001).error().code, "overpaid");
    act([&](store::Writer& writer, Instant now) {
        return add_money_settings(writer, facility, {.waiver_limit = {50'100}}, checker, now);
    });
    auto const asked = ask(101).value();
    EXPECT_EQ(asked.granted, std::nullopt);
    EXPECT_EQ(due(id), Money{50'000}) << "it was only asked for";
    auto const grant = [&](PersonId const& by) {
        return act([&](store::Writer& writer, Instant now) {
            return decide_waiver(writer, facility, centre.ids, asked.id, true, by, now);
        });
    };
    EXPECT_EQ(grant(clerk).error().code, "same_person");
    ASSERT_TRUE(grant(checker));
    EXPECT_EQ(grant(checker).error().code, "wrong_state");
    EXPECT_EQ(due(id), Money{49'899});
    EXPECT_EQ(balance(std::string{account::waived}), Money{50'101});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(MoneyIn, ADisputeHoldsTheReadingsUntilItIsSettled) {
    auto const id = billed("Lakshmi", 10'000);
    ASSERT_TRUE(cash(id, 10'000));
    auto const held = [&] {
        return ledger().read([&](store::Reader& reader) {
            return held_by_bills(reader, facility, centre.clock.now()).size();
        });
    };
    EXPECT_EQ(held(), 0U);
    Dispute dispute{centre.ids.make<DisputeId>(),
                    id,
                    1,
                    lakshmi,
                    "",
                    {10'000},
                    "it stood still",
                    "{}",
                    std::string(64, 'a'),
                    centre.clock.now(),
                    clerk};
    auto const open = [&] {
        return act([&](store::Writer& writer, Instant) {
            return open_dispute(writer, facility, dispute);
        });
    };
    ASSERT_TRUE(open());
    EXPECT_EQ(open().error().code, "disputed_already");
    EXPECT_EQ(held(), 1U);
    EXPECT_THAT(centre.findings(), SizeIs(1)) << "its evidence has another hash";
    auto const step = [&](bool settle) {
        return act([&](store::Writer& writer, Instant now) {
            return answer_dispute(writer, facility, dispute.id, "we looked", settle, checker, now);
        });
    };
    EXPECT_EQ(step(false)->state(), "answered");
    EXPECT_EQ(step(false).error().code, "wrong_state");
    EXPECT_EQ(held(), 1U);
    EXPECT_EQ(step(true)->state(), "settled");
    EXPECT_EQ(held(), 0U);
}

TEST_P(MoneyIn, AgeingIsAsItWasOnAnyDay) {
    auto const old = billed("Lakshmi", 10'000);
    auto const issued = centre.clock.now();
    centre.clock.advance(std::chrono::days{40});
    billed("Lakshmi", 20'000);
    ASSERT_TRUE(cash(old, 4'000));
    auto const aged = [&](Instant at) {
        return ledger().read([&](store::Reader& reader) {
            return ageing_of(open_invoices(reader, facility, at), at)[lakshmi];
        });
    };
    EXPECT_EQ(aged(issued - std::chrono::seconds{1}).total(), Money{});
    EXPECT_EQ(aged(issued + std::chrono::days{30}).buckets[0], Money{10'000});
    EXPECT_EQ(aged(issued + std::chrono::days{31}).buckets[1], Money{10'000});
    auto const now = aged(centre.clock.now());
    EXPECT_EQ(now.buckets[0], Money{20'000});
    EXPECT_EQ(now.buckets[1], Money{6'000});
    EXPECT_EQ(aged(issued + std::chrono::days{91}).buckets[3], Money{6'000});
}

TEST_P(MoneyIn, AStatementOfAnAccountGoesFromItsOpeningToItsClosing) {
    auto const first = billed("Lakshmi", 10'000);
    centre.clock.advance(std::chrono::days{1});
    auto const from = centre.clock.now();
    ASSERT_TRUE(cash(first, 12'000));
    centre.clock.advance(std::chrono::days{1});
    billed("Lakshmi", 5'000);
    centre.clock.advance(std::chrono::days{1});
    auto const statement = ledger().read([&](store::Reader& reader) {
        return statement_of(reader, facility, lakshmi, {from, centre.clock.now()});
    });
    EXPECT_EQ(statement.opening, Money{10'000});
    ASSERT_THAT(statement.lines, SizeIs(2));
    EXPECT_EQ(statement.lines[0].amount, Money{-12'000});
    EXPECT_EQ(statement.lines[0].balance, Money{-2'000});
    EXPECT_EQ(statement.closing, Money{3'000});
}

TEST_P(MoneyIn, BookingIsToldOfTheWalletAndOfWhatIsNotBilledYet) {
    auto const account = [&] {
        return ledger().read([&](store::Reader& reader) {
            return account_of(reader, facility, lakshmi, centre.clock.now());
        });
    };
    ASSERT_TRUE(top_up(10'000));
    EXPECT_EQ(account().balance, Money{10'000});
    centre.half_an_hour("Lakshmi", "2026-11-28", 6'000);
    ASSERT_EQ(centre.charge(), 1);
    EXPECT_EQ(account().balance, Money{4'000}) << "used and not on a bill";
    auto const id = centre.run("2026-11").at(0);
    EXPECT_EQ(account().balance, Money{4'000}) << "on a draft";
    ASSERT_TRUE(centre.finalise(id));
    EXPECT_EQ(account().balance, Money{4'000}) << "once, on the bill";
    EXPECT_EQ(account().overdue, Money{6'000});
}

}  // namespace
}  // namespace karkhana::billing
