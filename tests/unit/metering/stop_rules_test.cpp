#include <gtest/gtest.h>
#include <vector>

#include "server/metering/rules_stop.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;
using enum StopClass;

TEST(Stop, OpensWaitsOrWarns) {
    struct Case {
        StopClass stop;
        bool open;
        std::optional<bool> idle;
        Duration asked_for;
        StopStep step;
    };
    std::optional<bool> const unknown;
    for (auto const& [stop, open, idle, asked_for, step] : std::vector<Case>{
             {immediate, false, false, 0s, StopStep::open},
             {immediate, false, unknown, 0s, StopStep::open},
             {end_of_cycle, false, false, 0s, StopStep::wait},
             {end_of_cycle, false, unknown, 0s, StopStep::wait},
             {end_of_cycle, false, true, 0s, StopStep::open},
             {end_of_cycle, false, false, 10min - 1us, StopStep::wait},
             {end_of_cycle, false, false, 10min, StopStep::open},
             {end_of_cycle, false, unknown, 10min, StopStep::open},
             {end_of_cycle, true, false, 0s, StopStep::open},
             {never_remotely, false, false, 0s, StopStep::warn},
             {never_remotely, false, unknown, 24h, StopStep::warn},
             {never_remotely, false, false, 24h, StopStep::warn},
             {never_remotely, false, true, 0s, StopStep::open},
             {never_remotely, true, unknown, 0s, StopStep::open},
         })
        EXPECT_EQ(
            stop_step({.rule = {stop, 10min}, .open = open, .idle = idle, .asked_for = asked_for}),
            step)
            << name_of(stop) << ' ' << asked_for.count();
}

TEST(Stop, ARunBitKnowsBetterThanThePower) {
    std::optional<bool> const unknown;
    EXPECT_EQ(at_rest(true, true), false) << "a slow cycle draws little";
    EXPECT_EQ(at_rest(false, false), true) << "an oven holds its heat";
    EXPECT_EQ(at_rest(false, unknown), true);
    EXPECT_EQ(at_rest(unknown, true), true);
    EXPECT_EQ(at_rest(unknown, false), false);
    EXPECT_EQ(at_rest(unknown, unknown), unknown);
}

TEST(Stop, WhatOutlivesTheDaemonFitsTheClass) {
    EXPECT_EQ(lease_of({immediate, 30min}), 7s);
    EXPECT_EQ(lease_of({end_of_cycle, 30min}), 30min);
    EXPECT_GT(lease_of({never_remotely, 30min}), 24h * 365);
    EXPECT_EQ(watchdog_needed({immediate, 30min}), std::nullopt);
    EXPECT_EQ(watchdog_needed({end_of_cycle, 30min}), 30min);
    EXPECT_EQ(watchdog_needed({never_remotely, 30min}), std::nullopt);
}

TEST(Stop, HasNamesForTheConfiguration) {
    for (auto const stop : {immediate, end_of_cycle, never_remotely})
        EXPECT_EQ(stop_class_of(name_of(stop)), stop);
    EXPECT_EQ(stop_class_of("softly"), std::nullopt);
    EXPECT_EQ(rule_of({}, MachineId{}).stop, immediate);
}

}  // namespace
}  // namespace karkhana::metering
