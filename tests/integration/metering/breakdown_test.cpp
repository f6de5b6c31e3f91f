#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

class BrokenOff : public tests::StoreTest {
protected:
    void boot(StopRule stop = {}) {
        laser = shop.add_laser("laser").id;
        shop.stops[laser] = stop;
        shop.boot();
        shop.run_for(3s);
    }
    void breaks_down() {
        auto const now = shop.workshop.clock.now();
        shop.workshop.add_outage(laser, {now, now + 24h}, "breakdown");
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
};
KARKHANA_ON_BOTH_ENGINES(BrokenOff);

TEST_P(BrokenOff, ABreakdownEndsTheJobThatIsOnAndItsEnergyIsKnown) {
    boot();
    auto const booking = shop.here(laser, 2h);
    auto const before = shop.unit(laser).shown_wh();
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(20min);
    breaks_down();
    shop.run_for(15s);
    EXPECT_EQ(shop.state_of(booking), "interrupted");
    EXPECT_EQ(shop.last_reason(booking), "breakdown");
    EXPECT_FALSE(shop.unit(laser).closed);
    auto const session = shop.only_session();
    ASSERT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.energy->wh, shop.unit(laser).shown_wh() - before);
}

TEST_P(BrokenOff, WhatIsPausedWhenTheMachineBreaksDownIsBrokenOffToo) {
    boot();
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    shop.pause(booking, "pause-key-1");
    breaks_down();
    shop.run_for(15s);
    EXPECT_EQ(shop.state_of(booking), "interrupted");
    EXPECT_EQ(shop.only_session().state, SessionState::closed);
}

TEST_P(BrokenOff, AMachineThatEndsItsCycleFirstEndsItAlsoWhenItIsSaidToBeBroken) {
    boot({.stop = StopClass::end_of_cycle, .at_most = 30min});
    auto const booking = shop.here(laser, 2h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(3min);
    breaks_down();
    shop.run_for(1min);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_TRUE(shop.unit(laser).closed);
    shop.unit(laser).load_w = 10;
    shop.run_for(3min);
    EXPECT_EQ(shop.state_of(booking), "interrupted");
    EXPECT_FALSE(shop.unit(laser).closed);
}

TEST_P(BrokenOff, ACutThatIsOnAtTheEndOfTheTimeBreaksTheJobOff) {
    boot();
    auto const booking = shop.here(laser, 30min);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(10min);
    shop.daemon->run.cut(true);
    shop.run_for(10s);
    ASSERT_EQ(shop.last_reason(booking), "power_cut");
    shop.run_for(30min);
    EXPECT_EQ(shop.state_of(booking), "interrupted");
    EXPECT_EQ(shop.last_reason(booking), "power_cut");
}

TEST_P(BrokenOff, WhoDoesNotGoOnAfterACutHasEnded) {
    boot();
    auto const booking = shop.here(laser, 30min);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(10min);
    shop.daemon->run.cut(true);
    shop.run_for(10s);
    shop.daemon->run.cut(false);
    shop.run_for(30min);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_EQ(shop.last_reason(booking), "end_of_booking");
}

}  // namespace
}  // namespace karkhana::metering
