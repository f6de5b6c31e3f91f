#include <gtest/gtest.h>

#include "server/ical/occurrences.hpp"
#include "server/ical/write.hpp"

namespace karkhana::ical {
namespace {

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

/// Every week from ten to eleven by the clocks of the zone.
Calendar weekly(std::string const& zone_name, std::string_view start, std::string_view rule,
                std::string_view last) {
    Entry entry{.uid = "series@x",
                .sequence = 3,
                .changed = at("2026-01-01T00:00:00Z"),
                .during = {at(start), at(start) + std::chrono::hours{1}},
                .summary = "Laser",
                .description = {},
                .location = {},
                .organizer = {},
                .attendees = {},
                .repeat = Repeat{parse_rule(rule).value(), {}, at(last)}};
    return {.method = Method::request,
            .name = {},
            .language = Language::en,
            .entries = {entry},
            .zone = Zone::find(zone_name).value()};
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != text.npos; }

TEST(WhatComesBack, IsToldInTheWallTimeOfItsZone) {
    auto calendar = weekly("Asia/Dhaka", "2026-11-22T10:00:00+06:00",
                           "FREQ=WEEKLY;BYDAY=SU,TU;UNTIL=20261211", "2026-12-08T10:00:00+06:00");
    calendar.entries[0].repeat->except = {at("2026-11-24T10:00:00+06:00"),
                                          at("2026-11-29T10:00:00+06:00")};
    auto moved = calendar.entries[0];
    moved.repeat.reset();
    moved.instead_of = at("2026-12-01T10:00:00+06:00");
    moved.during = {at("2026-12-02T14:00:00+06:00"), at("2026-12-02T15:00:00+06:00")};
    calendar.entries.push_back(moved);
    auto const text = write_calendar(calendar);
    EXPECT_TRUE(has(text, "BEGIN:VTIMEZONE\r\nTZID:Asia/Dhaka\r\nBEGIN:STANDARD\r\n"
                          "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0600\r\n"
                          "TZOFFSETTO:+0600\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"))
        << text;
    EXPECT_TRUE(has(text, "DTSTART;TZID=Asia/Dhaka:20261122T100000\r\n")) << text;
    // With a zone the end of the rule is in UTC (RFC 5545 3.3.10): the end of that day in Dhaka.
    EXPECT_TRUE(has(text, "RRULE:FREQ=WEEKLY;BYDAY=SU,TU;UNTIL=20261211T175959Z\r\n")) << text;
    EXPECT_TRUE(has(text, "EXDATE;TZID=Asia/Dhaka:20261124T100000,20261129T100000\r\n")) << text;
    EXPECT_TRUE(has(text, "RECURRENCE-ID;TZID=Asia/Dhaka:20261201T100000\r\n")) << text;
    auto const events = read_calendar(text).value();
    auto const dates = occurrences(events, Zone::find("Asia/Dhaka").value(),
                                   {at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z")}, 100)
                           .value();
    std::string starts;
    for (auto const& each : dates)
        starts += to_rfc3339(each.during.start, Zone::find("UTC").value()).substr(5, 6) + " ";
    EXPECT_EQ(starts, "11-22T 12-02T 12-06T 12-08T ");
}

TEST(WhatComesBack, GoesByTheClocksWhereTheyAreChanged) {
    // In Berlin they are put back on the 25th of October 2026, and on on the 28th of March.
    auto const text = write_calendar(weekly("Europe/Berlin", "2026-10-18T10:00:00+02:00",
                                            "FREQ=WEEKLY;COUNT=26", "2027-04-11T10:00:00+02:00"));
    EXPECT_TRUE(has(text, "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0200"))
        << text;
    EXPECT_TRUE(has(text, "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n"
                          "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"))
        << text;
    EXPECT_TRUE(has(text, "BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\n"
                          "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"))
        << text;
    EXPECT_TRUE(has(text, "RRULE:FREQ=WEEKLY;COUNT=26\r\n")) << text;
}

}  // namespace
}  // namespace karkhana::ical
