#include <gmock/gmock.h>
#include <random>

#include "server/billing/claims.hpp"
#include "server/billing/closing.hpp"
#include "server/billing/waivers.hpp"
#include "server/billing/wallet.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::IsEmpty;

class Closing : public tests::StoreTest {
protected:
    Closing() {
        centre.add_usual_rates();
        centre.clock.set(dhaka("2026-11-30 17:00"));
    }
    template <class Act>
    auto act(Act&& work) {
        return ledger().write(
            [&](store::Writer& writer) { return work(writer, centre.clock.now()); });
    }
    Result<Payment> top_up(std::int64_t poisha) {
        return act([&](store::Writer& writer, Instant now) {
            return receive(writer, facility, centre.ids,
                           {.enterprise = lakshmi,
                            .method = "cash",
                            .amount = {poisha},
                            .invoices = std::vector<InvoiceId>{}},
                           clerk, now);
        });
    }
    Result<CashDay> count(std::string const& day, std::int64_t poisha, std::string reason = {}) {
        return act([&](store::Writer& writer, Instant now) {
            return close_cash_day(writer, facility, centre.zone, centre.ids,
                                  parse_date(day).value(), {poisha}, "", reason, clerk, now);
        });
    }
    Result<PeriodAct> close(std::string const& period) {
        return act([&](store::Writer& writer, Instant now) {
            return close_period(writer, facility, centre.zone, period, clerk, now);
        });
    }
    Result<PeriodAct> reopen(std::string const& period, PersonId const& by) {
        return act([&](store::Writer& writer, Instant now) {
            return reopen_period(writer, facility, centre.zone, period, "forgotten", by, now);
        });
    }
    Money balance(std::string_view account) {
        return ledger().read(
            [&](store::Reader& reader) { return balance_of(reader, facility, account); });
    }
    std::int64_t open(std::string_view code, std::string const& period) {
        return ledger().read([&](store::Reader& reader) {
            auto const during = period_interval(centre.zone, period).value();
            for (auto const& [name, count] :
                 exceptions_of(reader, facility, centre.zone, period, during, centre.clock.now())
                     .named())
                if (name == code) return count;
            throw std::invalid_argument("no such exception");
        });
    }
    /// An entry of a poisha that counts then.
    void post(Instant effective) {
        act([&](store::Writer& writer, Instant now) {
            JournalEntry entry;
            entry.id = centre.ids.make<EntryId>();
            entry.kind = "probe";
            entry.document = entry.id.text();
            entry.booked_at = now;
            entry.effective_at = effective;
            entry.postings = {{"assets:cash", {1}}, {"income:rounding", {-1}}};
            return book(writer, facility, entry);
        });
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
    PersonId manager = centre.person("manager", {}).person;
    EnterpriseId lakshmi = centre.enterprise("Lakshmi");
};
KARKHANA_ON_BOTH_ENGINES(Closing);

TEST_P(Closing, ADayIsCountedAndItsDifferenceBookedWithAReason) {
    ASSERT_TRUE(top_up(100'000));
    centre.clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(count("2026-11-30", 99'900).error().code, "reason_needed");
    auto const closed = count("2026-11-30", 99'900, "wrong change").value();
    EXPECT_EQ(closed.expected, Money{100'000});
    EXPECT_EQ(balance(account::cash), Money{99'900});
    EXPECT_EQ(balance(account::cash_short), Money{100});
    EXPECT_EQ(count("2026-11-30", 99'900).error().code, "day_closed") << "for ever";
    EXPECT_EQ(count("2026-11-29", 99'900).error().code, "day_closed");
    EXPECT_EQ(count("2026-12-01", 0).error().code, "in_future");
    centre.clock.advance(std::chrono::hours{24});
    EXPECT_EQ(count("2026-12-01", 99'950, "found it")->expected, Money{99'900});
    EXPECT_EQ(balance(account::cash_over), Money{-50});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Closing, WhatComesAfterTheCountBelongsToTheNextDay) {
    ASSERT_TRUE(top_up(500));
    centre.clock.advance(std::chrono::minutes{1});
    ASSERT_TRUE(count("2026-11-30", 500));
    ASSERT_TRUE(top_up(300));
    centre.clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(open("cash_days", "2026-11"), 1) << "it was not counted";
    centre.clock.advance(std::chrono::hours{20});
    EXPECT_EQ(count("2026-12-01", 800)->expected, Money{800});
    EXPECT_EQ(open("cash_days", "2026-11"), 0);
}

TEST_P(Closing, ADayIsCountedLateWithWhatCameInUntilThen) {
    ASSERT_TRUE(top_up(500));
    centre.clock.advance(std::chrono::hours{16});
    ASSERT_TRUE(top_up(300));
    EXPECT_EQ(count("2026-11-30", 450, "lost")->expected, Money{500});
    centre.clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(count("2026-12-01", 750)->expected, Money{750});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Closing, AMonthTellsWhatIsOpenAndClosesWhenNothingWouldChangeIt) {
    centre.half_an_hour("Lakshmi", "2026-11-20", 6'000);
    auto const draft = centre.run("2026-11").at(0);
    EXPECT_EQ(open("drafts", "2026-11"), 1);
    EXPECT_EQ(close("2026-11").error().code, "in_future");
    centre.clock.set(dhaka("2026-12-01 09:00"));
    EXPECT_EQ(close("2026-11").error().code, "exceptions_open");
    ASSERT_TRUE(centre.finalise(draft));
    EXPECT_EQ(open("drafts", "2026-11"), 0);
    auto const closed = close("2026-11").value();
    EXPECT_EQ(closed.lock_at, dhaka("2026-12-01 00:00"));
    EXPECT_EQ(close("2026-11").error().code, "period_closed");
    centre.clock.set(dhaka("2027-02-01 09:00"));
    EXPECT_EQ(close("2027-01").error().code, "wrong_order");
    ASSERT_TRUE(close("2026-12"));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Closing, NothingIsBookedIntoAClosedMonthBeforeItIsOpenAgain) {
    centre.clock.set(dhaka("2026-12-01 09:00"));
    auto const before = dhaka("2026-12-01 00:00") - std::chrono::microseconds{1};
    post(before);
    ASSERT_TRUE(close("2026-11"));
    EXPECT_THROW(post(before), PeriodLocked);
    post(dhaka("2026-12-01 00:00"));
    EXPECT_THROW(post(centre.clock.now() + std::chrono::seconds{1}), std::logic_error);
    auto const late = ledger().read([&](store::Reader& reader) {
        return open_date(reader, facility, before, centre.clock.now());
    });
    EXPECT_EQ(late, centre.clock.now()) << "a late fact counts in the month that is open";

    EXPECT_EQ(reopen("2026-10", clerk).error().code, "not_closed");
    EXPECT_EQ(reopen("2026-11", clerk)->action, "ask_reopen");
    EXPECT_THROW(post(before), PeriodLocked) << "it was only asked for";
    EXPECT_EQ(reopen("2026-11", clerk).error().code, "same_person");
    EXPECT_EQ(reopen("2026-11", manager)->action, "reopen");
    post(before);
    ASSERT_TRUE(close("2026-11"));
    EXPECT_THROW(post(before), PeriodLocked);
}

TEST_P(Closing, ASnapshotIsWhatTheLedgerSaysOfThatMoment) {
    ASSERT_TRUE(top_up(500));
    centre.clock.advance(std::chrono::minutes{1});
    ASSERT_TRUE(count("2026-11-30", 500));
    centre.clock.set(dhaka("2026-12-01 09:00"));
    ASSERT_TRUE(top_up(300));
    auto const closed = close("2026-11").value();
    EXPECT_EQ(closed.snapshot, R"({"period":"2026-11","balances":[["assets:cash",500],)"
                               R"([")" +
                                   account::wallet(lakshmi) + R"(",-500]]})");
    EXPECT_THAT(centre.findings(), IsEmpty());
}

// --------------------------------------------------------------- whatever is done, in any order

/// Everything that people do with money, at random; what it all must come to holds at every step.
class AnyActs : public Closing {
protected:
    std::mt19937 dice{20261122};
    std::vector<InvoiceId> invoices;
    std::vector<PaymentId> payments;
    std::vector<HoldId> holds;
    std::vector<ClaimId> claims;
    int numbers = 0;

    int roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(dice); }
    template <class T>
    T any(std::vector<T> const& all) {
        return all.empty() ? T{}
                           : all[static_cast<std::size_t>(roll(static_cast<int>(all.size())))];
    }
    Money some() { return {1 + roll(20'000)}; }
    EnterpriseId rahim = centre.enterprise("Rahim");
    EnterpriseId who() { return roll(2) ? lakshmi : rahim; }
    PersonId by() { return roll(2) ? clerk : manager; }

    void pay(store::Writer& writer, Instant now) {
        Receipt receipt{
            .enterprise = who(), .method = roll(3) ? "cash" : "wallet", .amount = some()};
        if (roll(3) == 0) receipt.invoices.emplace();
        if (auto const id = any(invoices); roll(2) && !id.is_nil()) {
            auto const invoice = find_invoice(writer, facility, id).value();
            receipt.enterprise = invoice.enterprise;
            receipt.invoices = std::vector{id};
            if (roll(2) && invoice.due() > Money{50})
                receipt.amount = rounded_to_taka(invoice.due());
        }
        auto const paid = writer.nested(
            [&] { return receive(writer, facility, centre.ids, receipt, by(), now); });
        if (paid) payments.push_back(paid->id);
    }
    void claim(store::Writer& writer, Instant now) {
        auto const id = any(invoices);
        if (id.is_nil()) return;
        Claim made;
        made.id = centre.ids.make<ClaimId>();
        made.channel = "bkash";
        made.trx_id = "T" + std::to_string(roll(numbers + 2));
        made.enterprise = find_invoice(writer, facility, id)->enterprise;
        made.invoice = id;
        made.amount = {5'000};
        made.paid_at = now;
        made.claimed_by = by();
        if (writer.nested([&] { return make_claim(writer, facility, made, now); }))
            claims.push_back(made.id);
    }
    void statement(store::Writer& writer, Instant now) {
        StatementFile file;
        for (int i = 0; i < 3; ++i) {
            file.lines.push_back({.channel = "bkash",
                                  .trx_id = "T" + std::to_string(numbers++),
                                  .amount = {5'000},
                                  .paid_at = now});
            file.file_lines.push_back(i + 2);
        }
        writer.nested([&] {
            return import_statement(writer, facility, centre.ids, file, "bkash",
                                    std::string(64, 'a'), by(), now);
        });
    }
    void do_one(store::Writer& writer, Instant now) {
        auto& ids = centre.ids;
        switch (roll(11)) {
        case 0:
        case 1:
        case 2: return pay(writer, now);
        case 3: return claim(writer, now);
        case 4: return statement(writer, now);
        case 5:
            writer.nested(
                [&] { return apply_claim(writer, facility, ids, any(claims), by(), now); });
            return;
        case 6:
            if (auto const held = writer.nested([&] {
                    return hold_wallet(writer, facility, ids, who(), some(), "x", by(), now);
                }))
                holds.push_back(held->id);
            return;
        case 7:
            writer.nested([&] {
                return end_hold(writer, facility, ids, any(holds), std::nullopt, {}, by(), now);
            });
            return;
        case 8:
            writer.nested([&] {
                return refund_wallet(writer, facility, ids, who(), some(), "x", by(), now);
            });
            return;
        case 9:
            writer.nested([&] {
                return reverse_payment(writer, facility, ids, any(payments), "x", by(), now);
            });
            return;
        default:
            writer.nested([&] {
                return ask_waiver(writer, facility, ids, any(invoices), {1 + roll(9'000)}, "x",
                                  by(), now);
            });
        }
    }
    /// Trial balance nothing, wallets not below nothing, what is owed is what is due.
    void check_now() {
        ledger().read([&](store::Reader& reader) {
            Money sum;
            std::map<EnterpriseId, Money> due;
            for (auto const& [account, amount] : trial_balance(reader, facility)) {
                sum += amount;
                if (account.starts_with("liabilities:wallet")) {
                    EXPECT_LE(amount, Money{}) << account;
                }
            }
            EXPECT_EQ(sum, Money{});
            for (auto const& invoice : final_invoices(reader, facility)) {
                EXPECT_GE(invoice.due(), Money{});
                due[invoice.enterprise] += invoice.due();
            }
            auto owed = receivables(reader, facility);
            for (auto const& [id, amount] : due) EXPECT_EQ(owed[id], amount);
            return true;
        });
    }
};
KARKHANA_ON_BOTH_ENGINES(AnyActs);

TEST_P(AnyActs, NeverBreakWhatMustHold) {
    for (int i = 0; i < 9; ++i) {
        centre.half_an_hour(i % 2 ? "Lakshmi" : "Rahim", "2026-11-0" + std::to_string(i + 1),
                            5'000 + roll(20'000));
        for (auto const& id : centre.run("2026-11")) {
            ASSERT_TRUE(centre.finalise(id));
            invoices.push_back(id);
        }
        for (int j = 0; j < 25; ++j) {
            centre.clock.advance(std::chrono::seconds{1});
            act([&](store::Writer& writer, Instant now) {
                do_one(writer, now);
                return true;
            });
        }
        check_now();
    }
    EXPECT_THAT(centre.findings(), IsEmpty());
    EXPECT_GT(payments.size(), 20U);
    EXPECT_GT(holds.size(), 2U);
    EXPECT_GT(claims.size(), 5U);
}

}  // namespace
}  // namespace karkhana::billing
