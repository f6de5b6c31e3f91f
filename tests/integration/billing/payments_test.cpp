#include <atomic>
#include <gmock/gmock.h>
#include <thread>

#include "server/billing/account.hpp"
#include "server/billing/evidence.hpp"
#include "server/billing/payments.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::IsEmpty;

class Paying : public tests::StoreTest {
protected:
    Paying() {
        centre.add_usual_rates();
        centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
        invoice = centre.run("2026-11").at(0);
    }
    Result<Payment> pay(Money amount) {
        return ledger().write([&](store::Writer& writer) {
            return receive_cash(writer, facility, centre.ids, invoice, amount, std::nullopt, clerk,
                                centre.clock.now());
        });
    }
    Money balance(std::string_view account) {
        return ledger().read([&](store::Reader& reader) {
            for (auto const& [name, amount] : trial_balance(reader, facility))
                if (name == account) return amount;
            return Money{};
        });
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
    InvoiceId invoice;
};
KARKHANA_ON_BOTH_ENGINES(Paying);

TEST_P(Paying, OfADraftIsRefused) {
    EXPECT_EQ(pay(Money{100}).error().code, "not_final");
    ASSERT_TRUE(centre.finalise(invoice));
    EXPECT_EQ(pay(Money{100}).value().sequence, 1) << "a refusal burns no receipt";
}

TEST_P(Paying, ClearsWhatIsOwedInParts) {
    ASSERT_TRUE(centre.finalise(invoice));
    EXPECT_EQ(receipt_text(centre.facility(), pay(Money{10'000}).value()), "BHAIRAB/R/000001");
    auto const receivable = account::receivable(centre.enterprise("Lakshmi"));
    EXPECT_EQ(balance(receivable), Money{1'567});
    EXPECT_EQ(balance(account::cash), Money{10'000});
    EXPECT_EQ(balance(account::electricity), Money{-11'567});
    EXPECT_TRUE(pay(Money{1'567}));
    EXPECT_EQ(balance(receivable), Money{0});
    EXPECT_EQ(centre.invoices()[0].paid, Money{11'567});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Paying, WhatIsUnpaidAndSinceWhenIsWhatBookingAsks) {
    auto const lakshmi = centre.enterprise("Lakshmi");
    auto const account = [&] {
        return ledger().read([&](store::Reader& reader) {
            return account_of(reader, facility, lakshmi, centre.clock.now());
        });
    };
    EXPECT_EQ(account().overdue, Money{0}) << "a draft asks for nothing";
    ASSERT_TRUE(centre.finalise(invoice));
    centre.clock.set(centre.clock.now() + std::chrono::days{20} + std::chrono::hours{1});
    EXPECT_EQ(account().balance, Money{-11'567});
    EXPECT_EQ(account().overdue, Money{11'567});
    EXPECT_EQ(account().overdue_days, 20);
    ASSERT_TRUE(pay(Money{10'000}));
    EXPECT_EQ(account().overdue, Money{1'567});
    ASSERT_TRUE(pay(Money{1'567}));
    EXPECT_EQ(account().balance, Money{0});
    EXPECT_EQ(account().overdue_days, 0);
}

TEST_P(Paying, LetsGoOfTheReadingsOnlyWhenTheBillIsPaidInFull) {
    auto const held = [&](std::string const& before) {
        return ledger().read([&](store::Reader& reader) {
            return held_by_bills(reader, facility, dhaka(before)).size();
        });
    };
    EXPECT_EQ(held("2026-11-01 00:00"), 0U);
    EXPECT_EQ(held("2026-12-01 00:00"), 1U) << "a draft";
    ASSERT_TRUE(centre.finalise(invoice));
    EXPECT_EQ(held("2026-12-01 00:00"), 1U) << "not paid";
    ASSERT_TRUE(pay(Money{11'566}));
    EXPECT_EQ(held("2026-12-01 00:00"), 1U) << "a poisha is missing";
    ASSERT_TRUE(pay(Money{1}));
    EXPECT_EQ(held("2026-12-01 00:00"), 0U);
    centre.half_an_hour("Rahim", "2026-11-21", 5'000);
    EXPECT_EQ(held("2026-12-01 00:00"), 1U) << "not on a bill yet";
}

TEST_P(Paying, WhatIsMoreThanDueIsTheWallets) {
    ASSERT_TRUE(centre.finalise(invoice));
    ASSERT_TRUE(pay(Money{11'568}));
    ASSERT_TRUE(pay(Money{2}));
    EXPECT_EQ(centre.invoices()[0].paid, Money{11'567});
    EXPECT_EQ(balance(account::wallet(centre.enterprise("Lakshmi"))), Money{-3});
}

TEST_P(Paying, ManyAtTheSameTimeNeverPayTheSameTwice) {
    ASSERT_TRUE(centre.finalise(invoice));
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i)
        threads.emplace_back([&] { taken += pay(Money{1'000}).has_value(); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(taken, 20);
    EXPECT_EQ(balance(account::cash), Money{20'000});
    EXPECT_EQ(centre.invoices()[0].paid, Money{11'567});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Paying, AnEntryThatDoesNotSumToZeroIsNeverBooked) {
    JournalEntry entry;
    entry.id = centre.ids.make<EntryId>();
    entry.kind = "payment";
    entry.document = centre.ids.make<PaymentId>().text();
    entry.postings = {{"assets:cash", Money{100}}, {"income:electricity", Money{-99}}};
    auto const booking = [&](store::Writer& writer) { return book(writer, facility, entry); };
    EXPECT_THROW(ledger().write(booking), std::logic_error);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing
