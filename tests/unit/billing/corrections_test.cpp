#include <gtest/gtest.h>

#include "server/billing/corrections.hpp"

namespace karkhana::billing {
namespace {

using namespace std::chrono_literals;
using metering::Edge;
using metering::Method;
using metering::Register;
using metering::UsageSession;

constexpr Instant ten = Instant{1'790'000'000s};

Register reg(Edge edge, Instant at, std::int64_t wh) {
    Register made;
    made.edge = edge;
    made.at = at;
    made.value = {wh};
    made.raw = {{1, 2, 0, 0}, 2};
    return made;
}

/// 1,000 Wh to 3,000 Wh, with a boundary at 2,000.
UsageSession closed() {
    UsageSession session;
    session.state = metering::SessionState::closed;
    session.start = ten;
    session.stop = ten + 30min;
    session.energy = Energy{2'000};
    session.quality = Quality::questionable;
    session.registers = {reg(Edge::start, ten, 1'000), reg(Edge::boundary, ten + 15min, 2'000),
                         reg(Edge::stop, ten + 30min, 3'000)};
    return session;
}

Correction stop_at(std::int64_t wh) {
    Correction correction;
    correction.edge = Edge::stop;
    correction.value = {wh};
    correction.reason = "read off the display";
    return correction;
}

TEST(Correction, IsAnotherVersionAndTheEnergyFollowsFromIt) {
    auto const session = correct(closed(), stop_at(2'600), {500, 9'000}).value();
    auto const& stop = session.registers.back();
    EXPECT_EQ(stop.value.wh, 2'600);
    EXPECT_EQ(stop.version, 2);
    EXPECT_EQ(stop.quality, Quality::edited);
    EXPECT_EQ(stop.method, Method::entered);
    EXPECT_EQ(stop.raw.count, 0);
    EXPECT_EQ(stop.why, "read off the display");
    EXPECT_EQ(session.energy, Energy{1'600});
    EXPECT_EQ(session.quality, Quality::edited);
}

TEST(Correction, LiesBetweenWhatWasReadAroundIt) {
    struct Case {
        Edge edge;
        std::int64_t wh;
        bool allowed;
    };
    for (auto const& [edge, wh, allowed] : {Case{Edge::start, 499, false},
                                            {Edge::start, 500, true},
                                            {Edge::start, 2'000, true},
                                            {Edge::start, 2'001, false},
                                            {Edge::boundary, 999, false},
                                            {Edge::boundary, 1'000, true},
                                            {Edge::boundary, 3'001, false},
                                            {Edge::stop, 1'999, false},
                                            {Edge::stop, 9'000, true},
                                            {Edge::stop, 9'001, false}}) {
        auto correction = stop_at(wh);
        correction.edge = edge;
        correction.at = ten + 15min;
        auto const session = correct(closed(), correction, {500, 9'000});
        EXPECT_EQ(session.has_value(), allowed) << name_of(edge) << " " << wh;
        if (session) continue;
        EXPECT_EQ(session.error().code, "not_between");
    }
}

TEST(Correction, KnowsWhichRegisterIsMeant) {
    auto correction = stop_at(2'500);
    correction.replaces = 2;
    EXPECT_EQ(correct(closed(), correction, {}).error().code, "register_changed");
    correction.replaces = 1;
    correction.edge = Edge::boundary;
    correction.at = ten + 16min;
    EXPECT_EQ(correct(closed(), correction, {}).error().code, "no_such_register");
    auto open = closed();
    open.state = metering::SessionState::open;
    EXPECT_EQ(correct(open, stop_at(2'500), {}).error().code, "wrong_state");
}

TEST(Correction, OfASessionWithSeveralMetersSaysWhich) {
    auto session = closed();
    for (auto reg : {reg(Edge::start, ten, 80'000), reg(Edge::stop, ten + 30min, 80'700)}) {
        reg.channel = 5;
        session.registers.push_back(reg);
    }
    auto correction = stop_at(80'600);
    EXPECT_EQ(correct(session, correction, {}).error().code, "channel_missing");
    correction.channel = 5;
    auto const corrected = correct(session, correction, {79'000, 80'650}).value();
    EXPECT_EQ(corrected.energy, Energy{2'600});
    correction.value = {80'651};
    EXPECT_EQ(correct(session, correction, {79'000, 80'650}).error().code, "not_between");
    correction.channel = 0;
    EXPECT_EQ(correct(session, correction, {500, 9'000}).error().code, "not_between");
}

TEST(Correction, SettlesAStopThatWasNotReadButNothingThatOthersHaveAPartOf) {
    auto session = closed();
    auto& stop = session.registers.back();
    stop.share = metering::Share{.part = {600},
                                 .least = {0},
                                 .most = {1'000},
                                 .split = metering::Split::elapsed,
                                 .weight = 6,
                                 .weights = 10};
    auto const corrected = correct(session, stop_at(2'700), {}).value();
    EXPECT_EQ(corrected.energy, Energy{1'700});
    EXPECT_FALSE(corrected.registers.back().share);
    auto boundary = stop_at(2'100);
    boundary.edge = Edge::boundary;
    boundary.at = ten + 15min;
    EXPECT_EQ(correct(session, boundary, {}).error().code, "energy_shared");
    stop.share->split = metering::Split::rated_power;
    EXPECT_EQ(correct(session, stop_at(2'700), {}).error().code, "energy_shared");
}

TEST(Correction, OfTheStopDoesNotTellWhatPassedBeforeAStartThatWasNotRead) {
    auto session = closed();
    session.registers.erase(session.registers.begin() + 1);
    auto& start = session.registers.front();
    start.method = Method::last_good;
    start.answered = start.at - 40s;
    session.registers.back().share = metering::Share{.part = {1'900},
                                                     .least = {0},
                                                     .most = {2'000},
                                                     .split = metering::Split::elapsed,
                                                     .weight = 19,
                                                     .weights = 20};
    EXPECT_EQ(correct(session, stop_at(2'900), {}).error().code, "energy_shared");
}

TEST(Correction, DoesNotMendWhatItDoesNotTouch) {
    auto session = closed();
    session.registers.front().quality = Quality::estimated;
    EXPECT_EQ(correct(session, stop_at(2'600), {}).value().quality, Quality::estimated);
}

}  // namespace
}  // namespace karkhana::billing
