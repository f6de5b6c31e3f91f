#include <gtest/gtest.h>

#include "server/metering/boundary_wait.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

/// A clock that runs so many times as fast as the other.
struct Clocks {
    explicit Clocks(int times) : speed(times) {}

    bool sleep(std::chrono::microseconds real) {
        ++sleeps;
        monotonic.advance(real);
        wall.advance(real * speed);
        return true;
    }
    int speed;
    int sleeps = 0;
    ManualWallClock wall{Instant{1'790'000'000s}};
    ManualMonotonicClock monotonic;
};

TEST(WaitUntil, ArrivesWithinAMomentWhateverTheSpeed) {
    for (int const speed : {1, 60, 1000}) {
        Clocks clocks{speed};
        auto const due = clocks.wall.now() + 15min;
        EXPECT_TRUE(wait_until(clocks.wall, clocks.monotonic, due,
                               [&](auto real) { return clocks.sleep(real); }));
        EXPECT_GE(clocks.wall.now(), due);
        EXPECT_LE(clocks.wall.now() - due, 200us * speed) << speed;
        EXPECT_LT(clocks.sleeps, 1100) << speed;
    }
}

TEST(WaitUntil, GivesUpWhenTheProgramEnds) {
    Clocks clocks{1};
    auto const due = clocks.wall.now() + 15min;
    EXPECT_FALSE(wait_until(clocks.wall, clocks.monotonic, due, [&](auto real) {
        clocks.sleep(real);
        return clocks.sleeps < 5;
    }));
    EXPECT_EQ(clocks.sleeps, 5);
}

TEST(WaitUntil, DoesNotWaitForWhatHasPassed) {
    Clocks clocks{1};
    EXPECT_TRUE(wait_until(clocks.wall, clocks.monotonic, clocks.wall.now() - 1s,
                           [&](auto real) { return clocks.sleep(real); }));
    EXPECT_EQ(clocks.sleeps, 0);
}

}  // namespace
}  // namespace karkhana::metering
