#include <gtest/gtest.h>
#include <limits>

#include "server/base/quantities.hpp"

namespace karkhana {
namespace {

TEST(DivideHalfAway, RoundsHalvesAwayFromZeroOnBothSides) {
    struct Row {
        int numerator, denominator, expected;
    };
    for (auto [n, d, expected] : {Row{5, 10, 1},
                                  {4, 10, 0},
                                  {15, 10, 2},
                                  {-5, 10, -1},
                                  {-4, 10, 0},
                                  {-15, 10, -2},
                                  {1, 3, 0},
                                  {2, 3, 1},
                                  {-2, 3, -1},
                                  {0, 7, 0}})
        EXPECT_EQ(divide_half_away(n, d), expected) << n << "/" << d;
}

TEST(PriceOf, KeepsSubPoishaPricesUntilTheOneRounding) {
    // Tk 10.164 a kWh, 1,200 Wh: 12.1968 taka, 1219.68 poisha.
    EXPECT_EQ(price_of(Rate{10'164'000}, 1'200, 1000), (Money{1220}));
    // 145 Wh at 100 poisha a kWh is 14.5 poisha, which floating point makes 14 or 15 by luck.
    EXPECT_EQ(price_of(Rate{1'000'000}, 145, 1000), (Money{15}));
    EXPECT_EQ(price_of(Rate{1'000'000}, -145, 1000), (Money{-15}));
}

TEST(PriceOf, DoesNotOverflowInBetween) {
    std::int64_t const wh = 4'000'000'000'000;
    EXPECT_EQ(price_of(Rate{12'950'000}, wh, 1000).poisha, 5'180'000'000'000);
}

}  // namespace
}  // namespace karkhana
