#include <gmock/gmock.h>

#include "server/base/calendar.hpp"
#include "server/billing/matching.hpp"
#include "server/billing/money_settings.hpp"
#include "server/billing/payments.hpp"

namespace karkhana::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class AnyId>
AnyId numbered(std::uint8_t number) {
    AnyId id;
    id.uuid.bytes[15] = number;
    return id;
}
Instant at(std::string const& time) { return parse_rfc3339(time).value(); }
Asked asked(std::uint8_t id, std::string trx_id, std::int64_t poisha) {
    return {numbered<ClaimId>(id),
            "bkash",
            std::move(trx_id),
            "01711000000",
            "CSF/2026-27/000007",
            {poisha},
            at("2026-11-20T10:00:00+06:00")};
}
Seen seen(std::uint8_t id, std::string trx_id, std::int64_t poisha) {
    return {numbered<StatementLineId>(id),  "bkash", std::move(trx_id), "01711000000", "", {poisha},
            at("2026-11-21T10:00:00+06:00")};
}
std::vector<std::string> rules(std::vector<Match> const& found) {
    std::vector<std::string> all;
    for (auto const& match : found)
        all.push_back(std::to_string(match.claim.uuid.bytes[15]) + "=" +
                      std::to_string(match.line.uuid.bytes[15]) + " " + std::string{match.rule});
    return all;
}

TEST(TrxId, IsTheSameHoweverItIsTyped) {
    EXPECT_EQ(normal_trx_id(" 8n7a 6b5c-4d "), "8N7A6B5C4D");
    EXPECT_EQ(normal_trx_id("।"), "");
    EXPECT_EQ(normal_sender("+88 01711-000000"), "01711000000");
    EXPECT_EQ(normal_sender("8801711000000"), "01711000000");
}

TEST(Matching, GoesByTheNumberFirst) {
    EXPECT_THAT(
        rules(match_claims({asked(1, "A1", 500)}, {seen(1, "B2", 500), seen(2, "A1", 500)}, 3)),
        ElementsAre("1=2 trx_id"));
}

TEST(Matching, NeverTakesAnotherAmountOrChannel) {
    EXPECT_THAT(match_claims({asked(1, "A1", 500)}, {seen(1, "A1", 501)}, 3), IsEmpty());
    auto other = seen(1, "A1", 500);
    other.channel = "nagad";
    EXPECT_THAT(match_claims({asked(1, "A1", 500)}, {other}, 3), IsEmpty());
}

TEST(Matching, GoesByTheReferenceThenByTheSender) {
    auto by_reference = seen(1, "B1", 500), by_sender = seen(2, "B2", 700);
    by_reference.reference = "csf/2026-27/000007";
    by_reference.sender = "01999000000";
    EXPECT_THAT(rules(match_claims({asked(1, "A1", 500), asked(2, "A2", 700)},
                                   {by_sender, by_reference}, 3)),
                ElementsAre("1=1 reference", "2=2 sender"));
}

TEST(Matching, OfASenderGoesSoManyDaysApartAndNoFurther) {
    EXPECT_THAT(match_claims({asked(1, "A1", 500)}, {seen(1, "B1", 500)}, 1), SizeIs(1));
    EXPECT_THAT(match_claims({asked(1, "A1", 500)}, {seen(1, "B1", 500)}, 0), IsEmpty());
}

TEST(Matching, LeavesWhatMayBeTwoThingsToAPerson) {
    EXPECT_THAT(match_claims({asked(1, "A1", 500)}, {seen(1, "B1", 500), seen(2, "B2", 500)}, 3),
                IsEmpty());
    EXPECT_THAT(match_claims({asked(1, "A1", 500), asked(2, "A2", 500)}, {seen(1, "B1", 500)}, 3),
                IsEmpty());
}

StatementColumns const kColumns{"TrxID", "Amount", "Time", "From", "Reference"};

TEST(Statement, IsReadByTheHeadingsThatAreNamed) {
    auto const file =
        read_statement("\xEF\xBB\xBFTime,From,Amount,TrxID,Reference\r\n"
                       "2026-11-20 16:40,8801711000000,\"1,415.50\",8n7a,\"a, \"\"b\"\"\"\r\n"
                       "2026-11-20T16:41:00+06:00,,-20.00,OUT1,\r\n",
                       "bkash", kColumns, std::chrono::hours{6});
    ASSERT_THAT(file.faults, IsEmpty());
    ASSERT_THAT(file.lines, SizeIs(1)) << "money that went out is none of ours";
    EXPECT_EQ(file.lines[0].amount, Money{141'550});
    EXPECT_EQ(file.lines[0].trx_id, "8N7A");
    EXPECT_EQ(file.lines[0].sender, "01711000000");
    EXPECT_EQ(file.lines[0].reference, "a, \"b\"");
    EXPECT_EQ(file.lines[0].paid_at, at("2026-11-20T16:40:00+06:00"));
}

TEST(Statement, TellsEveryFaultWithItsLineAndColumn) {
    auto const file = read_statement("TrxID,Amount,Time,From,Reference\n"
                                     "A1,12.345,2026-11-20 16:40,,\n"
                                     "A2,12,yesterday,,\n"
                                     ",12,2026-11-20 16:40,,\n"
                                     "a-2,12,2026-11-20 16:40,,\n",
                                     "bkash", kColumns, std::chrono::hours{6});
    std::vector<std::string> faults;
    for (auto const& fault : file.faults)
        faults.push_back(std::to_string(fault.line) + " " + fault.column + " " +
                         std::string{fault.code});
    EXPECT_THAT(faults, ElementsAre("2 Amount bad_amount", "3 Time bad_time",
                                    "4 TrxID missing_value", "5 TrxID twice"));
    auto const other = read_statement("TrxID,Sum,Time\n", "bkash", kColumns, {});
    EXPECT_EQ(other.faults.at(0).code, "missing_column");
    EXPECT_EQ(other.faults.at(0).column, "Amount");
}

TEST(Taka, IsReadToThePoisha) {
    EXPECT_EQ(taka_of("1,23,456.5"), Money{12'345'650});
    EXPECT_EQ(taka_of("0.05"), Money{5});
    EXPECT_EQ(taka_of("-3"), Money{-300});
    for (auto const* bad : {"", "1.", "1.234", "1e3", "--1", "x", "1.2.3"})
        EXPECT_EQ(taka_of(bad), std::nullopt) << bad;
}

TEST(Cash, IsRoundedToTheTakaAwayFromZero) {
    EXPECT_EQ(rounded_to_taka({141'549}), Money{141'500});
    EXPECT_EQ(rounded_to_taka({141'550}), Money{141'600});
    EXPECT_EQ(rounded_to_taka({141'450}), Money{141'500});
    EXPECT_EQ(rounded_to_taka({49}), Money{0});
}

TEST(Advance, HasItsVatInside) {
    EXPECT_EQ(vat_inside({100'000}, 1'500), Money{13'043});
    EXPECT_EQ(vat_inside({100'000}, 0), Money{});
}

}  // namespace
}  // namespace karkhana::billing
