#include <gtest/gtest.h>

#include "server/booking/rules_policy.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::minutes;

Interval slot(std::string const& day, std::string const& from, std::string const& until) {
    return {dhaka(day + " " + from), dhaka(day + " " + until)};
}

std::string broken(World const& world, Interval during) {
    return codes(check(world, {laser(), {}}, during, std::nullopt));
}

struct Case {
    char const* from;
    char const* until;
    char const* expected;
};

TEST(Policy, OneRuleATime) {
    // Now is Saturday the 21st, 08:00; open 09:00-17:00, closed on Fridays; grid 15, 30-240 min.
    Case const cases[]{
        {"2026-11-21 10:00", "2026-11-21 11:00", ""},
        {"2026-11-21 09:00", "2026-11-21 13:00", ""},
        {"2026-11-21 16:30", "2026-11-21 17:00", ""},
        {"2026-11-19 10:00", "2026-11-19 11:00", "in_past"},
        {"2026-11-21 08:30", "2026-11-21 09:30", "closed"},
        {"2026-11-21 16:30", "2026-11-21 17:15", "closed"},
        {"2026-11-27 10:00", "2026-11-27 11:00", "closed"},
        {"2026-11-21 10:05", "2026-11-21 11:05", "grid"},
        {"2026-11-21 10:00", "2026-11-21 10:50", "grid"},
        {"2026-11-21 10:00", "2026-11-21 10:15", "too_short"},
        {"2026-11-21 10:00", "2026-11-21 14:15", "too_long"},
        {"2026-12-21 10:00", "2026-12-21 11:00", ""},
        {"2026-12-22 10:00", "2026-12-22 11:00", "too_far"},
    };
    for (auto const& row : cases)
        EXPECT_EQ(broken(saturday(), {dhaka(row.from), dhaka(row.until)}), row.expected)
            << row.from << " to " << row.until;
}

TEST(Policy, FridayIsClosedSaturdayIsOpen) {
    auto world = saturday();
    EXPECT_EQ(broken(world, slot("2026-11-27", "10:00", "11:00")), "closed");
    EXPECT_EQ(broken(world, slot("2026-11-28", "10:00", "11:00")), "");
    auto const closed =
        check(world, {laser(), {}}, slot("2026-11-27", "10:00", "11:00"), std::nullopt);
    EXPECT_EQ(closed.at(0).message.en, "Closed on Friday.");
    EXPECT_EQ(closed.at(0).message.bn, "শুক্রবার বন্ধ।");
}

TEST(Policy, FourReasonsAtOnceAndTwoRemainWhenTwoAreFixed) {
    auto world = saturday();
    party_of(world).suspended = true;
    Place const place{laser(), {slot("2026-11-21", "16:00", "17:00")}};
    auto const wish = slot("2026-11-21", "16:35", "17:35");
    EXPECT_EQ(codes(check(world, place, wish, std::nullopt)), "closed grid suspended slot_taken");
    auto const better = slot("2026-11-21", "16:00", "17:00");
    EXPECT_EQ(codes(check(world, place, better, std::nullopt)), "suspended slot_taken");
}

TEST(Policy, ReasonsAreToldInOneOrder) {
    auto world = saturday();
    party_of(world).suspended = true;
    set(world, "notice_create", 60);
    world.outages = {{.during = slot("2026-11-20", "00:00", "23:00"), .kind = "closure"}};
    Place const place{laser(), {slot("2026-11-20", "06:00", "08:00")}};
    // 20 November 2026 is a Friday.
    EXPECT_EQ(codes(check(world, place, slot("2026-11-20", "07:01", "07:02"), std::nullopt)),
              "in_past closed outage grid too_short suspended slot_taken");
    EXPECT_EQ(codes(check(world, place, slot("2026-11-21", "08:15", "14:45"), std::nullopt)),
              "closed too_long too_soon suspended");
}

TEST(Policy, TheStartMayBeNowAndNotAMicrosecondBefore) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:00");
    auto const wish = slot("2026-11-21", "10:00", "11:00");
    EXPECT_EQ(broken(world, wish), "");
    world.now += Duration{1};
    EXPECT_EQ(broken(world, wish), "in_past");
}

TEST(Policy, NoticeIsCountedFromNow) {
    auto world = saturday();
    set(world, "notice_create", 120);
    EXPECT_EQ(broken(world, slot("2026-11-21", "10:00", "11:00")), "");
    world.now += Duration{1};
    EXPECT_EQ(broken(world, slot("2026-11-21", "10:00", "11:00")), "too_soon");
}

TEST(Policy, TouchingEndsAreFineAndAMicrosecondIsNot) {
    auto const wish = slot("2026-11-21", "10:00", "11:00");
    Duration const tick{1};
    auto const with = [&](Interval taken) {
        return codes(check(saturday(), {laser(), {taken}}, wish, std::nullopt));
    };
    EXPECT_EQ(with(slot("2026-11-21", "09:00", "10:00")), "");
    EXPECT_EQ(with(slot("2026-11-21", "11:00", "12:00")), "");
    EXPECT_EQ(with({dhaka("2026-11-21 09:00"), wish.start + tick}), "slot_taken");
    EXPECT_EQ(with({wish.end - tick, dhaka("2026-11-21 12:00")}), "slot_taken");
}

TEST(Policy, TheCleanUpIsPartOfTheSlot) {
    auto machine = laser();
    machine.buffer_minutes = 10;
    auto const wish = slot("2026-11-21", "10:00", "11:00");
    auto const with = [&](Interval taken) {
        return codes(check(saturday(), {machine, {taken}}, wish, std::nullopt));
    };
    // What is taken comes with its own clean-up already.
    EXPECT_EQ(with(slot("2026-11-21", "09:00", "10:00")), "");
    EXPECT_EQ(with(slot("2026-11-21", "11:00", "12:00")), "slot_taken");
    EXPECT_EQ(with(slot("2026-11-21", "11:09", "12:00")), "slot_taken");
    EXPECT_EQ(with(slot("2026-11-21", "11:10", "12:00")), "");
}

TEST(Policy, AnOutageOfAnotherMachineDoesNotMatter) {
    auto world = saturday();
    auto const wish = slot("2026-11-21", "10:00", "11:00");
    facility::Outage outage{.machine = numbered_id<MachineId>(2),
                            .during = slot("2026-11-21", "10:30", "12:00"),
                            .kind = "maintenance",
                            .reason = "new belt"};
    world.outages = {outage};
    EXPECT_EQ(broken(world, wish), "");
    world.outages[0].machine = laser().id;
    EXPECT_EQ(broken(world, wish), "outage");
    world.outages[0].machine.reset();
    EXPECT_EQ(broken(world, wish), "outage");
    world.outages[0].during.start = wish.end;
    EXPECT_EQ(broken(world, wish), "");
}

TEST(Policy, AMachineOutOfOrderTakesNoBooking) {
    auto machine = laser();
    machine.out_of_order = true;
    EXPECT_EQ(
        codes(check(saturday(), {machine, {}}, slot("2026-11-21", "10:00", "11:00"), std::nullopt)),
        "outage");
}

TEST(Policy, ARunningBookingIsExtendedAndAnyIsShortened) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:20");
    party_of(world).suspended = true;
    auto const held = slot("2026-11-21", "10:00", "11:00");
    auto const with = [&](std::string const& until) {
        Place const place{laser(), {slot("2026-11-21", "12:00", "13:00")}};
        return codes(check(world, place, slot("2026-11-21", "10:00", until), held));
    };
    EXPECT_EQ(with("10:30"), "");
    EXPECT_EQ(with("10:15"), "in_past too_short");
    EXPECT_EQ(with("11:30"), "suspended");
    party_of(world).suspended = false;
    EXPECT_EQ(with("11:30"), "");
    EXPECT_EQ(with("12:00"), "");
    EXPECT_EQ(with("12:15"), "slot_taken");
}

TEST(Policy, AMoveIsAskedLikeANewBooking) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:00");
    set(world, "notice_change", 30);
    auto const held = slot("2026-11-21", "12:00", "13:00");
    auto const to = [&](std::string const& day, std::string const& from, std::string const& until) {
        return codes(check(world, {laser(), {}}, slot(day, from, until), held));
    };
    EXPECT_EQ(to("2026-11-21", "12:15", "13:15"), "");
    EXPECT_EQ(to("2026-11-21", "12:05", "13:05"), "grid");
    EXPECT_EQ(to("2026-11-21", "09:00", "10:30"), "in_past");
    EXPECT_EQ(to("2026-11-21", "10:15", "11:15"), "too_soon");
    EXPECT_EQ(to("2026-12-22", "12:00", "13:00"), "too_far");
    EXPECT_EQ(to("2026-11-21", "12:30", "13:00"), "");
}

TEST(Policy, WhatARunningBookingHasBehindItDoesNotForbidMore) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:40");
    world.outages = {{.during = slot("2026-11-21", "10:10", "10:30"), .kind = "load_shedding"}};
    auto const held = slot("2026-11-21", "10:00", "11:00");
    EXPECT_EQ(codes(check(world, {laser(), {}}, slot("2026-11-21", "10:00", "11:30"), held)), "");
    world.now = dhaka("2026-11-21 10:20");
    EXPECT_EQ(codes(check(world, {laser(), {}}, slot("2026-11-21", "10:00", "11:30"), held)),
              "outage");
    // To give time back is never forbidden.
    EXPECT_EQ(codes(check(world, {laser(), {}}, slot("2026-11-21", "10:00", "10:45"), held)), "");
}

TEST(Policy, ExtendingIntoTheNextOffersTheLongestPossible) {
    auto world = saturday();
    world.now = dhaka("2026-11-21 10:20");
    auto machine = laser();
    machine.buffer_minutes = 10;
    Place const place{machine, {slot("2026-11-21", "12:00", "13:00")}};
    auto const held = slot("2026-11-21", "10:00", "11:00");
    auto const found = check(world, place, slot("2026-11-21", "10:00", "12:00"), held);
    ASSERT_EQ(codes(found), "slot_taken");
    // 10 minutes of clean-up before 12:00 and a grid of 15 leave 11:45.
    EXPECT_EQ(found[0].numbers.back().first, "longest_end");
    EXPECT_EQ(std::get<std::string>(found[0].numbers.back().second), "2026-11-21T11:45:00+06:00");
    EXPECT_EQ(found[0].message.bn, "১২:০০-১৩:০০ বুক করা আছে। আপনি ১১:৪৫ পর্যন্ত থাকতে পারেন।");
}

TEST(Policy, NightShiftsCrossMidnight) {
    auto world = saturday();
    set_hours(world, {{6, 20 * 60, 26 * 60}});  // Saturday 20:00 to Sunday 02:00
    Interval const over{dhaka("2026-11-21 23:00"), dhaka("2026-11-22 01:00")};
    EXPECT_EQ(broken(world, over), "");
    EXPECT_EQ(broken(world, {over.start, dhaka("2026-11-22 02:15")}), "closed");
    set_hours(world, {{6, 20 * 60, 24 * 60}, {7, 0, 2 * 60}});
    EXPECT_EQ(broken(world, over), "");
}

TEST(Policy, TheGridIsOfTheLocalDay) {
    // Kathmandu is 5:45 off UTC: full local hours are quarter hours of UTC.
    auto world = saturday();
    set_zone(world, "Asia/Kathmandu");
    auto machine = laser();
    machine.grid_minutes = 60;
    machine.min_minutes = 60;
    auto const broken_at = [&](std::string_view start) {
        Interval const during{at(start), at(start) + minutes{60}};
        return codes(check(world, {machine, {}}, during, std::nullopt));
    };
    EXPECT_EQ(broken_at("2026-11-22T10:00:00+05:45"), "");
    EXPECT_EQ(broken_at("2026-11-22T10:15:00+05:45"), "grid");
}

TEST(Policy, WhenDhakaMovedItsClocksTheHoursWereLocal) {
    // At 23:00 on 19 June 2009 the clocks went to midnight: the 20th was open 09:00-17:00 of +07.
    auto world = saturday();
    world.now = at("2009-06-19T10:00:00+06:00");
    EXPECT_EQ(broken(world, {at("2009-06-20T09:00:00+07:00"), at("2009-06-20T10:00:00+07:00")}),
              "");
    EXPECT_EQ(broken(world, {at("2009-06-20T16:00:00+06:00"), at("2009-06-20T17:00:00+06:00")}),
              "closed");
    // 30 days ahead are days of the calendar, not 720 hours.
    EXPECT_EQ(broken(world, {at("2009-07-19T15:00:00+07:00"), at("2009-07-19T17:00:00+07:00")}),
              "");
    EXPECT_EQ(broken(world, {at("2009-07-20T09:00:00+07:00"), at("2009-07-20T10:00:00+07:00")}),
              "too_far");
}

TEST(Policy, AWishOfAThousandYearsIsAnsweredLikeAnyOther) {
    EXPECT_EQ(broken(saturday(), {dhaka("2026-11-21 10:00"), at("3026-11-21T10:00:00+06:00")}),
              "closed too_long");
}

TEST(Policy, NumbersAndWordsComeWithEveryReason) {
    auto world = saturday();
    set(world, "notice_create", 180);
    party_of(world).suspended = true;
    auto const found = check(world, {laser(), {slot("2026-11-21", "10:00", "12:00")}},
                             slot("2026-11-21", "10:00", "10:20"), std::nullopt);
    ASSERT_EQ(codes(found), "grid too_short too_soon suspended slot_taken");
    EXPECT_EQ(found[0].message.en, "Start and length go by steps of 15 minutes.");
    EXPECT_EQ(found[0].message.bn, "শুরুর সময় ও সময়ের দৈর্ঘ্য ১৫ মিনিটের ধাপে হতে হবে।");
    EXPECT_EQ(found[1].message.en, "At least 30 minutes; this is 20.");
    EXPECT_EQ(std::get<std::int64_t>(found[1].numbers.at(0).second), 30);
    EXPECT_EQ(std::get<std::int64_t>(found[1].numbers.at(1).second), 20);
    EXPECT_EQ(found[2].message.en, "Book at least 180 minutes ahead.");
    EXPECT_EQ(found[4].message.en, "Taken 10:00-12:00.");
    for (auto const& violation : found) EXPECT_FALSE(violation.message.bn.empty());
}

TEST(Presence, FromAnHourBeforeUntilTheEnd) {
    Settings const settings;
    auto const during = slot("2026-11-21", "10:00", "11:00");
    auto const code = [&](Instant now) {
        auto const verdict = check_presence(settings, during, now);
        return verdict ? std::string{} : std::string(verdict.error().code);
    };
    EXPECT_EQ(code(dhaka("2026-11-21 09:00") - Duration{1}), "too_early");
    EXPECT_EQ(code(dhaka("2026-11-21 09:00")), "");
    EXPECT_EQ(code(dhaka("2026-11-21 11:00") - Duration{1}), "");
    EXPECT_EQ(code(dhaka("2026-11-21 11:00")), "too_late");
}

}  // namespace
}  // namespace karkhana::booking
