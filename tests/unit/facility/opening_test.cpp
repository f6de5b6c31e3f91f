#include <gtest/gtest.h>

#include "server/facility/rules_opening.hpp"

namespace karkhana::facility {
namespace {

Zone const dhaka = Zone::find("Asia/Dhaka").value();
std::chrono::local_days day(char const* text) { return parse_date(text).value(); }
Instant at(char const* text) { return parse_rfc3339(std::string{text} + ":00+06:00").value(); }
Interval between(char const* from, char const* until) { return {at(from), at(until)}; }

/// Saturday to Thursday 9 to 17 with a break from 13 to 14; in Ramadan 8 to 15 without one.
OpeningPlan workshop() {
    Profile normal{.id = {}, .slug = "normal", .name = {"Normal", "সাধারণ"}};
    Profile ramadan{.id = {}, .slug = "ramadan", .name = {"Ramadan", "রমজান"}};
    for (int const weekday : {1, 2, 3, 4, 6, 7}) {
        normal.hours.push_back({weekday, 9 * 60, 17 * 60});
        normal.breaks.push_back({weekday, {13 * 60, 14 * 60}, {"lunch", "দুপুরের বিরতি"}});
        ramadan.hours.push_back({weekday, 8 * 60, 15 * 60});
    }
    return {.profiles = {normal, ramadan},
            .periods = {{day("2027-02-08"), day("2027-03-09"), 1}},
            .special = {{day("2026-12-16"), {"Victory Day", "বিজয় দিবস"}, {}, ""},
                        {day("2026-12-18"), {"Inventory", "মজুত গণনা"}, {{600, 720}}, ""}}};
}

TEST(Opening, IsHoursWithoutBreaks) {
    EXPECT_EQ(open_intervals(dhaka, workshop(), between("2026-11-21T00:00", "2026-11-22T00:00")),
              (std::vector{between("2026-11-21T09:00", "2026-11-21T13:00"),
                           between("2026-11-21T14:00", "2026-11-21T17:00")}));
    EXPECT_TRUE(is_open(dhaka, workshop(), between("2026-11-21T09:00", "2026-11-21T13:00")));
    EXPECT_FALSE(is_open(dhaka, workshop(), between("2026-11-21T12:00", "2026-11-21T15:00")));
    EXPECT_FALSE(is_open(dhaka, workshop(), between("2026-11-21T09:00", "2026-11-21T09:00")));
}

TEST(Opening, SaysWhatClosesFirst) {
    auto const why = [](char const* from, char const* until) {
        return why_closed(dhaka, workshop(), between(from, until));
    };
    EXPECT_EQ(why("2026-11-21T09:00", "2026-11-21T13:00"), std::nullopt);
    auto const lunch = why("2026-11-21T12:00", "2026-11-21T15:00").value();
    EXPECT_EQ(lunch.why, Shut::Why::pause);
    EXPECT_EQ(lunch.label.en, "lunch");
    EXPECT_EQ(lunch.part, between("2026-11-21T13:00", "2026-11-21T14:00"));
    auto const evening = why("2026-11-21T16:00", "2026-11-21T18:00").value();
    EXPECT_EQ(evening.why, Shut::Why::hours);
    EXPECT_EQ(evening.part, between("2026-11-21T17:00", "2026-11-21T18:00"));
    auto const victory = why("2026-12-16T10:00", "2026-12-16T11:00").value();
    EXPECT_EQ(victory.why, Shut::Why::holiday);
    EXPECT_EQ(victory.label.bn, "বিজয় দিবস");
    EXPECT_EQ(why("2026-11-20T10:00", "2026-11-20T11:00")->why, Shut::Why::hours) << "a Friday";
}

TEST(Opening, OfASpecialDayIsItsOwn) {
    // 18 December 2026 is a Friday, on which there are no other hours.
    EXPECT_TRUE(is_open(dhaka, workshop(), between("2026-12-18T10:00", "2026-12-18T12:00")));
    EXPECT_FALSE(is_open(dhaka, workshop(), between("2026-12-18T09:59", "2026-12-18T12:00")));
}

TEST(Opening, FollowsTheProfileOfTheDay) {
    EXPECT_FALSE(is_open(dhaka, workshop(), between("2027-02-07T08:00", "2027-02-07T09:00")));
    EXPECT_TRUE(is_open(dhaka, workshop(), between("2027-02-08T08:00", "2027-02-08T15:00")));
    EXPECT_TRUE(is_open(dhaka, workshop(), between("2027-03-09T08:00", "2027-03-09T15:00")));
    EXPECT_FALSE(is_open(dhaka, workshop(), between("2027-03-10T08:00", "2027-03-10T09:00")));
}

TEST(Opening, OfANightIsOfTheDayItBeganOn) {
    auto plan = OpeningPlan::weekly({{4, 20 * 60, 28 * 60}});  // Thursday 20:00 to Friday 4:00
    EXPECT_TRUE(is_open(dhaka, plan, between("2026-11-19T23:00", "2026-11-20T04:00")));
    plan.special = {{day("2026-11-20"), {"Holiday", "ছুটি"}, {}, ""}};
    EXPECT_TRUE(is_open(dhaka, plan, between("2026-11-19T23:00", "2026-11-20T04:00")));
    plan.special = {{day("2026-11-19"), {"Holiday", "ছুটি"}, {}, ""}};
    EXPECT_FALSE(is_open(dhaka, plan, between("2026-11-19T23:00", "2026-11-20T04:00")));
    plan.special.clear();
    plan.profiles[0].breaks = {{4, {24 * 60, 24 * 60 + 30}, {"tea", "চা"}}};
    EXPECT_EQ(why_closed(dhaka, plan, between("2026-11-19T23:00", "2026-11-20T04:00"))->label.en,
              "tea");
}

TEST(Opening, IsTheSameAsPlainHoursWithoutAnythingElse) {
    std::vector<OpeningHours> const hours{{1, 540, 1020}, {2, 540, 1620}, {3, 0, 1440}};
    auto const range = between("2026-11-01T00:00", "2026-12-01T00:00");
    EXPECT_EQ(open_intervals(dhaka, OpeningPlan::weekly(hours), range),
              open_intervals(dhaka, hours, range));
}

TEST(Opening, IsEnteredWithoutContradictions) {
    EXPECT_TRUE(valid_profile(workshop().profiles[0]));
    auto profile = workshop().profiles[0];
    profile.breaks[0].span = {14 * 60, 13 * 60};
    EXPECT_EQ(valid_profile(profile).error().code, "bad_break");
    EXPECT_EQ(valid_periods({{day("2027-03-09"), day("2027-02-08"), 1}}).error().code,
              "bad_period");
    EXPECT_EQ(valid_periods({{day("2027-02-08"), day("2027-03-09"), 1},
                             {day("2027-03-09"), day("2027-03-10"), 0}})
                  .error()
                  .code,
              "periods_overlap");
    EXPECT_EQ(
        valid_special_day({day("2027-01-01"), {"x", "x"}, {{60, 120}, {90, 180}}, ""}).error().code,
        "bad_hours");
}

TEST(Opening, OfASpecialDayKnowsNoBreaks) {
    auto plan = workshop();
    plan.special.push_back({day("2026-12-19"), {"Fair", "মেলা"}, {{540, 1020}}, ""});
    EXPECT_TRUE(is_open(dhaka, plan, between("2026-12-19T12:00", "2026-12-19T15:00")));
}

std::string code_of(Result<Profile> const& profile) {
    return profile ? "" : std::string(profile.error().code);
}

TEST(ProfileOfHours, HasBreaksOfADayThatAreApart) {
    auto const with = [](std::vector<Break> breaks) {
        Profile profile{.id = {}, .slug = "normal", .name = {"Normal", "সাধারণ"}};
        profile.hours = {{1, 540, 1020}};
        profile.breaks = std::move(breaks);
        return code_of(valid_profile(profile));
    };
    auto const at_rest = [](int weekday, int from, int until) {
        return Break{weekday, {from, until}, {"Prayer", "নামাজ"}};
    };
    EXPECT_EQ(with({at_rest(1, 0, 1), at_rest(7, 1440, 2880)}), "");
    EXPECT_EQ(with({at_rest(1, 780, 840), at_rest(1, 720, 780)}), "") << "they touch";
    EXPECT_EQ(with({at_rest(1, 720, 780), at_rest(2, 720, 780)}), "") << "of two days";
    EXPECT_EQ(with({at_rest(1, 780, 840), at_rest(1, 720, 781)}), "breaks_overlap");
    for (auto const& bad : {at_rest(0, 720, 780), at_rest(8, 720, 780), at_rest(1, -1, 780),
                            at_rest(1, 720, 720), at_rest(1, 720, 2881)})
        EXPECT_EQ(with({bad}), "bad_break") << bad.weekday << " " << bad.span.from_minute;
    auto nameless = at_rest(1, 720, 780);
    nameless.name = {};
    EXPECT_EQ(with({nameless}), "name_missing");
}

TEST(ProfileOfHours, SaysWhatElseIsWrongWithIt) {
    Profile const good{.id = {}, .slug = "eid", .name = {"Eid", "ঈদ"}, .hours = {{1, 540, 1020}}};
    EXPECT_EQ(code_of(valid_profile(good)), "");
    auto profile = good;
    profile.slug = "Eid";
    EXPECT_NE(code_of(valid_profile(profile)), "");
    profile = good;
    profile.name = {};
    EXPECT_EQ(code_of(valid_profile(profile)), "name_missing");
    profile = good;
    profile.hours.push_back({1, 600, 660});
    EXPECT_NE(code_of(valid_profile(profile)), "") << "twice open at once";
}

TEST(Periods, AreAYearLongAtMostAndApart) {
    auto const with = [](std::vector<std::pair<char const*, char const*>> const& periods) {
        std::vector<Period> made;
        for (auto const& [first, last] : periods) made.push_back({day(first), day(last), 0});
        auto const found = valid_periods(made);
        return found ? "" : std::string(found.error().code);
    };
    EXPECT_EQ(with({{"2027-03-10", "2027-03-10"}, {"2027-02-08", "2027-03-09"}}), "");
    EXPECT_EQ(with({{"2027-03-09", "2027-03-10"}, {"2027-02-08", "2027-03-09"}}),
              "periods_overlap");
    EXPECT_EQ(with({{"2027-03-10", "2027-03-09"}}), "bad_period");
    EXPECT_EQ(with({{"2027-01-01", "2028-01-02"}}), "");
    EXPECT_EQ(with({{"2027-01-01", "2028-01-03"}}), "bad_period");
}

TEST(SpecialDays, HaveHoursOfTheirOwnThatAreApart) {
    auto const with = [](std::vector<Span> spans) {
        auto const found = valid_special_day({day("2027-03-10"), {"Eid", "ঈদ"}, spans, ""});
        return found ? "" : std::string(found.error().code);
    };
    EXPECT_EQ(with({}), "");
    EXPECT_EQ(with({{600, 660}, {0, 600}}), "") << "they touch";
    EXPECT_EQ(with({{1439, 2880}}), "");
    for (auto const& bad : {std::vector<Span>{{599, 660}, {0, 600}},
                            {{-1, 60}},
                            {{1440, 1500}},
                            {{600, 600}},
                            {{600, 2881}}})
        EXPECT_EQ(with(bad), "bad_hours") << bad[0].from_minute;
    EXPECT_EQ(valid_special_day({day("2027-03-10"), {}, {}, ""}).error().code, "name_missing");
}

}  // namespace
}  // namespace karkhana::facility
