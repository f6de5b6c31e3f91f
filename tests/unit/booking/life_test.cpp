#include <array>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <sstream>

#include "server/booking/rules_life.hpp"

namespace karkhana::booking {
namespace {

constexpr std::array states{State::pending,   State::confirmed,      State::checked_in,
                            State::running,   State::paused,         State::completed,
                            State::cancelled, State::late_cancelled, State::missed,
                            State::released,  State::interrupted};

TEST(Life, StatesKeepTheirNames) {
    for (auto const state : states) EXPECT_EQ(state_of(name_of(state)), state);
    EXPECT_EQ(state_of("late"), std::nullopt);
    EXPECT_EQ(state_of(""), std::nullopt);
    EXPECT_EQ(kind_of(name_of(Kind::training)), Kind::training);
    EXPECT_EQ(origin_of(name_of(Origin::import)), Origin::import);
    EXPECT_EQ(pending_for_of(name_of(PendingFor::offer)), PendingFor::offer);
}

struct Row {
    State from;
    State to;
    char const* who;  ///< p party, s staff, d daemon
};

TEST(Life, WhoMayTakeWhichStep) {
    using enum State;
    constexpr std::array rows{
        Row{pending, confirmed, "ps"},       Row{pending, cancelled, "psd"},
        Row{pending, released, "d"},         Row{confirmed, late_cancelled, "ps"},
        Row{confirmed, released, "s"},       Row{checked_in, late_cancelled, "ps"},
        Row{late_cancelled, released, "sd"}, Row{missed, released, "sd"},
        Row{confirmed, checked_in, "psd"},   Row{confirmed, cancelled, "psd"},
        Row{confirmed, running, "ps"},       Row{confirmed, missed, "d"},
        Row{checked_in, running, "psd"},     Row{checked_in, cancelled, "psd"},
        Row{checked_in, completed, "sd"},    Row{running, paused, "psd"},
        Row{running, completed, "psd"},      Row{running, interrupted, "sd"},
        Row{paused, running, "ps"},          Row{paused, completed, "psd"},
        Row{paused, interrupted, "sd"},      Row{interrupted, completed, "sd"},
    };
    for (auto const from : states) {
        for (auto const to : states) {
            std::string expected;
            for (auto const& row : rows)
                if (row.from == from && row.to == to) expected = row.who;
            std::string found;
            if (may(Actor::party, from, to)) found += 'p';
            if (may(Actor::staff, from, to)) found += 's';
            if (may(Actor::daemon, from, to)) found += 'd';
            EXPECT_EQ(found, expected) << name_of(from) << " to " << name_of(to);
        }
    }
}

TEST(Life, SaysWhyAStepIsRefused) {
    EXPECT_TRUE(check_transition(Actor::party, State::confirmed, State::cancelled));
    auto const late = check_transition(Actor::staff, State::running, State::cancelled);
    EXPECT_EQ(late.error().kind, ErrorKind::conflict);
    EXPECT_EQ(late.error().code, "wrong_state");
    auto const foreign = check_transition(Actor::party, State::confirmed, State::missed);
    EXPECT_EQ(foreign.error().kind, ErrorKind::forbidden);
    EXPECT_EQ(foreign.error().code, "not_yours_to_do");
}

TEST(Life, NothingSwitchesOnAgainByItself) {
    EXPECT_FALSE(may(Actor::daemon, State::paused, State::running));
    EXPECT_FALSE(may(Actor::daemon, State::interrupted, State::running));
}

TEST(Life, WhatHasLetGoOfItsSlotNeverHoldsItAgain) {
    for (auto const& step : life())
        EXPECT_TRUE(is_live(step.from) || !is_live(step.to)) << name_of(step.from);
}

std::string text_of(std::string const& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The pairs 'from>to' of a migration.
std::set<std::string> pairs_of(std::string const& file) {
    auto const sql = text_of(file);
    std::set<std::string> found;
    std::regex const pair("'([a-z_]+>[a-z_]+)'");
    for (std::sregex_iterator it(sql.begin(), sql.end(), pair), end; it != end; ++it)
        found.insert((*it)[1]);
    return found;
}

TEST(Life, TheDatabasesHoldTheSameTable) {
    std::set<std::string> expected;
    for (auto const& step : life())
        expected.insert(std::string(name_of(step.from)) + ">" + std::string(name_of(step.to)));
    EXPECT_EQ(pairs_of("schema/sqlite/0041_booking_begins.sql"), expected);
    EXPECT_EQ(pairs_of("schema/postgres/0041_booking_begins.sql"), expected);
}

TEST(Life, IsDrawn) {
    auto const picture = life_as_mermaid();
    EXPECT_EQ(picture.find("stateDiagram-v2\n    [*] --> pending\n"), 0U);
    EXPECT_NE(picture.find("    paused --> running : start (party, staff)\n"), picture.npos);
    EXPECT_NE(picture.find("    released --> [*]\n"), picture.npos);
    EXPECT_EQ(picture.find("    interrupted --> [*]\n"), picture.npos);
    auto const readme = text_of("server/booking/README.md");
    EXPECT_NE(readme.find("```mermaid\n" + picture + "```\n"), readme.npos)
        << "server/booking/README.md shows another life than\n"
        << picture;
}

}  // namespace
}  // namespace karkhana::booking
