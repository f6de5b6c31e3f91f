#include <bit>
#include <gtest/gtest.h>

#include "devices/poller/backoff.hpp"
#include "devices/poller/gate.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;

Monotonic at(Duration since) { return Monotonic{} + since; }

profiles::Point energy(profiles::WordType type = profiles::WordType::u32) {
    profiles::Point point;
    point.kind = profiles::PointKind::counter;
    point.type = type;
    point.unit = Unit::wh;
    return point;
}

profiles::Decoded decoded(std::int64_t value) { return {value, Quality::good, {}}; }

TEST(Judge, BelievesACounterThatTheMachineCanHaveTurned) {
    // 3 kW for an hour is 3000 Wh; a fifth more and one step of 0.01 kWh are let pass.
    struct {
        std::int64_t before, now;
        Duration elapsed;
        int speed;
        Judgement judgement;
    } const rows[] = {
        {1000, 1000, 1s, 1, Judgement::plausible},   {1000, 1011, 1s, 1, Judgement::plausible},
        {1000, 1012, 1s, 1, Judgement::too_fast},    {1000, 999, 1s, 1, Judgement::backwards},
        {1000, 0, 1s, 1, Judgement::backwards},      {1000, 4610, 3600s, 1, Judgement::plausible},
        {1000, 4611, 3600s, 1, Judgement::too_fast}, {1000, 1070, 60s, 1, Judgement::plausible},
        {1000, 1071, 60s, 1, Judgement::too_fast},   {1000, 4610, 60s, 60, Judgement::plausible},
        {1000, 4611, 60s, 60, Judgement::too_fast},  {0, 81'250'000, 1s, 1, Judgement::too_fast},
    };
    for (auto const& row : rows)
        EXPECT_EQ(judge(energy(), decoded(row.now), CounterMemory{row.before, at(0s)},
                        at(row.elapsed), {3000, row.speed}),
                  row.judgement)
            << row.before << " -> " << row.now;
}

TEST(Judge, HasNothingToSayOfAFirstValueOrAnUnknownMachine) {
    EXPECT_EQ(judge(energy(), decoded(5), std::nullopt, at(0s), {3000, 1}), Judgement::plausible);
    EXPECT_EQ(judge(energy(), decoded(1'000'000), CounterMemory{5, at(0s)}, at(1s), {0, 1}),
              Judgement::plausible);
    auto pieces = energy();
    pieces.unit = Unit::count;
    EXPECT_EQ(judge(pieces, decoded(1'000'000), CounterMemory{5, at(0s)}, at(1s), {3000, 1}),
              Judgement::plausible);
    EXPECT_EQ(judge(pieces, decoded(4), CounterMemory{5, at(0s)}, at(1s), {3000, 1}),
              Judgement::backwards);
}

TEST(Judge, GivesAMeterThatShowsHundredthsItsSteps) {
    // 60 W count 10 Wh in ten minutes, and the register says so all at once.
    EXPECT_EQ(judge(energy(), decoded(110), CounterMemory{100, at(0s)}, at(1s), {60, 1}),
              Judgement::plausible);
    EXPECT_EQ(judge(energy(), decoded(111), CounterMemory{100, at(0s)}, at(1s), {60, 1}),
              Judgement::too_fast);
}

TEST(Resolution, OfAFloatGrowsWithItsValue) {
    auto point = energy(profiles::WordType::f32);
    point.scale = {1000, 1};
    auto const words = [](float value) {
        auto const bits = std::bit_cast<std::uint32_t>(value);
        return RawWords{{static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits)},
                        2};
    };
    EXPECT_EQ(resolution_of(point, {0, Quality::good, words(100.0F)}), 1);
    EXPECT_EQ(resolution_of(point, {0, Quality::good, words(20'000.0F)}), 2);
    EXPECT_EQ(resolution_of(point, {0, Quality::good, words(70'000.0F)}), 8);
    auto tens = energy();
    tens.scale = {10, 1};
    auto thousands = tens;
    thousands.type = profiles::WordType::u16;
    thousands.scale_from = profiles::ScaleFrom{profiles::ScaleFrom::Kind::exponent, 9};
    profiles::Decoded scaled;
    scaled.raw = {{7, 3}, 2};
    EXPECT_EQ(resolution_of(thousands, scaled), 10'000) << "10 Wh by ten to the third";
    EXPECT_EQ(resolution_of(tens, {}), 10);
}

TEST(Grid, NeverShiftsAndCountsWhatPassed) {
    struct {
        Duration due, now, next;
        std::uint64_t missed;
    } const rows[] = {
        {10s, 9s, 10s, 0},  {10s, 10s, 11s, 0},      {10s, 10'999ms, 11s, 0},
        {10s, 11s, 12s, 1}, {10s, 14'500ms, 15s, 4},
    };
    for (auto const& row : rows) {
        auto const step = advance(at(row.due), 1s, at(row.now));
        EXPECT_EQ(step.next, at(row.next));
        EXPECT_EQ(step.missed, row.missed);
    }
}

TEST(RetryDelay, DoublesToItsLimitAFifthMoreOrLess) {
    Duration const nominal[] = {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s};
    for (int failures = 1; failures <= 8; ++failures) {
        for (std::uint32_t dice = 0; dice < 1000; dice += 7) {
            auto const delay = retry_delay(failures, dice, 60s);
            EXPECT_GE(delay, nominal[failures - 1] * 8 / 10);
            EXPECT_LE(delay, nominal[failures - 1] * 12 / 10);
        }
    }
    EXPECT_EQ(retry_delay(1, 200, 60s), 1s);
    EXPECT_EQ(retry_delay(1'000'000, 200, 60s), 60s);
}

TEST(NextProbe, LeavesTheLivingNineteenTwentieths) {
    EXPECT_EQ(next_probe(at(10s), at(10'500ms)), at(20s));
    EXPECT_EQ(next_probe(at(3s), at(10s), at(10'500ms)), at(20s));
    EXPECT_EQ(next_probe(at(15s), at(10s), at(10'500ms)), at(25s)) << "the earlier is paid first";
}

TEST(Latency, IsPatientWithWhomItDoesNotKnow) {
    Latency latency;
    EXPECT_EQ(latency.patience(500ms, 0ms), 500ms);
    for (int i = 0; i < 15; ++i) latency.add(20ms);
    EXPECT_EQ(latency.patience(500ms, 0ms), 500ms);
    latency.add(20ms);
    EXPECT_EQ(latency.patience(500ms, 0ms), 50ms);
    EXPECT_EQ(latency.patience(500ms, 60ms), 100ms);
    EXPECT_EQ(latency.patience(30ms, 60ms), 30ms);
    for (int i = 0; i < 2; ++i) latency.add(100ms);
    EXPECT_EQ(latency.patience(500ms, 60ms), 260ms);
    for (int i = 0; i < 100; ++i) latency.add(400ms);
    EXPECT_EQ(latency.patience(500ms, 60ms), 500ms);
}

}  // namespace
}  // namespace karkhana::poller
