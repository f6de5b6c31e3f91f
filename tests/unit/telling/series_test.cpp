#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/telling/series.hpp"
#include "server/telling/telling.hpp"

namespace karkhana::telling {
namespace {

using ::testing::ElementsAre;
using To = Told::To;

SeriesAct act(std::string action, std::int64_t pending = 0) {
    SeriesAct found;
    found.action = std::move(action);
    found.dates = 8;
    found.pending = pending;
    found.first = {instant(1'000'000'000), instant(2'000'000'000)};
    found.last = {instant(5'000'000'000), instant(6'000'000'000)};
    if (pending > 0) found.hold_until = instant(500'000'000);
    return found;
}

TEST(ASeries, IsToldAsAWhole) {
    EXPECT_THAT(told_of_series(act("createSeries")), ElementsAre(Told{"series_booked"}));
    EXPECT_THAT(told_of_series(act("createSeries", 8)),
                ElementsAre(Told{"series_pending"}, Told{"series_wanted", To::managers}));
    EXPECT_THAT(told_of_series(act("createSeries", 3)),
                ElementsAre(Told{"series_booked"}, Told{"series_wanted", To::managers}));
    EXPECT_THAT(told_of_series(act("changeSeries")), ElementsAre(Told{"series_moved"}));
    EXPECT_THAT(told_of_series(act("cancelSeries")), ElementsAre(Told{"series_cancelled"}));
    for (auto const* action : {"createSeries", "changeSeries", "cancelSeries"}) {
        EXPECT_TRUE(is_of_series(action));
        Seen const seen{MachineId{Uuid::version7(1, {1})},
                        EnterpriseId{Uuid::version7(1, {2})},
                        {instant(1), instant(2)},
                        booking::State::confirmed,
                        std::nullopt,
                        std::nullopt};
        EXPECT_TRUE(told_of({action, std::nullopt, seen, ""}).empty()) << "and not date by date";
    }
}

TEST(ASeries, IsOfUseUntilItsLastDateOrItsHold) {
    EXPECT_EQ(series_useful_until(act("createSeries")), instant(6'000'000'000));
    EXPECT_EQ(series_useful_until(act("createSeries", 8)), instant(500'000'000));
    EXPECT_EQ(series_useful_until(act("createSeries", 3)), instant(6'000'000'000));
    EXPECT_EQ(series_useful_until(act("cancelSeries")), std::nullopt);
}

TEST(ARule, IsSaidInWords) {
    auto const said = [](char const* rule) {
        auto const words = rule_words(rule);
        return words.en + " / " + words.bn;
    };
    EXPECT_EQ(said("FREQ=WEEKLY;BYDAY=SU,TU;COUNT=8"),
              "every week on Sun, Tue / প্রতি সপ্তাহে রবি, মঙ্গল");
    EXPECT_EQ(said("freq=daily;until=20261231"), "every day / প্রতিদিন");
    EXPECT_EQ(said("FREQ=WEEKLY;INTERVAL=2;COUNT=3"), "every 2 weeks / ২ সপ্তাহ পরপর");
    EXPECT_EQ(said("FREQ=DAILY;INTERVAL=10;COUNT=3"), "every 10 days / ১০ দিন পরপর");
    // What more there is to it, the dates say.
    EXPECT_EQ(said("FREQ=MONTHLY;BYDAY=2TU;COUNT=3"), "every month / প্রতি মাসে");
    EXPECT_EQ(said("FREQ=YEARLY;COUNT=2"), "every year / প্রতি বছর");
}

TEST(WhatIsLeft, IsNamedAsFarAsAnSmsHasRoom) {
    auto const zone = Zone::find("Asia/Dhaka").value();
    auto made = act("createSeries");
    EXPECT_EQ(left_words(made, zone).en, "");
    auto const first = parse_rfc3339("2026-11-24T10:00:00+06:00").value();
    for (int week = 0; week < 2; ++week) made.left.push_back(first + std::chrono::days{7 * week});
    EXPECT_EQ(left_words(made, zone).en, "Not: Tue 24 Nov, Tue 1 Dec.");
    for (int week = 2; week < 5; ++week) made.left.push_back(first + std::chrono::days{7 * week});
    EXPECT_EQ(left_words(made, zone).bn, "বাদ: মঙ্গল ২৪ নভে, মঙ্গল ১ ডিসে, মঙ্গল ৮ ডিসে, আরও ২টি।");
    made.action = "cancelSeries";
    EXPECT_TRUE(left_words(made, zone).en.starts_with("As before: "));
    EXPECT_EQ(dates_words(1).en, "1 date");
    EXPECT_EQ(dates_words(12).bn, "১২টি তারিখ");
}

TEST(AnActOfTheTrail, IsReadOrLeftAlone) {
    auto const id = MachineId{Uuid::version7(1, {1})}.text();
    auto const text = R"({"enterprise_id":")" + id + R"(","machine_id":")" + id +
                      R"(","rule":"FREQ=DAILY;COUNT=3","dates":2,"pending":0,)"
                      R"("first":{"start":"2026-11-22T04:00:00Z","end":"2026-11-22T05:00:00Z"},)"
                      R"("last":{"start":"2026-11-24T04:00:00Z","end":"2026-11-24T05:00:00Z"},)"
                      R"("left":[{"start":"2026-11-23T04:00:00Z","codes":"outage"}]})";
    auto const act = series_act_of(text);
    ASSERT_TRUE(act);
    EXPECT_EQ(act->dates, 2);
    EXPECT_EQ(act->left.size(), 1U);
    EXPECT_EQ(act->last.end, parse_rfc3339("2026-11-24T05:00:00Z").value());
    EXPECT_FALSE(series_act_of("{}"));
    EXPECT_FALSE(series_act_of("not JSON"));
}

}  // namespace
}  // namespace karkhana::telling
