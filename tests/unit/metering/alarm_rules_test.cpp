#include <gtest/gtest.h>

#include "server/metering/rules_alarm.hpp"

namespace karkhana::metering {
namespace {

TEST(Alarms, TheWorstIsWhatCannotBeSwitchedOff) {
    EXPECT_EQ(worse_alarm("dropped_out", "bypass"), "bypass");
    EXPECT_EQ(worse_alarm("bypass", "dropped_out"), "bypass");
    EXPECT_EQ(worse_alarm("welded", "will_not_open"), "welded");
    EXPECT_EQ(worse_alarm("unreachable", "contact_failed"), "unreachable");
    EXPECT_EQ(worse_alarm("", "dropped_out"), "dropped_out");
    EXPECT_EQ(worse_alarm("dropped_out", ""), "dropped_out");
}

TEST(Alarms, EveryFaultOfAContactHasItsRank) {
    for (auto const* kind :
         {"bypass", "welded", "will_not_open", "closed_uncommanded", "stop_asked", "unverified",
          "unreachable", "will_not_close", "contact_failed", "dropped_out"})
        EXPECT_GT(badness(kind), 0) << kind;
    EXPECT_EQ(badness("none"), 0);
}

}  // namespace
}  // namespace karkhana::metering
