#include <algorithm>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <set>

#include "server/facility/mode.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The first of December, nine o'clock: November is over, December is not.
class ClosedMonth : public tests::StoreTest {
protected:
    ClosedMonth() {
        centre.add_usual_rates();
        for (int day = 10; day < 20; ++day)
            for (auto const* name : {"Lakshmi", "Rahim"})
                centre.half_an_hour(name, "2026-11-" + std::to_string(day), 6'000);
        centre.half_an_hour("Lakshmi", "2026-10-10", 6'000);
    }

    http::Response finalise(std::string const& period) {
        return centre.post(accountant, "/api/v1/billing-runs/finalize",
                           R"({"period": ")" + period + R"("})");
    }
    std::ptrdiff_t finals() {
        auto const all = centre.invoices();
        return std::ranges::count(all, true, &Invoice::final);
    }

    Centre centre{ledger()};
    http::Principal accountant = centre.person("accountant", {});
};
KARKHANA_ON_BOTH_ENGINES(ClosedMonth);

TEST_P(ClosedMonth, MakesAllItsBillsFinalAtOnce) {
    for (auto const* period : {"2026-10", "2026-11"}) centre.run(period);
    auto const answer = finalise("2026-11");
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto const told = json::parse(answer.body);
    EXPECT_EQ(told.at("finalized"), 2);
    EXPECT_EQ(told.at("total").at("amount"), 20 * 6'000);
    EXPECT_EQ(finals(), 2) << "a draft of another month was made final";
    for (auto const& invoice : centre.invoices())
        EXPECT_EQ(invoice.final, invoice.period == "2026-11");
    EXPECT_THAT(centre.findings(), IsEmpty());
    EXPECT_EQ(json::parse(finalise("2026-11").body).at("finalized"), 0);
    EXPECT_EQ(json::parse(finalise("2026-10").body).at("finalized"), 1);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(ClosedMonth, IsOver) {
    centre.clock.set(dhaka("2026-11-30 23:59:59"));
    ASSERT_EQ(centre.run("2026-11").size(), 2U);
    auto const answer = finalise("2026-11");
    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("period_open"));
    EXPECT_EQ(finals(), 0);
    centre.clock.set(dhaka("2026-12-01 00:00"));
    EXPECT_EQ(finalise("2026-11").status, 200);
    EXPECT_EQ(finals(), 2);
}

TEST_P(ClosedMonth, IsNotBilledBeforeItBegins) {
    for (auto const* period : {"2027-01", "9999-12"})
        for (auto const* dry : {"true", "false"}) {
            auto const answer = centre.post(accountant, "/api/v1/billing-runs",
                                            R"({"period": ")" + std::string{period} +
                                                R"(", "dry_run": )" + dry + "}");
            EXPECT_EQ(answer.status, 422) << answer.body;
            EXPECT_THAT(answer.body, HasSubstr("period_ahead"));
        }
    EXPECT_EQ(finalise("9999-12").status, 409);
    EXPECT_EQ(finalise("2026-13").status, 422);
    auto const member = centre.person("owner", {centre.enterprise("Rahim")});
    EXPECT_EQ(
        centre.post(member, "/api/v1/billing-runs/finalize", R"({"period": "2026-11"})").status,
        403);
}

TEST_P(ClosedMonth, IsMadeFinalOnceByOneKey) {
    centre.run("2026-10");
    auto const ask = [&] {
        return centre.call(accountant, "POST", "/api/v1/billing-runs/finalize",
                           R"({"period": "2026-10"})", "a-key-for-one-month");
    };
    auto const first = ask();
    ASSERT_EQ(first.status, 200);
    centre.half_an_hour("Rahim", "2026-10-12", 6'000);
    centre.run("2026-10");
    EXPECT_EQ(ask().body, first.body);
    EXPECT_EQ(finals(), 1) << "a repeat made another bill final";
}

TEST_P(ClosedMonth, ABillOfAMonthThatGoesOnNeedsAReason) {
    centre.clock.set(dhaka("2026-11-20 12:00"));
    auto const draft = centre.run("2026-11").at(0);
    auto const path = "/api/v1/invoices/" + draft.text() + "/finalize";
    auto const answer = centre.post(accountant, path, "{}");
    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("month_not_over"));
    EXPECT_EQ(finals(), 0);
    EXPECT_EQ(centre.post(accountant, path, R"({"reason": "the account is closed"})").status, 200);
    EXPECT_EQ(finals(), 1);
}

TEST_P(ClosedMonth, AnInterimRunLeavesTheMonthBeforeToItsOwn) {
    centre.clock.set(dhaka("2026-12-02 09:00"));
    centre.half_an_hour("Rahim", "2026-12-01", 6'000);
    auto const interim = centre.run("2026-12");
    ASSERT_EQ(interim.size(), 1U) << "November has no bill yet, and is not December's";
    auto const told = json::parse(
        centre.post(accountant, "/api/v1/billing-runs", R"({"period": "2026-12"})").body);
    std::set<std::string_view> codes;
    for (auto const& one : told.at("skipped").as_array()) codes.insert(one.at("code").as_string());
    EXPECT_EQ(codes, std::set<std::string_view>{"own_month"});
    EXPECT_EQ(centre.run("2026-11").size(), 2U);
    EXPECT_EQ(finalise("2026-11").status, 200);
    // What is told of later is December's.
    centre.half_an_hour("Lakshmi", "2026-11-21", 7'000);
    ASSERT_EQ(centre.run("2026-12").size(), 1U);
    auto const lakshmi = centre.enterprise("Lakshmi");
    Money decembers;
    for (auto const& invoice : centre.invoices())
        if (invoice.enterprise == lakshmi && invoice.period == "2026-12")
            decembers += invoice.total;
    EXPECT_EQ(decembers, Money{7'000});
}

TEST_P(ClosedMonth, WhatWasFreeStaysFreeHoweverLateItIsTold) {
    auto const here = centre.facility().id;
    ledger().write([&](store::Writer& writer) {
        facility::insert_mode_switch(
            writer, here, {dhaka("2026-11-01 00:00"), facility::Mode::non_revenue, "gift"},
            accountant.person, centre.clock.now());
        facility::insert_mode_switch(writer, here,
                                     {dhaka("2026-12-01 00:00"), facility::Mode::revenue, "again"},
                                     accountant.person, centre.clock.now());
        return true;
    });
    centre.run("2026-11");
    EXPECT_EQ(finalise("2026-11").status, 200);
    centre.clock.set(dhaka("2027-01-02 09:00"));
    centre.half_an_hour("Rahim", "2026-11-25", 6'000);
    centre.half_an_hour("Rahim", "2026-12-05", 5'500);
    auto const december = centre.run("2026-12").at(0);
    EXPECT_EQ(centre.finalise(december).value().total, Money{5'500});
    auto const late = centre.run("2026-11").at(0);
    EXPECT_EQ(centre.finalise(late).value().total, Money{}) << "by the mode of when it was used";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing
