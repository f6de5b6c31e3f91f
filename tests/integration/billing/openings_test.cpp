#include <gmock/gmock.h>

#include "server/billing/account.hpp"
#include "server/billing/ageing.hpp"
#include "tests/integration/billing/money_in.hpp"

namespace karkhana::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What was owed before there was this ledger.
class OpeningBalances : public MoneyIn {
protected:
    void open(std::string const& who, std::int64_t poisha, Instant since) {
        auto const whose = centre.enterprise(who);
        act([&](store::Writer& writer, Instant now) {
            open_account(writer, facility, centre.ids,
                         {whose, {poisha}, "old book", now, since});
            return true;
        });
    }
    Aged aged() {
        return ledger().read([&](store::Reader& reader) {
            auto const now = centre.clock.now();
            return ageing_of(open_invoices(reader, facility, now), now)[lakshmi];
        });
    }
    booking::Account told() {
        return ledger().read([&](store::Reader& reader) {
            return account_of(reader, facility, lakshmi, centre.clock.now());
        });
    }
    std::vector<std::int64_t> parts(Payment const& payment) {
        std::vector<std::int64_t> amounts;
        for (auto const& one : payment.allocations) amounts.push_back(one.amount.poisha);
        return amounts;
    }
};
KARKHANA_ON_BOTH_ENGINES(OpeningBalances);

TEST_P(OpeningBalances, AgeFromTheirDayAndAreSettledFirst) {
    open("Lakshmi", 50'000, dhaka("2026-08-01 00:00"));
    billed("Lakshmi", 10'000);
    EXPECT_EQ(aged().buckets, (std::array{Money{10'000}, Money{}, Money{}, Money{50'000}}));
    EXPECT_EQ(told().overdue, Money{60'000});
    EXPECT_EQ(told().balance, Money{-60'000});
    EXPECT_GT(told().overdue_days, 100);
    auto const first = take({.enterprise = lakshmi, .method = "cash", .amount = {40'000}});
    EXPECT_THAT(parts(*first), ElementsAre(40'000));
    EXPECT_TRUE(first->allocations[0].opening);
    EXPECT_THAT(centre.findings(), IsEmpty());
    auto const second = take({.enterprise = lakshmi, .method = "cash", .amount = {21'000}});
    EXPECT_THAT(parts(*second), ElementsAre(10'000, 10'000));
    EXPECT_EQ(second->to_wallet(), Money{1'000});
    EXPECT_EQ(aged().total(), Money{});
    EXPECT_EQ(told().balance, Money{1'000});
    EXPECT_EQ(balance(receivable), Money{});
    auto const kept = ledger().read(
        [&](store::Reader& reader) { return find_payment(reader, facility, second->id); });
    EXPECT_EQ(entry_of(*kept).postings, entry_of(*second).postings) << "read as it was booked";
    EXPECT_THAT(centre.findings(), IsEmpty());
    ASSERT_TRUE(act([&](store::Writer& writer, Instant now) {
        return reverse_payment(writer, facility, centre.ids, first->id, "bounced", clerk, now);
    }));
    EXPECT_EQ(aged().buckets[3], Money{40'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(OpeningBalances, OfMoneyThatWasHereAlreadyAreTheWallets) {
    open("Lakshmi", -7'000, centre.clock.now());
    EXPECT_EQ(balance(wallet), Money{-7'000});
    EXPECT_EQ(told().balance, Money{7'000});
    auto const bill = billed("Lakshmi", 5'000);
    ASSERT_TRUE(take({.enterprise = lakshmi,
                      .method = "wallet",
                      .amount = {5'000},
                      .invoices = std::vector{bill}}));
    EXPECT_EQ(due(bill), Money{});
    EXPECT_EQ(balance(wallet), Money{-2'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(OpeningBalances, PaidBeyondWhatWasDueAreNamed) {
    open("Lakshmi", 5'000, centre.clock.now());
    act([&](store::Writer& writer, Instant now) {
        return writer.execute("INSERT INTO opening_allocation (facility_id, enterprise_id, kind, "
                              "document_id, amount_poisha, at) VALUES ($1, $2, 'payment', $3, "
                              "6000, $4)",
                              facility, lakshmi, facility, now);
    });
    EXPECT_THAT(centre.findings(), SizeIs(2)) << "beyond what was due, and not booked";
}

TEST_P(OpeningBalances, WhatIsBookedCountsUntilItIsRated) {
    Use later{.during = {dhaka("2026-12-03 10:00"), dhaka("2026-12-03 11:00")}};
    auto const booked = centre.book(later);
    act([&](store::Writer& writer, Instant) {
        return writer.execute("UPDATE booking SET quote_poisha = 3000 WHERE facility_id = $1 "
                              "AND booking_id = $2",
                              facility, booked);
    });
    EXPECT_EQ(told().balance, Money{-3'000});
    EXPECT_EQ(told().overdue, Money{});
    act([&](store::Writer& writer, Instant) {
        return writer.execute("UPDATE booking SET state = 'completed' WHERE facility_id = $1 "
                              "AND booking_id = $2",
                              facility, booked);
    });
    EXPECT_EQ(told().balance, Money{}) << "it is over, and nothing was used";
    // Rated, it is what it was and no longer what was quoted.
    centre.half_an_hour("Lakshmi", "2026-11-28", 6'000,
                        {{dhaka("2026-11-28 10:05"), booking::State::paused, true, ""},
                         {dhaka("2026-11-28 10:06"), booking::State::running, true, ""}});
    act([&](store::Writer& writer, Instant) {
        return writer.execute("UPDATE booking SET quote_poisha = 4000 WHERE facility_id = $1 "
                              "AND state = 'completed'",
                              facility);
    });
    EXPECT_EQ(told().balance, Money{-4'000}) << "used, and not rated yet";
    ASSERT_EQ(centre.charge(), 1);
    EXPECT_LT(told().balance, Money{-4'000});
}

}  // namespace
}  // namespace karkhana::billing
