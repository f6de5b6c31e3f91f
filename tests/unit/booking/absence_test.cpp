#include <gtest/gtest.h>

#include "server/booking/rules_absence.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

Instant on_saturday(std::string const& clock) { return dhaka("2026-11-21 " + clock); }

struct Absent {
    State state = State::confirmed;
    std::string from = "10:00";
    std::string until = "11:00";
    std::vector<std::pair<std::string, std::string>> outages{};
    bool out_of_order = false;
    std::vector<std::pair<std::string, std::string>> overstays{};
    std::vector<std::pair<std::string, std::string>> closed{};
    std::string confirmed{};  ///< of one that was held until then
};

/// "missed", "cancelled outage" and so on; empty while it may still be used.
std::string verdict(Absent const& absent, Instant now) {
    auto machine = laser();
    machine.out_of_order = absent.out_of_order;
    Booking booking;
    booking.machine = machine.id;
    booking.state = absent.state;
    booking.during = {on_saturday(absent.from), on_saturday(absent.until)};
    if (!absent.confirmed.empty()) booking.confirmed_at = on_saturday(absent.confirmed);
    std::vector<facility::Outage> outages;
    for (auto const& [from, until] : absent.outages)
        outages.push_back({.during = {on_saturday(from), on_saturday(until)}});
    std::vector<Interval> overstays;
    for (auto const& [from, until] : absent.overstays)
        overstays.push_back({on_saturday(from), on_saturday(until)});
    std::vector<Interval> closed;
    for (auto const& [from, until] : absent.closed)
        closed.push_back({on_saturday(from), on_saturday(until)});
    auto const found =
        judge_absence(Settings{}, booking, machine, {outages, overstays, closed}, now);
    return found ? std::string(name_of(found->to)) : std::string{};
}

std::string verdict(Absent const& absent, std::string const& now) {
    return verdict(absent, on_saturday(now));
}

TEST(Absence, IsMissedWhenTheGraceTimeIsOver) {
    EXPECT_EQ(verdict({}, "10:14"), "");
    EXPECT_EQ(verdict({}, on_saturday("10:15") - Duration{1}), "");
    EXPECT_EQ(verdict({}, "10:15"), "missed");
    EXPECT_EQ(verdict({}, "23:00"), "missed");
}

TEST(Absence, OfWhoWasGivenTheSlotOnlyThenIsJudgedFromThenOn) {
    EXPECT_EQ(verdict({.confirmed = "10:08"}, "10:22"), "");
    EXPECT_EQ(verdict({.confirmed = "10:08"}, "10:23"), "missed");
    EXPECT_EQ(verdict({.confirmed = "09:00"}, "10:15"), "missed") << "long before";
    EXPECT_EQ(verdict({.confirmed = "10:50"}, "10:59"), "");
    EXPECT_EQ(verdict({.confirmed = "10:50"}, "11:00"), "missed") << "at the end at the latest";
    EXPECT_EQ(verdict({.outages = {{"10:10", "10:20"}}, .confirmed = "10:08"}, "10:32"), "");
}

TEST(Absence, IsNobodysFaultOnADayThatWasClosedAfterwards) {
    EXPECT_EQ(verdict({.closed = {{"10:00", "11:00"}}}, "10:59"), "");
    EXPECT_EQ(verdict({.closed = {{"10:00", "11:00"}}}, "11:00"), "cancelled");
    EXPECT_EQ(verdict({.closed = {{"10:30", "11:00"}}}, "10:15"), "missed") << "it was open then";
}

TEST(Absence, KnowsWhatTheOpeningPlanHasClosedOfABooking) {
    auto const book = *saturday().book;
    auto const parts = [&](std::string const& from, std::string const& until) {
        return closed_parts(book, {on_saturday(from), on_saturday(until)});
    };
    EXPECT_TRUE(parts("09:00", "17:00").empty());
    EXPECT_EQ(parts("08:00", "18:00"),
              (std::vector<Interval>{{on_saturday("08:00"), on_saturday("09:00")},
                                     {on_saturday("17:00"), on_saturday("18:00")}}));
    EXPECT_EQ(parts("20:00", "21:00"),
              (std::vector<Interval>{{on_saturday("20:00"), on_saturday("21:00")}}));
}

TEST(Absence, DoesNotCountWhileOthersStayOverTheirTime) {
    Absent const late{.overstays = {{"10:00", "10:20"}}};
    EXPECT_EQ(verdict(late, "10:34"), "");
    EXPECT_EQ(verdict(late, "10:35"), "missed") << "they could have come then";
    Absent const to_the_end{.overstays = {{"10:00", "10:50"}}};
    EXPECT_EQ(verdict(to_the_end, "10:59"), "");
    EXPECT_EQ(verdict(to_the_end, "11:00"), "cancelled") << "less than the grace time was left";
    Absent const with_a_cut{.outages = {{"10:10", "10:20"}}, .overstays = {{"10:00", "10:10"}}};
    EXPECT_EQ(verdict(with_a_cut, "10:34"), "");
    EXPECT_EQ(verdict(with_a_cut, "10:35"), "cancelled");
    Absent const before{.overstays = {{"09:30", "10:00"}}};
    EXPECT_EQ(verdict(before, "10:15"), "missed");
}

TEST(Absence, OfABookingShorterThanTheGraceEndsWithIt) {
    EXPECT_EQ(verdict({.until = "10:10"}, "10:09"), "");
    EXPECT_EQ(verdict({.until = "10:10"}, "10:10"), "missed");
}

TEST(Absence, DoesNotCountWhileThereIsNoPower) {
    Absent const cut{.outages = {{"10:05", "10:35"}}};
    EXPECT_EQ(verdict(cut, "10:15"), "");
    EXPECT_EQ(verdict(cut, "10:44"), "");
    EXPECT_EQ(verdict(cut, "10:45"), "cancelled");
    // Two that overlap count once; one that began before counts from the start.
    Absent const two{.outages = {{"09:00", "10:10"}, {"10:05", "10:20"}}};
    EXPECT_EQ(verdict(two, "10:34"), "");
    EXPECT_EQ(verdict(two, "10:35"), "cancelled");
    // An outage after the grace time comes too late to excuse, and one before it too early.
    EXPECT_EQ(verdict({.outages = {{"10:15", "11:00"}}}, "10:16"), "missed");
    EXPECT_EQ(verdict({.outages = {{"09:00", "10:00"}}}, "10:15"), "missed");
}

TEST(Absence, IsNobodysFaultWhenTheOutageTookTheSlot) {
    Absent const all{.outages = {{"09:30", "12:00"}}};
    EXPECT_EQ(verdict(all, "10:30"), "");
    EXPECT_EQ(verdict(all, "11:00"), "cancelled");
    Absent const most{.outages = {{"10:05", "10:55"}}};
    EXPECT_EQ(verdict(most, "10:59"), "");
    EXPECT_EQ(verdict(most, "11:00"), "cancelled");
    Absent const broken{.out_of_order = true};
    EXPECT_EQ(verdict(broken, "10:59"), "");
    EXPECT_EQ(verdict(broken, "11:00"), "cancelled");
}

TEST(Absence, OfAStartIsJudgedAtTheEnd) {
    EXPECT_EQ(verdict({.state = State::checked_in}, "10:59"), "");
    EXPECT_EQ(verdict({.state = State::checked_in}, "11:00"), "completed");
    EXPECT_EQ(verdict({.state = State::checked_in, .outages = {{"10:30", "10:40"}}}, "11:00"),
              "cancelled");
}

TEST(Absence, ConcernsNobodyWhoHasBegunOrIsOver) {
    for (auto const state : {State::running, State::paused, State::completed, State::cancelled,
                             State::missed, State::interrupted})
        EXPECT_EQ(verdict({.state = state}, "23:00"), "") << name_of(state);
}

TEST(Absence, AnOutageOfAnotherMachineExcusesNobody) {
    auto const machine = laser();
    Booking booking;
    booking.machine = machine.id;
    booking.during = {on_saturday("10:00"), on_saturday("11:00")};
    std::vector<facility::Outage> const outages{
        {.machine = numbered_id<MachineId>(2), .during = booking.during}};
    auto const found =
        judge_absence(Settings{}, booking, machine, {outages, {}, {}}, on_saturday("10:15"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->to, State::missed);
}

TEST(Absence, IsExcusedByACutThatCameAndNotByOneThatTheGeneratorBridges) {
    auto world = saturday();
    auto const displaces_it = [&](std::string const& kind, facility::OutageSource source) {
        return displaces(*world.book, {.kind = kind, .source = source}, laser().id);
    };
    using facility::OutageSource;
    EXPECT_TRUE(displaces_it("load_shedding", OutageSource::timetable)) << "without a generator";
    edit(world, [](facility::Book& book) { book.facility.generator_w = 30'000; });
    EXPECT_FALSE(displaces_it("load_shedding", OutageSource::timetable));
    EXPECT_FALSE(displaces_it("load_shedding", OutageSource::entered));
    EXPECT_TRUE(displaces_it("load_shedding", OutageSource::seen)) << "the machine stood still";
    EXPECT_TRUE(displaces_it("breakdown", OutageSource::entered)) << "of no use to the generator";
    EXPECT_FALSE(displaces(*world.book, {.machine = numbered_id<MachineId>(2), .kind = "breakdown"},
                           laser().id));
}

}  // namespace
}  // namespace karkhana::booking
