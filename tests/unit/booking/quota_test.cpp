#include <gtest/gtest.h>

#include "server/booking/rules_quota.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

class Quotas : public ::testing::Test {
protected:
    std::optional<Exceeded> over(Quota quota, std::string const& from, std::string const& until) {
        return exceeded(*world.book, quota, scope_at(world, laser(), dhaka(from)), spent,
                        {dhaka(from), dhaka(until)}, world.now);
    }
    void book(std::string const& from, std::string const& until, std::uint8_t machine = 1) {
        spent.push_back({numbered_id<MachineId>(machine), {dhaka(from), dhaka(until)}});
    }

    World world = saturday();
    std::vector<Spent> spent;
};

TEST_F(Quotas, ANightCountsOnEachDayWithItsShare) {
    set(world, "daily_minutes", 90);
    EXPECT_FALSE(over(Quota::daily, "2026-11-21 23:00", "2026-11-22 01:00"));
    book("2026-11-21 23:00", "2026-11-22 01:00");
    EXPECT_FALSE(over(Quota::daily, "2026-11-21 10:00", "2026-11-21 10:30"));
    EXPECT_FALSE(over(Quota::daily, "2026-11-22 10:00", "2026-11-22 10:30"));
    auto const first = over(Quota::daily, "2026-11-21 10:00", "2026-11-21 11:00");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->used, 60);
    EXPECT_EQ(first->asked, 60);
    EXPECT_TRUE(over(Quota::daily, "2026-11-22 10:00", "2026-11-22 11:00"));
    // The second of two days is looked at too.
    book("2026-11-23 10:00", "2026-11-23 11:00");
    auto const second = over(Quota::daily, "2026-11-22 23:30", "2026-11-23 01:00");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->window.start, dhaka("2026-11-23 00:00"));
    EXPECT_EQ(second->asked, 60);
}

TEST_F(Quotas, ABookingIsCountedOnTheDayItBegins) {
    set(world, "daily_count", 1);
    book("2026-11-21 23:00", "2026-11-22 01:00");
    EXPECT_TRUE(over(Quota::daily, "2026-11-21 10:00", "2026-11-21 11:00"));
    EXPECT_FALSE(over(Quota::daily, "2026-11-22 10:00", "2026-11-22 11:00"));
    // Nor does a wish count where it only ends.
    book("2026-11-24 10:00", "2026-11-24 11:00");
    EXPECT_FALSE(over(Quota::daily, "2026-11-23 23:00", "2026-11-24 01:00"));
}

TEST_F(Quotas, AreOfTheMachineOfTheGroupOrOfAll) {
    book("2026-11-21 12:00", "2026-11-21 13:00", 2);
    book("2026-11-21 13:00", "2026-11-21 14:00", 3);
    auto const used = [&]() -> std::int64_t {
        auto const found = over(Quota::daily, "2026-11-21 10:00", "2026-11-21 11:00");
        return found ? found->used : -1;
    };
    auto const group = numbered_id<GroupId>(5);
    edit(world, [&](facility::Book& book) {
        book.groups = {{.id = group,
                        .slug = "lasers",
                        .name = {},
                        .machines = {laser().id, numbered_id<MachineId>(2)}}};
    });
    set(world, "daily_minutes", 0);
    EXPECT_EQ(used(), 120);
    edit(world, [&](facility::Book& book) { book.settings[0].group = group; });
    EXPECT_EQ(used(), 60);
    edit(world, [&](facility::Book& book) {
        book.settings[0].group.reset();
        book.settings[0].machine = laser().id;
    });
    EXPECT_EQ(used(), 0);
    edit(world,
         [&](facility::Book& book) { book.settings[0].machine = numbered_id<MachineId>(3); });
    EXPECT_EQ(used(), -1) << "not a limit of this machine";
}

TEST_F(Quotas, OfAMachineAndOfAllHoldSideBySide) {
    set(world, "weekly_minutes", 180);
    edit(world, [](facility::Book& book) {
        book.settings.push_back(book.settings[0]);
        book.settings[1].machine = laser().id;
        book.settings[1].value = 90;
    });
    book("2026-11-21 12:00", "2026-11-21 15:00", 2);
    auto const all = over(Quota::weekly, "2026-11-21 10:00", "2026-11-21 11:00");
    ASSERT_TRUE(all) << "60 of the 90 minutes of the laser, but 240 of the 180 of all";
    EXPECT_EQ(all->limit, 180);
    edit(world, [](facility::Book& book) { book.settings[0].value = 600; });
    EXPECT_FALSE(over(Quota::weekly, "2026-11-21 10:00", "2026-11-21 11:00"));
    EXPECT_TRUE(over(Quota::weekly, "2026-11-21 10:00", "2026-11-21 12:00"));
}

TEST_F(Quotas, OfTheMachineItsGroupAndAllAreAskedEachByItself) {
    book("2026-11-21 12:00", "2026-11-21 13:00");     // the laser
    book("2026-11-21 13:00", "2026-11-21 15:00", 2);  // another of the group
    book("2026-11-21 15:00", "2026-11-21 16:00", 3);  // any
    auto const group = numbered_id<GroupId>(5);
    // What an hour more of the laser runs against when these are the limits; 0: nothing.
    auto const limit = [&](int machine, int of_group, int all) -> std::int64_t {
        auto const daily = [](int minutes) {
            return facility::Setting{.name = "daily_minutes", .value = minutes, .from = instant(0)};
        };
        edit(world, [&](facility::Book& book) {
            book.groups = {{.id = group,
                            .slug = "lasers",
                            .name = {},
                            .machines = {laser().id, numbered_id<MachineId>(2)}}};
            book.settings = {daily(machine), daily(of_group), daily(all)};
            book.settings[0].machine = laser().id;
            book.settings[1].group = group;
        });
        auto const found = over(Quota::daily, "2026-11-21 10:00", "2026-11-21 11:00");
        return found ? found->limit : 0;
    };
    EXPECT_EQ(limit(120, 240, 300), 0) << "just what there is";
    EXPECT_EQ(limit(119, 240, 300), 119);
    EXPECT_EQ(limit(120, 239, 300), 239);
    EXPECT_EQ(limit(120, 240, 299), 299);
}

TEST_F(Quotas, OfTheSeasonHoldInItAlone) {
    set(world, "weekly_minutes", 600);
    edit(world, [](facility::Book& book) {
        book.opening.profiles.push_back({.slug = "eid", .hours = workshop_hours()});
        book.opening.periods = {
            {parse_date("2026-11-25").value(), parse_date("2026-11-30").value(), 1}};
        book.settings.push_back(book.settings[0]);
        book.settings[1].season = "eid";
        book.settings[1].value = 60;
    });
    book("2026-11-22 10:00", "2026-11-22 11:00");
    EXPECT_FALSE(over(Quota::weekly, "2026-11-24 10:00", "2026-11-24 11:00"));
    EXPECT_TRUE(over(Quota::weekly, "2026-11-25 10:00", "2026-11-25 11:00"));
}

TEST_F(Quotas, TheWeekBeginsWhereTheFacilitySays) {
    set(world, "weekly_minutes", 60);
    book("2026-11-21 10:00", "2026-11-21 11:00");  // Saturday
    EXPECT_TRUE(over(Quota::weekly, "2026-11-17 10:00", "2026-11-17 10:30"));
    EXPECT_FALSE(over(Quota::weekly, "2026-11-22 10:00", "2026-11-22 10:30")) << "Sunday is new";
    edit(world, [](facility::Book& book) { book.facility.week_starts = 6; });
    EXPECT_TRUE(over(Quota::weekly, "2026-11-22 10:00", "2026-11-22 10:30"));
}

TEST_F(Quotas, WhatIsBehindIsNotAhead) {
    set(world, "future_count", 1);
    book("2026-11-20 10:00", "2026-11-20 11:00");
    EXPECT_FALSE(over(Quota::future, "2026-11-24 10:00", "2026-11-24 10:30"));
    book("2026-11-28 10:00", "2026-11-28 11:00");
    EXPECT_TRUE(over(Quota::future, "2026-11-24 10:00", "2026-11-24 10:30"));
}

TEST(Spent, ReleasedTimeDoesNotCountMissedTimeDoes) {
    Interval const slot{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 12:00")};
    for (auto const state : {State::cancelled, State::released})
        EXPECT_FALSE(counts(state)) << name_of(state);
    for (auto const state : {State::pending, State::confirmed, State::running, State::completed,
                             State::late_cancelled, State::missed, State::interrupted})
        EXPECT_TRUE(counts(state)) << name_of(state);
    auto const early = dhaka("2026-11-21 10:40");
    EXPECT_EQ(spent_of(State::completed, slot, early).end, early);
    EXPECT_EQ(spent_of(State::missed, slot, early), slot);
    EXPECT_EQ(spent_of(State::completed, slot, dhaka("2026-11-21 12:30")), slot);
    EXPECT_EQ(spent_of(State::confirmed, slot, std::nullopt), slot);
}

}  // namespace
}  // namespace karkhana::booking
