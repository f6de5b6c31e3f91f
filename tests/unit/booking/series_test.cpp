#include <gtest/gtest.h>

#include "server/booking/rules_series.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

std::string clock_text(Instant at, Zone const& in) { return to_rfc3339(at, in).substr(5, 11); }

std::vector<SeriesDate> dates(std::string const& first, std::string_view rule,
                              std::string_view in = "Asia/Dhaka") {
    auto const start = dhaka(first);
    return dates_of(zone(in), {ical::parse_rule(rule).value(), start, hours{1}}, start + days{400})
        .value();
}

std::string refused(std::string_view rule) {
    auto const start = dhaka("2026-11-22 10:00");
    auto const found = dates_of(
        zone("Asia/Dhaka"), {ical::parse_rule(rule).value(), start, hours{1}}, start + days{60});
    return found ? "" : std::string(found.error().code);
}

TEST(SeriesDates, KeepTheClockTimeWhereTheClocksChange) {
    // Ten in Dhaka is four in London in winter, and stays four there when summer comes.
    auto const found = dates("2026-03-22 10:00", "FREQ=WEEKLY;COUNT=2", "Europe/London");
    EXPECT_EQ(clock_text(found.at(0).during.start, zone("Europe/London")), "03-22T04:00");
    EXPECT_EQ(clock_text(found.at(1).during.start, zone("Europe/London")), "03-29T04:00");
    EXPECT_EQ(found.at(1).during.length(), hours{1});
    EXPECT_EQ(found.at(1).during.start - found.at(0).during.start, days{7} - hours{1});
}

TEST(SeriesDates, EndSomewhere) {
    EXPECT_EQ(refused("FREQ=WEEKLY"), "series_endless");
    EXPECT_EQ(refused("FREQ=WEEKLY;COUNT=9"), "");
    EXPECT_EQ(refused("FREQ=WEEKLY;COUNT=10"), "series_too_long");
    EXPECT_EQ(refused("FREQ=WEEKLY;UNTIL=20270121"), "");
    EXPECT_EQ(refused("FREQ=WEEKLY;UNTIL=20270131"), "series_too_long");
    EXPECT_EQ(refused("FREQ=WEEKLY;UNTIL=20261101"), "series_empty");
    EXPECT_EQ(refused("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;UNTIL=20270115"),
              "series_too_long");
}

std::vector<PlannedDate> planned(World const& world, std::string_view rule, Clash clash,
                                 std::vector<Place> places = {{laser(), {}}}) {
    return plan_series(world, std::move(places), {.during = {}}, dates("2026-11-22 10:00", rule),
                       clash, [](facility::Machine const&, Interval) { return Money{}; });
}

/// "11-22T10:00 closed > 11-28T09:00": each date, what it breaks, where it is booked.
std::string shown(std::vector<PlannedDate> const& plan) {
    std::string text;
    for (auto const& each : plan) {
        text += clock_text(each.date.during.start, zone("Asia/Dhaka"));
        if (!each.violations.empty()) text += " " + codes(each.violations);
        if (each.moved()) text += " > " + clock_text(each.slot->during.start, zone("Asia/Dhaka"));
        text += each.slot ? "; " : " -; ";
    }
    return text;
}

TEST(SeriesPlan, LooksAtEveryDate) {
    auto world = saturday();
    // Load-shedding on the 23rd and the 25th; Friday the 27th is closed.
    for (auto const* const day : {"2026-11-23", "2026-11-25"})
        world.outages.push_back(
            {.during = {dhaka(std::string(day) + " 09:30"), dhaka(std::string(day) + " 12:00")},
             .kind = "load_shedding",
             .source = facility::OutageSource::timetable});
    EXPECT_EQ(shown(planned(world, "FREQ=DAILY;COUNT=7", Clash::skip)),
              "11-22T10:00; 11-23T10:00 outage -; 11-24T10:00; 11-25T10:00 outage -; 11-26T10:00; "
              "11-27T10:00 closed -; 11-28T10:00; ");
    EXPECT_EQ(shown(planned(world, "FREQ=DAILY;COUNT=4", Clash::move)),
              "11-22T10:00; 11-23T10:00 outage > 11-23T12:00; 11-24T10:00; "
              "11-25T10:00 outage > 11-25T12:00; ");
    auto const refused = planned(world, "FREQ=DAILY;COUNT=2", Clash::refuse);
    EXPECT_EQ(shown(refused), "11-22T10:00; 11-23T10:00 outage -; ");
    EXPECT_EQ(refused.at(1).alternatives.size(), alternatives_offered);
}

TEST(SeriesPlan, DatesCountAgainstTheQuotasOfThoseAfterThem) {
    auto world = saturday();
    party_of(world);
    set(world, "weekly_count", 2);
    EXPECT_EQ(shown(planned(world, "FREQ=DAILY;COUNT=4", Clash::skip)),
              "11-22T10:00; 11-23T10:00; 11-24T10:00 weekly_quota -; 11-25T10:00 weekly_quota -; ");
}

TEST(SeriesPlan, DatesAreInTheWayOfEachOther) {
    EXPECT_EQ(shown(planned(saturday(), "FREQ=DAILY;BYHOUR=10;BYMINUTE=0,30;COUNT=3", Clash::move)),
              "11-22T10:00; 11-22T10:30 slot_taken > 11-22T11:00; 11-23T10:00; ");
}

TEST(SeriesPlan, NothingNearHelpsWhereTheDayIsTooFar) {
    auto const plan = planned(saturday(), "FREQ=MONTHLY;COUNT=2", Clash::move);
    EXPECT_EQ(shown(plan), "11-22T10:00; 12-22T10:00 too_far -; ");
    EXPECT_TRUE(plan.at(1).alternatives.empty());
}

TEST(SeriesShift, MovesTheClockTimeOfTheDay) {
    Interval const during{dhaka("2026-11-24 10:00"), dhaka("2026-11-24 11:30")};
    auto const dhaka_zone = zone("Asia/Dhaka");
    EXPECT_EQ(shifted(dhaka_zone, {during.start, during}, {.start_minute = 14 * 60}),
              (Interval{dhaka("2026-11-24 14:00"), dhaka("2026-11-24 15:30")}));
    EXPECT_EQ(shifted(dhaka_zone, {during.start, during}, {.length = minutes{30}}),
              (Interval{dhaka("2026-11-24 10:00"), dhaka("2026-11-24 10:30")}));
}

/// By how many days Mondays, Tuesdays and so on move, weeks beginning on Sunday; the refusal's
/// code.
std::string days_of(std::string_view rule, std::string_view to, int first_weekday = 2) {
    auto const moved = days_moved(rule, first_weekday, to, 7);
    if (!moved) return std::string(moved.error().code);
    std::string text;
    for (auto const days : *moved) text += (text.empty() ? "" : " ") + std::to_string(days);
    return text;
}

TEST(Weekdays, TheFirstOfTheWeekBecomesTheFirst) {
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU", "TH"), "0 2 0 0 0 0 0");
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU", "SU"), "0 -2 0 0 0 0 0") << "weeks begin on Sunday";
    EXPECT_EQ(days_of("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "WE,MO"), "0 1 0 0 0 0 1");
    EXPECT_EQ(days_of("FREQ=WEEKLY;COUNT=4", "WE"), "0 1 0 0 0 0 0") << "on the day it began";
}

TEST(Weekdays, AreAsManyAsBeforeAndOfARuleByWeeks) {
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU", "TU,TH"), "weekdays_differ");
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU", "Tuesday"), "bad_weekdays");
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU", ""), "bad_weekdays");
    EXPECT_EQ(days_of("FREQ=WEEKLY;BYDAY=TU,TH", "SU,SU"), "bad_weekdays");
    EXPECT_EQ(days_of("FREQ=DAILY;COUNT=4", "SU"), "not_weekly");
    EXPECT_EQ(days_of("FREQ=MONTHLY;BYDAY=2TU", "SU"), "not_weekly");
}

TEST(Weekdays, ADateGoesToTheNewDayOfItsWeekWhereverItWasMovedTo) {
    auto const moved = days_moved("FREQ=WEEKLY;BYDAY=TU", 2, "TH", 7).value();
    auto const dhaka_zone = zone("Asia/Dhaka");
    auto const at = [](std::string const& from, std::string const& until) {
        return Interval{dhaka(from), dhaka(until)};
    };
    SeriesDate date{dhaka("2026-11-24 10:00"), at("2026-11-24 10:00", "2026-11-24 11:00")};
    auto const thursday = at("2026-11-26 10:00", "2026-11-26 11:00");
    EXPECT_EQ(shifted(dhaka_zone, date, {.days = moved}), thursday);
    date.during = at("2026-11-25 10:00", "2026-11-25 11:00");
    EXPECT_EQ(shifted(dhaka_zone, date, {.days = moved}), thursday);
    date.during = at("2026-11-25 12:30", "2026-11-25 13:00");
    EXPECT_EQ(shifted(dhaka_zone, date, {.days = moved}),
              at("2026-11-26 12:30", "2026-11-26 13:00"));
    EXPECT_EQ(shifted(dhaka_zone, date, {.start_minute = 8 * 60, .days = moved}),
              at("2026-11-26 08:00", "2026-11-26 08:30"));
}

TEST(Weekdays, AreSaidAsTheDatesAreHeld) {
    auto const tuesday = local_day(zone("Asia/Dhaka"), dhaka("2026-11-24 10:00"));
    std::vector const held{tuesday, tuesday + std::chrono::days{9}};
    EXPECT_EQ(rule_held_on("FREQ=WEEKLY;BYDAY=SU;COUNT=4", held),
              "FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH");
    EXPECT_EQ(rule_held_on("FREQ=DAILY;COUNT=4", held), "FREQ=DAILY;COUNT=4");
}

}  // namespace
}  // namespace karkhana::booking
