#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "server/metering/rules_run.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;
using booking::Actor;
using booking::State;

constexpr Instant ten = Instant{1'790'000'000s};
constexpr Interval slot{ten, ten + 1h};

std::string refusal_of(StartFacts const& facts) {
    auto const result = may_start(facts);
    return result ? "" : std::string{result.error().code};
}

TEST(Start, IsAllowedFromAQuarterOfAnHourBeforeTheSlotToItsEnd) {
    struct Case {
        Duration after_start;
        std::string code;
    };
    for (auto const& [after, code] : std::vector<Case>{{-16min, "too_early"},
                                                       {-15min - 1us, "too_early"},
                                                       {-15min, ""},
                                                       {0s, ""},
                                                       {1h - 1us, ""},
                                                       {1h, "too_late"},
                                                       {2h, "too_late"}})
        EXPECT_EQ(refusal_of({.during = slot, .now = ten + after}), code) << after.count();
}

TEST(Start, IsRefusedForTheFirstReasonInOrder) {
    StartFacts facts{.state = State::running,
                     .during = slot,
                     .now = ten + 2h,
                     .out_of_order = true,
                     .outage = true,
                     .taken = true,
                     .contact_silent = true};
    EXPECT_EQ(refusal_of(facts), "wrong_state");
    facts.state = State::checked_in;
    EXPECT_EQ(refusal_of(facts), "out_of_order");
    facts.out_of_order = false;
    EXPECT_EQ(refusal_of(facts), "outage");
    facts.outage = false;
    EXPECT_EQ(refusal_of(facts), "too_late");
    facts.now = ten - 1h;
    EXPECT_EQ(refusal_of(facts), "too_early");
    facts.now = ten;
    EXPECT_EQ(refusal_of(facts), "machine_busy");
    facts.taken = false;
    EXPECT_EQ(refusal_of(facts), "contact_silent");
    facts.contact_silent = false;
    EXPECT_EQ(refusal_of(facts), "");
}

TEST(Start, IsForThoseWhoHaveNotBegunOrArePaused) {
    for (auto const state :
         {State::running, State::completed, State::cancelled, State::missed, State::interrupted})
        EXPECT_EQ(refusal_of({.state = state, .during = slot, .now = ten}), "wrong_state");
    for (auto const state : {State::confirmed, State::checked_in, State::paused})
        EXPECT_EQ(refusal_of({.state = state, .during = slot, .now = ten}), "");
    EXPECT_EQ(
        refusal_of({.actor = Actor::daemon, .state = State::paused, .during = slot, .now = ten}),
        "not_yours_to_do");
}

TEST(Start, OfAnAssistedBookingIsForTheStaff) {
    StartFacts facts{.actor = Actor::party, .during = slot, .now = ten, .assisted = true};
    EXPECT_EQ(refusal_of(facts), "not_yours_to_do");
    facts.actor = Actor::staff;
    EXPECT_EQ(refusal_of(facts), "");
}

TEST(End, ComesAfterTheGraceTimeOrWithTheNextBooking) {
    struct Case {
        std::string what;
        Duration after_end;
        std::optional<Duration> next;
        std::optional<bool> idle;
        bool ends;
    };
    for (auto const& [what, after, next, idle, ends] :
         std::vector<Case>{{"in its time", -1s, std::nullopt, true, false},
                           {"in the grace time", 5min - 1us, 0s, true, false},
                           {"idle after the grace time", 5min, std::nullopt, true, true},
                           {"at work, nobody waits", 50min, std::nullopt, false, false},
                           {"at work, the next waits since the end", 5min, 0s, false, true},
                           {"at work, the next comes later", 10min, 30min, false, false},
                           {"at work, the next is here", 30min, 30min, false, true},
                           {"nobody knows, nobody waits", 59min, std::nullopt, std::nullopt, false},
                           {"nobody knows for an hour", 1h, std::nullopt, std::nullopt, true},
                           {"at work for an hour", 1h, std::nullopt, false, true},
                           {"at work for an hour, the next comes later", 1h, 90min, false, true}}) {
        auto const next_start = next ? std::optional{slot.end + *next} : std::nullopt;
        EXPECT_EQ(
            must_end(
                {.during = slot, .now = slot.end + after, .next_start = next_start, .idle = idle}),
            ends)
            << what;
    }
}

TEST(End, ComesWithTheEndOfTheDayForAMachineAtWork) {
    EndFacts facts{.during = slot, .now = slot.end + 4min, .next_start = {}, .idle = false};
    facts.closed = true;
    EXPECT_FALSE(must_end(facts)) << "the grace time holds at the end of the day as well";
    facts.now = slot.end + 5min;
    EXPECT_TRUE(must_end(facts));
    facts.closed = false;
    EXPECT_FALSE(must_end(facts));
}

TEST(End, ComesAtOnceForWhoHasSwitchedTheMachineOff) {
    EndFacts facts{
        .during = slot, .now = slot.end - 1us, .next_start = {}, .idle = true, .own_switch = true};
    EXPECT_FALSE(must_end(facts));
    facts.now = slot.end;
    EXPECT_TRUE(must_end(facts));
    facts.idle = false;
    EXPECT_FALSE(must_end(facts));
    facts.idle = std::nullopt;
    EXPECT_FALSE(must_end(facts));
    facts.now = slot.end + 5min;
    facts.next_start = slot.end;
    EXPECT_TRUE(must_end(facts)) << "who stays is ended as everybody else";
}

TEST(MachineState, SaysTheMostImportantFirst) {
    EXPECT_EQ(state_of({}), "free");
    EXPECT_EQ(state_of({.meter_silent = true}), "unknown");
    EXPECT_EQ(state_of({.booked = true, .meter_silent = true}), "booked");
    EXPECT_EQ(state_of({.outage_of_facility = true, .booked = true}), "closed");
    EXPECT_EQ(state_of({.out_of_order = true, .outage_of_facility = true}), "out_of_order");
    EXPECT_EQ(state_of({.outage_of_machine = true}), "out_of_order");
    EXPECT_EQ(state_of({.out_of_order = true, .active = true}), "running");
    EXPECT_EQ(state_of({.active = true, .paused = true}), "paused");
    EXPECT_EQ(state_of({.active = true, .stopped = true}), "stopped");
}

TEST(InUse, BeginsAboveOneThresholdAndEndsBelowTheOther) {
    EXPECT_FALSE(in_use(100, 100, 60, false));
    EXPECT_TRUE(in_use(101, 100, 60, false));
    EXPECT_FALSE(in_use(80, 100, 60, false));
    EXPECT_TRUE(in_use(80, 100, 60, true));
    EXPECT_TRUE(in_use(60, 100, 60, true));
    EXPECT_FALSE(in_use(59, 100, 60, true));
    EXPECT_TRUE(in_use(101, 100, 100, true));
    EXPECT_FALSE(in_use(99, 100, 100, true));
}

TEST(OpenWatch, AllowsACoilAndTellsATool) {
    OpenWatch watch;
    auto at = ten;
    std::int64_t wh = 1000;
    for (int minute = 0; minute < 180; ++minute) {
        EXPECT_FALSE(watch.take(wh + minute * 8 / 60, 1, at)) << "8 W";
        at += 1min;
    }
    wh += 24;
    int told = 0;
    for (int minute = 0; minute < 60; ++minute, at += 1min)
        told += watch.take(wh + minute * 100 / 60, 1, at) ? 1 : 0;
    EXPECT_GE(told, 25) << "100 W: after half an hour";
    wh += 100;
    for (int minute = 0; minute < 62; ++minute, at += 1min) watch.take(wh, 1, at);
    EXPECT_FALSE(watch.take(wh, 1, at)) << "an hour without";
}

TEST(OpenWatch, AllowsTwoStepsOfACoarseRegister) {
    OpenWatch watch;
    EXPECT_FALSE(watch.take(0, 1000, ten));
    EXPECT_FALSE(watch.take(2000, 1000, ten + 1min));
    EXPECT_TRUE(watch.take(3000, 1000, ten + 2min));
}

TEST(PowerWatch, NeedsFiveRealSecondsToSeeUse) {
    PowerWatch watch;
    Monotonic const start{};
    for (int second = 0; second < 5; ++second)
        watch.take(true, ten + second * 60s, start + second * 1s);
    EXPECT_TRUE(watch.busy());
    EXPECT_FALSE(watch.risen());
    watch.take(true, ten + 300s, start + 5s);
    EXPECT_TRUE(watch.risen());
}

TEST(PowerWatch, ForgetsAShortRush) {
    PowerWatch watch;
    Monotonic const start{};
    watch.take(true, ten, start);
    watch.take(false, ten + 3s, start + 3s);
    watch.take(true, ten + 4s, start + 4s);
    watch.take(true, ten + 8s, start + 8s);
    EXPECT_FALSE(watch.risen());
}

TEST(PowerWatch, IsIdleAfterAMinuteOfTheFacilitysClock) {
    PowerWatch watch;
    Monotonic const start{};
    EXPECT_FALSE(watch.idle(ten));
    watch.take(false, ten, start);
    EXPECT_FALSE(watch.idle(ten + 59s));
    EXPECT_TRUE(watch.idle(ten + 60s));
    watch.take(true, ten + 61s, start + 1s);
    EXPECT_FALSE(watch.idle(ten + 2h));
}

}  // namespace
}  // namespace karkhana::metering
