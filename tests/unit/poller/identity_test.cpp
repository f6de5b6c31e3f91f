#include <algorithm>

// Who answers: what follows from a serial number that a device will not or cannot tell.

#include <gtest/gtest.h>

#include "devices/poller/engine.hpp"
#include "tests/unit/poller/simulated_line.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Failure;
using modbus::Fault;

constexpr std::uint16_t serial_at = 0xFC00;

/// One meter with a serial number of two registers.
class Identity : public ::testing::Test {
protected:
    void make(std::optional<std::uint64_t> serial, bool told = true) {
        auto profile = std::make_shared<profiles::Profile>();
        profiles::Point energy;
        energy.name = "energy";
        energy.kind = profiles::PointKind::counter;
        energy.unit = Unit::wh;
        energy.billing = true;
        profile->points = {energy};
        profile->identity = profiles::Identity{3, serial_at, 2, {}};
        UnitSetup unit;
        unit.profile = profile;
        unit.watched = {{"energy", 1}};
        unit.max_power_w = 2000;
        unit.serial = serial;
        unit.serial_told = told;
        unit.exchanged_for = exchanged_for = std::make_shared<std::atomic<std::uint64_t>>(0);
        LineSetup setup;
        setup.units = {unit};
        engine = std::make_unique<PollEngine>(setup, line, kept, wall, clock);
        line.units[1] = {{0, 1000}, {serial_at, 1}, {serial_at + 1, 2}};
    }
    /// Between two questions, another meter takes its place.
    void swap_meter(std::uint16_t shown) {
        line.units[1][serial_at + 1] = 3;
        line.units[1][0] = shown;
    }
    auto asked_who() const {
        return std::ranges::count(line.asked, serial_at, &modbus::Request::address);
    }
    /// The device answers so when it is asked who it is; 0: honestly.
    void answer_with(std::uint8_t exception) {
        line.fault = [exception](modbus::Request const& request) -> std::optional<Failure> {
            if (exception == 0 || request.address != serial_at) return std::nullopt;
            return Failure{Fault::refused, exception};
        };
    }
    void run_for(Duration span) { poller::run_for(*engine, clock, span); }
    UnitHealth health() const { return engine->health().units.at(0); }

    ManualMonotonicClock clock;
    ManualWallClock wall{instant(1'000'000'000)};
    SimulatedLine line{clock};
    Kept kept;
    std::unique_ptr<PollEngine> engine;
    std::shared_ptr<std::atomic<std::uint64_t>> exchanged_for;
};

TEST_F(Identity, WhoRefusesTheNumberThatItsPlaceHasIsAStranger) {
    for (std::uint8_t exception = 1; exception <= 3; ++exception) {
        make(0x0001'0002);
        answer_with(exception);
        kept.frames.clear();
        run_for(10s);
        EXPECT_EQ(health().state, UnitState::stranger) << int{exception};
        EXPECT_EQ(kept.count(1, Quality::good), 0U);
        EXPECT_GE(kept.count(1, Quality::questionable), 9U);
        EXPECT_FALSE(health().serial);
    }
}

TEST_F(Identity, WhoRefusesTheNumberThatWasHeardBeforeIsAStranger) {
    make(std::nullopt);
    run_for(3s);
    auto const good = kept.count(1, Quality::good);
    EXPECT_GE(good, 3U);
    auto const registers = std::exchange(line.units, {});
    answer_with(2);
    run_for(3s);
    line.units = registers;
    run_for(20s);
    EXPECT_EQ(health().state, UnitState::stranger);
    EXPECT_EQ(kept.count(1, Quality::good), good);
}

TEST_F(Identity, WhoNeverToldItsNumberIsReadAndSaidToBeUnproved) {
    for (std::uint8_t exception = 0; exception <= 3; ++exception) {
        make(0x0001'0002, false);
        for (std::uint16_t const unwritten : {std::uint16_t{0}, std::uint16_t{0xFFFF}}) {
            line.units[1][serial_at] = line.units[1][serial_at + 1] = unwritten;
            answer_with(exception);
            kept.frames.clear();
            run_for(10s);
            EXPECT_EQ(health().state, UnitState::healthy) << int{exception};
            EXPECT_TRUE(health().unproved);
            EXPECT_GE(kept.count(1, Quality::good), 9U);
            EXPECT_FALSE(health().serial);
        }
    }
}

TEST_F(Identity, WhoTellsItIsProved) {
    make(0x0001'0002, false);
    answer_with(2);
    run_for(2s);
    answer_with(0);
    run_for(6min);
    EXPECT_FALSE(health().unproved);
    EXPECT_EQ(health().serial, 0x0001'0002U);
}

TEST_F(Identity, WhoSaysZeroWhereANumberWasToldIsAStranger) {
    make(0x0001'0002);
    line.units[1][serial_at] = line.units[1][serial_at + 1] = 0;
    run_for(10s);
    EXPECT_EQ(health().state, UnitState::stranger);
    EXPECT_EQ(kept.count(1, Quality::good), 0U);
}

TEST_F(Identity, AMeterWithoutANumberCountsOnceItsExchangeIsSaid) {
    for (auto const announced : {std::uint64_t{5}, serial_of_letters}) {
        make(0x0001'0002);
        kept.frames.clear();
        answer_with(2);
        run_for(10s);
        EXPECT_EQ(health().state, UnitState::stranger);
        *exchanged_for = announced;
        run_for(5s);
        EXPECT_EQ(health().state, UnitState::healthy);
        EXPECT_EQ(health().unproved, announced == 5);
        EXPECT_GE(kept.count(1, Quality::good), 4U);
    }
}

TEST_F(Identity, OfALivingMeterIsAskedAgainEveryFiveMinutes) {
    make(0x0001'0002);
    run_for(10s);
    swap_meter(1000);
    kept.frames.clear();
    run_for(6min);
    EXPECT_EQ(health().state, UnitState::stranger);
    EXPECT_EQ(health().serial, 0x0001'0003U);
    EXPECT_LE(kept.count(1, Quality::good), 300U);
    EXPECT_GE(kept.count(1, Quality::questionable), 50U);
    run_for(54min);
    EXPECT_EQ(asked_who(), 1 + 12) << "at the start and on the grid";
}

TEST_F(Identity, IsAskedBeforeACounterThatCannotBeRightIsSeen) {
    for (std::uint16_t const shown : {std::uint16_t{5}, std::uint16_t{60'000}}) {
        make(0x0001'0002);
        run_for(10s);
        kept.frames.clear();
        swap_meter(shown);
        run_for(10s);
        EXPECT_EQ(health().state, UnitState::stranger);
        EXPECT_EQ(kept.count(1, Quality::good), 0U);
        EXPECT_EQ(kept.of(1).size(), kept.count(1, Quality::questionable));
    }
}

TEST_F(Identity, IsAskedFirstWhereWhoeverWaitsWantsToKnow) {
    make(0x0001'0002);
    run_for(10s);
    swap_meter(1000);
    std::optional<SnapshotResult> told;
    engine->submit(
        Snapshot{1, clock.now() + 2s, [&](SnapshotResult result) { told = result; }, true, 1});
    run_for(100ms);
    ASSERT_TRUE(told && *told);
    EXPECT_EQ((*told)->at(0).channel, 1);
    EXPECT_EQ((*told)->at(0).value, 1000);
    EXPECT_EQ((*told)->at(0).quality, Quality::questionable);
    EXPECT_EQ(health().serial, 0x0001'0003U);
    EXPECT_EQ(asked_who(), 2);
}

TEST_F(Identity, WhoFailedToTellIsAskedAgain) {
    make(0x0001'0002);
    answer_with(4);
    run_for(5s);
    EXPECT_NE(health().state, UnitState::stranger);
    EXPECT_NE(health().state, UnitState::healthy);
    EXPECT_EQ(kept.of(1).size(), kept.count(1, Quality::missing));
    answer_with(0);
    run_for(20s);
    EXPECT_EQ(health().state, UnitState::healthy);
    EXPECT_GE(kept.count(1, Quality::good), 5U);
}

TEST_F(Identity, WhoIsBusyForEverIsMissing) {
    make(std::nullopt);
    answer_with(6);
    run_for(10min);
    EXPECT_NE(health().state, UnitState::healthy);
    EXPECT_GE(kept.count(1, Quality::missing), 5U) << "once a minute, as of all that are silent";
    EXPECT_LE(line.asked.size(), 30U);
    EXPECT_EQ(health().exceptions, line.asked.size());
    answer_with(0);
    run_for(75s);
    EXPECT_EQ(health().state, UnitState::healthy);
    EXPECT_GE(kept.count(1, Quality::good), 1U);
}

}  // namespace
}  // namespace karkhana::poller
