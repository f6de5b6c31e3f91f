#include <gtest/gtest.h>

#include "server/maintenance/rules_reliability.hpp"

namespace karkhana::maintenance {
namespace {

using namespace std::chrono_literals;

constexpr Instant midnight = instant(1'795'370'400'000'000);  // 2026-11-23 00:00 in Dhaka
constexpr Instant later = midnight + std::chrono::days{30};

Interval hours(int from, int to) {
    return {midnight + std::chrono::hours{from}, midnight + std::chrono::hours{to}};
}

/// One day, open from 8 to 18.
Log day() { return {.range = hours(0, 24), .open = {hours(8, 18)}}; }

TEST(Reliability, OfADayWithoutTroubleIsWhole) {
    auto const found = reliability(day(), later);
    EXPECT_EQ(found.planned_busy, 10h);
    EXPECT_EQ(found.availability, 10'000);
    EXPECT_EQ(found.failures, 0);
    EXPECT_FALSE(found.between_failures);
    EXPECT_FALSE(found.to_repair);
}

TEST(Reliability, IsUnknownWhenNothingWasPlanned) {
    auto log = day();
    log.open.clear();
    EXPECT_FALSE(reliability(log, later).availability);
    log = day();
    log.planned = {hours(0, 24)};
    EXPECT_FALSE(reliability(log, later).availability);
    EXPECT_FALSE(reliability(log, later).availability_with_power);
}

TEST(Reliability, CountsABreakdownInOpenHoursAndItsRepairByTheClock) {
    auto log = day();
    log.planned = {hours(8, 10)};
    log.breakdowns = {{midnight + 16h, midnight + 34h}};
    auto const found = reliability(log, later);
    EXPECT_EQ(found.planned_busy, 8h);
    EXPECT_EQ(found.down, 2h);
    EXPECT_EQ(found.availability, 7'500);
    EXPECT_EQ(found.between_failures, 6h);
    EXPECT_EQ(found.to_repair, 18h) << "all of it, though the report ends before";
}

TEST(Reliability, TakesNoHourTwice) {
    auto log = day();
    log.breakdowns = {{midnight + 8h, midnight + 12h}, {midnight + 10h, midnight + 13h}};
    log.cuts = {hours(12, 14), hours(13, 15)};
    auto const found = reliability(log, later);
    EXPECT_EQ(found.down, 5h);
    EXPECT_EQ(found.without_power, 2h) << "from 13 to 15: before that it was broken";
    EXPECT_EQ(found.availability, 3'000);
    EXPECT_EQ(found.availability_with_power, 10'000 * 3 / 7);
    EXPECT_EQ(found.failures, 2);
    EXPECT_EQ(found.to_repair, 3h + 30min);
}

TEST(Reliability, OfWhatIsStillBrokenGoesUntilNow) {
    auto log = day();
    log.breakdowns = {{midnight + 9h, {}}};
    auto const found = reliability(log, midnight + 12h);
    EXPECT_EQ(found.planned_busy, 4h) << "what is to come is not planned yet";
    EXPECT_EQ(found.down, 3h);
    EXPECT_EQ(found.between_failures, 1h);
    EXPECT_FALSE(found.to_repair);
}

TEST(Reliability, OfWhatBrokeBeforeIsDownButNoFailureOfTheRange) {
    auto log = day();
    log.breakdowns = {{midnight - 5h, midnight + 9h}};
    auto const found = reliability(log, later);
    EXPECT_EQ(found.down, 1h);
    EXPECT_EQ(found.failures, 0);
    EXPECT_FALSE(found.to_repair);
}

}  // namespace
}  // namespace karkhana::maintenance
