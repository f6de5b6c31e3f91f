#include <gtest/gtest.h>

#include "server/timetable/rules.hpp"

namespace karkhana::timetable {
namespace {

Zone dhaka_zone() { return Zone::find("Asia/Dhaka").value(); }
Instant dhaka(std::string const& text) {
    return parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + ":00+06:00").value();
}
Instant now() { return dhaka("2026-11-21 08:00"); }

/// "11-24 18:00-19:30 Feeder 7", in Dhaka.
std::vector<std::string> shown(std::string_view content) {
    auto const events = read_table(content);
    if (!events) return {std::string(events.error().code) + " " + events.error().detail};
    auto const dates = planned(*events, dhaka_zone(), now());
    if (!dates) return {std::string(dates.error().code)};
    std::vector<std::string> lines;
    for (auto const& each : *dates) {
        auto const from = to_rfc3339(each.during.start, dhaka_zone());
        auto const until = to_rfc3339(each.during.end, dhaka_zone());
        lines.push_back(from.substr(5, 5) + " " + from.substr(11, 5) + "-" + until.substr(11, 5) +
                        (each.reason.empty() ? "" : " " + each.reason));
    }
    return lines;
}
using Lines = std::vector<std::string>;

TEST(Table, IsReadLineByLine) {
    EXPECT_EQ(shown("day,from,until,reason\r\n2026-11-24,18:00,19:30,Feeder 7, north\r\n\r\n"
                    "২০২৬-১১-২৫,০৬:০০,০৭:০০\r\n2026-11-26,23:00,01:00,লোডশেডিং\n"),
              (Lines{"11-24 18:00-19:30 Feeder 7, north", "11-25 06:00-07:00",
                     "11-26 23:00-01:00 লোডশেডিং"}));
}

TEST(Table, SaysWhichLineCannotBeRead) {
    EXPECT_EQ(shown("2026-11-24,18:00,19:30\n2026-11-24,18:00\n"),
              Lines{"bad_csv line 2: a day and two times are needed"});
    EXPECT_EQ(shown("24/11/2026,18:00,19:30\n"),
              Lines{"bad_csv line 1: a day looks like 2026-11-24"});
    for (auto const* const time : {"24:00", "6:00", "18:60", "18h00", ""})
        EXPECT_EQ(shown("2026-11-24," + std::string(time) + ",19:30"),
                  Lines{"bad_csv line 1: a time looks like 18:00"});
    EXPECT_EQ(shown("2026-11-24,18:00,19:30,\xFF"), Lines{"bad_csv line 1: the text is not UTF-8"});
}

TEST(Table, OfSixtyDaysAheadIsPlannedAndNothingTwice) {
    EXPECT_EQ(shown("2026-11-20,18:00,19:00\n2026-11-21,07:00,09:00\n2026-11-22,18:00,19:00,a\n"
                    "2026-11-22,18:00,19:00,b\n2027-01-20,07:00,08:00\n2027-01-21,07:00,08:00\n"),
              (Lines{"11-21 07:00-09:00", "11-22 18:00-19:00 a", "01-20 07:00-08:00"}));
}

TEST(EnteredTable, ComesBackByTheWallClock) {
    // A week from Monday on, Mondays and Thursdays, until the tenth of December.
    auto const text =
        entered_table(dhaka_zone(), {dhaka("2026-11-23 18:00"), dhaka("2026-11-23 20:00")},
                      "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261203", "Feeder 7; north, \nplanned");
    EXPECT_EQ(shown(text), (Lines{"11-23 18:00-20:00 Feeder 7; north,  planned",
                                  "11-26 18:00-20:00 Feeder 7; north,  planned",
                                  "11-30 18:00-20:00 Feeder 7; north,  planned",
                                  "12-03 18:00-20:00 Feeder 7; north,  planned"}));
    auto const once = entered_table(
        dhaka_zone(), {dhaka("2026-11-23 23:00"), dhaka("2026-11-24 02:00")}, "", "x");
    EXPECT_EQ(shown(once), Lines{"11-23 23:00-02:00 x"});
}

Interval at(std::string const& day) { return {dhaka(day + " 18:00"), dhaka(day + " 19:00")}; }

TEST(Update, AddsWhatIsMissingAndWithdrawsWhatIsNoLongerPlanned) {
    OutageId const outage{};
    Kept const begun{{dhaka("2026-11-21 07:00"), dhaka("2026-11-21 09:00")}, outage};
    Kept const stays{at("2026-11-22"), outage}, goes{at("2026-11-23"), outage};
    std::vector<Planned> const wanted{{at("2026-11-22"), "a"}, {at("2026-11-24"), "b"}};
    auto const update = update_of({begun, stays, goes}, wanted, now());
    EXPECT_EQ(update.add, (std::vector<Planned>{{at("2026-11-24"), "b"}}));
    EXPECT_EQ(update.drop, std::vector<Kept>{goes});
    EXPECT_EQ(update.change, (std::vector<Changed>{{begun, now()}}));
}

TEST(Update, WhatHasBegunEndsWhenItIsNowPlannedTo) {
    Kept const begun{{dhaka("2026-11-21 07:00"), dhaka("2026-11-21 09:00")}, OutageId{}};
    auto const until = [&](std::string const& end) {
        auto const update =
            update_of({begun}, {{{begun.during.start, dhaka("2026-11-21 " + end)}, "a"}}, now());
        EXPECT_TRUE(update.add.empty() && update.drop.empty()) << end;
        return update.change;
    };
    EXPECT_EQ(until("08:30"), (std::vector<Changed>{{begun, dhaka("2026-11-21 08:30")}}));
    EXPECT_EQ(until("10:00"), (std::vector<Changed>{{begun, dhaka("2026-11-21 10:00")}}));
    EXPECT_EQ(until("07:30"), (std::vector<Changed>{{begun, now()}}));
    EXPECT_TRUE(until("09:00").empty());
}

}  // namespace
}  // namespace karkhana::timetable
