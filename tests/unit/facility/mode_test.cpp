#include <gtest/gtest.h>

#include "server/facility/mode.hpp"

namespace karkhana::facility {
namespace {

TEST(Mode, HoldsFromItsMomentUntilTheNext) {
    std::vector<ModeSwitch> const switches = {{instant(100), Mode::non_revenue, "lease"},
                                              {instant(200), Mode::revenue, "handed over"}};
    EXPECT_EQ(mode_at(switches, instant(99)), Mode::revenue);
    EXPECT_EQ(mode_at(switches, instant(100)), Mode::non_revenue);
    EXPECT_EQ(mode_at(switches, instant(199)), Mode::non_revenue);
    EXPECT_EQ(mode_at(switches, instant(200)), Mode::revenue);
    EXPECT_EQ(mode_of("non_revenue"), Mode::non_revenue);
    EXPECT_FALSE(mode_of("free"));
}

}  // namespace
}  // namespace karkhana::facility
