#include <functional>
#include <gtest/gtest.h>

#include "server/booking/rules_absence.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/rules_overrun.hpp"
#include "server/booking/rules_quota.hpp"
#include "server/booking/rules_settings.hpp"
#include "server/booking/rules_terms.hpp"
#include "server/booking/rules_waitlist.hpp"
#include "tests/unit/booking/values.hpp"

/// Where each rule begins and where it ends: what is just allowed beside what is just too much.
namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::hours;
using std::chrono::minutes;

Instant today(std::string const& clock) { return dhaka("2026-11-21 " + clock); }
MachineId const another = numbered_id<MachineId>(2);

/// Mita wants the laser from ten to eleven on Saturday; it is eight.
class Bounds : public ::testing::Test {
protected:
    Bounds() {
        party().membership = "member";
        ask.hand.named = true;
    }
    Party& party() { return party_of(world); }
    std::string broken() const { return codes(check_policy(world, place, ask)); }
    void book(std::function<void(facility::Book&)> const& change) { edit(world, change); }

    World world = saturday();
    Place place{laser(), {}};
    Ask ask{.during = {today("10:00"), today("11:00")}};
};

// ---------------------------------------------------------------- who may book

TEST_F(Bounds, TheGapIsAskedOnBothSidesAndOfThisMachineAlone) {
    set(world, "gap_minutes", 30);
    auto const beside = [&](std::string const& from, std::string const& until, MachineId machine) {
        party().spent = {{machine, {today(from), today(until)}}};
        return broken();
    };
    EXPECT_EQ(beside("08:30", "09:31", laser().id), "gap");
    EXPECT_EQ(beside("08:30", "09:30", laser().id), "");
    EXPECT_EQ(beside("11:29", "12:00", laser().id), "gap");
    EXPECT_EQ(beside("11:30", "12:00", laser().id), "");
    EXPECT_EQ(beside("11:00", "12:00", another), "");
    set(world, "gap_minutes", 0);
    EXPECT_EQ(beside("11:00", "12:00", laser().id), "") << "no gap is asked for";
}

TEST_F(Bounds, ATrialOfAnotherMachineIsNoneOfThisOne) {
    ask.kind = Kind::trial;
    party().tried = {another};
    EXPECT_EQ(broken(), "");
    party().tried.push_back(laser().id);
    EXPECT_EQ(broken(), "trial_used");
    ask.kind = Kind::training;
    EXPECT_EQ(broken(), "");
}

TEST_F(Bounds, WhatWasMissedIsForgottenAfterSoManyDays) {
    set(world, "missed_most", 2);
    set(world, "missed_days", 10);
    auto const missed = [&](std::vector<std::string> const& starts) {
        party().missed.clear();
        for (auto const& start : starts) party().missed.push_back(dhaka(start));
        return broken();
    };
    EXPECT_EQ(missed({"2026-11-11 08:00", "2026-11-21 08:00"}), "suspended");
    EXPECT_EQ(missed({"2026-11-11 07:59", "2026-11-20 08:00"}), "") << "eleven days ago";
    EXPECT_EQ(missed({"2026-11-20 08:00", "2026-11-21 08:01"}), "") << "not yet";
    EXPECT_EQ(missed({"2026-11-20 08:00"}), "");
}

TEST_F(Bounds, AMembershipLastsUntilItsEnd) {
    party().member_until = ask.during.end;
    EXPECT_EQ(broken(), "");
    party().member_until = ask.during.end - Duration{1};
    EXPECT_EQ(broken(), "membership_over");
}

TEST_F(Bounds, ADebtIsTooOldAndTooMuchOrNeither) {
    auto const owes = [&](int days, std::int64_t poisha) {
        party().account = {.balance = {-poisha}, .overdue = {poisha}, .overdue_days = days};
        return broken();
    };
    EXPECT_EQ(owes(400, 1'000'000), "") << "nobody asks";
    set(world, "overdue_days", 14);
    EXPECT_EQ(owes(14, 1), "");
    EXPECT_EQ(owes(15, 1), "overdue");
    EXPECT_EQ(owes(15, 0), "") << "it is paid";
    set(world, "overdue_poisha", 500'00);
    EXPECT_EQ(owes(15, 500'00), "");
    EXPECT_EQ(owes(15, 500'01), "overdue");
    EXPECT_EQ(owes(14, 500'01), "");
    set(world, "overdue_days", std::nullopt);
    EXPECT_EQ(owes(1, 500'01), "overdue");
}

TEST_F(Bounds, TheBalanceMayGoDownToWhatMustStay) {
    set(world, "least_balance_poisha", 100);
    party().account.balance = {600};
    ask.price = {500};
    EXPECT_EQ(broken(), "");
    ask.price = {501};
    EXPECT_EQ(broken(), "low_balance");
}

TEST_F(Bounds, ReservedHoursAreOfTheirMachinesTheirAudienceAndTheirTime) {
    using Audience = facility::Reserved::Audience;
    auto const kept = [&](std::function<void(facility::Reserved&)> const& change) {
        book([&](facility::Book& book) {
            book.groups = {{.id = numbered_id<GroupId>(5),
                            .slug = "lasers",
                            .name = {},
                            .machines = {laser().id}}};
            book.reserved = {{.machine = std::nullopt,
                              .group = std::nullopt,
                              .weekday = 6,
                              .span = {540, 720},
                              .from = today("09:00")}};
            change(book.reserved[0]);
        });
        return broken();
    };
    EXPECT_EQ(kept([](auto&) {}), "reserved_hours");
    EXPECT_EQ(kept([](auto& each) { each.machine = laser().id; }), "reserved_hours");
    EXPECT_EQ(kept([](auto& each) { each.machine = another; }), "");
    EXPECT_EQ(kept([](auto& each) { each.group = numbered_id<GroupId>(5); }), "reserved_hours");
    EXPECT_EQ(kept([](auto& each) { each.group = numbered_id<GroupId>(6); }), "");
    EXPECT_EQ(kept([](auto& each) { each.weekday = 5; }), "");
    EXPECT_EQ(kept([](auto& each) { each.from = today("09:00") + Duration{1}; }), "");
    EXPECT_EQ(kept([](auto& each) { each.to = today("09:00") + Duration{1}; }), "reserved_hours");
    EXPECT_EQ(kept([](auto& each) { each.to = today("09:00"); }), "");
    auto const for_priority = [](auto& each) { each.audience = Audience::priority; };
    EXPECT_EQ(kept(for_priority), "reserved_hours");
    party().membership = "priority";
    EXPECT_EQ(kept(for_priority), "");
}

// ---------------------------------------------------------------- quotas

TEST_F(Bounds, AQuotaThatIsLiftedIsNone) {
    set(world, "daily_minutes", 30);
    EXPECT_EQ(broken(), "daily_quota");
    set(world, "daily_minutes", std::nullopt);
    EXPECT_EQ(broken(), "");
}

TEST_F(Bounds, ADayThatIsFullAlreadyDoesNotForbidANightThatOnlyEndsThere) {
    set(world, "daily_count", 1);
    book([](facility::Book& book) {
        book.opening.profiles[0].hours = {{6, 540, 1560}, {7, 540, 1020}};
    });
    party().spent = {{another, {dhaka("2026-11-22 10:00"), dhaka("2026-11-22 11:00")}},
                     {another, {dhaka("2026-11-22 12:00"), dhaka("2026-11-22 13:00")}}};
    ask.during = {today("23:00"), dhaka("2026-11-22 01:00")};
    EXPECT_EQ(broken(), "");
}

TEST_F(Bounds, WhatWasInterruptedCountsUntilThen) {
    EXPECT_EQ(spent_of(State::interrupted, ask.during, today("10:20")).end, today("10:20"));
    EXPECT_EQ(spent_of(State::interrupted, ask.during, std::nullopt), ask.during);
}

// ---------------------------------------------------------------- time

TEST_F(Bounds, ARunningBookingIsLetEndUntilItsEnd) {
    ask.held = ask.during;
    ask.change = true;
    ask.during.end = today("10:30");
    world.now = today("10:30") - Duration{1};
    EXPECT_EQ(broken(), "");
    world.now = today("10:30");
    EXPECT_EQ(broken(), "in_past");
}

TEST_F(Bounds, NoticeIsOfWhatBeginsNewAlone) {
    set(world, "notice_create", 30);
    world.now = ask.during.start;
    EXPECT_EQ(broken(), "too_soon") << "at once";
    set(world, "notice_change", 60);
    ask.change = true;
    ask.held = ask.during;
    world.now = today("09:30");
    ask.during.end = today("11:30");
    EXPECT_EQ(broken(), "") << "it begins as before";
    ask.during = {today("10:15"), today("11:00")};
    EXPECT_EQ(broken(), "") << "it gives time back";
    ask.during = {today("10:15"), today("11:15")};
    EXPECT_EQ(broken(), "too_soon");
}

TEST_F(Bounds, WhatIsGivenBackOfAClosedDayIsNotRefused) {
    set_hours(world, {{7, 540, 1020}});
    ask.held = {today("10:00"), today("11:30")};
    EXPECT_EQ(broken(), "");
    ask.during.end = today("12:00");
    EXPECT_EQ(broken(), "closed");
}

TEST_F(Bounds, AWeekIsSevenDays) {
    auto const week = week_of(world.zone(), dhaka("2026-11-18 10:00"), 7);
    EXPECT_EQ(week.start, dhaka("2026-11-15 00:00"));
    EXPECT_EQ(week.end, dhaka("2026-11-22 00:00"));
    EXPECT_EQ(week_of(world.zone(), today("10:00"), 6).start, today("00:00"));
    EXPECT_EQ(week_of(world.zone(), dhaka("2026-11-20 23:59"), 6).end, today("00:00"));
}

TEST_F(Bounds, TheLongestEndIsNoShorterThanTheShortestBooking) {
    auto const longest = [&] {
        auto const end = longest_end(world, place, today("10:00"));
        return end ? to_rfc3339(*end, world.zone()).substr(11, 5) : "";
    };
    EXPECT_EQ(longest(), "14:00");
    place.taken = {{today("08:00"), today("10:00")}, {today("10:30"), today("11:00")}};
    EXPECT_EQ(longest(), "10:30");
    place.taken[1].start = today("10:29");
    EXPECT_EQ(longest(), "") << "a quarter of an hour is too short";
    place.taken.clear();
    world.outages = {{.during = {today("08:00"), today("10:00")}, .kind = "maintenance"},
                     {.during = {today("10:45"), today("12:00")}, .kind = "maintenance"}};
    EXPECT_EQ(longest(), "10:45");
}

// ---------------------------------------------------------------- what else is needed

TEST_F(Bounds, AnOperatorIsOneOnShiftFromItsBeginningToItsEnd) {
    ask.hand.assisted = true;
    auto const karim = numbered_id<PersonId>(7), salma = numbered_id<PersonId>(8);
    book([&](facility::Book& book) {
        book.resources = {{.id = numbered_id<ResourceId>(1),
                           .kind = "operator",
                           .slug = "karim",
                           .name = {},
                           .machine = {},
                           .person = karim},
                          {.id = numbered_id<ResourceId>(2),
                           .kind = "die",
                           .slug = "die",
                           .name = {},
                           .machine = {},
                           .person = {}}};
    });
    auto const with = [&](PersonId const& person, Interval shift) {
        world.on_shift = {{person, shift}};
        return broken();
    };
    EXPECT_EQ(with(karim, ask.during), "");
    EXPECT_EQ(with(karim, {ask.during.start + Duration{1}, ask.during.end}), "operator_busy");
    EXPECT_EQ(with(karim, {ask.during.start, ask.during.end - Duration{1}}), "operator_busy");
    EXPECT_EQ(with(salma, ask.during), "operator_busy") << "a die is no operator either";
    book([](facility::Book& book) { book.resources[0].person.reset(); });
    EXPECT_EQ(broken(), "") << "whoever it is is always there";
    book([](facility::Book& book) { book.resources.erase(book.resources.begin()); });
    EXPECT_EQ(broken(), "") << "no list of operators is kept";
}

TEST_F(Bounds, WhatAnotherMachineNeedsIsNotNeededHere) {
    book([](facility::Book& book) {
        book.resources = {{.id = numbered_id<ResourceId>(1),
                           .kind = "die",
                           .slug = "die",
                           .name = {},
                           .machine = {},
                           .person = {}}};
        book.needs = {{.machine = another, .resource = {}, .kind = "die", .units = 2}};
    });
    EXPECT_EQ(broken(), "");
    EXPECT_TRUE(plan_holds(world, place, ask).holds.empty());
    book([](facility::Book& book) { book.needs[0].machine = laser().id; });
    EXPECT_EQ(broken(), "co_resource");
}

TEST_F(Bounds, ANamedDieIsNeededAndNoOtherWillDo) {
    book([](facility::Book& book) {
        for (auto const& id : {numbered_id<ResourceId>(1), numbered_id<ResourceId>(2)})
            book.resources.push_back({.id = id,
                                      .kind = "die",
                                      .slug = id.text(),
                                      .name = {},
                                      .machine = {},
                                      .person = {}});
        book.needs = {{.machine = laser().id,
                       .resource = numbered_id<ResourceId>(1),
                       .kind = "",
                       .units = 1}};
    });
    EXPECT_EQ(plan_holds(world, place, ask).holds,
              (std::vector<Held>{{numbered_id<ResourceId>(1), 1, ask.during}}));
    world.held = {{numbered_id<ResourceId>(1), 1, ask.during}};
    EXPECT_EQ(broken(), "co_resource");
}

TEST_F(Bounds, ARoomIsFullWithItsLastSeat) {
    place.machine.seats = 4;
    ask.people = 2;
    world.held = {{room_of(place.machine), 2, ask.during}};
    EXPECT_EQ(broken(), "");
    world.held[0].units = 3;
    EXPECT_EQ(broken(), "capacity");
}

TEST_F(Bounds, TheGeneratorFeedsOnlyWhileTheMainsIsOff) {
    auto const site = numbered_id<ResourceId>(1);
    place.machine.rated_w = 20'000;
    book([&](facility::Book& book) {
        book.facility.generator_w = 30'000;
        book.resources = {{.id = site,
                           .kind = "power",
                           .slug = "site",
                           .name = {},
                           .capacity = 80'000,
                           .machine = {},
                           .person = {}}};
    });
    Interval const first{today("10:00"), today("10:30")}, second{today("10:30"), today("11:00")};
    world.outages = {{.machine = std::nullopt,
                      .during = {first.start - hours{1}, first.end},
                      .kind = "load_shedding"}};
    world.held = {{site, 15'000, second}};
    EXPECT_EQ(broken(), "") << "the mains is back when others work";
    world.held = {{site, 15'000, first}};
    EXPECT_EQ(broken(), "power_budget");
    world.held[0].units = 10'000;
    EXPECT_EQ(broken(), "") << "just enough";
    world.held[0] = {site, 60'000, second};
    EXPECT_EQ(broken(), "");
    world.held[0].units = 60'001;
    EXPECT_EQ(broken(), "power_budget") << "of the site";
    world.held = {{site, 15'000, {first.start - hours{1}, first.start}}};
    EXPECT_EQ(broken(), "") << "they are gone by then";
    world.held = {{site, 15'000, first}};
    world.outages[0].kind = "maintenance";
    world.outages[0].machine = another;
    EXPECT_EQ(broken(), "") << "that is no cut";
    world.outages[0].kind = "load_shedding";
    EXPECT_EQ(broken(), "") << "and that one is elsewhere";
}

// ---------------------------------------------------------------- who does not come, who stays

class Grace : public ::testing::Test {
protected:
    /// "missed", "cancelled" ...; "": it may still be used.
    std::string verdict(std::string const& now) const {
        auto const found =
            judge_absence(Settings{}, booking, machine, {outages, overstays, {}}, today(now));
        return found ? std::string(name_of(found->to)) : "";
    }
    void cut(std::string const& from, std::string const& until) {
        outages.push_back({.during = {today(from), today(until)}, .kind = "breakdown"});
    }
    static Booking confirmed(std::string const& from, std::string const& until) {
        Booking made;
        made.machine = laser().id;
        made.state = State::confirmed;
        made.during = {today(from), today(until)};
        return made;
    }

    facility::Machine machine = laser();
    Booking booking = confirmed("10:00", "11:00");
    std::vector<facility::Outage> outages;
    std::vector<Interval> overstays;
};

TEST_F(Grace, IsCountedOnceWhereCutsLieWithinEachOther) {
    cut("10:05", "10:25");
    cut("10:10", "10:15");
    EXPECT_EQ(verdict("10:34"), "");
    EXPECT_EQ(verdict("10:35"), "cancelled");
}

TEST_F(Grace, IsCountedInTheOrderOfTheClockWhateverTheListIs) {
    cut("10:30", "10:40");
    cut("10:05", "10:25");
    EXPECT_EQ(verdict("10:44"), "");
    EXPECT_EQ(verdict("10:45"), "cancelled");
}

TEST_F(Grace, IsLeftWhenOthersGoJustInTime) {
    overstays = {{today("10:00"), today("10:45")}};
    EXPECT_EQ(verdict("11:00"), "missed") << "a quarter of an hour was left";
    overstays = {{today("10:00"), today("10:46")}};
    EXPECT_EQ(verdict("11:00"), "cancelled");
    booking.during.end = today("10:15");
    overstays = {{today("10:00"), today("10:05")}};
    EXPECT_EQ(verdict("10:15"), "cancelled") << "it was no longer than the grace";
}

TEST_F(Grace, OfWhoWaitsAtAMachineOutOfOrderEndsWithTheSlotAndCostsNothing) {
    booking.state = State::checked_in;
    machine.out_of_order = true;
    EXPECT_EQ(verdict("10:59"), "");
    EXPECT_EQ(verdict("11:00"), "cancelled");
    machine.out_of_order = false;
    EXPECT_EQ(verdict("11:00"), "completed");
}

TEST(Overrun, WarnsTheNextOfTheMachineWhoIsSoonToCome) {
    auto const made = [](std::uint8_t number, std::string const& from, std::string const& until,
                         State state, std::uint8_t party, std::uint8_t machine) {
        Booking booking;
        booking.id = numbered_id<BookingId>(number);
        booking.machine = numbered_id<MachineId>(machine);
        booking.enterprise = numbered_id<EnterpriseId>(party);
        booking.during = {today(from), today(until)};
        booking.state = state;
        return booking;
    };
    auto const running = made(1, "10:00", "11:00", State::running, 1, 1);
    facility::Book const book{.facility = {}, .zone = zone("Asia/Dhaka")};
    auto const warned = [&](Booking const& first, Booking const& next, std::string const& now) {
        return !overruns(book, std::vector{first, next}, today(now)).empty();
    };
    auto const next = made(2, "11:15", "12:00", State::confirmed, 2, 1);
    EXPECT_TRUE(warned(running, next, "11:00"));
    EXPECT_FALSE(warned(running, made(2, "11:00", "12:00", State::confirmed, 2, 1), "10:59"));
    auto paused = running;
    paused.state = State::paused;
    EXPECT_TRUE(warned(paused, next, "11:00"));
    auto finished = running;
    finished.state = State::checked_in;
    EXPECT_FALSE(warned(finished, next, "11:00"));
    EXPECT_FALSE(warned(running, made(2, "11:16", "12:00", State::confirmed, 2, 1), "11:00"));
    EXPECT_TRUE(warned(running, made(2, "11:00", "12:00", State::checked_in, 2, 1), "11:05"));
    EXPECT_TRUE(warned(running, made(2, "10:00", "10:30", State::confirmed, 2, 1), "11:05"))
        << "who should have had it meanwhile";
    EXPECT_FALSE(warned(running, made(2, "09:00", "09:30", State::confirmed, 2, 1), "11:05"));
    EXPECT_FALSE(warned(running, made(2, "11:00", "12:00", State::pending, 2, 1), "11:00"));
    EXPECT_FALSE(warned(running, made(2, "11:00", "12:00", State::confirmed, 1, 1), "11:00"));
    EXPECT_FALSE(warned(running, made(2, "11:00", "12:00", State::confirmed, 2, 2), "11:00"));
}

// ---------------------------------------------------------------- settings

TEST_F(Bounds, AGridThatDoesNotDivideTheDayIsThatOfTheMachine) {
    set(world, "grid_minutes", 7);
    EXPECT_EQ(limits_at(world, place.machine, ask.during.start).grid_minutes, 15);
    set(world, "grid_minutes", 20);
    EXPECT_EQ(limits_at(world, place.machine, ask.during.start).grid_minutes, 20);
}

TEST_F(Bounds, TheTermsHaveThreeTiersAndWhatIsLiftedIsAsAtFirst) {
    for (int tier = 1; tier <= 3; ++tier) {
        set(world, "late_" + std::to_string(tier) + "_minutes", 60 * tier);
        set(world, "late_" + std::to_string(tier) + "_percent", 100 - 25 * tier);
    }
    auto const terms = [&] {
        return terms_for(*world.book, scope_at(world, place.machine, ask.during.start));
    };
    EXPECT_EQ(terms().late_tiers,
              (std::vector<LateTier>{{minutes{60}, 75}, {minutes{120}, 50}, {minutes{180}, 25}}));
    set(world, "late_2_percent", 0);
    EXPECT_EQ(terms().late_tiers.size(), 2U);
    set(world, "grace_minutes", 40);
    EXPECT_EQ(terms().grace, minutes{40});
    set(world, "grace_minutes", std::nullopt);
    EXPECT_EQ(terms().grace, minutes{15});
}

TEST(SettingName, OfATypeOfWorkHasATypeAndNothingElse) {
    EXPECT_NE(find_setting_name("work.sole.seconds"), nullptr);
    for (auto const* other : {"work..seconds", "work.seconds", "work.sole.minutes", "sole.seconds",
                              "work.So le.seconds", "jork.sole.seconds"})
        EXPECT_EQ(find_setting_name(other), nullptr) << other;
}

// ---------------------------------------------------------------- the queue

TEST_F(Bounds, WhoseHoursTheyAreIsByMachineGroupAudienceAndDay) {
    using Audience = facility::Reserved::Audience;
    Waiter waiter;
    waiter.entry.machine = laser().id;
    waiter.entry.wanted = {today("11:00"), today("17:00")};
    waiter.membership = "priority";
    auto const theirs = [&](std::function<void(facility::Reserved&)> const& change) {
        book([&](facility::Book& book) {
            book.groups = {{.id = numbered_id<GroupId>(5),
                            .slug = "lasers",
                            .name = {},
                            .machines = {laser().id}}};
            book.reserved = {{.machine = std::nullopt,
                              .group = std::nullopt,
                              .weekday = 6,
                              .span = {540, 720},
                              .audience = Audience::priority,
                              .from = today("09:00")}};
            change(book.reserved[0]);
        });
        return in_reserved_hours(*world.book, waiter);
    };
    EXPECT_TRUE(theirs([](auto&) {}));
    EXPECT_TRUE(theirs([](auto& each) { each.machine = laser().id; }));
    EXPECT_FALSE(theirs([](auto& each) { each.machine = another; }));
    EXPECT_TRUE(theirs([](auto& each) { each.group = numbered_id<GroupId>(5); }));
    EXPECT_FALSE(theirs([](auto& each) { each.group = numbered_id<GroupId>(6); }));
    EXPECT_FALSE(theirs([](auto& each) { each.weekday = 7; }));
    EXPECT_FALSE(theirs([](auto& each) { each.span = {540, 660}; })) << "over when they want it";
    EXPECT_FALSE(theirs([](auto& each) { each.from = today("09:01"); }));
    EXPECT_TRUE(theirs([](auto& each) { each.to = today("09:01"); }));
    EXPECT_FALSE(theirs([](auto& each) { each.to = today("09:00"); }));
    EXPECT_FALSE(theirs([](auto& each) { each.audience = Audience::women_led; }));
    auto const of_members = [](auto& each) { each.audience = Audience::member; };
    EXPECT_TRUE(theirs(of_members));
    waiter.membership = "non_member";
    EXPECT_FALSE(theirs(of_members));
    EXPECT_FALSE(theirs([](auto&) {}));
    waiter.membership = "priority";
    waiter.entry.wanted = {dhaka("2026-11-20 09:00"), today("10:00")};
    EXPECT_TRUE(theirs([](auto&) {})) << "the last day of the window";
    waiter.entry.wanted = {dhaka("2026-11-22 09:00"), dhaka("2026-11-28 09:00")};
    EXPECT_TRUE(theirs([](auto& each) { each.weekday = 5; })) << "the sixth day of the window";
}

}  // namespace
}  // namespace karkhana::booking
