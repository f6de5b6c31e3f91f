#include <gmock/gmock.h>

#include "server/billing/halts.hpp"

namespace karkhana::billing {
namespace {

using booking::State;
using booking::Transition;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Minutes after the START.
Instant at(int minute) { return instant(std::int64_t{minute} * 60'000'000); }
Interval between(int from, int to) { return {at(from), at(to)}; }

/// An hour with registers that were read at these minutes.
metering::UsageSession hour(std::vector<int> const& read = {}) {
    metering::UsageSession session;
    session.start = at(0);
    session.stop = at(60);
    for (int minute : read)
        session.registers.push_back({.edge = metering::Edge::boundary, .at = at(minute)});
    return session;
}

Transition by_person(int minute, State to) {
    return {at(minute), State::running, to, PersonId{}, ""};
}
Transition by_daemon(int minute, State to, std::string reason) {
    return {at(minute), State::running, to, std::nullopt, std::move(reason)};
}

Halt halt(int from, int to, HaltReason reason) { return {between(from, to), reason}; }

TEST(Halts, AreFromAPauseToTheNextStart) {
    auto const found =
        halts_of(hour(),
                 {by_person(0, State::running), by_person(10, State::paused),
                  by_person(15, State::running), by_daemon(30, State::paused, "power_cut"),
                  by_person(40, State::running), by_person(61, State::completed)},
                 {});
    EXPECT_THAT(found,
                ElementsAre(halt(10, 15, HaltReason::person), halt(30, 40, HaltReason::fault)));
    EXPECT_THAT(running_of(between(0, 60), found),
                ElementsAre(between(0, 10), between(15, 30), between(40, 60)));
    EXPECT_FALSE(cut_short(between(0, 60), found));
}

TEST(Halts, OfASessionUnderAClockThatWasSetBackBeginWithIt) {
    EXPECT_THAT(
        halts_of(hour(), {by_person(-8, State::running), by_daemon(-5, State::paused, "")}, {}),
        ElementsAre(halt(0, 60, HaltReason::fault)));
    EXPECT_THAT(halts_of(hour(),
                         {by_person(-8, State::running), by_daemon(-5, State::paused, ""),
                          by_person(10, State::running)},
                         {}),
                ElementsAre(halt(0, 10, HaltReason::fault)));
}

TEST(Halts, ThatEndWithTheStartAreOfTheSessionBefore) {
    EXPECT_THAT(halts_of(hour(),
                         {by_person(-90, State::running), by_daemon(-30, State::paused, ""),
                          by_person(0, State::running)},
                         {}),
                IsEmpty());
}

TEST(Halts, WhatDidNotGoOnLastsUntilTheStop) {
    auto const left = halts_of(
        hour(), {by_person(20, State::paused), by_daemon(65, State::completed, "end_of_booking")},
        {});
    EXPECT_THAT(left, ElementsAre(halt(20, 60, HaltReason::person)));
    EXPECT_FALSE(cut_short(between(0, 60), left)) << "their own doing";
    auto const dark = halts_of(hour(), {by_daemon(20, State::paused, "power_cut")}, {});
    EXPECT_THAT(dark, ElementsAre(halt(20, 60, HaltReason::fault)));
    EXPECT_TRUE(cut_short(between(0, 60), dark));
}

TEST(Halts, AfterARestartTheLastRegisterBeforeItTells) {
    std::vector<Transition> const history = {by_person(0, State::running),
                                             by_daemon(50, State::paused, "restart")};
    EXPECT_THAT(halts_of(hour({0, 15, 30}), history, {}),
                ElementsAre(halt(30, 60, HaltReason::fault)));
    EXPECT_THAT(halts_of(hour({0, 15, 50}), history, {}),
                ElementsAre(halt(15, 60, HaltReason::fault)))
        << "the register of the pause itself says nothing";
    EXPECT_THAT(halts_of(hour(), history, {}), ElementsAre(halt(50, 60, HaltReason::fault)));
    auto resumed = history;
    resumed.insert(resumed.begin() + 1,
                   {by_person(20, State::paused), by_person(40, State::running)});
    EXPECT_THAT(halts_of(hour({0, 15, 30}), resumed, {}),
                ElementsAre(halt(20, 40, HaltReason::person), halt(40, 60, HaltReason::fault)));
    auto guessed = hour({0, 15, 30});
    guessed.registers.back().method = metering::Method::interpolated;
    EXPECT_THAT(halts_of(guessed, history, {}), ElementsAre(halt(15, 60, HaltReason::fault)));
}

TEST(Halts, AnOutageGoesBeforeAFaultAndAFaultBeforeAPause) {
    auto const found = halts_of(
        hour(), {by_person(10, State::paused), by_daemon(40, State::interrupted, "breakdown")},
        {between(-10, 5), between(20, 30), between(25, 35), between(50, 90)});
    EXPECT_THAT(found,
                ElementsAre(halt(0, 5, HaltReason::outage), halt(10, 20, HaltReason::person),
                            halt(20, 30, HaltReason::outage), halt(30, 35, HaltReason::outage),
                            halt(35, 40, HaltReason::person), halt(40, 50, HaltReason::fault),
                            halt(50, 60, HaltReason::outage)));
    std::vector<Interval> outages;
    for (auto const& one : found)
        if (one.reason == HaltReason::outage) outages.push_back(one.during);
    EXPECT_EQ(
        halts_of(hour(),
                 {by_person(10, State::paused), by_daemon(40, State::interrupted, "breakdown")},
                 outages),
        found)
        << "what was kept comes out again";
}

TEST(Halts, WhatIsBrokenOffAsItStopsIsCutShort) {
    auto const found = halts_of(hour(), {by_daemon(60, State::interrupted, "breakdown")}, {});
    EXPECT_THAT(found, ElementsAre(halt(60, 60, HaltReason::fault)));
    EXPECT_TRUE(cut_short(between(0, 60), found));
    EXPECT_THAT(running_of(between(0, 60), found), ElementsAre(between(0, 60)));
}

TEST(Halts, WhatWasBeforeOrAfterIsNone) {
    EXPECT_THAT(
        halts_of(hour(),
                 {by_person(-20, State::paused), by_person(0, State::running),
                  by_person(60, State::completed), by_daemon(90, State::paused, "power_cut")},
                 {between(-30, 0), between(60, 70)}),
        IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing
