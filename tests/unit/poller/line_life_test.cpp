// A line whose units die and come back, alone or all at once, under a clock that is set by hand.

#include <gtest/gtest.h>

#include "devices/poller/engine.hpp"
#include "tests/unit/poller/simulated_line.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Failure;
using modbus::Fault;
using modbus::Function;

std::shared_ptr<profiles::Profile const> make_profile() {
    auto profile = std::make_shared<profiles::Profile>();
    profiles::Point power;
    power.name = "power";
    profiles::Point energy;
    energy.name = "energy";
    energy.address = 40;
    energy.function = 3;
    profiles::Point spare = power;
    spare.name = "spare";
    spare.address = 30;
    profile->points = {power, energy, spare};
    return profile;
}

/// A relay board that does what boards do: asked every half second, more rarely while it is silent.
class Board final : public LineGuest {
public:
    Board(std::uint8_t unit, MonotonicClock const& clock) : unit_(unit), clock_(clock) {}
    Monotonic due() const override { return due_; }
    bool probing() const override { return failures_ > 0; }
    void line_returned() override {
        failures_ = 0;
        due_ = clock_.now();
    }
    void attached(std::function<void()>) override {}
    void run(modbus::Bus& bus) override {
        bool const told =
            bus.transact({unit_, Function::read_coils, 0, 8, {}}, clock_.now() + 300ms).has_value();
        failures_ = told ? 0 : failures_ + 1;
        if (told) heard = clock_.now();
        due_ = clock_.now() + (told ? 500ms : retry_delay(failures_, 200, 60s));
        due_ = std::max(due_, bus.ready_at(unit_));
    }

    std::optional<Monotonic> heard;

private:
    std::uint8_t unit_;
    MonotonicClock const& clock_;
    Monotonic due_{};
    int failures_ = 0;
};

class LineLife : public ::testing::Test {
protected:
    void make(int units, std::vector<std::string> const& points = {"power"},
              Duration character = {}) {
        LineSetup setup;
        setup.character = character;
        for (std::uint8_t number = 1; number <= units; ++number) {
            UnitSetup unit;
            unit.unit = number;
            unit.profile = make_profile();
            for (std::size_t i = 0; i < points.size(); ++i)
                unit.watched.push_back({points[i], static_cast<Channel>(number * 10 + i)});
            setup.units.push_back(unit);
            line.units[number] = {};
        }
        line.units[board_unit] = {};
        engine = std::make_unique<PollEngine>(setup, line, kept, wall, clock);
        engine->attach(board, [] {});
    }
    void run_for(Duration span) { poller::run_for(*engine, clock, span); }
    /// When everybody has been heard again, from now on.
    std::optional<Duration> all_heard_within(int units, Duration most) {
        auto const began = clock.now();
        kept.frames.clear();
        board.heard.reset();
        while (clock.now() - began < most) {
            run_for(10ms);
            bool all = board.heard.has_value();
            for (int number = 1; number <= units; ++number)
                all &= kept.count(static_cast<Channel>(number * 10), Quality::good) > 0;
            if (all) return std::chrono::duration_cast<Duration>(clock.now() - began);
        }
        return std::nullopt;
    }
    UnitHealth health(std::uint8_t number) const {
        return engine->health().units.at(static_cast<std::size_t>(number - 1));
    }

    static constexpr std::uint8_t board_unit = 100;
    ManualMonotonicClock clock;
    ManualWallClock wall{instant(1'000'000'000)};
    SimulatedLine line{clock};
    Kept kept;
    Board board{board_unit, clock};
    std::unique_ptr<PollEngine> engine;
};

TEST_F(LineLife, ProbesOfAllTheDeadTakeATwentiethOfTheLine) {
    // So many that they would take more, and the board besides.
    make(70);
    run_for(60s);
    for (std::uint8_t number = 1; number <= 60; ++number) line.units.erase(number);
    line.units.erase(board_unit);
    run_for(5min);
    line.spent.clear();
    run_for(1h);
    auto probes = line.spent[board_unit];
    for (std::uint8_t number = 1; number <= 60; ++number) probes += line.spent[number];
    EXPECT_LE(probes, 3min + 500ms) << "one may have begun at the end";
    EXPECT_GE(probes, 2min) << "and they are probed";
}

TEST_F(LineLife, EverybodyIsAskedAtOnceWhenThePortIsThereAgain) {
    make(10);
    for (int time = 0; time < 3; ++time) {
        run_for(60s);
        line.connected = false;
        run_for(150s);
        line.connected = true;
        auto const took = all_heard_within(10, 60s);
        ASSERT_TRUE(took);
        EXPECT_LE(*took, 7s) << "the back-off of the line, and a frame each";
    }
}

TEST_F(LineLife, EverybodyIsAskedAtOnceWhenTheFirstOneIsHeardAgain) {
    make(10);
    for (int time = 0; time < 3; ++time) {
        run_for(60s);
        auto const units = std::exchange(line.units, {});
        run_for(5min);
        EXPECT_GE(line.closed, 1) << "the port is opened anew, in case the adapter was changed";
        line.units = units;
        auto const first = clock.now();
        while (engine->health().units.at(0).state == UnitState::dead && !board.heard &&
               clock.now() - first < 60s)
            run_for(10ms);
        auto const took = all_heard_within(10, 60s);
        ASSERT_TRUE(took);
        EXPECT_LE(*took, 15s);
    }
}

TEST_F(LineLife, AGatewayThatSpeaksForItsUnitsIsNotHungUpOn) {
    make(3);
    run_for(10s);
    line.fault = [](modbus::Request const& request) -> std::optional<Failure> {
        if (request.unit == board_unit) return std::nullopt;
        return Failure{Fault::refused, modbus::exception::gateway_target};
    };
    run_for(60s);
    for (std::uint8_t number = 1; number <= 3; ++number)
        EXPECT_EQ(health(number).state, UnitState::dead);
    EXPECT_EQ(line.closed, 0);
    // The breaker is the unit's: the first such answer opens it.
    EXPECT_LE(health(1).exceptions, 12U);
}

TEST_F(LineLife, AFunctionThatIsNotKnownRestsAndTheOthersGoOn) {
    make(1, {"power", "energy", "spare"});
    line.fault = [](modbus::Request const& request) -> std::optional<Failure> {
        if (request.function == Function::read_holding_registers) return Failure{Fault::refused, 1};
        return std::nullopt;
    };
    run_for(10min);
    int asked = 0;
    for (auto const& request : line.asked)
        asked += request.function == Function::read_holding_registers;
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(kept.count(10, Quality::good), 601U);
    EXPECT_EQ(kept.count(12, Quality::good), 601U);
    EXPECT_EQ(kept.count(11, Quality::missing), 1U);
    EXPECT_EQ(health(1).state, UnitState::healthy);
}

TEST_F(LineLife, ABusyUnitIsAskedAgainShortlyAndKeepsItsDeadline) {
    make(1);
    run_for(5s + 500ms);
    auto const first = line.asked.size();
    int busy = 2;
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        if (request.unit == 1 && busy-- > 0) return Failure{Fault::refused, 6};
        return std::nullopt;
    };
    run_for(3s);
    std::vector<Monotonic> of_unit;
    for (auto i = first; i < line.asked.size(); ++i)
        if (line.asked[i].unit == 1) of_unit.push_back(line.asked_at[i]);
    ASSERT_EQ(of_unit.size(), 5U);
    for (std::size_t i = 1; i <= 2; ++i) {
        EXPECT_GE(of_unit[i] - of_unit[i - 1], 50ms);
        EXPECT_LE(of_unit[i] - of_unit[i - 1], 200ms);
    }
    EXPECT_EQ(of_unit[3] - of_unit[0], 1s) << "the grid has not moved";
    EXPECT_EQ(health(1).overruns, 0U);
}

/// Serial replies have no number: one that is sent twice must not be as long as what is asked for.
TEST_F(LineLife, NoTwoSerialRepliesInARowHaveOneLength) {
    make(1, {"power"}, 1ms);
    run_for(10s);
    std::optional<modbus::Request> before;
    for (auto const& request : line.asked) {
        if (request.unit != 1) continue;
        EXPECT_TRUE(!before || request.count != before->count);
        before = request;
    }
    EXPECT_GE(kept.count(10, Quality::good), 10U);
}

TEST_F(LineLife, WhoDoesNotTakeALongerQuestionIsNotAskedItForEver) {
    for (bool const silently : {false, true}) {
        make(1, {"power"}, 1ms);
        line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
            if (request.unit != 1 || request.count == 1) return std::nullopt;
            return silently ? Failure{Fault::timeout} : Failure{Fault::refused, 2};
        };
        kept.frames.clear();
        run_for(60s);
        EXPECT_GE(kept.count(10, Quality::good), 55U);
        EXPECT_LE(kept.count(10, Quality::missing), 4U);
        line.asked.clear();
        run_for(60s);
        for (auto const& request : line.asked) EXPECT_TRUE(request.unit != 1 || request.count == 1);
    }
}

TEST_F(LineLife, WhoIsUsuallyQuickIsNotWaitedForAsLongAsTheProfileAllows) {
    make(2);
    run_for(30s);
    line.units.erase(1);
    line.spent.clear();
    run_for(1s);
    EXPECT_LE(line.spent[1], 60ms) << "twice what is usual, and 50 ms at least";
    EXPECT_EQ(health(1).state, UnitState::suspect);
    run_for(1s);
    EXPECT_GE(line.spent[1], 500ms) << "before anything follows it gets all its time";
    EXPECT_NE(health(1).state, UnitState::dead);
    run_for(3s);
    EXPECT_EQ(health(1).state, UnitState::dead);
}

TEST_F(LineLife, AUnitThatBecameSlowerIsFound) {
    make(1);
    run_for(30s);
    line.units.erase(1);
    run_for(60s);
    EXPECT_EQ(health(1).state, UnitState::dead);
    line.units[1] = {};
    line.latency = 300ms;
    line.keeps_deadlines = true;
    run_for(150s);
    EXPECT_EQ(health(1).state, UnitState::healthy);
}

TEST_F(LineLife, ADeadUnitThatSomebodyWaitsForIsProbedMoreOften) {
    make(2);
    run_for(30s);
    line.units.erase(1);
    run_for(5min);
    auto const probes = [&](Duration span) {
        line.asked.clear();
        run_for(span);
        std::size_t count = 0;
        for (auto const& request : line.asked) count += request.unit == 1;
        return count;
    };
    auto const unattended = probes(5min);
    EXPECT_LE(unattended, 8U);
    engine->attend(1, clock.now() + 5min);
    EXPECT_GE(probes(5min), 5 * unattended);
    run_for(1min);
    EXPECT_LE(probes(5min), unattended + 2) << "nobody waits any more";
}

}  // namespace
}  // namespace karkhana::poller
