#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "server/booking/rules_availability.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

std::string clock_of(World const& world, Instant at) {
    return to_rfc3339(at, world.zone()).substr(11, 5);
}

std::string clocks(World const& world, std::vector<Instant> const& starts) {
    std::string text;
    for (auto const start : starts) text += (text.empty() ? "" : " ") + clock_of(world, start);
    return text;
}

Interval saturday_day() { return {dhaka("2026-11-21 00:00"), dhaka("2026-11-22 00:00")}; }

facility::Machine hourly() {
    auto machine = laser();
    machine.grid_minutes = 60;
    machine.min_minutes = 60;
    return machine;
}

TEST(FreeStarts, AreWithinOpeningHoursAndBetweenBookings) {
    auto const world = saturday();
    Place place{hourly(), {}};
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())),
              "09:00 10:00 11:00 12:00 13:00 14:00 15:00");
    place.taken = {{dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")}};
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())),
              "09:00 10:00 13:00 14:00 15:00");
    place.machine.buffer_minutes = 1;
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())),
              "09:00 13:00 14:00 15:00");
}

TEST(FreeStarts, AreNotInThePastNorBeyondTheHorizon) {
    auto world = saturday();
    Place const place{hourly(), {}};
    world.now = dhaka("2026-11-21 13:00");
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())),
              "13:00 14:00 15:00");
    set(world, "notice_create", 61);
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())), "15:00");
    Interval const far{dhaka("2026-12-21 00:00"), dhaka("2026-12-24 00:00")};
    auto const found = free_starts(world, place, hours{2}, far);
    ASSERT_FALSE(found.empty());
    EXPECT_LT(found.back(), dhaka("2026-12-22 00:00"));
}

TEST(FreeStarts, OfANightShiftCrossMidnight) {
    auto world = saturday();
    set_hours(world, {{6, 22 * 60, 26 * 60}});
    Place const place{hourly(), {}};
    EXPECT_EQ(clocks(world, free_starts(world, place, hours{2}, saturday_day())), "22:00 23:00");
}

TEST(FreeStarts, AreNoneForWhoMayNotBookAndForABrokenMachine) {
    auto world = saturday();
    Place place{hourly(), {}};
    EXPECT_TRUE(free_starts(world, place, minutes{90}, saturday_day()).empty());
    EXPECT_TRUE(free_starts(world, place, hours{5}, saturday_day()).empty());
    place.machine.out_of_order = true;
    EXPECT_TRUE(free_starts(world, place, hours{2}, saturday_day()).empty());
    place.machine.out_of_order = false;
    party_of(world).suspended = true;
    EXPECT_TRUE(free_starts(world, place, hours{2}, saturday_day()).empty());
}

struct RandomWorkshop {
    World world = saturday();
    Place place{laser(), {}};
    Duration length{};
};

RandomWorkshop random_workshop(std::mt19937& random, std::string_view zone_name, Instant start) {
    auto const pick = [&](int least, int most) {
        return std::uniform_int_distribution{least, most}(random);
    };
    RandomWorkshop shop;
    set_zone(shop.world, zone_name);
    shop.world.now = start + minutes{pick(0, 3000)};
    set(shop.world, "notice_create", pick(0, 1) * pick(0, 200));
    auto& machine = shop.place.machine;
    machine.grid_minutes = std::array{5, 10, 15, 30, 60}.at(static_cast<std::size_t>(pick(0, 4)));
    machine.min_minutes = pick(1, 60);
    machine.max_minutes = machine.min_minutes + pick(0, 300);
    machine.buffer_minutes = pick(0, 1) * pick(0, 40);
    machine.horizon_days = pick(1, 4);
    std::vector<facility::OpeningHours> opened;
    for (int weekday = 1; weekday <= 7; ++weekday)
        if (int const opens = pick(0, 700); pick(0, 5) > 0)
            opened.push_back({weekday, opens, opens + pick(30, 740)});
    set_hours(shop.world, opened);
    auto at = start;
    while (at < start + days{4}) {
        at += minutes{pick(0, 900)};
        auto const end = at + minutes{pick(1, 200)};
        shop.place.taken.push_back({at, end});
        at = end;
    }
    for (int i = 0; i < 3; ++i) {
        auto const from = start + minutes{pick(0, 6000)};
        shop.world.outages.push_back({.during = {from, from + minutes{pick(1, 300)}}});
        if (pick(0, 1) == 1) shop.world.outages.back().machine = numbered_id<MachineId>(2);
    }
    shop.length = minutes{machine.grid_minutes * pick(1, 12)};
    return shop;
}

/// What is offered as free breaks no rule, and what breaks no rule is offered.
void expect_agreement(RandomWorkshop const& shop, Interval window) {
    auto const found = free_starts(shop.world, shop.place, shop.length, window);
    std::vector<Instant> expected;
    for (auto at = window.start; at < window.end; at += minutes{5}) {
        Interval const during{at, at + shop.length};
        // The second of two equal hours is not offered.
        bool const first = shop.world.zone().from_local(shop.world.zone().to_local(at)) == at;
        if (first && check(shop.world, shop.place, during, std::nullopt).empty())
            expected.push_back(at);
    }
    ASSERT_EQ(found, expected) << clocks(shop.world, found) << "\n" << clocks(shop.world, expected);
}

TEST(FreeStarts, AgreeWithThePolicyWhateverTheWorkshop) {
    std::mt19937 random{7};
    std::size_t offered = 0;
    for (int round = 0; round < 150; ++round) {
        auto const start = dhaka("2026-11-21 00:00");
        auto const shop = random_workshop(random, "Asia/Dhaka", start);
        expect_agreement(shop, {start, start + days{3}});
        offered +=
            free_starts(shop.world, shop.place, shop.length, {start, start + days{3}}).size();
    }
    EXPECT_GT(offered, 1000U);
}

TEST(FreeStarts, AgreeWithThePolicyWhenTheClocksChange) {
    std::mt19937 random{11};
    struct Change {
        char const* zone;
        char const* day_before;
    };
    // Forward and back: Dhaka 2009, Berlin, and Lord Howe, which moves by half an hour.
    for (auto const& [name, before] : {Change{"Asia/Dhaka", "2009-06-18T18:00:00Z"},
                                       Change{"Asia/Dhaka", "2009-12-30T17:00:00Z"},
                                       Change{"Europe/Berlin", "2026-03-27T23:00:00Z"},
                                       Change{"Europe/Berlin", "2026-10-23T22:00:00Z"},
                                       Change{"Australia/Lord_Howe", "2026-10-02T13:30:00Z"},
                                       Change{"Australia/Lord_Howe", "2026-04-03T13:00:00Z"}}) {
        for (int round = 0; round < 40; ++round) {
            auto const start = at(before);
            expect_agreement(random_workshop(random, name, start), {start, start + days{3}});
        }
    }
}

TEST(Alternatives, AreTheNearestOfTheMachineThenOfItsKind) {
    auto const world = saturday();
    auto other = hourly();
    other.id = numbered_id<MachineId>(2);
    other.slug = "laser-2";
    Interval const wanted{dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")};
    std::vector<Place> places{{hourly(), {wanted}}, {other, {}}};
    auto const near = search_windows(world, hourly(), wanted)[0];
    auto const found = alternatives(world, places, {.during = wanted}, near);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].machine->slug + clock_of(world, found[0].during.start), "laser-111:00");
    EXPECT_EQ(found[1].machine->slug + clock_of(world, found[1].during.start), "laser-113:00");
    EXPECT_EQ(found[2].machine->slug + clock_of(world, found[2].during.start), "laser-212:00");
    places.pop_back();
    auto const alone = alternatives(world, places, {.during = wanted}, near);
    ASSERT_EQ(alone.size(), 3U);
    EXPECT_EQ(clock_of(world, alone[2].during.start), "10:00");
    places.front().machine.out_of_order = true;
    EXPECT_TRUE(alternatives(world, places, {.during = wanted}, near).empty());
}

TEST(Alternatives, OfAnImpossibleWishArePossible) {
    auto const world = saturday();
    std::vector<Place> const places{{laser(), {}}};
    for (auto const& wanted : {Interval{dhaka("2026-11-21 10:07"), dhaka("2026-11-21 10:08")},
                               Interval{dhaka("2026-11-27 10:00"), dhaka("2026-11-27 20:00")},
                               Interval{dhaka("2020-01-01 10:00"), dhaka("2020-01-01 11:00")},
                               Interval{dhaka("2040-01-01 10:00"), dhaka("2040-01-01 11:00")}}) {
        auto const found = alternatives(world, places, {.during = wanted},
                                        search_windows(world, laser(), wanted)[1]);
        EXPECT_EQ(found.size(), 3U) << to_rfc3339(wanted.start, world.zone());
        for (auto const& each : found)
            EXPECT_EQ(codes(check(world, places[0], each.during, std::nullopt)), "");
    }
}

TEST(Alternatives, AreSoughtNearByFirst) {
    auto world = saturday();
    Interval const wanted{dhaka("2026-11-24 10:00"), dhaka("2026-11-24 11:00")};
    auto const [near, far] = search_windows(world, laser(), wanted);
    EXPECT_EQ(near, (Interval{dhaka("2026-11-24 04:00"), dhaka("2026-11-24 16:00")}));
    EXPECT_EQ(far, (Interval{dhaka("2026-11-22 10:00"), dhaka("2026-12-01 10:00")}));
    // Never before now, nor beyond what can be booked at all.
    world.now = dhaka("2026-11-24 09:00");
    EXPECT_EQ(search_windows(world, laser(), wanted)[1].start, world.now);
    Interval const late{dhaka("2046-11-24 10:00"), dhaka("2046-11-24 11:00")};
    EXPECT_EQ(search_windows(world, laser(), late)[0].start, dhaka("2026-12-24 03:00"));
}

TEST(Alternatives, WhatIsReadForThemIsEnough) {
    auto const world = saturday();
    auto machine = laser();
    machine.buffer_minutes = 20;
    std::vector<facility::Machine> const machines{machine};
    std::vector<Place> const places{{machine, {}}};
    Interval const wanted{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")};
    for (auto const window : search_windows(world, machine, wanted)) {
        auto const range = search_range(world, machines, wanted, window);
        EXPECT_EQ(range.start, window.start);
        EXPECT_EQ(range.end, window.end + minutes{80});
        for (auto const& each : alternatives(world, places, {.during = wanted}, window)) {
            EXPECT_LE(range.start, each.during.start);
            EXPECT_GE(range.end, each.during.end + minutes{20});
        }
    }
}

TEST(ShorterExtension, IsTheLongestPossible) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:20");
    Interval const held{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")};
    Ask const wish{.during = {held.start, held.end + hours{4}}, .held = held, .change = true};
    Place place{laser(), {{dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")}}};
    auto const end = [&] {
        auto const found = shorter_extension(world, place, wish);
        return found.empty() ? std::string{} : clock_of(world, found[0].during.end);
    };
    EXPECT_EQ(end(), "12:00");
    place.machine.buffer_minutes = 20;
    EXPECT_EQ(end(), "11:30");
    place.machine.buffer_minutes = 50;
    EXPECT_EQ(end(), "");
    place.taken.clear();
    EXPECT_EQ(end(), "14:00");  // 240 minutes at most
    world.outages = {{.during = {dhaka("2026-11-21 13:10"), dhaka("2026-11-21 14:00")}}};
    EXPECT_EQ(end(), "13:00");
    world.outages = {{.during = {dhaka("2026-11-21 10:05"), dhaka("2026-11-21 10:15")}}};
    EXPECT_EQ(end(), "14:00");
    set_hours(world, {{6, 9 * 60, 13 * 60 + 20}});
    EXPECT_EQ(end(), "13:15");
    set_hours(world, {});
    EXPECT_EQ(end(), "");
}

}  // namespace
}  // namespace karkhana::booking
