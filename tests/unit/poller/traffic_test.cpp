#include <gtest/gtest.h>

#include "devices/poller/traffic.hpp"
#include "tests/unit/poller/simulated_line.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Fault;
using modbus::Function;

class Traffic : public ::testing::Test {
protected:
    void ask(std::uint8_t unit) {
        static_cast<void>(
            bus.transact({unit, Function::read_input_registers, 0, 2, {}}, clock.now() + 500ms));
    }
    UnitTraffic of(std::uint8_t unit) const {
        for (auto const& each : bus.traffic().units)
            if (each.unit == unit) return each;
        return {};
    }

    ManualMonotonicClock clock;
    SimulatedLine line{clock};
    WatchedBus bus{line, clock};
};

TEST_F(Traffic, IsTheShareOfTheLastMinute) {
    line.units = {{1, {}}, {2, {}}};
    for (int second = 0; second < 120; ++second) {
        auto const began = clock.now();
        line.latency = second < 60 ? 100ms : 250ms;
        ask(1);
        line.latency = 50ms;
        ask(2);
        clock.advance(std::chrono::duration_cast<Duration>(began + 1s - clock.now()));
        if (second == 30) {
            EXPECT_NEAR(bus.traffic().busy_permille, 150, 5);
        }
    }
    EXPECT_NEAR(of(1).busy_permille, 250, 15);
    EXPECT_NEAR(of(2).busy_permille, 50, 4);
    EXPECT_NEAR(bus.traffic().busy_permille, 300, 18);
    clock.advance(200s);
    EXPECT_EQ(bus.traffic().busy_permille, 0);
    EXPECT_EQ(bus.traffic().exchanges, 240U);
}

TEST_F(Traffic, CountsEachKindOfFaultAndTheSilenceOfEachUnit) {
    line.units = {{1, {}}};
    ask(1);
    ask(2);
    ask(2);  // in quarantine: nobody was asked
    clock.advance(3s);
    line.fault = [](modbus::Request const&) { return modbus::Failure{Fault::refused, 6}; };
    ask(1);
    EXPECT_EQ(of(1).exchanges, 2U);
    EXPECT_EQ(of(1).failures[static_cast<std::size_t>(Fault::refused)], 1U);
    EXPECT_EQ(of(1).last_failure, (modbus::Failure{Fault::refused, 6}));
    EXPECT_EQ(of(1).since_ok, 3s + 500ms + line.latency);
    EXPECT_EQ(of(1).latency, line.latency);
    EXPECT_EQ(of(2).exchanges, 1U);
    EXPECT_EQ(of(2).failures[static_cast<std::size_t>(Fault::timeout)], 1U);
    EXPECT_FALSE(of(2).since_ok);
    EXPECT_FALSE(of(2).latency);
    EXPECT_TRUE(bus.traffic().connected);
    line.fault = {};
    line.connected = false;
    ask(1);
    EXPECT_FALSE(bus.traffic().connected);
}

TEST(Latency, KnowsWhatNearlyEveryAnswerKeepsWithin) {
    Latency latency;
    EXPECT_EQ(latency.p99(), 0ms);
    for (int i = 1; i <= 100; ++i) latency.add(i * 1ms);
    EXPECT_EQ(latency.p99(), 99ms);
    for (int i = 0; i < 128; ++i) latency.add(20ms);
    EXPECT_EQ(latency.p99(), 20ms);
    latency.add(400ms);
    EXPECT_EQ(latency.p99(), 20ms) << "one is none";
    latency.add(400ms);
    EXPECT_EQ(latency.p99(), 400ms);
}

}  // namespace
}  // namespace karkhana::poller
