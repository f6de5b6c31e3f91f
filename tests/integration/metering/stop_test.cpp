#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// An oven that bakes to the end, a kiln that tells when it has, and a cold room that nobody
/// switches off from a desk.
class Stops : public tests::StoreTest {
protected:
    void SetUp() override {
        oven = shop.add_laser("oven").id;
        cold = shop.add_laser("cold").id;
        shop.stops[oven] = {StopClass::end_of_cycle, 10min};
        shop.stops[cold] = {StopClass::never_remotely, 10min};
        kiln = shop.add_laser("kiln").id;
        shop.stops[kiln] = {StopClass::end_of_cycle, 30min};
        shop.add_run_bit("kiln runs", kiln);
        shop.boot();
        shop.run_for(3s);
    }

    std::string run(MachineId const& machine, Duration length = 1h) {
        auto booking = shop.here(machine, length);
        EXPECT_EQ(shop.start(booking, "start-" + booking).status, 200);
        shop.run_for(2min);
        EXPECT_TRUE(shop.unit(machine).closed);
        return booking;
    }
    bool lasts(MachineId const& machine) {
        return shop.store.read([&](store::Reader& reader) {
            return lasting_alarm(reader, shop.workshop.facility, machine, "stop_asked").has_value();
        });
    }
    std::optional<RunControl::Stopping> stopping(MachineId const& machine) {
        return shop.daemon->run.stopping(machine);
    }

    Shop shop{ledger(), telemetry()};
    MachineId oven, cold, kiln;
};
KARKHANA_ON_BOTH_ENGINES(Stops);

TEST_P(Stops, AnOvenEndsItsCycleAndPaysForIt) {
    auto const before = shop.unit(oven).shown_wh();
    auto const booking = run(oven);
    auto const answer = shop.stop(booking, "stop-key-1");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_of(json_of(answer), "state"), "running");
    EXPECT_EQ(shop.stop(booking, "stop-key-1").body, answer.body);
    shop.run_for(3min);
    EXPECT_TRUE(shop.unit(oven).closed);
    ASSERT_TRUE(stopping(oven));
    EXPECT_GT(*stopping(oven)->at_latest, shop.workshop.clock.now() + 6min);
    shop.unit(oven).load_w = 0;  // the cycle is over
    shop.run_for(70s);
    EXPECT_FALSE(shop.unit(oven).closed);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_FALSE(stopping(oven));
    auto const session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quantity, 12);
    EXPECT_EQ(session.energy->wh, shop.unit(oven).shown_wh() - before);
    EXPECT_FALSE(lasts(oven));
}

TEST_P(Stops, WhoTakesAStopBackGoesOn) {
    auto const booking = run(oven);
    EXPECT_EQ(code_of(shop.call("withdraw-stop", booking, "back-key-0", "{}")), "wrong_state");
    shop.stop(booking, "stop-key-1");
    shop.run_for(1min);
    auto const board = shop.store.read([&](store::Reader& reader) {
        return live_board(shop.daemon->services, shop.daemon->run, reader, shop.workshop.facility);
    });
    for (auto const& live : board.machines)
        EXPECT_EQ(live.asked.has_value(), live.machine.id == oven) << live.machine.slug;
    auto const answer = shop.call("withdraw-stop", booking, "back-key-1", "{}");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_of(json_of(answer), "state"), "running");
    EXPECT_EQ(shop.call("withdraw-stop", booking, "back-key-1", "{}").body, answer.body);
    shop.run_for(2s);
    EXPECT_FALSE(stopping(oven));
    shop.unit(oven).load_w = 0;
    shop.run_for(20min);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_TRUE(shop.unit(oven).closed);
    shop.unit(oven).load_w = 1800;
    shop.run_for(10s);
    shop.stop(booking, "stop-key-2");
    ASSERT_TRUE(stopping(oven));
    EXPECT_GT(*stopping(oven)->at_latest, shop.workshop.clock.now() + 9min) << "counted anew";
}

TEST_P(Stops, NobodyTakesBackAnotherEnterprisesStop) {
    auto const booking = run(oven);
    shop.stop(booking, "stop-key-1");
    auto const other = shop.workshop.call(shop.workshop.other, "POST",
                                          "/api/v1/bookings/" + booking + "/withdraw-stop", "{}",
                                          {{"idempotency-key", "back-key-0"}});
    EXPECT_EQ(other.status, 404) << other.body;
    EXPECT_TRUE(stopping(oven));
}

TEST_P(Stops, AnOvenWithARunBitStopsByItAndByItsPowerWhileThatIsSilent) {
    auto booking = run(kiln);
    shop.unit(kiln).load_w = 0;  // a long soak draws next to nothing
    shop.run_for(2min);
    shop.stop(booking, "stop-key-1");
    shop.run_for(2min);
    EXPECT_TRUE(shop.unit(kiln).closed);
    shop.unit(kiln).load_w = 1800;  // it holds its heat, and nothing is in it
    shop.feeder("kiln runs").says = false;
    shop.run_for(3s);
    EXPECT_FALSE(shop.unit(kiln).closed);
    EXPECT_EQ(shop.state_of(booking), "completed");

    shop.feeder("kiln runs").says = true;
    booking = run(kiln);
    shop.feeder("kiln runs").answers = false;
    shop.stop(booking, "stop-key-2");
    shop.run_for(2min);
    EXPECT_TRUE(shop.unit(kiln).closed);
    shop.unit(kiln).load_w = 0;
    shop.run_for(70s);
    EXPECT_FALSE(shop.unit(kiln).closed);
}

TEST_P(Stops, AnOvenThatNeverEndsIsSwitchedOffAtLast) {
    auto const booking = run(oven);
    shop.stop(booking, "stop-key-1");
    shop.run_for(9min + 50s);
    EXPECT_TRUE(shop.unit(oven).closed);
    shop.run_for(20s);
    EXPECT_FALSE(shop.unit(oven).closed);
    EXPECT_EQ(shop.state_of(booking), "completed");
}

TEST_P(Stops, AnOvenAtRestStopsAtOnce) {
    auto const booking = run(oven);
    shop.unit(oven).load_w = 0;
    shop.run_for(65s);
    EXPECT_EQ(text_of(json_of(shop.stop(booking, "stop-key-1")), "state"), "completed");
    EXPECT_FALSE(shop.unit(oven).closed);
}

TEST_P(Stops, AnOvenWithoutPowerDoesNotWaitForItsCycleAndComeOnAgain) {
    shop.daemon->run.watch_mains(shop.channel_of("kiln runs"));  // any input will do
    auto const booking = run(oven);
    shop.stop(booking, "stop-key-1");
    shop.run_for(1min);
    EXPECT_TRUE(shop.unit(oven).closed);
    shop.unit(oven).load_w = 0;  // its meter has a battery too
    shop.unit(oven).standby_w = 0;
    shop.feeder("kiln runs").says = false;
    shop.run_for(3s);
    EXPECT_FALSE(shop.unit(oven).closed) << "its relay has a battery";
    EXPECT_EQ(shop.state_of(booking), "completed");
}

TEST_P(Stops, AnOvenInItsCycleIsNotCutByOneReadingOfTheMainsNorByAFuse) {
    shop.daemon->run.watch_mains(shop.channel_of("kiln runs"));  // any input will do
    auto const booking = run(oven);
    shop.stop(booking, "stop-key-1");
    shop.run_for(1min);
    shop.unit(oven).answers = false;
    shop.run_for(15s);
    shop.feeder("kiln runs").says = false;
    shop.run_for(1s);
    shop.feeder("kiln runs").says = true;
    shop.run_for(5s);
    EXPECT_TRUE(shop.unit(oven).closed) << "one reading, while nobody knows what it draws";
    shop.unit(oven).answers = true;
    shop.run_for(5s);
    shop.feeder("kiln runs").says = false;
    shop.run_for(1min);
    EXPECT_TRUE(shop.unit(oven).closed) << "its own meter says that it has power";
    shop.unit(oven).answers = false;
    shop.run_for(15s);
    EXPECT_FALSE(shop.unit(oven).closed) << "its relay has a battery";
    EXPECT_EQ(shop.state_of(booking), "completed");
}

TEST_P(Stops, AFuseOfTheMainsInputCutsNoColdRoomButACutPausesIt) {
    shop.daemon->run.watch_mains(shop.channel_of("kiln runs"));  // any input will do
    auto const booking = run(cold);
    shop.feeder("kiln runs").says = false;
    shop.run_for(1min);
    EXPECT_TRUE(shop.unit(cold).closed) << "its own meter says that it has power";
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.unit(cold).answers = false;
    shop.run_for(15s);
    EXPECT_FALSE(shop.unit(cold).closed) << "its relay has a battery";
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_EQ(shop.last_reason(booking), "power_cut");
}

TEST_P(Stops, APauseWaitsForTheCycleToo) {
    auto const booking = run(oven);
    EXPECT_EQ(text_of(json_of(shop.pause(booking, "pause-key-1")), "state"), "running");
    shop.run_for(1min);
    EXPECT_TRUE(shop.unit(oven).closed);
    shop.unit(oven).load_w = 0;
    shop.run_for(70s);
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_FALSE(shop.unit(oven).closed);
    // It was a person who asked, so he is who may go on.
    EXPECT_EQ(shop.last_reason(booking), "");
    EXPECT_EQ(shop.start(booking, "start-key-2").status, 200);
    shop.run_for(1min);
    EXPECT_EQ(shop.state_of(booking), "running");
}

TEST_P(Stops, WhatWasAskedForOutlivesTheDaemon) {
    auto const booking = run(oven);
    shop.stop(booking, "stop-key-1");
    shop.kill();
    shop.plant.pass(3min);
    EXPECT_TRUE(shop.unit(oven).closed) << "its lease lets the cycle end";
    shop.boot();
    shop.daemon->run.hold_running();
    shop.daemon->run.reconcile();
    shop.run_for(1min);
    EXPECT_TRUE(shop.unit(oven).closed);
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.unit(oven).load_w = 0;
    shop.run_for(70s);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_EQ(shop.only_session().quantity, 12);
}

TEST_P(Stops, AColdRoomIsStoppedByHandAlone) {
    auto const booking = run(cold);
    EXPECT_EQ(text_of(json_of(shop.stop(booking, "stop-key-1")), "state"), "running");
    EXPECT_TRUE(lasts(cold));
    shop.run_for(3h);
    EXPECT_TRUE(shop.unit(cold).closed);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_FALSE(stopping(cold)->at_latest);
    shop.unit(cold).load_w = 0;  // by hand
    shop.run_for(70s);
    EXPECT_FALSE(shop.unit(cold).closed);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_FALSE(lasts(cold));
}

TEST_P(Stops, TheEndOfABookingCutsNoColdRoomAndNoOvenInItsCycle) {
    auto const of_oven = run(oven, 15min), of_cold = run(cold, 15min);
    // Longer than any overrun may last.
    while (shop.workshop.clock.now() < shop.booking_of(of_oven).during.end + longest_overrun)
        shop.run_for(10s);
    EXPECT_TRUE(shop.unit(oven).closed);
    EXPECT_TRUE(shop.unit(cold).closed);
    shop.run_for(10min + 5s);
    EXPECT_FALSE(shop.unit(oven).closed);
    EXPECT_EQ(shop.state_of(of_oven), "completed");
    EXPECT_TRUE(shop.unit(cold).closed);
    EXPECT_TRUE(lasts(cold));
    shop.unit(cold).load_w = 0;
    shop.run_for(70s);
    EXPECT_FALSE(shop.unit(cold).closed);
    EXPECT_EQ(shop.state_of(of_cold), "completed");
}

TEST_P(Stops, ADeadDaemonLeavesTheColdRoomOnAndTheOvenItsCycle) {
    run(oven);
    run(cold);
    shop.kill();
    shop.plant.pass(9min);
    EXPECT_TRUE(shop.unit(oven).closed);
    shop.plant.pass(2min);
    EXPECT_FALSE(shop.unit(oven).closed);
    shop.plant.pass(24h);
    EXPECT_TRUE(shop.unit(cold).closed);
}

}  // namespace
}  // namespace karkhana::metering
