#include <gtest/gtest.h>

#include "server/booking/rules_find.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::hours;
using std::chrono::minutes;

std::string clock_of(World const& world, Instant at) {
    return to_rfc3339(at, world.zone()).substr(11, 5);
}

Interval saturday_day() { return {dhaka("2026-11-21 00:00"), dhaka("2026-11-22 00:00")}; }

facility::Machine hourly() {
    auto machine = laser();
    machine.grid_minutes = 60;
    machine.min_minutes = 60;
    return machine;
}

TEST(FindTimes, TheCheapestAmongThemTheEarliest) {
    auto const world = saturday();
    auto other = hourly();
    other.id = numbered_id<MachineId>(2);
    other.slug = "laser-2";
    std::vector<Option> const options{
        {{hourly(), {{dhaka("2026-11-21 09:00"), dhaka("2026-11-21 11:00")}}}, hours{2}},
        {{other, {}}, hours{2}}};
    // Afternoons cost half.
    auto const price = [&](Option const&, Interval during) {
        return Forecast{{during.start >= dhaka("2026-11-21 14:00") ? 500 : 1000}, 0};
    };
    auto const found = find_times(world, options, saturday_day(), price);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(clock_of(world, found[0].candidate.during.start), "14:00");
    EXPECT_EQ(clock_of(world, found[2].candidate.during.start), "15:00");
    EXPECT_TRUE(found[0].cheaper);
    auto const flat = find_times(world, options, saturday_day(),
                                 [](auto const&, Interval) { return Forecast{{700}, 0}; });
    ASSERT_EQ(flat.size(), 3U);
    EXPECT_EQ(flat[0].candidate.machine->slug, "laser-2");
    EXPECT_EQ(clock_of(world, flat[0].candidate.during.start), "09:00");
    EXPECT_FALSE(flat[0].cheaper);
}

TEST(FindTimes, AskFewPrices) {
    auto machine = laser();
    machine.grid_minutes = 5;
    int asked = 0;
    std::vector<Option> const options{
        {{machine, {{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:25")}}}, minutes{30}}};
    find_times(saturday(), options, saturday_day(),
               [&](auto const&, Interval) { return Forecast{{++asked}, 0}; });
    EXPECT_EQ(asked, 7);  // 09:00, 11:25, 12:00, then every hour to 16:00
}

TEST(FindTimes, ThePiecesSayHowLongOnWhichMachine) {
    auto world = saturday();
    auto slow = hourly();
    EXPECT_EQ(length_of(world, slow, {"sole", 100}), std::nullopt) << "nobody said it does soles";
    set(world, "work.sole.seconds", 30);
    EXPECT_EQ(work_types(world), std::vector<std::string>{"sole"});
    EXPECT_EQ(length_of(world, slow, {"sole", 100}), hours{1}) << "50 minutes on a grid of 60";
    EXPECT_EQ(length_of(world, slow, {"sole", 121}), hours{2});
    EXPECT_EQ(length_of(world, slow, {"sole", 1}), hours{1}) << "its shortest booking";
    EXPECT_EQ(length_of(world, slow, {"heel", 1}), std::nullopt);
}

TEST(FindTimes, GreenerOnlyByFactorsThatWereEntered) {
    auto world = saturday();
    std::vector<Option> const options{{{hourly(), {}}, hours{2}}};
    auto const found = [&] {
        return find_times(world, options, saturday_day(),
                          [](auto const&, Interval) { return Forecast{{700}, 3000}; });
    };
    EXPECT_EQ(found().front().co2, std::nullopt);
    EXPECT_FALSE(found().front().greener);
    set(world, "grid_g_per_kwh", 600);
    EXPECT_EQ(found().front().co2, 1800);
    EXPECT_FALSE(found().front().greener) << "no hour is better than another";
    set(world, "solar_g_per_kwh", 40);
    set(world, "solar_from_minute", 10 * 60);
    set(world, "solar_until_minute", 14 * 60);
    // 09:00-11:00 has the sun for half of it.
    EXPECT_EQ(found().front().co2, 3 * (600 + 40) / 2);
    EXPECT_TRUE(found().front().greener);
    // The three earliest of equal price, and the first that has the sun for all of its time.
    set(world, "solar_from_minute", 13 * 60);
    set(world, "solar_until_minute", 16 * 60);
    ASSERT_EQ(found().size(), 4U);
    EXPECT_EQ(clock_of(world, found().back().candidate.during.start), "13:00");
    EXPECT_EQ(found().back().co2, 3 * 40);
    EXPECT_TRUE(found().back().greener);
}

TEST(FindTimes, WhatIsNotForThemIsNotOffered) {
    auto world = saturday();
    std::vector<Option> const options{{{hourly(), {}}, hours{2}}};
    party_of(world).suspended = true;
    EXPECT_TRUE(find_times(world, options, saturday_day(), [](auto const&, Interval) {
                    return Forecast{};
                }).empty());
}

}  // namespace
}  // namespace karkhana::booking
