#include <gtest/gtest.h>
#include <random>

#include "server/metering/rules_share.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};
constexpr Interval hour{noon, noon + 1h};

std::vector<Knot> power(std::int64_t before, Instant until, std::int64_t after, Instant end) {
    std::vector<Knot> heard;
    for (auto at = noon; at <= end; at += 10s) heard.push_back({at, at < until ? before : after});
    return heard;
}

TEST(AGap, FallsOnBothSidesByTimeWhenNothingElseIsKnown) {
    EXPECT_EQ(weigh(hour, {noon, noon + 20min}, {}, {}),
              (Weights{1'200'000, 3'600'000, Split::elapsed}));
}

TEST(AGap, FallsOnBothSidesByWhatTheMachineDrew) {
    auto const heard = power(900, noon + 20min, 100, noon + 1h);
    auto const weights = weigh(hour, {noon, noon + 20min}, heard, {});
    EXPECT_EQ(weights.split, Split::evidence);
    EXPECT_EQ(weights.inside * 11, weights.all * 9) << "900 W x 20 min of that and 100 W x 40 min";
}

TEST(AGap, BelongsToWhomTheContactWasClosedFor) {
    Interval const work{noon - 1h, noon + 20min};
    EXPECT_EQ(weigh(hour, {noon, noon + 20min}, {}, work),
              (Weights{1'200'000, 1'200'000, Split::evidence}));
    EXPECT_EQ(weigh(hour, {noon, noon + 5min}, {}, work),
              (Weights{300'000, 1'200'000, Split::evidence}));
    EXPECT_EQ(weigh(hour, {noon, noon}, {}, Interval{noon - 1h, noon}).split, Split::elapsed);
}

TEST(AGap, IsNotJudgedByADriveThatWasSilentTooForMostOfIt) {
    auto const heard = power(900, noon + 20min, 100, noon + 29min);
    EXPECT_EQ(weigh(hour, {noon, noon + 20min}, heard, {}).split, Split::elapsed);
    EXPECT_EQ(weigh(hour, {noon, noon + 20min}, power(0, noon, 0, noon + 1h), {}).split,
              Split::elapsed);
}

TEST(AGap, GivesTheSessionWhatIsCertainAndItsShareOfTheRest) {
    Weights const third{1, 3, Split::elapsed};
    auto const share = share_of_gap({100}, {40}, third, EstimatedBills::share);
    EXPECT_EQ(share.part, Energy{60});
    EXPECT_EQ(share.least, Energy{40});
    EXPECT_EQ(share.most, Energy{100});
    EXPECT_EQ(share.split, Split::elapsed);
}

TEST(AGap, GivesTheSessionNothingUncertainByTheLowerBound) {
    Weights const third{1, 3, Split::evidence};
    auto const share = share_of_gap({100}, {40}, third, EstimatedBills::lower_bound);
    EXPECT_EQ(share.part, Energy{40});
    EXPECT_EQ(share.most, Energy{100});
    EXPECT_EQ(share.split, Split::lower_bound);
}

TEST(AGap, NeverGivesMoreThanTheMostOrLessThanTheLeast) {
    for (unsigned seed = 1; seed <= 5000; ++seed) {
        std::mt19937 dice{seed};
        auto const below = [&](std::int64_t limit) {
            return static_cast<std::int64_t>(dice()) % limit;
        };
        std::vector<Knot> heard;
        for (auto at = noon; at < noon + 1h; at += 1s * (1 + below(90)))
            heard.push_back({at, below(5000)});
        auto const from = noon + 1s * below(3600);
        Interval const inside{from, from + 1s * below(3600)};
        auto const weights = weigh(hour, inside, heard, inside);
        ASSERT_LE(0, weights.inside) << "seed " << seed;
        ASSERT_LE(weights.inside, weights.all) << "seed " << seed;
        Energy const rise{below(100'000)}, certain{below(rise.wh + 1)};
        for (auto const bills : {EstimatedBills::share, EstimatedBills::lower_bound}) {
            auto const share = share_of_gap(rise, certain, weights, bills);
            ASSERT_LE(share.least, share.part) << "seed " << seed;
            ASSERT_LE(share.part, share.most) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace karkhana::metering
