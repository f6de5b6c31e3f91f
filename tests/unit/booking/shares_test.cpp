#include <gtest/gtest.h>

#include "server/booking/rules_shares.hpp"

namespace karkhana::booking {
namespace {

using namespace std::chrono_literals;

TEST(Shares, AreRoundedToTheNearestPartOfTenThousandAndHalvesUp) {
    EXPECT_EQ(share_e4(1h, 3h), 3333);
    EXPECT_EQ(share_e4(2h, 3h), 6667);
    EXPECT_EQ(share_e4(1us, 20'000us), 1);
    EXPECT_EQ(share_e4(1us, 20'001us), 0);
    EXPECT_EQ(share_e4(0h, 3h), 0);
    EXPECT_EQ(share_e4(3h, 3h), 10'000);
    EXPECT_FALSE(share_e4(0h, 0h));
    auto const age = std::chrono::hours{24 * 366 * 100};
    EXPECT_EQ(share_e4(age, age), 10'000) << "a hundred machines, a year";
}

TEST(Shares, AreOfAllOfWomenAndOfEachClass) {
    std::vector<UseOf> const uses{
        {.women_led = true, .membership = "member", .time = {2h, 1h}},
        {.women_led = false, .membership = "member", .time = {3h, 3h}},
        {.women_led = true, .membership = "concession", .time = {4h, 0h}}};
    auto const shares = shares_of(uses);
    EXPECT_EQ(shares.total.booked, 9h);
    EXPECT_EQ(shares.total.used, 4h);
    EXPECT_EQ(shares.women_led.booked, 6h);
    EXPECT_EQ(shares.women_led.used, 1h);
    ASSERT_EQ(shares.by_membership.size(), 2U);
    EXPECT_EQ(shares.by_membership.at("member").booked, 5h);
    EXPECT_EQ(shares.by_membership.at("concession").booked, 4h);
}

}  // namespace
}  // namespace karkhana::booking
