#include <gtest/gtest.h>

#include "server/metering/retention.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Channel press = 7;
constexpr Channel laser = 8;

Held hold(Channel channel, Hour from, Hour to) {
    return {channel, {start_of(from) + 10min, start_of(to) + 50min}};
}

TEST(Retention, ForgetsEverythingOldThatNobodyHolds) {
    EXPECT_EQ(forgettable(press, 100, 200, {}), (std::vector<Hours>{{100, 200}}));
}

TEST(Retention, ForgetsNothingYoung) {
    EXPECT_TRUE(forgettable(press, 200, 200, {}).empty());
    EXPECT_TRUE(forgettable(press, 250, 200, {}).empty());
}

TEST(Retention, KeepsTheHoursOfAnUnpaidBillAndTheOnesBesideThem) {
    std::vector const held{hold(press, 150, 151)};
    EXPECT_EQ(forgettable(press, 100, 200, held), (std::vector<Hours>{{100, 149}, {153, 200}}));
}

TEST(Retention, OfOneMeterIsNotHeldByAnother) {
    std::vector const held{hold(laser, 150, 151)};
    EXPECT_EQ(forgettable(press, 100, 200, held), (std::vector<Hours>{{100, 200}}));
}

TEST(Retention, TakesHoldsInAnyOrderAndAcrossTheEdges) {
    std::vector const held{hold(press, 198, 300), hold(press, 120, 140), hold(press, 90, 100),
                           hold(press, 130, 150)};
    EXPECT_EQ(forgettable(press, 95, 200, held), (std::vector<Hours>{{102, 119}, {152, 197}}));
}

}  // namespace
}  // namespace karkhana::metering
