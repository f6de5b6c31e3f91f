#include <gmock/gmock.h>

#include "server/billing/document.hpp"
#include "server/billing/verify.hpp"
#include "tests/integration/billing/damage.hpp"
#include "tests/integration/billing/settled.hpp"

namespace karkhana::billing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Verifying : public SettledTest {
protected:
    std::vector<std::string> after(std::function<void(store::Writer&)> const& damage) {
        return found_after(centre, damage);
    }
    std::vector<std::string> after(std::string_view sql) {
        return after([&](store::Writer& writer) {
            EXPECT_GT(writer.execute(sql), 0) << "did no damage: " << sql;
        });
    }
};
KARKHANA_ON_BOTH_ENGINES(Verifying);

TEST_P(Verifying, FindsNothingWhereNothingIsWrong) {
    EXPECT_THAT(centre.findings(), IsEmpty());
    EXPECT_THAT(after([](store::Writer&) {}), IsEmpty());
}

struct Damage {
    std::string_view sql;
    std::string_view finding;
};

/// Every column that money rests on, changed by itself.
constexpr Damage kDamages[] = {
    {"UPDATE rate_component SET price_e4 = price_e4 + 10000", "do not follow from its registers"},
    {"UPDATE rate_component SET label_bn = 'x'", "a line is not what was issued"},
    {"UPDATE rate_card SET effective_from = effective_from + 40000000000000", "do not follow"},
    {"UPDATE rate_card SET peak_from_minute = 0, peak_to_minute = 720", "do not follow"},
    {"UPDATE usage_register SET value_wh = value_wh + 1 WHERE edge = 'stop'", "do not follow"},
    {"UPDATE usage_register SET value_wh = value_wh + 1", "registers of a session are not those"},
    {"UPDATE usage_register SET words = 'FFFF FFFF'", "registers of a session are not those"},
    {"UPDATE usage_register SET quality = 'estimated'", "do not follow"},
    {"DELETE FROM usage_register WHERE edge = 'stop'", "do not follow"},
    {"UPDATE usage_session SET quantity = 7", "do not follow"},
    {"UPDATE usage_session SET kind = 'own_use', booking_id = NULL", "do not follow"},
    {"UPDATE usage_session SET stop_at = stop_at - 1", "in another's month"},
    {"UPDATE charge SET amount_poisha = amount_poisha + 1", "do not follow"},
    {"UPDATE charge SET amount_poisha = amount_poisha + 1", "a line is not what was issued"},
    {"UPDATE charge SET quantity = quantity + 1", "do not follow"},
    {"UPDATE charge SET price_e4 = 1", "do not follow"},
    {"UPDATE charge SET quality = 'estimated'", "do not follow"},
    {"UPDATE charge SET sequence = sequence + 1", "lines are not numbered"},
    {"UPDATE invoice_session SET first_line = first_line + 10", "lines are not numbered"},
    {"DELETE FROM charge", "do not follow"},
    {"DELETE FROM charge", "has not the lines that were issued"},
    {"DELETE FROM invoice_session", "has not the lines that were issued"},
    {"UPDATE rated_session SET stopped_at = stopped_at + 1", "in another's month"},
    {"UPDATE rated_session SET enterprise_id = (SELECT MAX(CAST(enterprise_id AS TEXT)) "
     "FROM enterprise WHERE name_en = 'Rahim')",
     "on another's account"},
    {"UPDATE rated_halt SET stop_at = stop_at + 1 WHERE reason = 'fault'", "stood still"},
    {"UPDATE rated_halt SET reason = 'person' WHERE reason = 'fault'", "stood still"},
    {"DELETE FROM rated_halt WHERE reason = 'fault'", "stood still"},
    {"DELETE FROM booking_event WHERE to_state = 'paused'", "stood still"},
    {"UPDATE invoice SET total_poisha = total_poisha - 1 WHERE number = 2", "do not sum"},
    {"UPDATE invoice SET period = '2026-09' WHERE number = 2", "its head is not what was issued"},
    {"UPDATE invoice SET issued_at = issued_at + 1 WHERE number = 2", "its head is not"},
    {"UPDATE invoice SET number_text = 'X/1' WHERE number = 2", "its head is not"},
    {"UPDATE invoice SET canonical = REPLACE(canonical, 'amount', 'amoumt') WHERE number = 2",
     "its text cannot be read"},
    {"UPDATE invoice SET canonical = REPLACE(canonical, 'Kamalpur', 'Kanakpur') WHERE number = 2",
     "its hash does not follow"},
    {"UPDATE invoice SET hash = previous_hash WHERE number = 2", "its hash does not follow"},
    {"UPDATE invoice SET previous_hash = hash WHERE number = 2", "its hash does not follow"},
    {"UPDATE invoice SET number = 7 WHERE number = 3", "number 7 follows 2"},
    {"UPDATE invoice SET series = 'other' WHERE number = 3", "nobody counts it"},
    {"UPDATE invoice_series SET last_number = 4", "ends with number 3, but 4 was given"},
    {"UPDATE invoice_series SET last_hash = 'x'", "does not end with the hash that was given"},
    {"DELETE FROM invoice_series", "nobody counts it"},
    {"UPDATE journal_posting SET amount_poisha = amount_poisha + 1 WHERE line = 1",
     "does not sum to zero"},
    {"UPDATE journal_posting SET amount_poisha = 2 * amount_poisha", "does not follow from"},
    {"UPDATE journal_posting SET account = 'income:machine-time' WHERE account LIKE 'income%'",
     "does not follow from its document"},
    {"UPDATE journal_entry SET memo = 'x'", "does not follow from its document"},
    {"UPDATE journal_entry SET booked_at = booked_at + 1", "does not follow from its document"},
    {"UPDATE billing_counter SET last = last + 1", "entry 6 is missing"},
    {"UPDATE billing_counter SET last = last + 1", "payment 3 is missing"},
    {"UPDATE payment SET amount_poisha = amount_poisha + 1", "does not follow"},
    {"UPDATE allocation SET amount_poisha = amount_poisha + 1", "does not follow"},
    {"UPDATE allocation SET amount_poisha = amount_poisha + 1", "does not say what it owes"},
    {"UPDATE allocation SET amount_poisha = 1000000", "more was paid than was due"},
    {"DELETE FROM allocation", "does not say what it owes"},
    {"UPDATE payment SET method = 'bkash'", "does not follow from its document"},
    {"UPDATE payment SET rounding_poisha = 1", "does not follow from its document"},
    {"UPDATE payment SET received_at = received_at + 1", "does not follow from its document"},
    {"DELETE FROM payment WHERE sequence = 1", "payment 1 is missing"},
    {"DELETE FROM payment WHERE sequence = 2", "payment 2 is missing"},
};

TEST_P(Verifying, FindsEachDamage) {
    for (auto const& damage : kDamages) {
        // The keys of PostgreSQL are of a type of their own.
        std::string sql{damage.sql};
        if (auto const cast = sql.find("(SELECT MAX("); is_postgres() && cast != std::string::npos)
            sql = sql.substr(0, cast) + "CAST(" + sql.substr(cast) + " AS uuid)";
        EXPECT_THAT(after(sql), Contains(HasSubstr(damage.finding))) << sql;
    }
}

TEST_P(Verifying, LeavesThePastAsItWas) {
    EXPECT_THAT(after("UPDATE outage SET starts_at = starts_at - 600000000"), IsEmpty());
    EXPECT_THAT(after("DELETE FROM outage"), IsEmpty());
}

// ------------------------------------------------------------------ cut off, with care

/// Takes the invoice of this number away as somebody would who knows the tables.
void take_away(store::Writer& writer, int number) {
    writer.execute("DELETE FROM invoice_session WHERE invoice_id = "
                   "(SELECT invoice_id FROM invoice WHERE number = $1)",
                   number);
    writer.execute("DELETE FROM journal_posting WHERE sequence IN (SELECT e.sequence "
                   "FROM journal_entry e JOIN invoice i ON i.number_text = e.memo "
                   "WHERE i.number = $1)",
                   number);
    writer.execute("DELETE FROM journal_entry WHERE memo = "
                   "(SELECT number_text FROM invoice WHERE number = $1)",
                   number);
    writer.execute("DELETE FROM payment WHERE payment_id IN (SELECT a.document_id "
                   "FROM allocation a JOIN invoice i ON i.invoice_id = a.invoice_id "
                   "WHERE i.number = $1)",
                   number);
    writer.execute("DELETE FROM allocation WHERE invoice_id = "
                   "(SELECT invoice_id FROM invoice WHERE number = $1)",
                   number);
    EXPECT_EQ(writer.execute("DELETE FROM invoice WHERE number = $1", number), 1);
}

TEST_P(Verifying, FindsAnInvoiceTakenOutOfTheMiddle) {
    auto const found = after([](store::Writer& writer) { take_away(writer, 2); });
    EXPECT_THAT(found, Contains(HasSubstr("number 3 follows 1")));
    EXPECT_THAT(found, Contains(HasSubstr("hash does not follow")));
    EXPECT_THAT(found, Contains(HasSubstr("is missing")));
}

TEST_P(Verifying, FindsTheLastInvoiceCutOff) {
    auto const found = after([](store::Writer& writer) {
        take_away(writer, 3);
        writer.execute("UPDATE billing_counter SET last = 4 WHERE name = 'journal'");
    });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], HasSubstr("ends with number 2, but 3 was given"));
}

TEST_P(Verifying, FindsTheLastInvoiceCutOffAndItsSeriesWoundBack) {
    auto const found = after([](store::Writer& writer) {
        writer.execute("DELETE FROM invoice_session WHERE invoice_id = "
                       "(SELECT invoice_id FROM invoice WHERE number = 3)");
        writer.execute("DELETE FROM invoice WHERE number = 3");
        writer.execute("UPDATE invoice_series SET last_number = 2, "
                       "last_hash = (SELECT hash FROM invoice WHERE number = 2)");
    });
    EXPECT_THAT(found, Contains(HasSubstr("does not follow from its document")));
    EXPECT_THAT(found, Not(Contains(HasSubstr("series"))));
}

TEST_P(Verifying, FindsAnInvoiceWrittenAnewWithAHashThatFits) {
    auto const rewrite = [&](int number) {
        return after([&](store::Writer& writer) {
            auto [canonical, previous] = *writer.first(
                "SELECT canonical, previous_hash FROM invoice WHERE number = $1",
                [](store::Row const& row) { return std::pair{row.text(0), row.text(1)}; }, number);
            auto const at = canonical.find("\"quality\":\"good\",\"method\"");
            canonical.replace(at, 16, "\"quality\":\"edited\"");
            auto const hash = chain_hash(previous, canonical);
            writer.execute("UPDATE invoice SET canonical = $2, hash = $3 WHERE number = $1", number,
                           canonical, hash);
            writer.execute("UPDATE invoice_series SET last_hash = $1 WHERE last_number = $2", hash,
                           number);
        });
    };
    EXPECT_THAT(rewrite(2), Contains(HasSubstr("000003: its hash does not follow")));
    auto const last = rewrite(3);
    EXPECT_THAT(last, Not(Contains(HasSubstr("hash"))));
    EXPECT_THAT(last, Contains(HasSubstr("registers of a session are not those")));
}

}  // namespace
}  // namespace karkhana::billing
