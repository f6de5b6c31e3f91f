#include <gtest/gtest.h>

#include "server/booking/rules_fee.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/rules_overrun.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::minutes;
using std::chrono::seconds;

Instant on_saturday(std::string const& clock) { return dhaka("2026-11-21 " + clock); }

/// From 10:00 to 12:00, for 240 taka, booked the day before.
Booking two_hours(State state) {
    Booking booking;
    booking.machine = laser().id;
    booking.state = state;
    booking.during = {on_saturday("10:00"), on_saturday("12:00")};
    booking.quote = {24'000};
    booking.created_at = dhaka("2026-11-20 10:00");
    return booking;
}

Terms strict() {
    Terms terms;
    terms.notice_cancel = minutes{24 * 60};
    terms.late_tiers = {{minutes{24 * 60}, 25}, {minutes{120}, 50}, {minutes{30}, 100}};
    terms.missed_percent = 100;
    terms.overrun_percent = 150;
    return terms;
}

TEST(LateCancel, IsOneAfterTheNoticeAndBeforeTheStartOfTheJob) {
    auto terms = strict();
    terms.notice_cancel = minutes{60};
    auto const booking = two_hours(State::confirmed);
    EXPECT_FALSE(is_late(terms, booking, on_saturday("09:00")));
    EXPECT_TRUE(is_late(terms, booking, on_saturday("09:00") + seconds{1}));
    EXPECT_TRUE(is_late(terms, two_hours(State::checked_in), on_saturday("10:05")));
    EXPECT_FALSE(is_late(terms, two_hours(State::pending), on_saturday("09:59")));
    EXPECT_FALSE(is_late(Terms{}, booking, on_saturday("09:59")));
}

TEST(LateCancel, IsNoneWhileTheBookingIsUndone) {
    auto booking = two_hours(State::confirmed);
    booking.created_at = on_saturday("09:55");
    EXPECT_FALSE(is_late(strict(), booking, on_saturday("09:59")));
    EXPECT_TRUE(is_late(strict(), booking, on_saturday("10:00")));
}

TEST(LateCancel, CostsByTheTierOfItsNotice) {
    auto const booking = two_hours(State::confirmed);
    auto const amount = [&](std::string const& clock) {
        return late_fee(strict(), booking, on_saturday(clock), 1).amount.poisha;
    };
    EXPECT_EQ(amount("07:59"), 6'000);
    EXPECT_EQ(amount("08:00"), 6'000);
    EXPECT_EQ(amount("08:01"), 12'000);
    EXPECT_EQ(amount("09:30"), 12'000);
    EXPECT_EQ(amount("09:31"), 24'000);
    EXPECT_EQ(late_fee(strict(), booking, on_saturday("08:30"), 1).minutes, 90);
}

TEST(LateCancel, TheFirstOneIsFree) {
    auto const fee = late_fee(strict(), two_hours(State::confirmed), on_saturday("09:31"), 0);
    EXPECT_TRUE(fee.free);
    EXPECT_EQ(fee.amount, Money{});
}

TEST(LateCancel, OfTwoHoursAtNineHundredTakaATenthADayBeforeAndThirtyPercentUnused) {
    Terms terms;
    terms.notice_cancel = minutes{24 * 60};
    terms.late_tiers = {{minutes{24 * 60}, 10}};
    terms.missed_percent = 30;
    terms.free_late = terms.free_misses = 0;
    auto booking = two_hours(State::confirmed);
    booking.created_at = dhaka("2026-11-10 10:00");
    booking.quote = {90'000};
    auto const day_before = booking.during.start - std::chrono::hours{24};
    EXPECT_FALSE(is_late(terms, booking, day_before));
    EXPECT_TRUE(is_late(terms, booking, day_before + seconds{1}));
    EXPECT_EQ(late_fee(terms, booking, day_before + seconds{1}, 0).amount, Money{9'000});
    EXPECT_EQ(missed_fee(terms, booking, 0).amount, Money{27'000});
}

TEST(NoShow, TheFirstOneIsFreeAndTheNextOneIsPaidFor) {
    auto terms = strict();
    auto const booking = two_hours(State::confirmed);
    EXPECT_TRUE(missed_fee(terms, booking, 0).free);
    auto const paid = missed_fee(terms, booking, 1);
    EXPECT_EQ(paid.minutes, 120);
    EXPECT_EQ(paid.amount, Money{24'000});
    EXPECT_EQ(paid.of, (GivenUp{booking.machine, booking.during, {}, booking.quote, 100}));
    terms.free_misses = 0;
    terms.missed_percent = 33;
    EXPECT_EQ(missed_fee(terms, booking, 0).amount, Money{7'920});
}

TEST(Overrun, IsChargedByTheMinuteAfterTheFreeOnes) {
    auto booking = two_hours(State::completed);
    EXPECT_EQ(overrun_fee(strict(), booking, {}), std::nullopt);
    booking.ended_at = on_saturday("12:00") + seconds{59};
    EXPECT_EQ(overrun_fee(strict(), booking, {}), std::nullopt);
    booking.ended_at = on_saturday("12:05");
    EXPECT_EQ(overrun_fee(strict(), booking, {}), (Fee{FeeKind::overrun, 5, {}, true}));
    // A minute is booked at 2 taka; ten of them at one and a half times that.
    booking.ended_at = on_saturday("12:15");
    EXPECT_EQ(overrun_fee(strict(), booking, {}), (Fee{FeeKind::overrun, 15, {3'000}, false}));
}

TEST(Overrun, WhatOutagesTookIsNotCharged) {
    auto booking = two_hours(State::completed);
    booking.ended_at = on_saturday("12:40");
    facility::Outage cut{.during = {on_saturday("10:30"), on_saturday("11:00")},
                         .kind = "load_shedding",
                         .source = facility::OutageSource::seen};
    auto const over = [&](std::vector<facility::Outage> const& outages) {
        auto const fee = overrun_fee(strict(), booking, outages);
        return fee ? fee->minutes : 0;
    };
    EXPECT_EQ(over({}), 40);
    EXPECT_EQ(over({cut}), 10);
    EXPECT_EQ(over({cut, cut}), 10) << "it was lost once";
    auto after = cut;
    after.during = {on_saturday("12:00"), on_saturday("13:00")};
    EXPECT_EQ(over({after}), 0);
    // Nobody looked: in its own time it ran on, after it nobody could end it.
    after.kind = cut.kind = "unmetered";
    EXPECT_EQ(over({cut}), 40);
    EXPECT_EQ(over({after}), 0);
    cut.kind = "load_shedding";
    cut.source = facility::OutageSource::timetable;
    EXPECT_EQ(over({cut}), 40) << "it was only announced";
    cut.source = facility::OutageSource::seen;
    cut.machine = numbered_id<MachineId>(9);
    EXPECT_EQ(over({cut}), 40) << "of another machine";
}

/// What change_fee says of the two hours at 09:31, when all of the price is lost.
std::optional<Fee> changed_to(std::string const& from, std::string const& until,
                              MachineId const& machine = laser().id) {
    auto const before = two_hours(State::confirmed);
    auto after = before;
    after.machine = machine;
    after.during = {on_saturday(from), on_saturday(until)};
    return change_fee(strict(), before, after, on_saturday("09:31"), 1);
}

TEST(LateChange, CostsForWhatIsHeldNoLonger) {
    EXPECT_EQ(changed_to("10:00", "11:00")->amount, Money{12'000}) << "half of it";
    EXPECT_EQ(changed_to("10:30", "12:30")->amount, Money{6'000}) << "moved by a quarter of it";
    EXPECT_EQ(changed_to("10:15", "11:45")->amount, Money{6'000}) << "at both ends";
    EXPECT_EQ(changed_to("14:00", "16:00")->amount, Money{24'000}) << "moved away";
    auto const elsewhere = changed_to("10:00", "12:00", numbered_id<MachineId>(9));
    EXPECT_EQ(elsewhere->amount, Money{24'000}) << "nobody holds this machine";
    EXPECT_EQ(elsewhere->kind, FeeKind::late_change);
    EXPECT_EQ(elsewhere->minutes, 29);
}

TEST(LateChange, WhoKeepsAllOfItPaysNothing) {
    EXPECT_EQ(changed_to("10:00", "12:00"), std::nullopt);
    EXPECT_EQ(changed_to("09:45", "12:30"), std::nullopt) << "longer at both ends";
}

TEST(LateChange, TheFirstOneIsFree) {
    auto const before = two_hours(State::confirmed);
    auto after = before;
    after.during.end = on_saturday("11:00");
    auto const fee = change_fee(strict(), before, after, on_saturday("09:31"), 0);
    EXPECT_TRUE(fee->free);
    EXPECT_EQ(fee->amount, Money{});
}

/// How many minutes of the two hours stayed empty.
std::int64_t empty_minutes(std::vector<Interval> used, Duration too_short = {},
                           std::optional<Interval> kept = {}) {
    auto given_up = *late_fee(strict(), two_hours(State::confirmed), {}, 1).of;
    given_up.kept = kept;
    return stayed_empty(given_up, std::move(used), too_short) / minutes{1};
}

TEST(GivenUpTime, IsChargedAsFarAsItStayedEmpty) {
    Interval const early{on_saturday("09:30"), on_saturday("11:00")};
    Interval const late{on_saturday("11:00"), on_saturday("12:00")};
    EXPECT_EQ(empty_minutes({}), 120);
    EXPECT_EQ(empty_minutes({late, early}), 0);
    EXPECT_EQ(empty_minutes({early}), 60);
    EXPECT_EQ(empty_minutes({early, early}), 60) << "a shared room";
    EXPECT_EQ(empty_minutes({{on_saturday("10:30"), on_saturday("11:00")}}), 90);
    EXPECT_EQ(empty_minutes({{on_saturday("08:00"), on_saturday("10:00")}}), 120) << "it touches";
    // Set-up and clean-up between them are nobody's.
    Interval const after_a_break{on_saturday("11:10"), on_saturday("11:55")};
    EXPECT_EQ(empty_minutes({early, after_a_break}, minutes{10}), 0);
    EXPECT_EQ(empty_minutes({early, after_a_break}, minutes{9}), 10);
    EXPECT_EQ(empty_minutes({}, minutes{150}), 120) << "nobody was there to leave a gap";
}

TEST(GivenUpTime, WhatWasKeptIsNoPartOfIt) {
    Interval const kept{on_saturday("10:30"), on_saturday("11:30")};
    EXPECT_EQ(empty_minutes({}, {}, kept), 60);
    EXPECT_EQ(empty_minutes({{on_saturday("11:30"), on_saturday("12:00")}}, {}, kept), 30);
}

TEST(GivenUpTime, IsChargedWithOneRounding) {
    GivenUp const of{.machine = laser().id,
                     .slot = {on_saturday("10:00"), on_saturday("10:07")},
                     .quote = {1'003},
                     .percent = 50};
    EXPECT_EQ(charged_for(of, minutes{7}), Money{502}) << "half a poisha goes away from zero";
    // 1003 x 50 x 5 / 700 is 358.2; of the 502 that are rounded already it would be 358.6.
    EXPECT_EQ(charged_for(of, minutes{5}), Money{358});
    EXPECT_EQ(charged_for(of, {}), Money{});
}

TEST(Hold, IsOverExactlyAtItsEnd) {
    auto booking = two_hours(State::pending);
    booking.hold_until = on_saturday("09:00");
    EXPECT_FALSE(hold_is_over(booking, on_saturday("09:00") - seconds{1}));
    EXPECT_TRUE(hold_is_over(booking, on_saturday("09:00")));
    booking.state = State::confirmed;
    EXPECT_FALSE(hold_is_over(booking, on_saturday("09:00")));
}

TEST(Hold, OfAnOfferEndsAtTheStartButLeavesTimeToAnswer) {
    auto const slot = two_hours(State::pending).during;
    EXPECT_EQ(answer_until(Terms{}.offer, slot, on_saturday("08:00")), on_saturday("08:30"));
    EXPECT_EQ(answer_until(Terms{}.offer, slot, on_saturday("09:45")), on_saturday("10:00"));
    EXPECT_EQ(answer_until(Terms{}.offer, slot, on_saturday("09:55")), on_saturday("10:05"));
    EXPECT_EQ(answer_until(Terms{}.offer, slot, on_saturday("11:55")), on_saturday("12:00"));
}

TEST(Undo, IsForAFewMinutesAndBeforeAnybodyCame) {
    auto booking = two_hours(State::confirmed);
    booking.created_at = on_saturday("08:00");
    EXPECT_TRUE(may_undo({}, booking, on_saturday("08:04")));
    EXPECT_FALSE(may_undo({}, booking, on_saturday("08:05")));
    booking.state = State::checked_in;
    EXPECT_FALSE(may_undo({}, booking, on_saturday("08:04")));
}

TEST(Overrun, TheNextOneIsWarnedAQuarterOfAnHourBefore) {
    auto const room = [](int seats) {
        auto machine = laser();
        machine.seats = seats;
        return facility::Book{.facility = {}, .zone = zone("Asia/Dhaka"), .machines = {machine}};
    };
    auto const book = room(1);
    auto running = two_hours(State::running);
    running.id = numbered_id<BookingId>(1);
    auto next = two_hours(State::confirmed);
    next.id = numbered_id<BookingId>(2);
    next.enterprise = numbered_id<EnterpriseId>(8);
    next.during = {on_saturday("12:30"), on_saturday("13:30")};
    std::vector<Booking> live{running, next};
    Warning const warning{next.id, running.id};
    EXPECT_TRUE(overruns(book, live, on_saturday("11:59")).empty());
    EXPECT_TRUE(overruns(book, live, on_saturday("12:14")).empty());
    EXPECT_EQ(overruns(book, live, on_saturday("12:15")), std::vector{warning});
    EXPECT_TRUE(overruns(room(4), live, on_saturday("12:15")).empty()) << "there are seats";
    live[1].enterprise = running.enterprise;
    EXPECT_TRUE(overruns(book, live, on_saturday("12:15")).empty())
        << "nobody waits for themselves";
    live[1].enterprise = next.enterprise;
    live[1].machine = numbered_id<MachineId>(9);
    EXPECT_TRUE(overruns(book, live, on_saturday("12:20")).empty());
}

}  // namespace
}  // namespace karkhana::booking
