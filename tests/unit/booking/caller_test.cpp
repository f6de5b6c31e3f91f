#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/booking/caller.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

EnterpriseId const mine = numbered_id<EnterpriseId>(1);
EnterpriseId const mine_too = numbered_id<EnterpriseId>(2);
EnterpriseId const theirs = numbered_id<EnterpriseId>(3);

http::Principal person(std::string const& role, std::vector<EnterpriseId> enterprises = {}) {
    return {.roles = {role}, .enterprises = std::move(enterprises)};
}

TEST(Caller, WhoSeesAndWhoActs) {
    auto const member = person("member", {mine}), desk = person("operator"),
               books = person("accountant");
    EXPECT_TRUE(Caller{member}.sees(mine));
    EXPECT_FALSE(Caller{member}.sees(theirs));
    EXPECT_TRUE(Caller{desk}.sees(theirs));
    EXPECT_TRUE(Caller{books}.sees(theirs));
    EXPECT_EQ(Caller{member}.actor_for(mine).value(), Actor::party);
    EXPECT_EQ(Caller{member}.actor_for(theirs).error().kind, ErrorKind::not_found);
    EXPECT_EQ(Caller{desk}.actor_for(theirs).value(), Actor::staff);
    EXPECT_EQ(Caller{person("manager")}.actor_for(theirs).value(), Actor::staff);
    EXPECT_EQ(Caller{books}.actor_for(theirs).error().kind, ErrorKind::forbidden);
}

TEST(Caller, ForWhomABookingIs) {
    auto const one = person("member", {mine}), two = person("member", {mine, mine_too}),
               desk = person("operator");
    EXPECT_EQ(Caller{one}.party(std::nullopt).value(), mine);
    EXPECT_EQ(Caller{one}.party(mine).value(), mine);
    EXPECT_EQ(Caller{one}.party(theirs).error().kind, ErrorKind::not_found);
    EXPECT_EQ(Caller{two}.party(std::nullopt).error().code, "enterprise_required");
    EXPECT_EQ(Caller{two}.party(mine_too).value(), mine_too);
    EXPECT_EQ(Caller{desk}.party(std::nullopt).error().code, "enterprise_required");
    EXPECT_EQ(Caller{desk}.party(theirs).value(), theirs);
}

TEST(Caller, WhoKeepsTheBooksBooksForTheirOwnAlone) {
    http::Principal const both{.roles = {"accountant", "member"}, .enterprises = {mine}};
    EXPECT_EQ(Caller{both}.party(mine).value(), mine);
    auto const refused = Caller{both}.party(theirs);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    EXPECT_EQ(refused.error().field, "/enterprise_id");
}

std::string actions(http::Principal const& who, State state, std::string const& now,
                    bool assisted = false, bool owing = false) {
    Booking booking;
    booking.enterprise = mine;
    booking.state = state;
    booking.assisted = assisted;
    booking.during = {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")};
    std::string text;
    for (auto const action :
         Caller{who}.actions(booking, Settings{}, dhaka("2026-11-21 " + now), owing))
        text += (text.empty() ? "" : " ") + std::string(action);
    return text;
}

TEST(Caller, WhatMayBeDone) {
    auto const member = person("member", {mine});
    EXPECT_EQ(actions(member, State::confirmed, "08:00"), "move cancel");
    EXPECT_EQ(actions(member, State::confirmed, "09:30"), "move cancel check_in");
    EXPECT_EQ(actions(member, State::confirmed, "09:44"), "move cancel check_in");
    EXPECT_EQ(actions(member, State::confirmed, "09:45"), "move cancel check_in start");
    EXPECT_EQ(actions(member, State::checked_in, "09:30"), "move cancel");
    EXPECT_EQ(actions(member, State::confirmed, "11:00"), "cancel");
    EXPECT_EQ(actions(member, State::checked_in, "10:00"), "move cancel start");
    EXPECT_EQ(actions(member, State::checked_in, "10:00", true), "move cancel");
    EXPECT_THAT(actions(person("operator"), State::checked_in, "10:00", true),
                ::testing::HasSubstr("start"));
    EXPECT_EQ(actions(member, State::running, "10:30"), "move pause stop");
    EXPECT_EQ(actions(member, State::paused, "10:30"), "move start stop");
    EXPECT_EQ(actions(member, State::paused, "11:30"), "stop");
    for (auto const over : {State::completed, State::cancelled, State::missed})
        EXPECT_EQ(actions(member, over, "10:30"), "");
    EXPECT_EQ(actions(person("member", {theirs}), State::confirmed, "08:00"), "");
    EXPECT_EQ(actions(person("accountant"), State::confirmed, "08:00"), "");
    EXPECT_EQ(actions(person("operator"), State::interrupted, "10:30"), "stop");
    EXPECT_EQ(actions(person("operator"), State::confirmed, "08:00"),
              "move cancel release hand_over");
    EXPECT_EQ(actions(person("manager"), State::missed, "10:30"), "excuse");
    EXPECT_EQ(actions(member, State::interrupted, "10:30"), "");
}

TEST(Caller, WhatIsOfferedIsTakenOrGivenBackButNotMoved) {
    auto const member = person("member", {mine});
    Booking booking;
    booking.enterprise = mine;
    booking.state = State::pending;
    booking.during = {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")};
    auto const moves = [&](PendingFor what) {
        booking.pending_for = what;
        auto const found =
            Caller{member}.actions(booking, Settings{}, dhaka("2026-11-21 08:00"), false);
        return std::ranges::find(found, "move") != found.end();
    };
    EXPECT_TRUE(moves(PendingFor::approval));
    EXPECT_FALSE(moves(PendingFor::offer));
}

TEST(Caller, WhatIsChargedTheManagerMayExcuseWhereverTheBookingStands) {
    auto const owing = [](http::Principal const& who, State state) {
        return actions(who, state, "11:30", false, true);
    };
    EXPECT_EQ(owing(person("manager"), State::completed), "excuse");
    EXPECT_EQ(owing(person("manager"), State::confirmed), "cancel release excuse");
    EXPECT_EQ(owing(person("manager"), State::missed), "excuse") << "once";
    EXPECT_EQ(owing(person("operator"), State::completed), "");
    EXPECT_EQ(actions(person("manager"), State::completed, "11:30"), "");
}

}  // namespace
}  // namespace karkhana::booking
