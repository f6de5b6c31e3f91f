#include <gtest/gtest.h>
#include <sstream>

#include "server/ical/recurrence.hpp"

namespace karkhana::ical {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::chrono::local_days day(std::string_view date) { return parse_date(date).value(); }

/// "1997-09-02 04..06 10-01 1998-01-05": dates, each as short as the one before it allows, and
/// stretches of days; all at nine in the morning.
std::vector<LocalTime> at_nine(std::string const& words) {
    std::vector<LocalTime> found;
    std::string last = "1997-01-01", word;
    for (std::istringstream stream{words}; stream >> word;) {
        auto const dots = word.find("..");
        auto const first = word.substr(0, dots);
        last = last.substr(0, 10 - first.size()) + first;
        found.push_back(day(last) + hours{9});
        if (dots == word.npos) continue;
        last = last.substr(0, 8) + word.substr(dots + 2);
        while (found.back() < day(last)) found.push_back(found.back() + std::chrono::days{1});
    }
    return found;
}

std::string shown(std::vector<LocalTime> const& times) {
    std::string text;
    for (auto const& time : times) {
        auto const date = std::chrono::floor<std::chrono::days>(time);
        text += to_date(date) + "+" +
                std::to_string(std::chrono::floor<minutes>(time - date).count()) + " ";
    }
    return text;
}

struct Example {
    char const* start;
    char const* rule;
    char const* dates;  ///< of one without end the first ones
};

// RFC 5545 3.8.5.3, in its order. Two that begin on a day of theirs which EXDATE takes out again,
// and those that repeat within a day by MINUTELY and HOURLY, are below.
constexpr Example examples[]{
    {"1997-09-02", "FREQ=DAILY;COUNT=10", "1997-09-02..11"},
    {"1997-09-02", "FREQ=DAILY;UNTIL=19971224T000000Z",
     "1997-09-02..30 10-01..31 11-01..30 12-01..23"},
    {"1997-09-02", "FREQ=DAILY;INTERVAL=2",
     "1997-09-02 04 06 08 10 12 14 16 18 20 22 24 26 28 30 10-02 04 06"},
    {"1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02 12 22 10-02 12"},
    {"1998-01-01", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
     "1998-01-01..31 1999-01-01..31 2000-01-01..31"},
    {"1998-01-01", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
     "1998-01-01..31 1999-01-01..31 2000-01-01..31"},
    {"1997-09-02", "FREQ=WEEKLY;COUNT=10", "1997-09-02 09 16 23 30 10-07 14 21 28 11-04"},
    {"1997-09-02", "FREQ=WEEKLY;UNTIL=19971224T000000Z",
     "1997-09-02 09 16 23 30 10-07 14 21 28 11-04 11 18 25 12-02 09 16 23"},
    {"1997-09-02", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
     "1997-09-02 16 30 10-14 28 11-11 25 12-09 23 1998-01-06 20 02-03 17"},
    {"1997-09-02", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
     "1997-09-02 04 09 11 16 18 23 25 30 10-02"},
    {"1997-09-02", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
     "1997-09-02 04 09 11 16 18 23 25 30 10-02"},
    {"1997-09-01", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
     "1997-09-01 03 05 15 17 19 29 10-01 03 13 15 17 27 29 31 11-10 12 14 24 26 28 12-08 10 12 22"},
    {"1997-09-02", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
     "1997-09-02 04 16 18 30 10-02 14 16"},
    {"1997-09-05", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
     "1997-09-05 10-03 11-07 12-05 1998-01-02 02-06 03-06 04-03 05-01 06-05"},
    {"1997-09-05", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997-09-05 10-03 11-07 12-05"},
    {"1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
     "1997-09-07 28 11-02 30 1998-01-04 25 03-01 29 05-03 31"},
    {"1997-09-22", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
     "1997-09-22 10-20 11-17 12-22 1998-01-19 02-16"},
    {"1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 10-29 11-28 12-29 1998-01-29 02-26"},
    {"1997-09-02", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
     "1997-09-02 15 10-02 15 11-02 15 12-02 15 1998-01-02 15"},
    {"1997-09-30", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
     "1997-09-30 10-01 31 11-01 30 12-01 31 1998-01-01 31 02-01"},
    {"1997-09-10", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
     "1997-09-10..15 1999-03-10..13"},
    {"1997-09-02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
     "1997-09-02 09 16 23 30 11-04 11 18 25 1998-01-06 13 20 27 03-03 10 17 24 31"},
    {"1997-06-10", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
     "1997-06-10 07-10 1998-06-10 07-10 1999-06-10 07-10 2000-06-10 07-10 2001-06-10 07-10"},
    {"1997-03-10", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
     "1997-03-10 1999-01-10 02-10 03-10 2001-01-10 02-10 03-10 2003-01-10 02-10 03-10"},
    {"1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
     "1997-01-01 04-10 07-19 2000-01-01 04-09 07-18 2003-01-01 04-10 07-19 2006-01-01"},
    {"1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17"},
    {"1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17"},
    {"1997-03-13", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
     "1997-03-13 20 27 1998-03-05 12 19 26 1999-03-04 11 18 25"},
    {"1997-06-05", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
     "1997-06-05 12 19 26 07-03 10 17 24 31 08-07 14 21 28 1998-06-04 11 18 25 07-02"},
    {"1997-09-02", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
     "1998-02-13 03-13 11-13 1999-08-13 2000-10-13"},
    {"1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
     "1997-09-13 10-11 11-08 12-13 1998-01-10 02-07 03-07 04-11 05-09 06-13"},
    {"1996-11-05", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
     "1996-11-05 2000-11-07 2004-11-02"},
    {"1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 10-07 11-06"},
    {"1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
     "1997-09-29 10-30 11-27 12-30 1998-01-29 02-26 03-30"},
    {"1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 10 19 24"},
    {"1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 17 19 31"},
    {"2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15 30 02-15 03-15 30"},
};

TEST(Recurrence, FallsOnTheDatesThatTheStandardPrints) {
    auto const new_york = Zone::find("America/New_York").value();
    for (auto const& example : examples) {
        auto const rule = in_zone(parse_rule(example.rule).value(), new_york);
        auto const printed = at_nine(example.dates);
        auto const most = rule.ends() ? 1000 : printed.size();
        auto const found = expand(rule, day(example.start) + hours{9}, day("2010-01-01"), most);
        EXPECT_EQ(shown(found), shown(printed)) << example.rule;
    }
}

TEST(Recurrence, WithinADayByHourAndMinute) {
    auto const rule =
        parse_rule("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40").value();
    auto const found = expand(rule, day("1997-09-02") + hours{9}, day("1997-09-04"), 1000);
    ASSERT_EQ(found.size(), 48U);
    EXPECT_EQ(found[1], day("1997-09-02") + hours{9} + minutes{20});
    EXPECT_EQ(found[23], day("1997-09-02") + hours{16} + minutes{40});
    EXPECT_EQ(found[24], day("1997-09-03") + hours{9});
}

std::string code(std::string_view rule) {
    auto const read = parse_rule(rule);
    return read ? "" : std::string(read.error().code);
}

TEST(Recurrence, NothingRepeatsWithinTheHourOrWithoutMeasure) {
    for (auto const* const often :
         {"FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
          "FREQ=MINUTELY;INTERVAL=90;COUNT=4", "FREQ=SECONDLY;COUNT=2"})
        EXPECT_EQ(code(often), "rule_too_often") << often;
    EXPECT_EQ(code("FREQ=DAILY;COUNT=366"), "");
    EXPECT_EQ(code("FREQ=DAILY;COUNT=367"), "rule_too_long");
    EXPECT_EQ(code("freq=weekly;byday=mo"), "");
}

TEST(Recurrence, WhatIsNoRuleIsRefused) {
    for (auto const* const bad : {"",
                                  "WEEKLY",
                                  "FREQ=",
                                  "FREQ=FORTNIGHTLY",
                                  "COUNT=3",
                                  "FREQ=DAILY;COUNT=0",
                                  "FREQ=DAILY;COUNT=-1",
                                  "FREQ=DAILY;COUNT=x",
                                  "FREQ=DAILY;COUNT=2;COUNT=3",
                                  "FREQ=DAILY;COUNT=2;UNTIL=20261231",
                                  "FREQ=DAILY;UNTIL=2026",
                                  "FREQ=DAILY;UNTIL=20261301",
                                  "FREQ=DAILY;UNTIL=20261231T250000Z",
                                  "FREQ=DAILY;INTERVAL=0",
                                  "FREQ=DAILY;BYDAY=XX",
                                  "FREQ=WEEKLY;BYDAY=",
                                  "FREQ=MONTHLY;BYMONTHDAY=32",
                                  "FREQ=MONTHLY;BYMONTH=13",
                                  "FREQ=DAILY;BYSECOND=1",
                                  "RSCALE=ISLAMIC;FREQ=YEARLY",
                                  "FREQ=DAILY;X-MINE=1",
                                  "FREQ=DAILY;BYHOUR=24",
                                  "FREQ=DAILY;\r\nCOUNT=2"})
        EXPECT_EQ(code(bad), "bad_rule") << bad;
    EXPECT_EQ(code("FREQ=DAILY;BYMONTHDAY=" + std::string(600, '1')), "bad_rule");
}

TEST(Recurrence, EndsAfterTheDayThatUntilNames) {
    auto const start = day("2026-11-22") + hours{10};
    auto const days = [&](std::string_view rule) {
        return expand(parse_rule(rule).value(), start, day("2027-01-01"), 1000).size();
    };
    EXPECT_EQ(days("FREQ=DAILY;UNTIL=20261124"), 3U);
    EXPECT_EQ(days("FREQ=DAILY;UNTIL=20261124T100000"), 3U);
    EXPECT_EQ(days("FREQ=DAILY;UNTIL=20261124T095959"), 2U);
    EXPECT_EQ(days("FREQ=DAILY"), 40U);
    // Ten in Dhaka is four in the morning by UTC.
    auto const utc = in_zone(parse_rule("FREQ=DAILY;UNTIL=20261124T040000Z").value(),
                             Zone::find("Asia/Dhaka").value());
    EXPECT_EQ(expand(utc, start, day("2027-01-01"), 1000).size(), 3U);
}

TEST(Recurrence, ARuleThatFallsOnNoDateEnds) {
    EXPECT_EQ(code("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "bad_rule");
    EXPECT_EQ(code("FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=30"), "");
    // A leap day from 2026 on every thousand years.
    auto const never = parse_rule("FREQ=YEARLY;BYYEARDAY=366;INTERVAL=1000").value();
    EXPECT_TRUE(expand(never, day("2026-11-22") + hours{10}, day("2030-01-01"), 1000).empty());
    auto const past = parse_rule("FREQ=DAILY;UNTIL=20200101").value();
    EXPECT_TRUE(expand(past, day("2026-11-22") + hours{10}, day("2030-01-01"), 1000).empty());
}

}  // namespace
}  // namespace karkhana::ical
