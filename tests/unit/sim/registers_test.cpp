#include <cstdlib>
#include <gtest/gtest.h>

#include "devices/profiles/load.hpp"
#include "devices/sim/registers.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
using modbus::Function;
using Words = std::vector<std::uint16_t>;

/// A device of one of the shipped profiles at a press, or with its contact.
class Registers : public testing::Test {
protected:
    void load(std::string const& profile) {
        config::Problems problems;
        unit.profile = std::make_shared<profiles::Profile const>(
            *profiles::load_profile("devices/profiles/" + profile + ".toml", problems));
        Scene scene;
        scene.machines = {{"press", "flat", 2'000, 5'000}};
        if (unit.profile->relay)
            unit.relays[0] = "press";
        else
            unit.machine = "press";
        scene.lines = {{"bus", 0, "", {unit}}};
        world = std::make_unique<World>(scene, clock);
    }
    modbus::Answer ask(Function function, std::uint16_t address, std::uint16_t count,
                       Words words = {}) {
        return answer(unit, *world, {1, function, address, count, std::move(words)});
    }

    ManualMonotonicClock clock;
    SceneUnit unit;
    std::unique_ptr<World> world;
};

TEST_F(Registers, AreRefusedWhereTheDeviceRefusesThem) {
    load("delta_ms300");
    EXPECT_EQ(ask(Function::read_holding_registers, 8450, 2).exception, 0);
    EXPECT_EQ(ask(Function::read_holding_registers, 8447, 2).exception, 2) << "a hole";
    load("circutor_cvm_c11");
    EXPECT_EQ(ask(Function::read_holding_registers, 0, 40).exception, 0);
    EXPECT_EQ(ask(Function::read_holding_registers, 0, 41).exception, 3) << "too long for it";
}

TEST_F(Registers, OfAScaleSayWhetherTheLoadStandsStill) {
    load("laumas_w100_tlb");
    constexpr int stable = 0x0800;
    EXPECT_EQ(ask(Function::read_holding_registers, 6, 3).words.at(0) & stable, 0) << "it is fed";
    world->rest("press", true);
    EXPECT_EQ(ask(Function::read_holding_registers, 6, 3).words.at(0) & stable, stable);
}

TEST_F(Registers, AreRefusedWhereTheProfileHasNone) {
    load("eastron_sdm120");
    EXPECT_EQ(ask(Function::read_input_registers, 0, 2).exception, 0);
    EXPECT_EQ(ask(Function::read_input_registers, 0, 14).exception, 0) << "over the gaps it reads";
    EXPECT_EQ(ask(Function::read_input_registers, 0, 10).exception, 0) << "and ends in them";
    EXPECT_EQ(ask(Function::read_input_registers, 9'000, 2).exception, 2);
    EXPECT_EQ(ask(Function::read_holding_registers, 8'448, 1).exception, 2);
    EXPECT_EQ(ask(Function::read_coils, 0, 1).exception, 2);
    load("waveshare_rtu_relay_8ch");
    EXPECT_EQ(ask(Function::read_coils, 0, 8).exception, 0);
    EXPECT_EQ(ask(Function::read_coils, 0, 9).exception, 2);
    EXPECT_EQ(ask(Function::read_input_registers, 0, 1).exception, 2);
}

TEST_F(Registers, OfASharedMeterAreTheSumOfItsMachines) {
    load("eastron_sdm120");
    Scene scene;
    scene.machines = {{"press", "flat", 2'000, 5'000}, {"fan", "flat", 500, 300}};
    unit.machine.clear();
    unit.machines = {"press", "fan"};
    world = std::make_unique<World>(scene, clock);
    clock.advance(1h);
    auto const shown = world->shown(unit);
    auto const press = world->shown("press"), fan = world->shown("fan");
    EXPECT_LE(std::abs(shown.energy_wh - (press.energy_wh + fan.energy_wh)), 1)
        << "its last digit is its own";
    EXPECT_GT(shown.energy_wh, press.energy_wh + 300);
    EXPECT_LE(std::abs(shown.power_w - (press.power_w + fan.power_w)), 1);
    EXPECT_TRUE(shown.energised);
    world->open_contact("press");
    clock.advance(1h);
    EXPECT_LE(
        std::abs(world->shown(unit).energy_wh - (press.energy_wh + world->shown("fan").energy_wh)),
        1);
    EXPECT_TRUE(world->shown(unit).energised) << "the fan still is";
}

TEST_F(Registers, TellTheModelAndTheSerialNumber) {
    unit.serial = 0x0012'3456;
    load("schneider_iem3255");
    EXPECT_EQ(ask(Function::read_holding_registers, 129, 2).words, (Words{0x12, 0x3456}));
    auto const name = ask(Function::read_holding_registers, 49, 4).words;
    EXPECT_EQ(name, (Words{0x6945, 0x4D33, 0x3235, 0x3520})) << "iEM3255, and a blank";
}

TEST_F(Registers, KeepACommandThatWasWritten) {
    load("invt_gd20_gd200a");
    EXPECT_EQ(ask(Function::write_register, 8193, 1, {2'500}).exception, 0);
    EXPECT_EQ(world->written(&unit, 8193), 2'500);
    EXPECT_EQ(ask(Function::write_register, 8448, 1, {1}).exception, 2) << "a state is not written";
    EXPECT_EQ(ask(Function::write_coil, 0, 1, {0xFF00}).exception, 2);
}

TEST_F(Registers, OfAWatchdogOpenTheContactOfASilentMaster) {
    load("delta_dvp_es2");
    EXPECT_EQ(ask(Function::write_register, 4096, 1, {20}).exception, 0);
    EXPECT_EQ(ask(Function::read_holding_registers, 4096, 1).words, Words{20}) << "read back";
    EXPECT_EQ(ask(Function::write_coil, 2048, 1, {modbus::coil_closed}).exception, 0);
    clock.advance(1'900ms);
    EXPECT_EQ(ask(Function::read_coils, 2048, 1).words, Words{1});
    clock.advance(1'900ms);
    EXPECT_EQ(ask(Function::read_coils, 2048, 1).words, Words{1}) << "each message begins it anew";
    clock.advance(2'100ms);
    EXPECT_FALSE(world->contact("press"));
    EXPECT_EQ(ask(Function::read_coils, 2048, 1).words, Words{0});
}

}  // namespace
}  // namespace karkhana::sim
