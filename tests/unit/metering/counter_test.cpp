#include <gtest/gtest.h>
#include <vector>

#include "server/metering/rules_counter.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};
constexpr CounterPolicy laser{.modulus = 0, .max_w = 2000};

Counter at_start(CounterPolicy policy, std::int64_t value) {
    return {policy, CounterValue{noon, value}, 0};
}

TEST(CounterRules, AllowWhatTheMachineCanDraw) {
    struct Case {
        std::int64_t wh;
        Duration in;
        bool plausible;
    };
    // 2000 W and a fifth are 2400 W: 40 Wh a minute, besides two seconds and 20 Wh of slack.
    for (auto const& [wh, in, plausible] : std::vector<Case>{{0, 0s, true},
                                                             {20, 0s, true},
                                                             {21, 0s, true},
                                                             {22, 0s, false},
                                                             {40, 60s, true},
                                                             {61, 60s, true},
                                                             {62, 60s, false},
                                                             {2421, 1h, true},
                                                             {2422, 1h, false},
                                                             {-1, 1h, false},
                                                             {25, -1h, false}})
        EXPECT_EQ(plausible_advance(laser, wh, in), plausible) << wh << " Wh in " << in.count();
}

TEST(CounterRules, AllowTwoStepsOfACoarseRegister) {
    EXPECT_TRUE(plausible_advance(laser, 200, 0s, 100));
    EXPECT_FALSE(plausible_advance(laser, 200, 0s, 10));
}

TEST(CounterRules, AllowAnySaneAdvanceWhereThePowerIsUnknown) {
    EXPECT_TRUE(plausible_advance({.max_w = 0}, 1'000'000, 1s));
    EXPECT_FALSE(plausible_advance({.max_w = 0}, 81'250'000, 1s)) << "from 0, and back to it";
    EXPECT_TRUE(plausible_advance({.max_w = 0}, 81'250'000, 1h));
    EXPECT_FALSE(plausible_advance({.max_w = 0}, -1, 1h));
}

TEST(Counter, BeginsWithWhateverItShows) {
    Counter counter{laser, std::nullopt, 0};
    EXPECT_EQ(counter.take({noon, 81'250'000}), Verdict::good);
    EXPECT_EQ(counter.continued(), 81'250'000);
}

TEST(Counter, TakesNoZeroForAWrapBeforeThreeOfThem) {
    Counter counter = at_start({.modulus = 9'999'990, .max_w = 2000}, 9'999'980);
    EXPECT_EQ(counter.take({noon + 1min, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 2min, 9'999'985}), Verdict::good) << "it had only booted";
    EXPECT_EQ(counter.take({noon + 3min, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 4min, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 5min, 0}), Verdict::rollover);
    EXPECT_EQ(counter.continued() - 9'999'980, 10);
}

TEST(Counter, KnowsByTheOtherClockHowLongItWasSilent) {
    Counter counter{laser, CounterValue{noon, 1000, 1, Monotonic{}}, 0};
    EXPECT_EQ(counter.take({noon - 50min, 1333, 1, Monotonic{} + 10min}), Verdict::good)
        << "ten minutes of 2 kW, and the clock was set back an hour";
    EXPECT_EQ(counter.take({noon - 50min, 1500, 1, Monotonic{} + 11min}), Verdict::doubted);
    EXPECT_EQ(counter.continued(), 1333);
}

TEST(Counter, BelievesADayOfUseWhenTheClockFellBehindWhileNobodyWatched) {
    Counter counter = at_start(laser, 1000);
    EXPECT_EQ(counter.take({noon - 1h, 1000 + 50'000, 1, Monotonic{}}), Verdict::good);
    counter = at_start(laser, 1000);
    EXPECT_EQ(counter.take({noon - 1h, 1000 + 60'000, 1, Monotonic{}}), Verdict::doubted);
}

TEST(Counter, WrapsExactlyAtItsModulus) {
    Counter counter = at_start({.modulus = 9'999'990, .max_w = 2000}, 9'999'980);
    EXPECT_EQ(counter.take({noon + 60s, 15}), Verdict::rollover);
    EXPECT_EQ(counter.continued() - 9'999'980, 25);
    EXPECT_EQ(counter.carried(), 9'999'990);
    EXPECT_EQ(counter.event()->at, noon + 60s);
    EXPECT_EQ(counter.take({noon + 120s, 30}), Verdict::good);
    EXPECT_EQ(counter.continued() - 9'999'980, 40);
}

TEST(Counter, ThatCannotHaveWrappedIsDoubted) {
    Counter counter = at_start({.modulus = 9'999'990, .max_w = 2000}, 5'000'000);
    EXPECT_EQ(counter.take({noon + 60s, 15}), Verdict::doubted);
    Counter unknown = at_start({.modulus = 9'999'990, .max_w = 0}, 5'000'000);
    EXPECT_EQ(unknown.take({noon + 60s, 15}), Verdict::doubted);
}

TEST(Counter, NeedsThreeAgreeingValuesToBelieveAReset) {
    Counter counter = at_start(laser, 5'000'000);
    EXPECT_EQ(counter.take({noon + 1s, 7}), Verdict::doubted);
    EXPECT_EQ(counter.continued(), 5'000'000);
    EXPECT_EQ(counter.take({noon + 2s, 7}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 3s, 8}), Verdict::reset);
    // What the new register counted since it was first seen is kept; what it counted before is
    // not known, and is not invented.
    EXPECT_EQ(counter.continued(), 5'000'001);
    EXPECT_EQ(counter.event()->at, noon + 1s);
    EXPECT_EQ(counter.event()->before, 5'000'000);
    EXPECT_EQ(counter.event()->after, 7);
    EXPECT_EQ(counter.take({noon + 4s, 9}), Verdict::good);
    EXPECT_EQ(counter.continued(), 5'000'002);
}

TEST(Counter, TakesValuesOfOneMomentForOne) {
    Counter counter = at_start(laser, 5'000'000);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(counter.take({noon + 1s + i * 100ms, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 3s, 0}), Verdict::reset);
}

TEST(Counter, ForgetsAGlitch) {
    Counter counter = at_start(laser, 5'000'000);
    EXPECT_EQ(counter.take({noon + 1s, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 2s, 5'000'001}), Verdict::good);
    EXPECT_EQ(counter.take({noon + 3s, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 4s, 0}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 5s, 5'000'002}), Verdict::good);
    EXPECT_EQ(counter.carried(), 0);
}

TEST(Counter, DoesNotCountDoubtsThatDisagree) {
    Counter counter = at_start(laser, 5'000'000);
    for (std::int64_t value : {100, 90'000'000, 40, 70'000'000, 20})
        EXPECT_EQ(counter.take({noon + 1s, value}), Verdict::doubted) << value;
    EXPECT_EQ(counter.take({noon + 2s, 5'000'000}), Verdict::good);
}

TEST(Counter, LeavesOutAJumpThatNoMachineCanHaveDrawn) {
    Counter counter = at_start(laser, 1'000);
    EXPECT_EQ(counter.take({noon + 1s, 53'700'000}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 2s, 53'700'000}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 3s, 53'700'001}), Verdict::jump);
    EXPECT_EQ(counter.continued(), 1'001);
}

TEST(Counter, LosesNothingWhenAMeterComesBackToItself) {
    Counter counter = at_start(laser, 5'000'000);
    for (int second = 1; second <= 5; ++second) counter.take({noon + second * 1s, 0});
    EXPECT_EQ(counter.continued(), 5'000'000);
    counter.take({noon + 6s, 5'000'003});
    counter.take({noon + 7s, 5'000'003});
    EXPECT_EQ(counter.take({noon + 8s, 5'000'004}), Verdict::restored);
    EXPECT_EQ(counter.continued(), 5'000'004);
    EXPECT_EQ(counter.carried(), 0);
}

TEST(Counter, DoesNotTakeALaterJumpForAReturn) {
    Counter counter = at_start(laser, 5'000'000);
    for (int second = 1; second <= 3; ++second) counter.take({noon + second * 1s, 0});
    counter.take({noon + 48h, 60'000});
    for (int second = 1; second <= 2; ++second) counter.take({noon + 48h + second * 1s, 5'000'500});
    EXPECT_EQ(counter.take({noon + 48h + 3s, 5'000'500}), Verdict::jump);
    EXPECT_EQ(counter.continued(), 5'060'000);
}

TEST(Counter, NeverFallsWhateverItIsTold) {
    std::uint64_t seed = 88172645463325252ULL;
    auto const dice = [&](std::uint64_t sides) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return static_cast<std::int64_t>(seed % sides);
    };
    for (int run = 0; run < 200; ++run) {
        Counter counter{
            {.modulus = dice(2) == 0 ? 0 : 100'000, .max_w = dice(2) * 2000}, std::nullopt, 0};
        Instant at = noon;
        std::int64_t before = 0;
        bool first = true;
        std::int64_t value = dice(100'000);
        for (int step = 0; step < 300; ++step) {
            at += Duration{dice(120'000'000)} - 5s;
            auto const fate = dice(20);
            value = fate == 0 ? dice(100'000) : fate == 1 ? 0 : (value + dice(30)) % 100'000;
            counter.take({at, value});
            if (!counter.last()) continue;
            if (!first) {
                ASSERT_GE(counter.continued(), before);
            }
            first = false;
            before = counter.continued();
        }
    }
}

TEST(CarriedSteps, HoldFromTheirMomentOn) {
    CarriedSteps const steps{{noon, 9'999'980, 15, 9'999'990}, {noon + 1h, 500, 3, 10'000'487}};
    EXPECT_EQ(carried_at(steps, noon - 1min, 9'999'000), 0);
    EXPECT_EQ(carried_at(steps, noon + 1min, 100), 9'999'990);
    EXPECT_EQ(carried_at(steps, noon + 2h, 100), 10'000'487);
    EXPECT_EQ(carried_at({}, noon, 5), 0);
}

TEST(CarriedSteps, AreToldByTheValueWhereTheTimeIsRounded) {
    CarriedSteps const steps{{noon, 9'999'980, 15, 9'999'990}};
    EXPECT_EQ(carried_at(steps, noon - 400ms, 15), 9'999'990);
    EXPECT_EQ(carried_at(steps, noon + 400ms, 9'999'979), 0);
}

TEST(Counter, BeginsAnewWhereItWasWhenItsWordsMeanSomethingElse) {
    Counter counter = at_start(laser, 5'000'000);
    counter.change_form();
    // Even what would follow is of another kind now.
    EXPECT_EQ(counter.take({noon + 1s, 5'000'001}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 2s, 500'000}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 3s, 500'000}), Verdict::doubted);
    EXPECT_EQ(counter.take({noon + 4s, 500'001}), Verdict::form);
    EXPECT_EQ(counter.continued(), 5'000'001);
    EXPECT_EQ(counter.event()->at, noon + 2s);
    EXPECT_EQ(counter.take({noon + 5s, 500'002}), Verdict::good);
}

TEST(Counter, GoesOnWithAnotherMeter) {
    Counter counter = at_start(laser, 5'000'000);
    EXPECT_EQ(counter.take({noon + 1s, 30}), Verdict::doubted);
    counter.go_on_from({noon + 60s, 30}, 5'000'005 - 30);
    EXPECT_EQ(counter.continued(), 5'000'005);
    EXPECT_EQ(counter.take({noon + 61s, 31}), Verdict::good);
    EXPECT_EQ(counter.continued(), 5'000'006);
}

}  // namespace
}  // namespace karkhana::metering
