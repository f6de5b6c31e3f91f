#include <gtest/gtest.h>

#include "server/metering/mains.hpp"

namespace karkhana::metering {
namespace {

TEST(Mains, AreOffWhereTheInputIsOrTheVoltageIsNearNone) {
    EXPECT_TRUE(says_off(Unit::flag, 0));
    EXPECT_FALSE(says_off(Unit::flag, 1));
    EXPECT_TRUE(says_off(Unit::mv, 0));
    EXPECT_TRUE(says_off(Unit::mv, 49'999));
    EXPECT_FALSE(says_off(Unit::mv, 50'000));
    EXPECT_FALSE(says_off(Unit::mv, 170'000)) << "low is not off";
}

}  // namespace
}  // namespace karkhana::metering
