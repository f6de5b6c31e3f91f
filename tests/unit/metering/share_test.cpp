#include <gtest/gtest.h>
#include <random>

#include "server/metering/rules_share.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;
using booking::State;
using booking::Transition;

constexpr Instant noon = Instant{1'790'000'000s};

std::vector<std::int64_t> parts_of(std::int64_t total, Split split, std::vector<Claim> const& who) {
    std::vector<std::int64_t> parts;
    for (auto const& share : shares_of({total}, split, who)) parts.push_back(share.part.wh);
    return parts;
}
using Parts = std::vector<std::int64_t>;

TEST(Shares, OfPressesAtWorkTogetherFollowTheirRatedPower) {
    EXPECT_EQ(parts_of(90, Split::rated_power, {{3000, 1h}, {1500, 1h}}), (Parts{60, 30}));
    EXPECT_EQ(parts_of(90, Split::rated_power, {{3000, 30min}, {1500, 1h}}), (Parts{45, 45}));
    EXPECT_EQ(parts_of(90, Split::time, {{3000, 30min}, {1500, 1h}}), (Parts{30, 60}));
    EXPECT_EQ(parts_of(91, Split::equal, {{3000, 1s}, {1500, 1h}}), (Parts{46, 45}));
}

TEST(Shares, BelongToTheOneAloneAtWorkForCertain) {
    auto const shares =
        shares_of({90}, Split::rated_power, std::vector<Claim>{{3000, 0s}, {10, 1h}});
    EXPECT_EQ(shares[0].part, Energy{0});
    EXPECT_EQ(shares[0].most, Energy{0});
    EXPECT_EQ(shares[1].part, Energy{90});
    EXPECT_EQ(shares[1].least, Energy{90});
}

TEST(Shares, AreNobodysWhenNobodyIsAtWork) {
    EXPECT_EQ(parts_of(90, Split::rated_power, {{3000, 0s}, {1500, 0s}}), (Parts{0, 0}));
    EXPECT_TRUE(parts_of(90, Split::time, {}).empty());
}

TEST(Shares, SayWithinWhichBoundsTheyAre) {
    auto const shares = shares_of({90}, Split::equal, std::vector<Claim>{{1, 1h}, {1, 1h}});
    EXPECT_EQ(shares[0].least, Energy{0});
    EXPECT_EQ(shares[0].most, Energy{90});
    EXPECT_EQ(shares[0].weight, 1);
    EXPECT_EQ(shares[0].weights, 2);
}

TEST(Shares, SumToWhatWasMeasuredWhateverItWas) {
    for (unsigned seed = 1; seed <= 5000; ++seed) {
        std::mt19937 dice{seed};
        std::vector<Claim> claims;
        auto const below = [&](std::int64_t limit) {
            return static_cast<std::int64_t>(dice()) % limit;
        };
        for (auto i = below(7); i >= 0; --i)
            claims.push_back({1 + below(2'000'000), Duration{below(3) * below(1'000'000)}});
        std::int64_t const total = below(std::int64_t{1} << below(31));
        for (auto const split : {Split::rated_power, Split::time, Split::equal}) {
            std::int64_t sum = 0;
            bool anybody = false;
            for (auto const& share : shares_of({total}, split, claims)) {
                sum += share.part.wh;
                anybody = anybody || share.weight > 0;
                ASSERT_LE(share.least, share.part) << "seed " << seed;
                ASSERT_LE(share.part, share.most) << "seed " << seed;
            }
            ASSERT_EQ(sum, anybody ? total : 0) << "seed " << seed;
        }
    }
}

TEST(AtWork, IsBetweenStartAndStopButForThePauses) {
    UsageSession session;
    session.booking = BookingId{};
    session.start = noon;
    session.stop = noon + 1h;
    auto const step = [](Duration after, State to) {
        return Transition{noon + after, {}, to, {}, ""};
    };
    std::vector const history{step(-1h, State::checked_in), step(1s, State::running),
                              step(10min, State::paused), step(20min, State::running),
                              step(61min, State::completed)};
    EXPECT_EQ(at_work(session, history, noon + 2h),
              (std::vector<Interval>{{noon, noon + 10min}, {noon + 20min, noon + 1h}}));
    session.stop.reset();
    EXPECT_EQ(at_work(session, {history.begin(), history.begin() + 3}, noon + 2h),
              (std::vector<Interval>{{noon, noon + 10min}}));
    session.booking.reset();
    EXPECT_EQ(at_work(session, {}, noon + 2h), (std::vector<Interval>{{noon, noon + 2h}}));
    EXPECT_EQ(within(at_work(session, {}, noon + 2h), {noon - 1h, noon + 30min}), 30min);
}

}  // namespace
}  // namespace karkhana::metering
