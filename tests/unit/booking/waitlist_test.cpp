#include <gtest/gtest.h>

#include "server/booking/rules_bays.hpp"
#include "server/booking/rules_waitlist.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::minutes;

Instant on_saturday(std::string const& clock) { return dhaka("2026-11-21 " + clock); }

class Waitlist : public testing::Test {
protected:
    Waitlist() {
        busy("09:00", "10:00");
        busy("11:00", "17:00");
    }
    void busy(std::string const& from, std::string const& until) {
        places[0].taken.push_back({on_saturday(from), on_saturday(until)});
    }
    Waiter& joins(std::uint8_t number, std::string const& at) {
        Waiter waiter;
        waiter.entry.id = numbered_id<WaitlistEntryId>(number);
        waiter.entry.machine = laser().id;
        waiter.entry.wanted = {on_saturday("09:00"), on_saturday("17:00")};
        waiter.entry.length = minutes{60};
        waiter.entry.joined_at = dhaka("2026-11-20 " + at);
        waiter.membership = "member";
        return waiters.emplace_back(waiter);
    }
    static std::string number_of(WaitlistEntry const& entry) {
        return std::to_string(entry.id.uuid.bytes[15]);
    }
    static std::string with(Codes const& codes) {
        std::string text;
        for (auto const& code : codes) text += " " + code;
        return text;
    }
    /// "1 skipped suspended 10:00, 2 offered 10:00 (before 1 suspended)"
    std::string turns() {
        std::string text;
        auto const against = [&](Waiter const& waiter, Slot const& slot) {
            return rules ? rules(waiter, slot) : Codes{};
        };
        for (auto const& turn : next_turns(world, places, waiters, against)) {
            text += (text.empty() ? "" : ", ") + number_of(turn.waiter.entry);
            text += (turn.against.empty() ? " offered" : " skipped") + with(turn.against);
            text += " " + to_rfc3339(turn.slot.during.start, world.zone()).substr(11, 5);
            for (auto const& [entry, slot, codes] : turn.passed)
                text += " (before " + number_of(entry) + with(codes) + ")";
        }
        return text;
    }

    World world = tests::saturday();
    std::vector<Place> places{{laser(), {}}};
    std::vector<Waiter> waiters;
    SpeaksAgainst rules;
};

TEST_F(Waitlist, TheFirstWhoJoinedIsOfferedTheFreeHour) {
    joins(2, "10:05");
    joins(1, "10:00");
    EXPECT_EQ(turns(), "1 offered 10:00");
}

TEST_F(Waitlist, WhoMayNotHaveItIsSkippedAndTheLogSaysWhy) {
    joins(1, "10:00");
    joins(2, "10:05");
    joins(3, "10:10");
    rules = [](Waiter const& waiter, Slot const&) {
        bool const first = waiter.entry.id == numbered_id<WaitlistEntryId>(1);
        return first ? Codes{"suspended", "overdue"} : Codes{};
    };
    EXPECT_EQ(turns(),
              "1 skipped suspended overdue 10:00, 2 offered 10:00 (before 1 suspended overdue)");
}

TEST_F(Waitlist, PriorityMembersGoFirstThenThoseForWhomTheHoursAre) {
    joins(1, "10:00");
    joins(2, "10:05").women_led = true;
    joins(3, "10:10").membership = "priority";
    edit(world, [](facility::Book& book) {
        book.reserved = {{.machine = std::nullopt,
                          .group = std::nullopt,
                          .weekday = 6,
                          .span = {10 * 60, 12 * 60}}};
    });
    put_in_order(*world.book, waiters);
    std::string order;
    for (auto const& waiter : waiters) order += std::to_string(waiter.entry.id.uuid.bytes[15]);
    EXPECT_EQ(order, "321");
}

TEST_F(Waitlist, WhoWantsJustTheFreeHourIsOfferedIt) {
    joins(1, "10:00").entry.wanted = {on_saturday("10:00"), on_saturday("11:00")};
    EXPECT_EQ(turns(), "1 offered 10:00");
    waiters[0].entry.wanted.end = on_saturday("10:59");
    EXPECT_EQ(turns(), "");
}

TEST_F(Waitlist, TwoFreeHoursGoToTwo) {
    places[0].taken.pop_back();
    busy("12:00", "17:00");
    joins(1, "10:00");
    joins(2, "10:05");
    joins(3, "10:10");
    EXPECT_EQ(turns(), "1 offered 10:00, 2 offered 11:00");
}

TEST_F(Waitlist, WhatMayNotBeTodayIsTriedTomorrow) {
    joins(1, "10:00").entry.wanted.end = dhaka("2026-11-22 17:00");
    rules = [](Waiter const&, Slot const& slot) {
        return slot.during.start < on_saturday("17:00") ? Codes{"daily_quota"} : Codes{};
    };
    EXPECT_EQ(turns(), "1 offered 09:00");
}

TEST_F(Waitlist, EveryFreeTimeOfTheDayIsTriedUntilOneMayBeHad) {
    places[0].taken = {};
    busy("09:00", "10:00");
    busy("11:30", "14:00");
    busy("15:00", "17:00");
    joins(1, "10:00");
    rules = [](Waiter const&, Slot const& slot) {
        return slot.during.start < on_saturday("10:15") ? Codes{"gap"} : Codes{};
    };
    EXPECT_EQ(turns(), "1 offered 10:15");
    rules = [](Waiter const&, Slot const& slot) {
        return slot.during.start < on_saturday("14:00") ? Codes{"reserved_hours"} : Codes{};
    };
    EXPECT_EQ(turns(), "1 offered 14:00");
}

TEST_F(Waitlist, WhoStoodBeforeAndMayNotHaveWhatTheNextIsGivenIsNamedEvenWhenGivenAnotherTime) {
    places[0].taken = {};
    busy("09:00", "10:00");
    busy("11:00", "14:00");
    busy("16:00", "17:00");
    joins(1, "10:00");
    joins(2, "10:05");
    joins(3, "10:10");
    rules = [](Waiter const& waiter, Slot const& slot) {
        bool const first = waiter.entry.id == numbered_id<WaitlistEntryId>(1);
        return first && slot.during.start < on_saturday("14:00") ? Codes{"gap"} : Codes{};
    };
    EXPECT_EQ(turns(), "1 offered 14:00, 2 offered 10:00 (before 1 gap), 3 offered 15:00");
}

TEST_F(Waitlist, TheNumbersOfTheRulesHoldAndNotTheMachines) {
    places[0].taken = {};
    joins(1, "10:00");
    set(world, "notice_create", 95);
    EXPECT_EQ(turns(), "1 offered 09:45");
    set(world, "grid_minutes", 60);
    EXPECT_EQ(turns(), "1 offered 10:00");
}

TEST_F(Waitlist, WhatIsLongerThanAnyBookingIsSaidToBe) {
    joins(1, "10:00");
    set(world, "max_minutes", 30);
    EXPECT_EQ(turns(), "1 skipped too_long 10:00");
}

TEST_F(Waitlist, SoManyTimesAreTriedAtOnceAndThoseOfALaterDayWhenTheyHaveGoneBy) {
    places[0].taken = {};
    joins(1, "10:00").entry.wanted.end = dhaka("2026-12-20 17:00");
    int tries = 0;
    rules = [&](Waiter const&, Slot const&) {
        ++tries;
        return Codes{"weekly_quota"};
    };
    set(world, "horizon_days", 60);
    set(world, "grid_minutes", 5);
    EXPECT_EQ(turns(), "1 skipped weekly_quota 09:00");
    EXPECT_EQ(tries, times_tried);
}

TEST_F(Waitlist, SeatsOfARoomAreCountedByTheRules) {
    places[0].machine.seats = 4;
    places[0].taken = {};
    joins(1, "10:00");
    joins(2, "10:05");
    EXPECT_EQ(turns(), "1 offered 09:00, 2 offered 09:00");
}

TEST_F(Waitlist, WhoHasAnOfferOrIsPassedOverIsNotAsked) {
    joins(1, "10:00").entry.state = WaitlistEntry::State::offered;
    joins(2, "10:05").entry.passed_until = on_saturday("08:01");
    EXPECT_EQ(turns(), "");
    waiters[1].entry.passed_until = on_saturday("08:00");
    EXPECT_EQ(turns(), "2 offered 10:00");
}

TEST_F(Waitlist, WhatNoMachineOfItIsBookedForYetIsNotWaitedFor) {
    auto second = laser();
    second.id = numbered_id<MachineId>(2);
    second.horizon_days = 40;
    edit(world, [&](facility::Book& book) {
        book.machines = {laser(), second};
        book.groups = {{.id = numbered_id<GroupId>(1),
                        .slug = "lasers",
                        .name = {"Lasers", "লেজার"},
                        .machines = {laser().id, second.id}}};
    });
    auto& entry = joins(1, "10:00").entry;
    auto const refused = [&](std::string const& day) {
        entry.wanted = {dhaka(day + " 09:00"), dhaka(day + " 17:00")};
        auto const far = too_far(world, entry);
        return far ? std::string{name_of(far->rule)} : "";
    };
    EXPECT_EQ(refused("2026-12-21"), "");
    EXPECT_EQ(refused("2026-12-22"), "too_far");
    entry.machine.reset();
    entry.group = numbered_id<GroupId>(1);
    EXPECT_EQ(refused("2026-12-31"), "");
    EXPECT_EQ(refused("2027-01-01"), "too_far");
    EXPECT_EQ(beyond_horizon(*world.book, world.now), dhaka("2027-01-01 00:00"));
    set(world, "horizon_days", 60);
    EXPECT_EQ(refused("2027-01-01"), "");
    EXPECT_EQ(beyond_horizon(*world.book, world.now), dhaka("2027-01-21 00:00"));
}

TEST_F(Waitlist, WhatIsSomebodysTurnIsInTheWayOfOthers) {
    joins(1, "10:00").entry.people = 2;
    auto& place = places[0];
    place.machine.buffer_minutes = 15;
    std::vector<Turn> const turns{
        {waiters[0], {laser().id, {on_saturday("10:00"), on_saturday("11:00")}}, {}, {}}};
    auto const taken = [&](std::string const& from, std::string const& until, int people = 1) {
        Ask const ask{.during = {on_saturday(from), on_saturday(until)}, .people = people};
        return in_the_way(world, place, ask, turns) != nullptr;
    };
    EXPECT_TRUE(taken("10:30", "11:30"));
    EXPECT_TRUE(taken("09:00", "10:00")) << "it has to be cleaned in between";
    EXPECT_FALSE(taken("11:15", "12:00"));
    place.machine.seats = 4;
    EXPECT_FALSE(taken("10:00", "11:00", 2)) << "there are seats for both";
    EXPECT_TRUE(taken("10:00", "11:00", 3));
    place.machine.id = numbered_id<MachineId>(2);
    EXPECT_FALSE(taken("10:00", "11:00", 3)) << "of another machine";
}

TEST_F(Waitlist, AnyOfAGroupWillDo) {
    auto second = laser();
    second.id = numbered_id<MachineId>(2);
    places.push_back({second, {}});
    edit(world, [&](facility::Book& book) {
        book.groups = {{.id = numbered_id<GroupId>(1),
                        .slug = "lasers",
                        .name = {"Lasers", "লেজার"},
                        .machines = {laser().id, second.id}}};
    });
    auto& entry = joins(1, "10:00").entry;
    entry.machine.reset();
    entry.group = numbered_id<GroupId>(1);
    EXPECT_EQ(turns(), "1 offered 09:00");
}

TEST(Bay, TheFirstFitMindsTheGridSetUpAndCleanUp) {
    auto machine = laser();
    machine.setup_minutes = 10;
    machine.buffer_minutes = 5;
    Bay const bay{machine,
                  {{on_saturday("09:00"), on_saturday("17:00")}},
                  {{{on_saturday("09:50"), on_saturday("11:05")}}}};
    auto const fit = [&](int length, std::string const& from) {
        auto const found = first_fit(zone("Asia/Dhaka"), bay, minutes{length},
                                     {on_saturday(from), on_saturday("17:00")});
        return found ? to_rfc3339(found->start, zone("Asia/Dhaka")).substr(11, 5) : "";
    };
    EXPECT_EQ(fit(45, "08:00"), "09:00");
    EXPECT_EQ(fit(60, "08:00"), "11:15");
    EXPECT_EQ(fit(30, "09:01"), "09:15");
    EXPECT_EQ(fit(345, "08:00"), "11:15");
    EXPECT_EQ(fit(346, "08:00"), "");
    EXPECT_EQ(on_grid(machine, minutes{31}), minutes{45});
    EXPECT_EQ(on_grid(machine, minutes{5}), minutes{30});
}

}  // namespace
}  // namespace karkhana::booking
