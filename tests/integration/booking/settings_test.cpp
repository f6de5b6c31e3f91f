#include <gtest/gtest.h>

#include "server/booking/api_settings.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

class RuleSettings : public tests::StoreTest {
protected:
    RuleSettings() { add_settings_routes(shop.router, ledger(), shop.clock, shop.ids); }

    std::string refused(std::string const& body) {
        auto const before = count();
        auto const code = code_of(shop.post(shop.manager, "/api/v1/policy-settings", body));
        EXPECT_EQ(count(), before) << body;
        return code;
    }
    std::size_t count() { return list().size(); }
    boost::json::array list() {
        return json_of(shop.get(shop.manager, "/api/v1/policy-settings")).at("items").as_array();
    }
    boost::json::object limit(http::Principal const& who, std::string const& name,
                              std::string const& query) {
        auto const path = "/api/v1/machines/" + laser.id.text() + "/limits" + query;
        auto const shown = json_of(shop.get(who, path));
        for (auto const& each : shown.at("items").as_array())
            if (text_of(each.as_object(), "name") == name) return each.as_object();
        throw std::runtime_error("no such number");
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};
KARKHANA_ON_BOTH_ENGINES(RuleSettings);

TEST_P(RuleSettings, BeginOneAfterAnotherAndNoneIsForgotten) {
    auto const add = [&](std::string const& body) {
        auto const answer = shop.post(shop.manager, "/api/v1/policy-settings", body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        shop.clock.advance(std::chrono::minutes{1});
    };
    add(R"({"name":"gap_minutes","value":30})");
    add(R"({"name":"gap_minutes","value":60})");
    add(R"({"name":"gap_minutes","value":90,"from":"2026-12-01T00:00:00+06:00"})");
    add(R"({"name":"gap_minutes","lifted":true,"membership":"priority"})");
    auto const all = list();
    ASSERT_EQ(all.size(), 4u);
    std::string standing;
    for (auto const& each : all) standing += text_of(each.as_object(), "standing") + " ";
    EXPECT_EQ(standing, "past now later now ");
    EXPECT_EQ(text_of(all[0].at("entered_by").as_object(), "en"), "manager");
    EXPECT_TRUE(all[3].at("value").is_null());
    EXPECT_EQ(limit(shop.member, "gap_minutes", "").at("value").as_int64(), 60);
    EXPECT_EQ(limit(shop.member, "gap_minutes", "?day=2026-12-05").at("value").as_int64(), 90);
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE policy_setting SET value = 1 WHERE facility_id = $1",
                              shop.facility);
    }),
                 store::ConstraintViolated);
}

TEST_P(RuleSettings, AreExplainedForTheMachineAndTheParty) {
    shop.post(shop.manager, "/api/v1/policy-settings",
              R"({"name":"max_minutes","value":60,"membership":"non_member"})");
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET membership = 'non_member' "
                              "WHERE facility_id = $1 AND enterprise_id = $2",
                              shop.facility, shop.rahim);
    });
    auto const of = [](EnterpriseId const& id) { return "?enterprise_id=" + id.text(); };
    EXPECT_EQ(limit(shop.manager, "max_minutes", of(shop.rahim)).at("value").as_int64(), 60);
    EXPECT_EQ(limit(shop.manager, "max_minutes", of(shop.mita)).at("value").as_int64(), 240);
    EXPECT_TRUE(limit(shop.manager, "max_minutes", of(shop.mita)).at("setting").is_null());
    auto const path = "/api/v1/machines/" + laser.id.text() + "/limits";
    EXPECT_EQ(code_of(shop.get(shop.member, path + of(shop.rahim))), "not_found")
        << "another's class is nobody's business";
    EXPECT_EQ(code_of(shop.get(shop.member, path + "?enterprise_id=7")), "bad_id");
    EXPECT_EQ(code_of(shop.get(shop.member, path + "?day=soon")), "bad_date");
    EXPECT_EQ(code_of(shop.get(shop.member, "/api/v1/machines/" + shop.mita.text() + "/limits")),
              "not_found");
}

TEST_P(RuleSettings, AMachineThatIsBookedStaysSharedOrNot) {
    auto const booked =
        shop.book(shop.member, laser.id, {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")});
    ASSERT_EQ(booked.status, 201) << booked.body;
    auto room = laser;
    room.seats = 6;
    EXPECT_THROW(shop.add_machine(room), store::ConstraintViolated);
    room.seats = 1;
    room.max_minutes = 300;
    EXPECT_NO_THROW(shop.add_machine(room)) << "everything else may change";
    auto const id = text_of(json_of(booked), "id");
    ASSERT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    room.seats = 6;
    EXPECT_NO_THROW(shop.add_machine(room));
}

TEST_P(RuleSettings, WhoLetABookingPassAndWhyIsShownWithIt) {
    auto const made = shop.post(
        shop.manager, "/api/v1/bookings",
        R"({"machine_id":")" + laser.id.text() + R"(","enterprise_id":")" + shop.mita.text() +
            R"(","start":"2026-11-21T10:00:00+06:00","end":"2026-11-21T15:00:00+06:00",)"
            R"("overrides":[{"rule":"too_long","reason":"Eid order"}]})");
    ASSERT_EQ(made.status, 201) << made.body;
    auto const path = "/api/v1/bookings/" + text_of(json_of(made), "id");
    auto const overrides = json_of(shop.get(shop.member, path)).at("overrides").as_array();
    ASSERT_EQ(overrides.size(), 1u);
    auto const& one = overrides[0].as_object();
    EXPECT_EQ(text_of(one, "rule"), "too_long");
    EXPECT_EQ(text_of(one, "reason"), "Eid order");
    EXPECT_EQ(text_of(one, "at"), "2026-11-21T08:00:00+06:00");
    EXPECT_EQ(text_of(one.at("by").as_object(), "en"), "manager");
    auto const usual =
        shop.book(shop.member, laser.id, {dhaka("2026-11-21 15:00"), dhaka("2026-11-21 16:00")});
    auto const plain = "/api/v1/bookings/" + text_of(json_of(usual), "id");
    EXPECT_TRUE(json_of(shop.get(shop.member, plain)).at("overrides").as_array().empty());
}

TEST_P(RuleSettings, AreRefusedWithACode) {
    EXPECT_EQ(refused(R"({"name":"colour","value":1})"), "unknown_setting");
    EXPECT_EQ(refused(R"({"name":"gap_minutes"})"), "missing_field") << "neither value nor lifted";
    EXPECT_EQ(refused(R"({"name":"gap_minutes","value":1,"lifted":true})"), "missing_field");
    EXPECT_EQ(refused(R"({"name":"gap_minutes","value":-1})"), "out_of_range");
    EXPECT_EQ(refused(R"({"name":"gap_minutes","value":1,"season":"eid"})"), "unknown_profile");
    EXPECT_EQ(
        refused(R"({"name":"gap_minutes","value":1,"machine_id":")" + shop.mita.text() + R"("})"),
        "unknown_machine");
    EXPECT_EQ(
        refused(R"({"name":"gap_minutes","value":1,"group_id":")" + shop.mita.text() + R"("})"),
        "unknown_group");
    EXPECT_EQ(refused(R"({"name":"gap_minutes","value":1,"from":"2026-11-21T07:59:00+06:00"})"),
              "in_past");
    EXPECT_EQ(shop.post(shop.desk, "/api/v1/policy-settings", R"({"name":"gap_minutes","value":1})")
                  .status,
              403);
}

}  // namespace
}  // namespace karkhana::booking
