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
    void make(std::optional<std::uint64_t> serial) {
        auto profile = std::make_shared<profiles::Profile>();
        profiles::Point energy;
        energy.name = "energy";
        energy.kind = profiles::PointKind::counter;
        energy.billing = true;
        profile->points = {energy};
        profile->identity = profiles::Identity{3, serial_at, 2, {}};
        UnitSetup unit;
        unit.profile = profile;
        unit.watched = {{"energy", 1}};
        unit.serial = serial;
        LineSetup setup;
        setup.units = {unit};
        engine = std::make_unique<PollEngine>(setup, line, kept, wall, clock);
        line.units[1] = {{serial_at, 1}, {serial_at + 1, 2}};
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
