#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// November: Lakshmi has a bill with a reading that nobody believes, Rahim one without.
class Held : public tests::StoreTest {
protected:
    Held() {
        centre.add_usual_rates();
        centre.half_an_hour("Lakshmi", "2026-11-05", 6'000);
        centre.half_an_hour("Rahim", "2026-11-06", 7'000);
        Interval const during{dhaka("2026-11-07 10:00"), dhaka("2026-11-07 11:00")};
        doubted = centre.use({.machine = "press",
                              .during = during,
                              .readings = {{during.start, Energy{1'000}},
                                           {during.end, Energy{9'000}, Quality::questionable}},
                              .quality = Quality::questionable});
        for (auto const& id : centre.run("2026-11"))
            for (auto const& invoice : centre.invoices())
                if (invoice.id == id)
                    (invoice.enterprise == centre.enterprise("Rahim") ? rahims : lakshmis) = id;
        centre.clock.set(dhaka("2026-12-20 09:00"));
    }
    json::object held() {
        auto const answer = centre.get(accountant, "/api/v1/held-bills?period=2026-11");
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).as_object();
    }
    http::Response finalise(InvoiceId const& id) {
        return centre.post(accountant, "/api/v1/invoices/" + id.text() + "/finalize", "{}");
    }
    http::Response ask(std::string const& reason = "the meter was struck by lightning") {
        return centre.post(accountant, "/api/v1/invoices/" + lakshmis.text() + "/releases",
                           R"({"reason":")" + reason + R"("})");
    }
    http::Response decide(http::Principal const& who, std::string const& id, bool granted) {
        return centre.post(who, "/api/v1/releases/" + id + "/decision",
                           std::string{R"({"granted":)"} + (granted ? "true}" : "false}"));
    }
    /// Somebody looked at the reading and believes it.
    void believe() {
        auto const answer = centre.post(
            manager, "/api/v1/usage-sessions/" + doubted.text() + "/registers",
            R"({"edge":"stop","replaces":1,"value_wh":9000,"reason":"looked at the meter"})");
        ASSERT_EQ(answer.status, 200) << answer.body;
    }

    Centre centre{ledger()};
    http::Principal accountant = centre.person("accountant", {});
    http::Principal manager = centre.person("manager", {});
    SessionId doubted;
    InvoiceId lakshmis, rahims;
};
KARKHANA_ON_BOTH_ENGINES(Held);

TEST_P(Held, ABillWaitsForItsReadingAndTheOthersAreIssued) {
    auto const refused = finalise(lakshmis);
    EXPECT_EQ(refused.status, 409);
    EXPECT_THAT(refused.body, HasSubstr("unresolved_readings"));
    auto const month =
        centre.post(accountant, "/api/v1/billing-runs/finalize", R"({"period":"2026-11"})");
    ASSERT_EQ(month.status, 200) << month.body;
    auto const made = json::parse(month.body).as_object();
    EXPECT_EQ(made.at("finalized"), 1);
    ASSERT_EQ(made.at("held").as_array().size(), 1U);
    EXPECT_EQ(made.at("held").at(0).as_string(), lakshmis.text());
    for (auto const& invoice : centre.invoices())
        EXPECT_EQ(invoice.final, invoice.id == rahims) << "no number was taken";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Held, TheListSaysWhichMeterAndSession) {
    auto const items = held().at("items").as_array();
    ASSERT_EQ(items.size(), 1U);
    auto const& one = items[0].as_object();
    EXPECT_EQ(one.at("invoice_id").as_string(), lakshmis.text());
    EXPECT_TRUE(one.at("release").is_null());
    auto const& session = one.at("sessions").at(0).as_object();
    EXPECT_EQ(session.at("session_id").as_string(), doubted.text());
    EXPECT_EQ(session.at("code").as_string(), "questionable");
    EXPECT_EQ(session.at("meters").as_array().size(), 1U);
}

TEST_P(Held, AResolvedReadingLetsItGoWithTheSession) {
    believe();
    EXPECT_THAT(held().at("items").as_array(), IsEmpty());
    ASSERT_EQ(centre.run("2026-11").size(), 1U);
    EXPECT_EQ(finalise(lakshmis).status, 200);
    for (auto const& invoice : centre.invoices()) {
        if (invoice.id == lakshmis) {
            EXPECT_EQ(invoice.total, Money{6'000 + 8'000});
        }
    }
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Held, TwoPeopleLetItGoWithoutTheSessionWhichIsBilledLater) {
    EXPECT_EQ(ask("").status, 422);
    auto const asked = ask();
    ASSERT_EQ(asked.status, 201) << asked.body;
    auto const id = std::string{json::parse(asked.body).at("id").as_string()};
    EXPECT_THAT(ask().body, HasSubstr("release_asked"));
    EXPECT_EQ(held().at("items").at(0).at("release").at("id").as_string(), id);
    EXPECT_THAT(decide(accountant, id, true).body, HasSubstr("same_person"));
    EXPECT_EQ(finalise(lakshmis).status, 409);
    ASSERT_EQ(decide(manager, id, true).status, 200);
    EXPECT_EQ(decide(manager, id, true).status, 404) << "decided for good";
    EXPECT_EQ(finalise(lakshmis).status, 200);
    believe();
    auto const next = centre.run("2026-12");
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(centre.finalise(next[0]).value().total, Money{8'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Held, WhatIsRefusedStaysHeld) {
    auto const id = std::string{json::parse(ask().body).at("id").as_string()};
    ASSERT_EQ(decide(manager, id, false).status, 200);
    EXPECT_EQ(finalise(lakshmis).status, 409);
    EXPECT_EQ(ask().status, 201) << "it may be asked for again";
    auto const rahim = "/api/v1/invoices/" + rahims.text() + "/releases";
    EXPECT_THAT(centre.post(accountant, rahim, R"({"reason":"x"})").body, HasSubstr("not_held"));
}

}  // namespace
}  // namespace karkhana::billing
