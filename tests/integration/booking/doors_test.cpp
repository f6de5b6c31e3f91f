#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

/// An ME may have an hour a day, and Mita has it on Saturday: no door lets her have more.
class BookingDoors : public LifeTest {
protected:
    BookingDoors() {
        set("daily_minutes", 60);
        mine = booked(shop.member, saturday("09:00", "10:00"));
    }
    /// From now on nobody may have more than half an hour a day.
    void tighten() {
        ledger().write([&](store::Writer& writer) {
            facility::insert_setting(writer, shop.facility, shop.ids.make<SettingId>(),
                                     {.name = "daily_minutes",
                                      .machine = {},
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = 30,
                                      .from = dhaka("2026-02-01 00:00")},
                                     std::nullopt, shop.clock.now());
            return true;
        });
    }
    static Interval sunday(std::string const& from, std::string const& until) {
        return {dhaka("2026-11-22 " + from), dhaka("2026-11-22 " + until)};
    }
    std::string during(Interval when) const {
        return R"("start":")" + shop.time(when.start) + R"(","end":")" + shop.time(when.end) + "\"";
    }
    static std::string broken(http::Response const& answer) {
        return answer.status == 422 ? violations_of(json_of(answer)) : answer.body;
    }
    /// Waits for an hour of the day.
    std::string joins(Interval window) {
        auto const answer = shop.post(shop.member, "/api/v1/waitlist",
                                      R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
                                          shop.time(window.start) + R"(","until":")" +
                                          shop.time(window.end) + R"(","length_minutes":60})");
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    std::string mine;
};

KARKHANA_ON_BOTH_ENGINES(BookingDoors);

TEST_P(BookingDoors, ABookingAndAQuoteOfAMachineOrAGroup) {
    EXPECT_EQ(broken(shop.book(shop.member, laser.id, saturday("11:00", "12:00"))), "daily_quota");
    EXPECT_EQ(violations_of(json_of(shop.post(shop.member, "/api/v1/quotes",
                                              shop.draft(laser.id, saturday("11:00", "12:00"))))),
              "daily_quota");
    facility::Group group{.id = shop.ids.make<GroupId>(),
                          .slug = "lasers",
                          .name = {"Lasers", "লেজার"},
                          .machines = {laser.id}};
    ledger().write([&](store::Writer& writer) {
        group.id = facility::save_group(writer, shop.facility, group);
        return true;
    });
    EXPECT_EQ(broken(shop.post(shop.member, "/api/v1/bookings",
                               R"({"group_id":")" + group.id.text() + "\"," +
                                   during(saturday("11:00", "12:00")) + "}")),
              "daily_quota");
}

TEST_P(BookingDoors, AMoveAnExtensionAndABookingThatIsHandedOver) {
    auto const other_day = booked(shop.member, sunday("10:00", "11:00"));
    EXPECT_EQ(broken(shop.patch(shop.member, other_day, 1,
                                "{" + during(saturday("11:00", "12:00")) + "}")),
              "daily_quota");
    EXPECT_EQ(broken(shop.patch(shop.member, mine, 1,
                                R"({"end":")" + shop.time(dhaka("2026-11-21 10:15")) + "\"}")),
              "daily_quota");
    auto const of_other = booked(shop.other, saturday("11:00", "12:00"));
    EXPECT_EQ(broken(act(shop.manager, of_other, "hand-over",
                         R"({"enterprise_id":")" + shop.mita.text() + "\"}")),
              "daily_quota");
    EXPECT_EQ(find(of_other).enterprise, shop.rahim);
}

TEST_P(BookingDoors, WhatStaffLetPassForOneIsNotLetPassForWhoeverGetsIt) {
    booked(shop.other, saturday("11:00", "12:00"));
    auto const let_pass =
        shop.post(shop.manager, "/api/v1/bookings",
                  R"({"machine_id":")" + laser.id.text() + R"(","enterprise_id":")" +
                      shop.rahim.text() + "\"," + during(saturday("13:00", "14:00")) +
                      R"(,"overrides":[{"rule":"daily_quota","reason":"late cloth"}]})");
    ASSERT_EQ(let_pass.status, 201) << let_pass.body;
    EXPECT_EQ(broken(act(shop.manager, text_of(json_of(let_pass), "id"), "hand-over",
                         R"({"enterprise_id":")" + shop.mita.text() + "\"}")),
              "daily_quota");
}

TEST_P(BookingDoors, ASeries) {
    auto const answer = shop.post(shop.member, "/api/v1/series",
                                  R"({"machine_id":")" + laser.id.text() + "\"," +
                                      during(saturday("11:00", "12:00")) +
                                      R"(,"rule":"FREQ=DAILY;COUNT=2","clash":"skip"})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    auto const dates = json_of(answer).at("dates").as_array();
    EXPECT_EQ(text_of(dates.at(0).as_object(), "outcome"), "skipped");
    EXPECT_EQ(dates.at(0).at("codes").as_array().at(0).as_string(), "daily_quota");
    EXPECT_EQ(text_of(dates.at(1).as_object(), "outcome"), "booked");
}

TEST_P(BookingDoors, AnApproval) {
    set("approval", 1);
    auto const pending = booked(shop.member, sunday("10:00", "11:00"));
    tighten();
    EXPECT_EQ(broken(act(shop.manager, pending, "approve")), "daily_quota");
    EXPECT_EQ(state(pending), "pending");
}

TEST_P(BookingDoors, TheQueueWhenItOffersAndWhenItIsTaken) {
    auto const refused = joins(saturday("10:00", "12:00"));
    shop.clock.advance(std::chrono::minutes{1});
    auto const offered = joins(sunday("10:00", "12:00"));
    sweep();
    tighten();
    auto const take = [&](std::string const& entry) {
        return shop.post(shop.member, "/api/v1/waitlist/" + entry + "/take", "{}");
    };
    EXPECT_EQ(code_of(take(refused)), "wrong_state") << "it was never offered";
    EXPECT_EQ(broken(take(offered)), "daily_quota");
    auto const log = json_of(shop.get(shop.manager, "/api/v1/waitlist/log?limit=10"));
    std::string told;
    for (auto const& item : log.at("items").as_array()) {
        auto const& rules = item.at("rules").as_array();
        told += text_of(item.as_object(), "what") + " " +
                (rules.empty() ? "" : std::string{rules.at(0).as_string()} + " ");
    }
    EXPECT_EQ(told, "offered skipped daily_quota joined joined ");
}

TEST_P(BookingDoors, ANewTimeAfterAnOutage) {
    auto const moved = booked(shop.member, sunday("10:00", "11:00"));
    shop.add_outage(laser.id, sunday("09:30", "12:00"), "maintenance");
    sweep();
    tighten();
    auto const proposals =
        json_of(shop.get(shop.member, "/api/v1/proposals")).at("items").as_array();
    ASSERT_EQ(proposals.size(), 1U);
    EXPECT_EQ(
        broken(shop.post(
            shop.member,
            "/api/v1/proposals/" + text_of(proposals.at(0).as_object(), "id") + "/take", "{}")),
        "daily_quota");
    EXPECT_EQ(find(moved).during, sunday("10:00", "11:00"));
}

}  // namespace
}  // namespace karkhana::booking
