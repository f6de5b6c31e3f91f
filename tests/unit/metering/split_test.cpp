#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "server/metering/rules_split.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};

Taken whole(Knot start, Knot stop, SessionKind kind = SessionKind::booked) {
    return {start, stop, kind, stop.value - start.value};
}

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
    std::vector const taken{whole({noon + 1h, 1010}, {noon + 2h, 1110}),
                            whole({noon + 3h, 1115}, {noon + 4h, 1215}, SessionKind::unattributed)};
    auto const balance = balance_of({noon, 1000}, {noon + 5h, 1220}, taken);
    EXPECT_EQ(balance.sessions.wh, 100);
    EXPECT_EQ(balance.unattributed.wh, 100);
    EXPECT_EQ(balance.idle.wh, 10 + 5 + 5);
}

TEST(Balance, NamesEveryKindOfUse) {
    std::vector const taken{whole({noon, 0}, {noon + 1h, 1}, SessionKind::booked),
                            whole({noon + 1h, 1}, {noon + 2h, 3}, SessionKind::walk_in),
                            whole({noon + 2h, 3}, {noon + 3h, 7}, SessionKind::own_use),
                            whole({noon + 3h, 7}, {noon + 4h, 15}, SessionKind::test),
                            whole({noon + 4h, 15}, {noon + 5h, 31}, SessionKind::maintenance),
                            whole({noon + 5h, 31}, {noon + 6h, 63}, SessionKind::suspicious),
                            whole({noon + 6h, 63}, {noon + 7h, 127}, SessionKind::unattributed)};
    auto const balance = balance_of({noon, 0}, {noon + 8h, 255}, taken);
    EXPECT_EQ(balance.sessions.wh, 1 + 2);
    EXPECT_EQ(balance.own_use.wh, 4);
    EXPECT_EQ(balance.test.wh, 8);
    EXPECT_EQ(balance.maintenance.wh, 16);
    EXPECT_EQ(balance.suspicious.wh, 32);
    EXPECT_EQ(balance.unattributed.wh, 64);
    EXPECT_EQ(balance.idle.wh, 128);
}

TEST(Balance, OfASharedMeterAddsThePartsThatOverlap) {
    std::vector<Taken> const taken{{{noon, 1000}, {noon + 1h, 1090}, SessionKind::booked, 60},
                                   {{noon, 1000}, {noon + 1h, 1090}, SessionKind::test, 30}};
    auto const balance = balance_of({noon, 1000}, {noon + 2h, 1120}, taken, Energy{20});
    EXPECT_EQ(balance.sessions.wh, 60);
    EXPECT_EQ(balance.test.wh, 30);
    EXPECT_EQ(balance.behind.wh, 20);
    EXPECT_EQ(balance.idle.wh, 10);
    auto const half = balance_of({noon, 1000}, {noon + 30min, 1045}, taken);
    EXPECT_EQ(half.sessions.wh, 30);
    EXPECT_EQ(half.test.wh, 15);
    EXPECT_EQ(half.idle.wh, 0);
}

TEST(Balance, OfASharedMeterGivesEachWattHourToOneWhereverItIsCut) {
    std::vector<Taken> const taken{{{noon, 1000}, {noon + 1h, 1010}, SessionKind::booked, 3},
                                   {{noon, 1000}, {noon + 1h, 1010}, SessionKind::test, 3},
                                   {{noon, 1000}, {noon + 1h, 1010}, SessionKind::own_use, 3}};
    auto const at = [](int minutes) { return Knot{noon + 6min * minutes, 1000 + minutes}; };
    Balance sum;
    for (int i = 0; i < 10; ++i) {
        auto const one = balance_of(at(i), at(i + 1), taken);
        for (auto const part : {one.sessions, one.test, one.own_use, one.idle})
            EXPECT_GE(part.wh, 0);
        EXPECT_EQ((one.sessions + one.test + one.own_use + one.idle).wh, 1);
        sum.sessions += one.sessions;
        sum.test += one.test;
        sum.own_use += one.own_use;
    }
    EXPECT_EQ(sum.sessions.wh, 3);
    EXPECT_EQ(sum.test.wh, 3);
    EXPECT_EQ(sum.own_use.wh, 3);
}

TEST(Balance, GivesNobodyWhatALowerBoundLeaves) {
    std::vector<Taken> const taken{
        {{noon, 1000}, {noon + 1h, 1090}, SessionKind::booked, 60, true}};
    auto const balance = balance_of({noon, 1000}, {noon + 2h, 1100}, taken);
    EXPECT_EQ(balance.sessions.wh, 60);
    EXPECT_EQ(balance.unattributed.wh, 30);
    EXPECT_EQ(balance.idle.wh, 10);
}

TEST(Balance, CutsASessionAtTheEndsOfTheInterval) {
    std::vector const taken{whole({noon - 1h, 900}, {noon + 1h, 1050}),
                            whole({noon + 2h, 1060}, {noon + 4h, 1260})};
    auto const balance = balance_of({noon, 1000}, {noon + 3h, 1160}, taken);
    EXPECT_EQ(balance.sessions.wh, 50 + 100);
    EXPECT_EQ(balance.idle.wh, 10);
}

TEST(Balance, OfNeighbouringIntervalsIsThatOfTheWhole) {
    // Among them one that touches the cut, and one of no length at it.
    std::vector const taken{whole({noon + 1h, 1010}, {noon + 2h, 1110}),
                            whole({noon + 2h, 1110}, {noon + 2h, 1114}, SessionKind::unattributed),
                            whole({noon + 2h, 1114}, {noon + 3h, 1120})};
    auto const both = balance_of({noon, 1000}, {noon + 4h, 1130}, taken);
    auto const first = balance_of({noon, 1000}, {noon + 2h, 1114}, taken);
    auto const second = balance_of({noon + 2h, 1114}, {noon + 4h, 1130}, taken);
    EXPECT_EQ((first.sessions + second.sessions).wh, both.sessions.wh);
    EXPECT_EQ((first.idle + second.idle).wh, both.idle.wh);
    EXPECT_EQ((first.unattributed + second.unattributed).wh, both.unattributed.wh);
    EXPECT_EQ((both.sessions + both.idle + both.unattributed).wh, 130);
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
