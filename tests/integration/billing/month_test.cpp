#include <algorithm>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

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

}  // namespace
}  // namespace karkhana::billing
