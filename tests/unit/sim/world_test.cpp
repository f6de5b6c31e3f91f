#include <gtest/gtest.h>

#include "devices/sim/world.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;

Scene press_behind_relay(int speed) {
    Scene scene;
    scene.clock_speed = speed;
    scene.machines = {{"press-1", "press", 1500, 1'000}, {"fan", "fan", 100, 0}};
    SceneUnit board;
    board.relays[0] = "press-1";
    scene.lines = {{"bus", 0, "", {board}}};
    return scene;
}

TEST(Machine, DrawsTheSameForTheSameSeedHoweverTimeIsCut) {
    Machine whole{"laser", 1900, 7}, pieces{"laser", 1900, 7};
    whole.run(3600s, true);
    for (int i = 0; i < 36'000; ++i) pieces.run(100ms, true);
    EXPECT_EQ(whole.energy_uj(), pieces.energy_uj());
    EXPECT_GT(whole.energy_uj() / kMicrojoulesPerWh, 700);
    EXPECT_LT(whole.energy_uj() / kMicrojoulesPerWh, 1900);
}

TEST(World, DrawsNothingBehindAnOpenContact) {
    ManualMonotonicClock clock;
    World world{press_behind_relay(1), clock};
    clock.advance(3600s);
    EXPECT_EQ(world.shown("press-1").energy_wh, 1'000);
    EXPECT_EQ(world.shown("press-1").power_w, 0);
    EXPECT_GT(world.shown("fan").energy_wh, 90);
}

TEST(World, ARelaysTimerOpensTheContactBetweenTwoLooks) {
    ManualMonotonicClock clock;
    World timed{press_behind_relay(60), clock}, held{press_behind_relay(60), clock};
    timed.close_contact("press-1", 10s);
    held.close_contact("press-1", std::nullopt);
    clock.advance(10s);
    auto const after_ten = held.shown("press-1").energy_wh;
    clock.advance(50s);
    EXPECT_EQ(timed.shown("press-1").energy_wh, after_ten);
    EXPECT_FALSE(timed.contact("press-1"));
    EXPECT_GT(held.shown("press-1").energy_wh, after_ten);
}

TEST(World, AMachineAtRestStandsByAndItsRunBitIsOff) {
    ManualMonotonicClock clock;
    World world{press_behind_relay(1), clock};
    EXPECT_FALSE(world.shown("press-1").running);
    world.close_contact("press-1", std::nullopt);
    EXPECT_TRUE(world.shown("press-1").running);
    world.rest("press-1", true);
    clock.advance(60s);
    EXPECT_FALSE(world.shown("press-1").running);
    EXPECT_EQ(world.shown("press-1").power_w, 30);
    world.rest("press-1", false);
    clock.advance(60s);
    EXPECT_TRUE(world.shown("press-1").running);
    EXPECT_GT(world.shown("press-1").power_w, 300);
}

TEST(World, APowerCutOpensEveryContactAndStopsEveryMeter) {
    ManualMonotonicClock clock;
    World world{press_behind_relay(1), clock};
    world.close_contact("press-1", std::nullopt);
    clock.advance(600s);
    auto const before = world.shown("press-1").energy_wh;
    world.set_power(false);
    clock.advance(600s);
    world.set_power(true);
    clock.advance(600s);
    EXPECT_EQ(world.shown("press-1").energy_wh, before);
    EXPECT_FALSE(world.contact("press-1"));
}

}  // namespace
}  // namespace karkhana::sim
