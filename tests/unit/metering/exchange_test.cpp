#include <gtest/gtest.h>

#include "server/metering/rules_exchange.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};

/// A meter of 2000 W, read last at noon at 5,000,000 Wh; at half past another takes its place.
ExchangeFacts announced() {
    return {.policy = {.modulus = 0, .max_w = 2000},
            .last = {noon, 5'000'000},
            .carried = 100,
            .began_anew = std::nullopt,
            .now = noon + 1h,
            .at = noon + 30min,
            .final_wh = 5'000'700,
            .initial_wh = 40,
            .shown = std::nullopt};
}

/// The same, but the new meter was counted with from ten minutes later on, as a reset.
ExchangeFacts late() {
    auto facts = announced();
    facts.began_anew = BeganAnew{{noon, 5'000'000}, 100, {noon + 40min, 90}};
    facts.last = {noon + 1h, 500};
    facts.carried = 5'000'010;  // 5,000,100 - 90
    return facts;
}

std::string_view code_of(ExchangeFacts const& facts) {
    auto const plan = plan_exchange(facts);
    return plan ? "" : plan.error().code;
}

TEST(Exchange, GoesOnWhereTheOldMeterEnded) {
    auto const plan = plan_exchange(announced()).value();
    EXPECT_EQ(plan.at, noon + 30min);
    EXPECT_FALSE(plan.late);
    EXPECT_EQ(plan.goes_on_from, (CounterValue{noon + 30min, 40}));
    EXPECT_EQ(plan.goes_on_from.value + plan.carried_after, 5'000'700 + 100);
}

TEST(Exchange, WithoutAFinalReadingLosesWhatWasNotRead) {
    auto facts = announced();
    facts.final_wh.reset();
    auto const plan = plan_exchange(facts).value();
    EXPECT_EQ(plan.final_wh, 5'000'000);
    EXPECT_EQ(plan.goes_on_from.value + plan.carried_after, 5'000'000 + 100);
}

TEST(Exchange, BelievesNoMoreThanTheMachineCanHaveDrawn) {
    auto facts = announced();
    facts.final_wh = 4'999'999;
    EXPECT_EQ(code_of(facts), "final_below_last");
    facts.final_wh = 5'001'222;  // 2400 W for 1802 s are 1201 Wh, and 20 Wh of slack
    EXPECT_EQ(code_of(facts), "final_implausible");
    facts.final_wh = 5'001'221;
    EXPECT_EQ(code_of(facts), "");
}

TEST(Exchange, HasAlreadyHappenedAndNotBeforeTheLastReading) {
    auto facts = announced();
    facts.at = facts.now + 1s;
    EXPECT_EQ(code_of(facts), "exchange_in_future");
    facts.at = noon - 1s;
    EXPECT_EQ(code_of(facts), "exchange_too_early");
}

TEST(Exchange, StartsAtWhatTheNewMeterCanShow) {
    auto facts = announced();
    facts.policy.modulus = 1'000;
    facts.initial_wh = 1'000;
    EXPECT_EQ(code_of(facts), "initial_out_of_range");
    facts.initial_wh = -1;
    EXPECT_EQ(code_of(facts), "initial_out_of_range");
}

TEST(Exchange, StartsNoHigherThanTheNewMeterShowsNow) {
    auto facts = announced();
    facts.shown = CounterValue{facts.now, 39};
    EXPECT_EQ(code_of(facts), "initial_above_now");
    facts.shown->value = 40;
    EXPECT_EQ(code_of(facts), "");
    facts.policy.modulus = 10'000'000;
    facts.initial_wh = 9'999'900;
    facts.shown->value = 500;
    EXPECT_EQ(code_of(facts), "") << "it has rolled over since";
    facts.shown->value = 2'000;
    EXPECT_EQ(code_of(facts), "initial_above_now");
}

TEST(Exchange, StartsNoLowerThanTheMachineCanHaveDrawnSince) {
    auto facts = announced();
    facts.shown = CounterValue{facts.now, 40 + 1'221};
    EXPECT_EQ(code_of(facts), "");
    facts.shown->value += 1;
    EXPECT_EQ(code_of(facts), "initial_implausible");
    facts.shown->resolution = 100;  // two steps of it are more than the 20 Wh
    EXPECT_EQ(code_of(facts), "");
}

TEST(Exchange, NamesTheFieldInTheUnitThatIsCounted) {
    auto facts = announced();
    facts.unit = Unit::ml;
    facts.shown = CounterValue{facts.now, 39};
    auto const refused = plan_exchange(facts);
    EXPECT_EQ(refused.error().field, "/initial_ml");
    EXPECT_EQ(refused.error().detail, "The meter that answers shows 39 ml.");
    facts.final_wh = 1;
    EXPECT_EQ(plan_exchange(facts).error().field, "/final_ml");
}

TEST(LateExchange, AddsWhatBothMetersCountedUnseen) {
    auto const facts = late();
    auto const plan = plan_exchange(facts).value();
    EXPECT_TRUE(plan.late);
    EXPECT_EQ(plan.at, facts.now);
    EXPECT_EQ(plan.goes_on_from, facts.last);
    EXPECT_EQ(plan.carried_after - facts.carried, 700 + (90 - 40));
}

TEST(LateExchange, LiesBetweenTheTwoMeters) {
    auto facts = late();
    facts.at = noon + 41min;
    EXPECT_EQ(code_of(facts), "exchange_too_early");
    facts = late();
    facts.initial_wh = 91;
    EXPECT_EQ(code_of(facts), "initial_above_first");
    facts = late();
    facts.final_wh = 4'999'999;
    EXPECT_EQ(code_of(facts), "final_below_last");
}

}  // namespace
}  // namespace karkhana::metering
