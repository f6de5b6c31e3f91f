#include <gtest/gtest.h>

#include "server/metering/rules_clock.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};
constexpr Monotonic boot{};

TEST(ClockWatch, SaysNothingOfDrift) {
    ClockWatch watch;
    EXPECT_FALSE(watch.look(noon, boot));
    EXPECT_FALSE(watch.look(noon + 1h + 4s, boot + 1h));
    EXPECT_FALSE(watch.look(noon + 2h, boot + 2h)) << "four seconds back";
}

TEST(ClockWatch, TellsHowFarItWasSetEitherWay) {
    ClockWatch watch;
    watch.look(noon, boot);
    EXPECT_EQ(watch.look(noon + 1h + 1s, boot + 1s), 1h);
    EXPECT_EQ(watch.look(noon + 2s, boot + 2s), -1h);
    EXPECT_FALSE(watch.look(noon + 3s, boot + 3s)) << "once";
}

TEST(ClockWatch, KnowsAClockThatRunsFaster) {
    ClockWatch watch{60};
    watch.look(noon, boot);
    EXPECT_FALSE(watch.look(noon + 60s, boot + 1s));
    EXPECT_EQ(watch.look(noon + 1h + 120s, boot + 2s), 1h);
}

}  // namespace
}  // namespace karkhana::metering
