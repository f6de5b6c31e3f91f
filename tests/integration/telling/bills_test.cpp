#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/notify/records.hpp"
#include "server/notify/rules.hpp"
#include "server/telling/bills.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::telling {
namespace {

using booking::dhaka;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using namespace std::chrono_literals;

TEST(ReminderLevel, IsHowManyOfTheDaysHavePassed) {
    EXPECT_EQ(reminder_level(7 * 24h - 1s, {7, 15, 30}), 0);
    EXPECT_EQ(reminder_level(7 * 24h, {7, 15, 30}), 1);
    EXPECT_EQ(reminder_level(40 * 24h, {7, 15, 30}), 3);
    EXPECT_EQ(reminder_level(40 * 24h, {}), 0);
}

class Dunning : public tests::StoreTest {
protected:
    Dunning() { shop.clock.set(dhaka("2026-11-20 10:00")); }

    InvoiceId issue(std::int64_t poisha) {
        auto const id = shop.ids.make<InvoiceId>();
        auto const now = shop.clock.now();
        ++number;
        ledger().write([&](store::Writer& writer) {
            return writer.execute(
                "INSERT INTO invoice (facility_id, invoice_id, enterprise_id, period, state, "
                "total_poisha, series, fiscal_year, number, number_text, issued_at, canonical, "
                "previous_hash, hash, created_at, version) VALUES ($1, $2, $3, '2026-11', 'final', "
                "$4, 'invoice', '2026-27', $5, $6, $7, 'x', '', 'x', $7, 1)",
                shop.facility, id, shop.mita, poisha, number,
                "BHAIRAB/2026-27/00000" + std::to_string(number), now);
        });
        return id;
    }
    std::vector<notify::Message> inbox() {
        return ledger().read([&](store::Reader& reader) {
            return notify::inbox(reader, shop.facility, shop.member.person, std::nullopt, 1000);
        });
    }
    std::size_t remind() { return tell_of_bills({ledger(), shop.clock, outbox, shop.facility}); }

    int number = 0;
    booking::Workshop shop{ledger()};
    notify::Outbox outbox{shop.ids, {.sms = true}};
};
KARKHANA_ON_BOTH_ENGINES(Dunning);

TEST_P(Dunning, RemindsOnceALevelUntilItIsPaid) {
    auto const bill = issue(141'550);
    EXPECT_EQ(remind(), 0U);
    shop.clock.advance(7 * 24h);
    EXPECT_EQ(remind(), 1U);
    EXPECT_EQ(remind(), 0U) << "once";
    EXPECT_THAT(inbox().at(0).text, ::testing::HasSubstr("১,৪১৫.৫০ টাকা বাকি"));
    EXPECT_LE(notify::sms_size(inbox().at(0).text).parts, 2);
    shop.clock.advance(30 * 24h);
    EXPECT_EQ(remind(), 1U) << "the second was slept through, the third speaks for it";
    EXPECT_THAT(inbox(), SizeIs(2));
    issue(5'000);
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "INSERT INTO allocation (facility_id, invoice_id, kind, document_id, amount_poisha, "
            "at) VALUES ($1, $2, 'payment', $2, 141550, $3)",
            shop.facility, bill, shop.clock.now());
    });
    shop.clock.advance(8 * 24h);
    EXPECT_EQ(remind(), 1U) << "only of what is due";
}

TEST_P(Dunning, SaysNothingOfABillThatIsDisputed) {
    auto const bill = issue(141'550);
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "INSERT INTO dispute (facility_id, dispute_id, invoice_id, line, enterprise_id, "
            "amount_poisha, reason, evidence, evidence_sha256, opened_at, opened_by) "
            "VALUES ($1, $2, $2, 1, $3, 100, 'no', '{}', $4, $5, $3)",
            shop.facility, bill, shop.mita, std::string(64, 'a'), shop.clock.now());
    });
    shop.clock.advance(7 * 24h);
    EXPECT_EQ(remind(), 0U);
}

}  // namespace
}  // namespace karkhana::telling
