#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "server/metering/rules_split.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};

TEST(SplitByWeight, GivesTheRemaindersToTheLargest) {
    struct Case {
        std::int64_t total;
        std::vector<std::int64_t> weights;
        std::vector<std::int64_t> shares;
    };
    for (auto const& [total, weights, shares] : std::vector<Case>{{10, {1, 1, 1}, {4, 3, 3}},
                                                                  {100, {1, 2}, {33, 67}},
                                                                  {7, {0, 0}, {7, 0}},
                                                                  {7, {0, 5}, {0, 7}},
                                                                  {0, {3, 4}, {0, 0}},
                                                                  {1, {1, 1, 1, 1}, {1, 0, 0, 0}},
                                                                  {5, {5}, {5}}})
        EXPECT_EQ(split_by_weight(total, weights), shares);
}

TEST(SplitByWeight, AlwaysSumsToTheTotal) {
    for (std::int64_t total = 0; total < 200; ++total) {
        std::vector<std::int64_t> const weights{total % 7, total % 3, 11, total % 5, 1};
        auto const shares = split_by_weight(total, weights);
        EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}), total);
    }
}

TEST(Interpolate, IsExactAtBothEndsAndHoldsOutside) {
    Knot const before{noon, 1000}, after{noon + 10s, 1007};
    EXPECT_EQ(interpolate(before, after, noon), 1000);
    EXPECT_EQ(interpolate(before, after, noon + 10s), 1007);
    EXPECT_EQ(interpolate(before, after, noon - 1h), 1000);
    EXPECT_EQ(interpolate(before, after, noon + 1h), 1007);
    EXPECT_EQ(interpolate(before, after, noon + 5s), 1003);
    EXPECT_EQ(interpolate(before, before, noon), 1000);
}

TEST(Interpolate, NeverFalls) {
    Knot const before{noon, 81'250'000}, after{noon + 7h, 81'250'013};
    std::int64_t last = before.value;
    for (auto at = noon; at <= noon + 7h; at += 137s) {
        auto const here = interpolate(before, after, at);
        ASSERT_GE(here, last);
        last = here;
    }
}

TEST(Balance, SumsSessionsIdleAndUnattributedFromTheirOwnRegisters) {
    std::vector<Taken> const taken{{{noon + 1h, 1010}, {noon + 2h, 1110}, true},
                                   {{noon + 3h, 1115}, {noon + 4h, 1215}, false}};
    auto const balance = balance_of({noon, 1000}, {noon + 5h, 1220}, taken);
    EXPECT_EQ(balance.sessions.wh, 100);
    EXPECT_EQ(balance.unattributed.wh, 100);
    EXPECT_EQ(balance.idle.wh, 10 + 5 + 5);
}

TEST(Balance, CutsASessionAtTheEndsOfTheInterval) {
    std::vector<Taken> const taken{{{noon - 1h, 900}, {noon + 1h, 1050}, true},
                                   {{noon + 2h, 1060}, {noon + 4h, 1260}, true}};
    auto const balance = balance_of({noon, 1000}, {noon + 3h, 1160}, taken);
    EXPECT_EQ(balance.sessions.wh, 50 + 100);
    EXPECT_EQ(balance.idle.wh, 10);
}

TEST(Balance, OfNeighbouringIntervalsIsThatOfTheWhole) {
    // Among them one that touches the cut, and one of no length at it.
    std::vector<Taken> const taken{{{noon + 1h, 1010}, {noon + 2h, 1110}, true},
                                   {{noon + 2h, 1110}, {noon + 2h, 1114}, false},
                                   {{noon + 2h, 1114}, {noon + 3h, 1120}, true}};
    auto const whole = balance_of({noon, 1000}, {noon + 4h, 1130}, taken);
    auto const first = balance_of({noon, 1000}, {noon + 2h, 1114}, taken);
    auto const second = balance_of({noon + 2h, 1114}, {noon + 4h, 1130}, taken);
    EXPECT_EQ((first.sessions + second.sessions).wh, whole.sessions.wh);
    EXPECT_EQ((first.idle + second.idle).wh, whole.idle.wh);
    EXPECT_EQ((first.unattributed + second.unattributed).wh, whole.unattributed.wh);
    EXPECT_EQ((whole.sessions + whole.idle + whole.unattributed).wh, 130);
}

TEST(Segments, LieBetweenNeighbouringRegisters) {
    UsageSession session;
    session.start = noon;
    session.stop = noon + 1h;
    session.energy = Energy{120};
    auto const reg = [](Edge edge, Instant at, std::int64_t wh, Method method) {
        Register made;
        made.edge = edge;
        made.at = at;
        made.value = {wh};
        made.method = method;
        made.quality = method == Method::read ? Quality::good : Quality::estimated;
        return made;
    };
    session.registers = {reg(Edge::start, noon, 1000, Method::read),
                         reg(Edge::boundary, noon + 15min, 1030, Method::interpolated),
                         reg(Edge::boundary, noon + 30min, 1060, Method::read),
                         reg(Edge::stop, noon + 1h, 1120, Method::read)};
    std::vector<Segment> const expected{
        {{noon, noon + 15min}, {30}, Quality::estimated, Method::interpolated},
        {{noon + 15min, noon + 30min}, {30}, Quality::estimated, Method::interpolated},
        {{noon + 30min, noon + 1h}, {60}, Quality::good, Method::read}};
    EXPECT_EQ(segments_of(session), expected);
}

TEST(Segments, OfAMachineWithoutAMeterAreItsTime) {
    UsageSession session;
    session.start = noon;
    EXPECT_TRUE(segments_of(session).empty());
    session.stop = noon + 1h;
    std::vector<Segment> const expected{{{noon, noon + 1h}, {0}, Quality::good, Method::read}};
    EXPECT_EQ(segments_of(session), expected);
}

TEST(Quality, IsThatOfTheWorsePart) {
    EXPECT_EQ(worse(Quality::good, Quality::estimated), Quality::estimated);
    EXPECT_EQ(worse(Quality::questionable, Quality::estimated), Quality::questionable);
    EXPECT_EQ(worse(Quality::good, Quality::good), Quality::good);
}

}  // namespace
}  // namespace karkhana::metering
