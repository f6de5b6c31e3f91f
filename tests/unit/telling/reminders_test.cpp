#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/telling/rules_reminders.hpp"

namespace karkhana::telling {
namespace {

using booking::Booking;
using booking::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

Zone const dhaka = Zone::find("Asia/Dhaka").value();
MachineId const laser{Uuid::version7(1, {1})};
MachineId const press{Uuid::version7(1, {2})};
Instant at(std::string const& text) {
    return parse_rfc3339("2026-11-" + text + ":00+06:00").value();
}

Booking booked(std::string const& from, std::string const& to, State state = State::confirmed,
               std::uint8_t number = 7) {
    return {.id = BookingId{Uuid::version7(1, {number})},
            .machine = laser,
            .enterprise = EnterpriseId{Uuid::version7(1, {number})},
            .during = {at(from), at(to)},
            .state = state,
            .created_at = at("01T08:00")};
}

struct Asked {
    std::vector<Booking> live;
    Reminding reminding{};
    bool excused = false;

    std::vector<std::string> kinds(std::string const& now) const {
        std::vector<std::string> found;
        for (auto const& each : due(now)) found.emplace_back(each.kind);
        return found;
    }
    std::vector<Reminder> due(std::string const& now) const {
        return due_reminders(
            live, dhaka, at(now), [&](Booking const&) { return reminding; },
            [&](MachineId const&, Instant) { return excused; });
    }
};

TEST(Reminder, ComesTheEveningBeforeAndTwoHoursBefore) {
    Asked const asked{{booked("21T14:00", "21T16:00")}};
    EXPECT_THAT(asked.kinds("20T17:59"), IsEmpty());
    ASSERT_THAT(asked.kinds("20T18:00"), ElementsAre("booking_reminder"));
    auto const evening = asked.due("20T18:00")[0];
    EXPECT_EQ(evening.useful_until, at("21T12:00"));
    EXPECT_EQ(asked.due("21T11:59")[0].occasion, evening.occasion) << "still the same";
    auto const soon = asked.due("21T12:00")[0];
    EXPECT_NE(soon.occasion, evening.occasion);
    EXPECT_EQ(soon.useful_until, at("21T14:00"));
    EXPECT_THAT(asked.kinds("21T14:00"), IsEmpty());
}

TEST(Reminder, IsNotForWhoeverBookedAfterItsTime) {
    Asked asked{{booked("21T14:00", "21T16:00")}};
    asked.live[0].created_at = at("20T19:00");
    EXPECT_THAT(asked.kinds("20T20:00"), IsEmpty());
    EXPECT_THAT(asked.kinds("21T12:00"), ElementsAre("booking_reminder"));
    asked.live[0].created_at = at("21T12:30");
    EXPECT_THAT(asked.kinds("21T13:00"), IsEmpty());
}

TEST(Reminder, IsAnotherOneAfterAMove) {
    Asked asked{{booked("21T14:00", "21T16:00")}};
    auto const before = asked.due("21T13:00")[0].occasion;
    asked.live[0] = booked("21T14:15", "21T16:00");
    EXPECT_NE(asked.due("21T13:00")[0].occasion, before);
}

TEST(Reminder, MayBeSetOtherwiseOrLifted) {
    Asked asked{{booked("21T14:00", "21T16:00")}};
    asked.reminding.before = 30min;
    EXPECT_EQ(asked.due("21T13:00")[0].useful_until, at("21T13:30")) << "the evening's, still";
    asked.reminding.evening.reset();
    EXPECT_THAT(asked.kinds("21T13:00"), IsEmpty());
    EXPECT_THAT(asked.kinds("21T13:30"), ElementsAre("booking_reminder"));
    asked.reminding.before.reset();
    EXPECT_THAT(asked.kinds("21T13:30"), IsEmpty());
}

TEST(Lateness, IsSaidWhileTheTimeIsStillHeld) {
    Asked asked{{booked("21T14:00", "21T16:00")}};
    EXPECT_THAT(asked.kinds("21T14:04"), IsEmpty());
    ASSERT_THAT(asked.kinds("21T14:05"), ElementsAre("booking_late"));
    EXPECT_EQ(asked.due("21T14:05")[0].until, at("21T14:15"));
    EXPECT_THAT(asked.kinds("21T14:15"), IsEmpty());
    asked.excused = true;
    EXPECT_THAT(asked.kinds("21T14:05"), IsEmpty()) << "there was no power to come for";
}

TEST(Lateness, IsNoWordToWhoeverIsThere) {
    for (auto const state : {State::checked_in, State::running, State::pending})
        EXPECT_THAT((Asked{{booked("21T14:00", "21T16:00", state)}}).kinds("21T14:05"), IsEmpty());
}

TEST(Work, IsToldThatItsTimeEndsWhenAnotherIsNext) {
    Asked asked{{booked("21T14:00", "21T16:00", State::running)}};
    EXPECT_THAT(asked.kinds("21T15:50"), IsEmpty()) << "nobody is next";
    asked.live.push_back(booked("21T16:00", "21T17:00", State::confirmed, 8));
    asked.live.back().created_at = at("21T15:00");
    EXPECT_THAT(asked.kinds("21T15:49"), IsEmpty());
    ASSERT_THAT(asked.kinds("21T15:50"), ElementsAre("time_almost_over"));
    EXPECT_EQ(asked.due("21T15:50")[0].until, at("21T16:00"));
    asked.reminding.room = true;
    EXPECT_THAT(asked.kinds("21T15:50"), IsEmpty()) << "a room has more seats";
    asked.reminding.room = false;
    asked.live.back().machine = press;
    EXPECT_THAT(asked.kinds("21T15:50"), IsEmpty()) << "another machine's";
    asked.live.back().machine = laser;
    asked.live.back().enterprise = asked.live.front().enterprise;
    EXPECT_THAT(asked.kinds("21T15:50"), IsEmpty()) << "their own";
    EXPECT_THAT(asked.kinds("21T16:01"), IsEmpty());
}

TEST(Overrun, WarnsTheNextParty) {
    Asked asked{{booked("21T14:00", "21T16:00", State::running),
                 booked("21T16:10", "21T17:00", State::confirmed, 8)}};
    asked.live.back().created_at = at("21T15:00");
    ASSERT_THAT(asked.kinds("21T16:01"), ElementsAre("booking_overrun"));
    auto const warning = asked.due("21T16:01")[0];
    EXPECT_EQ(warning.booking, asked.live[1].id);
    EXPECT_EQ(asked.due("21T16:03")[0].occasion, warning.occasion);
    asked.live.back().during = {at("21T16:30"), at("21T17:00")};
    EXPECT_THAT(asked.kinds("21T16:01"), IsEmpty()) << "there is time yet";
}

TEST(RemindingOf, IsBySettings) {
    facility::Book book{.facility = {}, .zone = dhaka};
    booking::Scope const scope{
        .machine = laser, .membership = "priority", .season = "eid", .at = at("20T12:00")};
    EXPECT_EQ(reminding_of(book, scope).before, 120min);
    EXPECT_EQ(reminding_of(book, scope).evening, 18 * 60);
    EXPECT_EQ(reminding_of(book, scope).grace, 15min);
    book.settings.push_back({.name = "remind_minutes", .value = 45, .from = at("01T00:00")});
    book.settings.push_back({.name = "remind_evening", .machine = laser, .from = at("01T00:00")});
    book.settings.push_back({.name = "grace_minutes",
                             .membership = "priority",
                             .season = "eid",
                             .value = 40,
                             .from = at("01T00:00")});
    EXPECT_EQ(reminding_of(book, scope).before, 45min);
    EXPECT_EQ(reminding_of(book, scope).evening, std::nullopt);
    EXPECT_EQ(reminding_of(book, scope).grace, 40min) << "as long as they are waited for";
}

}  // namespace
}  // namespace karkhana::telling
