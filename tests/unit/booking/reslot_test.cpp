#include <gtest/gtest.h>

#include "server/booking/rules_reslot.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using facility::OutageSource;
using std::chrono::minutes;

Instant on_saturday(std::string const& clock) { return dhaka("2026-11-21 " + clock); }
Interval saturday_from(std::string const& from, std::string const& until) {
    return {on_saturday(from), on_saturday(until)};
}

class Reslot : public testing::Test {
protected:
    Reslot() {
        auto second = laser();
        second.id = numbered_id<MachineId>(2);
        for (auto const& machine : {laser(), second}) bays.push_back({machine, open(), {}});
        outage.id = numbered_id<OutageId>(1);
        outage.during = saturday_from("10:30", "11:10");
        outage.kind = "load_shedding";
        outage.source = OutageSource::seen;
    }
    /// Saturday and Sunday, without the outage.
    std::vector<Interval> open() const {
        return {saturday_from("09:00", "17:00"),
                {dhaka("2026-11-22 09:00"), dhaka("2026-11-22 17:00")}};
    }
    Displaced booked(std::uint8_t number, State state, std::string const& from,
                     std::string const& until) {
        Booking booking;
        booking.id = numbered_id<BookingId>(number);
        booking.machine = laser().id;
        booking.state = state;
        booking.during = saturday_from(from, until);
        booking.occupied_from = booking.during.start;
        booking.occupied_until = booking.during.end;
        if (is_live(state)) take(bays[0], booking.during);
        return {booking, outage};
    }
    /// "1 extend 10:00-12:30, 2 move 13:00-14:00"
    std::string proposals(std::vector<Displaced> displaced) {
        put_in_order(displaced);
        for (auto& bay : bays)
            bay.open = without_outages(open(), {displaced.front().outage}, bay.machine.id);
        std::string text;
        for (auto const& each :
             propose(zone("Asia/Dhaka"), bays, displaced, now, {.refused_until = refused_until})) {
            text += (text.empty() ? "" : ", ") + std::to_string(each.booking.uuid.bytes[15]) + " " +
                    std::string(name_of(each.remedy));
            if (!each.during) continue;
            if (each.machine != laser().id) text += " other";
            text += " " + clock_of(each.during->start) + "-" + clock_of(each.during->end);
        }
        return text;
    }
    static std::string clock_of(Instant at) {
        return to_rfc3339(at, zone("Asia/Dhaka"))
            .substr(at < on_saturday("23:00") ? 11 : 5, at < on_saturday("23:00") ? 5 : 11);
    }

    std::vector<Bay> bays;
    facility::Outage outage;
    Instant now = on_saturday("11:12");
    decltype(Rulebook::refused_until) refused_until;
};

TEST_F(Reslot, TheTwinOfABrokenMachineHasTheVeryHour) {
    outage.machine = laser().id;
    outage.kind = "breakdown";
    outage.source = OutageSource::entered;
    outage.during = {on_saturday("09:30"), dhaka("2026-11-23 09:30")};
    now = on_saturday("09:30");
    EXPECT_EQ(proposals({booked(1, State::confirmed, "10:00", "11:00")}),
              "1 move other 10:00-11:00");
    // Where that is taken, the next free time of the day.
    bays[1].busy.clear();
    take(bays[1], saturday_from("10:00", "12:00"));
    EXPECT_EQ(proposals({booked(2, State::confirmed, "10:00", "11:00")}),
              "2 move other 12:00-13:00");
}

TEST_F(Reslot, AJobThatWasCutIntoGoesOnLongerWhenNobodyIsHarmed) {
    // Forty minutes were lost: three quarters of an hour on the grid.
    EXPECT_EQ(proposals({booked(1, State::paused, "10:00", "12:00")}), "1 extend 10:00-12:45");
}

TEST_F(Reslot, TheRestOfAJobComesLaterWhenSomebodyIsBehindIt) {
    auto const cut = booked(1, State::paused, "10:00", "12:00");
    take(bays[0], saturday_from("12:15", "13:00"));
    take(bays[1], saturday_from("09:00", "17:00"));
    EXPECT_EQ(proposals({cut}), "1 rest 13:00-13:45");
}

TEST_F(Reslot, WhoWasBrokenOffLostAllThatWasLeft) {
    outage.kind = "breakdown";
    outage.source = OutageSource::entered;
    take(bays[1], saturday_from("09:00", "17:00"));
    EXPECT_EQ(proposals({booked(1, State::interrupted, "10:00", "12:00")}), "1 rest 11:30-13:00");
}

TEST_F(Reslot, WhoHasBegunGoesBeforeWhoHasNotAndTheyBeforeWhoComesLater) {
    auto const ended = booked(3, State::completed, "09:45", "10:40");
    auto const first = booked(2, State::confirmed, "11:05", "11:35");
    auto const paused = booked(1, State::paused, "10:40", "11:05");
    take(bays[1], saturday_from("09:00", "17:00"));
    // 2 could go on longer, but for the rest of 1, who was at it.
    EXPECT_EQ(proposals({first, ended, paused}),
              "1 rest 11:45-12:15, 3 rest 12:15-12:45, 2 move 12:45-13:15");
}

TEST_F(Reslot, NothingBeginsBeforeFiveMinutesAfterTheOutage) {
    outage.during.end = on_saturday("13:57");
    outage.source = OutageSource::entered;
    now = on_saturday("09:00");
    // Half past one would be in the outage, two o'clock too soon after it.
    EXPECT_EQ(proposals({booked(1, State::confirmed, "11:00", "12:00")}), "1 move 14:15-15:15");
}

TEST_F(Reslot, AnotherMachineIsProposedOnlyForAnEarlierDay) {
    auto const taken = booked(1, State::confirmed, "10:30", "11:00");
    take(bays[0], saturday_from("11:00", "16:00"));
    EXPECT_EQ(proposals({taken}), "1 move 16:00-16:30");
    take(bays[0], saturday_from("16:00", "17:00"));
    EXPECT_EQ(proposals({taken}), "1 move other 11:30-12:00");
    take(bays[1], saturday_from("09:00", "17:00"));
    EXPECT_EQ(proposals({taken}), "1 move 11-22T09:00-11-22T09:30");
}

TEST_F(Reslot, WhatWasCancelledForItIsBookedAgainAndWhatFitsNowhereIsSaid) {
    EXPECT_EQ(proposals({booked(1, State::cancelled, "10:30", "11:30")}), "1 again 11:30-12:30");
    for (auto& bay : bays)
        bay.busy = {{saturday_from("09:00", "17:00")},
                    {{dhaka("2026-11-22 09:00"), dhaka("2026-11-22 17:00")}}};
    EXPECT_EQ(proposals({booked(2, State::cancelled, "10:30", "11:30")}), "2 none");
}

TEST_F(Reslot, ThoseOfASharedRoomGetTheFirstTimeAtWhichThereAreSeats) {
    bays[0].machine.seats = 4;
    bays[1].machine.kind = "room";
    take(bays[0], saturday_from("11:00", "12:30"), 2);
    auto three = booked(1, State::cancelled, "10:30", "11:30");
    auto two = booked(2, State::cancelled, "10:45", "11:45");
    three.booking.people = 3;
    two.booking.people = 2;
    // At half past eleven two seats are free, at half past twelve all four.
    EXPECT_EQ(proposals({three, two}), "1 again 12:30-13:30, 2 again 11:30-12:30");
    two.booking.people = 5;
    EXPECT_EQ(proposals({two}), "2 none");
}

TEST_F(Reslot, WhatTheRulesRefuseIsNotProposedButTheNextTimeIs) {
    // Till three o'clock the hours are kept for others.
    refused_until = [](Booking const&, Remedy, facility::Machine const& machine, Interval during) {
        bool const kept = machine.id == laser().id && during.start < on_saturday("15:00");
        return kept ? std::optional{during.start + Duration{1}} : std::nullopt;
    };
    take(bays[1], saturday_from("09:00", "17:00"));
    EXPECT_EQ(proposals({booked(1, State::confirmed, "10:30", "11:30")}), "1 move 15:00-16:00");
    // A running job does not go on longer into them: its rest comes later.
    EXPECT_EQ(proposals({booked(2, State::paused, "10:00", "12:00")}), "2 rest 15:00-15:45");
    // On the twin nobody keeps them.
    bays[1].busy.clear();
    EXPECT_EQ(proposals({booked(3, State::confirmed, "10:30", "11:30")}), "3 move 15:00-16:00");
    take(bays[0], saturday_from("15:00", "17:00"));
    EXPECT_EQ(proposals({booked(4, State::confirmed, "10:30", "11:30")}),
              "4 move other 11:30-12:30");
}

TEST_F(Reslot, WhoMayHaveNoTimeAtAllIsToldSo) {
    int asked = 0;
    refused_until = [&](Booking const&, Remedy, facility::Machine const&, Interval during) {
        ++asked;
        Violation const suspended{Rule::suspended, {}, {}};
        return std::optional{
            worth_asking_again(*saturday().book, during, std::span{&suspended, 1})};
    };
    EXPECT_EQ(proposals({booked(1, State::confirmed, "10:30", "11:30")}), "1 none");
    EXPECT_EQ(asked, 3);  // whether it may stay longer, and once of each machine
}

TEST(ReslotRules, AreAskedAgainWhenTheyMaySaySomethingElse) {
    auto const again = [](Rule rule) {
        Violation const one{rule, {}, {}};
        auto const refused = saturday_from("10:00", "11:00");
        return to_rfc3339(worth_asking_again(*saturday().book, refused, std::span{&one, 1}),
                          zone("Asia/Dhaka"))
            .substr(0, 16);
    };
    EXPECT_EQ(again(Rule::reserved_hours), "2026-11-21T10:00");
    EXPECT_EQ(again(Rule::operator_busy), "2026-11-21T10:00");
    EXPECT_EQ(again(Rule::daily_quota), "2026-11-22T00:00");
    // The week begins on Sunday.
    EXPECT_EQ(again(Rule::weekly_quota), "2026-11-22T00:00");
    EXPECT_EQ(again(Rule::overdue), "2026-12-19T10:00");
}

TEST_F(Reslot, IsProposedWhenACutIsOverAndAtOnceWhenItIsPlanned) {
    auto cut = booked(1, State::confirmed, "10:40", "11:40");
    EXPECT_FALSE(due(cut, on_saturday("11:10")));
    EXPECT_TRUE(due(cut, on_saturday("11:11")));
    cut.outage.source = OutageSource::entered;
    EXPECT_TRUE(due(cut, on_saturday("08:00")));
    cut.booking.state = State::running;
    EXPECT_FALSE(due(cut, on_saturday("11:09")));
    EXPECT_TRUE(due(cut, on_saturday("11:10")));
    // What a timetable says may not have come.
    cut.outage.source = OutageSource::timetable;
    EXPECT_FALSE(due(cut, on_saturday("11:10")));
    auto hardly = booked(1, State::confirmed, "11:06", "12:00");
    EXPECT_FALSE(due(hardly, on_saturday("12:00")));
}

}  // namespace
}  // namespace karkhana::booking
