#include <gtest/gtest.h>

#include "server/base/unicode.hpp"
#include "server/ical/occurrences.hpp"
#include "server/ical/write.hpp"

namespace karkhana::ical {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Zone dhaka() { return Zone::find("Asia/Dhaka").value(); }
Instant time(std::string_view text) { return parse_rfc3339(text).value(); }
Interval year() { return {time("2026-01-01T00:00:00+06:00"), time("2027-01-01T00:00:00+06:00")}; }

std::string calendar(std::string const& inside) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + inside +
           "END:VCALENDAR\r\n";
}
std::string event(std::string const& lines) {
    return "BEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20260101T000000Z\r\n" + lines + "END:VEVENT\r\n";
}
std::string code(std::string const& text) {
    auto const read = read_calendar(text);
    return read ? "" : std::string(read.error().code);
}
/// The starts, in Dhaka, of what the events come to in 2026.
std::vector<std::string> starts(std::string const& events) {
    auto const read = read_calendar(calendar(events));
    if (!read) return {std::string(read.error().code)};
    std::vector<std::string> found;
    auto const dates = occurrences(*read, dhaka(), year(), 500).value();
    for (auto const& each : dates)
        found.push_back(to_rfc3339(each.during.start, dhaka()).substr(5, 11));
    return found;
}
using Starts = std::vector<std::string>;

TEST(ReadCalendar, AnEventSaysWhatItIs) {
    auto const read = read_calendar(calendar(
        event("SEQUENCE:3\r\nSUMMARY:Load\r\n -shedding\\, feeder 7\r\nDESCRIPTION:লোডশেডিং\r\n"
              "DTSTART;TZID=Asia/Dhaka:20261124T180000\r\nDURATION:PT90M\r\n"
              "RRULE:FREQ=WEEKLY;UNTIL=20261231T180000Z\r\n")));
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->size(), 1U);
    auto const& one = read->front();
    EXPECT_EQ(one.uid, "one");
    EXPECT_EQ(one.sequence, 3);
    EXPECT_EQ(one.summary, "Load-shedding, feeder 7");
    EXPECT_EQ(one.description, "লোডশেডিং");
    EXPECT_EQ(one.start.zone, "Asia/Dhaka");
    EXPECT_EQ(one.end.wall - one.start.wall, minutes{90});
    EXPECT_TRUE(one.rule && one.rule->until_is_utc);
    EXPECT_FALSE(one.cancelled);
}

TEST(ReadCalendar, LineEndsByteOrderMarkAndSmallLettersDoNotMatter) {
    auto const crlf = calendar(event("DTSTART;VALUE=DATE:20261216\r\nSUMMARY:Victory Day\r\n"));
    auto text = crlf;
    std::erase(text, '\r');
    EXPECT_EQ(read_calendar(text).value().size(), 1U);
    text = crlf;
    std::erase(text, '\n');
    EXPECT_EQ(read_calendar(text).value().size(), 1U);
    EXPECT_EQ(read_calendar("\xEF\xBB\xBF" + crlf).value().at(0).summary, "Victory Day");
}

TEST(ReadCalendar, WhatIsNoCalendarIsRefused) {
    EXPECT_EQ(code(""), "bad_calendar");
    EXPECT_EQ(code("day,name\n2026-12-16,Victory Day\n"), "bad_calendar");
    EXPECT_EQ(code(calendar("X-A:\xFF\r\n")), "bad_calendar");
    for (auto const* const shape :
         {"END:VEVENT\r\n", "BEGIN;A=B:VEVENT\r\nEND:VEVENT\r\n", "\x01X-A:1\r\n"})
        EXPECT_EQ(code(shape + calendar("")), "bad_calendar") << shape;
    EXPECT_EQ(code("BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"), "bad_calendar");
    EXPECT_EQ(code(calendar(event("SUMMARY:when?\r\n"))), "bad_event");
    EXPECT_EQ(code(calendar(event("DTSTART:tomorrow\r\n"))), "bad_event");
    EXPECT_EQ(code(calendar(event("DTSTART:20261124T100000Z\r\nDTEND:20261124T090000Z\r\n"))),
              "bad_event");
    EXPECT_EQ(code(calendar("BEGIN:VEVENT\r\nDTSTART:20261124T100000Z\r\nEND:VEVENT\r\n")),
              "bad_event");
    EXPECT_EQ(code(calendar(event("DTSTART;TZID=Nowhere:20261124T100000\r\n"))), "unknown_zone");
    EXPECT_EQ(code(calendar(event("DTSTART:20261124T100000Z\r\nRRULE:FREQ=HOURLY\r\n"))),
              "rule_too_often");
}

TEST(ReadCalendar, WhatIsTooMuchIsRefused) {
    EXPECT_EQ(code(std::string(longest_calendar + 1, 'x')), "calendar_too_large");
    std::string many;
    for (std::size_t i = 0; i <= most_events; ++i) many += "BEGIN:VEVENT\nUID:1\nEND:VEVENT\n";
    EXPECT_EQ(code(calendar(many)), "calendar_too_large");
    std::string deep;
    for (int i = 0; i < 50'000; ++i) deep += i % 2 == 0 ? "BEGIN:X\r\n" : "BEG\r\n IN;A=B:X\r\n";
    EXPECT_EQ(code(calendar(deep)), "bad_calendar");
}

TEST(Occurrences, ADayIsADayOfTheFacility) {
    auto const read = read_calendar(
        calendar(event("DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260323\r\n")));
    auto const found = occurrences(read.value(), dhaka(), year(), 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(to_rfc3339(found[0].during.start, dhaka()), "2026-03-20T00:00:00+06:00");
    EXPECT_EQ(to_rfc3339(found[0].during.end, dhaka()), "2026-03-23T00:00:00+06:00");
    EXPECT_EQ(starts(event("DTSTART;VALUE=DATE:20260326\r\n")), Starts{"03-26T00:00"});
}

TEST(Occurrences, TimesOfAnyZoneAreInstants) {
    EXPECT_EQ(starts(event("DTSTART:20261124T040000Z\r\nDURATION:PT1H\r\n")),
              Starts{"11-24T10:00"});
    EXPECT_EQ(starts(event("DTSTART:20261124T100000\r\nDURATION:PT1H\r\n")), Starts{"11-24T10:00"});
    EXPECT_EQ(starts(event("DTSTART;TZID=Asia/Kolkata:20261124T100000\r\nDURATION:PT1H\r\n")),
              Starts{"11-24T10:30"});
    // As Outlook names it, with a zone that has one offset.
    EXPECT_EQ(starts("BEGIN:VTIMEZONE\r\nTZID:Bangladesh Standard Time\r\nBEGIN:STANDARD\r\n"
                     "DTSTART:16010101T000000\r\nTZOFFSETFROM:+0600\r\nTZOFFSETTO:+0600\r\n"
                     "END:STANDARD\r\nEND:VTIMEZONE\r\n" +
                     event("DTSTART;TZID=Bangladesh Standard Time:20261124T100000\r\n"
                           "DURATION:PT1H\r\n")),
              Starts{"11-24T10:00"});
}

TEST(Occurrences, ARuleGoesByTheWallClockOfItsZone) {
    // London's clocks change on the 25th of October: five hours become six.
    EXPECT_EQ(starts(event("DTSTART;TZID=Europe/London:20261018T090000\r\nDURATION:PT1H\r\n"
                           "RRULE:FREQ=WEEKLY;COUNT=3\r\n")),
              (Starts{"10-18T14:00", "10-25T15:00", "11-01T15:00"}));
    // Two on Friday in Dhaka is Thursday by UTC; the rule means the Friday.
    EXPECT_EQ(starts(event("DTSTART;TZID=Asia/Dhaka:20261127T020000\r\nDURATION:PT1H\r\n"
                           "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261203T200000Z\r\n")),
              (Starts{"11-27T02:00", "12-04T02:00"}));
}

TEST(Occurrences, ExceptionsAdditionsAndMovesHold) {
    auto const master = event("DTSTART:20261124T040000Z\r\nDTEND:20261124T050000Z\r\n"
                              "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE:20261125T040000Z\r\n"
                              "RDATE:20261130T040000Z\r\n");
    auto const moved = event(
        "RECURRENCE-ID:20261126T040000Z\r\nDTSTART:20261126T080000Z\r\nDTEND:20261126T090000Z\r\n");
    auto const dropped =
        event("RECURRENCE-ID:20261127T040000Z\r\nDTSTART:20261127T040000Z\r\nSTATUS:CANCELLED\r\n");
    EXPECT_EQ(starts(master), (Starts{"11-24T10:00", "11-26T10:00", "11-27T10:00", "11-30T10:00"}));
    EXPECT_EQ(starts(master + moved + dropped),
              (Starts{"11-24T10:00", "11-26T14:00", "11-30T10:00"}));
}

TEST(Occurrences, AreNoMoreThanWereAskedFor) {
    auto const read = read_calendar(
        calendar(event("DTSTART:20200101T040000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n")));
    EXPECT_EQ(occurrences(read.value(), dhaka(), year(), 365).value().size(), 365U);
    EXPECT_EQ(occurrences(read.value(), dhaka(), year(), 364).error().code, "too_many_dates");
}

TEST(Occurrences, OfARuleThatIsOldAreThoseOfToday) {
    auto const ahead = [](std::string const& rule) {
        auto const read = read_calendar(
            calendar(event("DTSTART:19700106T040000Z\r\nDURATION:PT1H\r\n" + rule + "\r\n")));
        return occurrences(read.value(), dhaka(), year(), 1000);
    };
    EXPECT_EQ(ahead("RRULE:FREQ=DAILY").value().size(), 365U);
    EXPECT_EQ(ahead("RRULE:FREQ=DAILY;UNTIL=20260110T000000Z").value().size(), 9U);
    // Every third day and every second Tuesday stay those that they were.
    auto const third = ahead("RRULE:FREQ=DAILY;INTERVAL=3").value();
    auto const first = third.front().during.start - time("1970-01-06T04:00:00Z");
    EXPECT_EQ(first % std::chrono::days{3}, Duration{0});
    auto const tuesday = ahead("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU").value();
    auto const second = tuesday.front().during.start - time("1970-01-06T04:00:00Z");
    EXPECT_EQ(second % std::chrono::days{14}, Duration{0});
    // What cannot be counted to its end is refused instead of ending early.
    EXPECT_EQ(ahead("RRULE:FREQ=MONTHLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,"
                    "20,21,22,23,24,25,26,27,28;BYHOUR=1,4")
                  .error()
                  .code,
              "too_many_dates");
}

Calendar one_entry(std::string summary) {
    return {.name = "Laser 1",
            .language = Language::en,
            .entries = {
                {.uid = "b1@workshop",
                 .sequence = 2,
                 .changed = time("2026-11-20T10:00:00Z"),
                 .during = {time("2026-11-24T10:00:00+06:00"), time("2026-11-24T11:30:00+06:00")},
                 .summary = std::move(summary),
                 .description = "two\nlines; and, more \\",
                 .location = "Bhairab"}}};
}

TEST(WriteCalendar, IsAsTheStandardSays) {
    EXPECT_EQ(write_calendar(one_entry("Cutting")),
              "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Karkhana//Karkhana//EN\r\n"
              "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:Laser 1\r\n"
              "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n"
              "BEGIN:VEVENT\r\nUID:b1@workshop\r\nSEQUENCE:2\r\nDTSTAMP:20261120T100000Z\r\n"
              "DTSTART:20261124T040000Z\r\nDTEND:20261124T053000Z\r\nSTATUS:CONFIRMED\r\n"
              "SUMMARY:Cutting\r\nDESCRIPTION:two\\nlines\\; and\\, more \\\\\r\n"
              "LOCATION:Bhairab\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

TEST(WriteCalendar, FoldsBetweenCharactersAndIsReadBack) {
    for (std::size_t length = 60; length < 160; ++length) {
        std::string summary;
        for (std::size_t i = 0; i < length; ++i) summary += i % 7 == 0 ? "x" : "ক";
        auto const text = write_calendar(one_entry(summary));
        std::size_t at = 0;
        for (auto end = text.find("\r\n"); end != text.npos; end = text.find("\r\n", at)) {
            EXPECT_LE(end - at, 75U);
            EXPECT_TRUE(valid_utf8(text.substr(at, end - at)));
            at = end + 2;
        }
        EXPECT_EQ(at, text.size());
        auto const read = read_calendar(text).value();
        EXPECT_EQ(read.at(0).summary, summary);
        EXPECT_EQ(read.at(0).sequence, 2);
        EXPECT_EQ(read.at(0).description, "two lines; and, more \\");
    }
}

TEST(WriteCalendar, AnInvitationNamesWhoAsksAndWhoComes) {
    auto invitation = one_entry("Cutting");
    invitation.method = Method::cancel;
    invitation.entries[0].status = Status::cancelled;
    invitation.entries[0].organizer = "desk@example.org\r\nX-EVIL:1";
    invitation.entries[0].attendees = {"mita@example.org"};
    auto const text = write_calendar(invitation);
    EXPECT_NE(text.find("\r\nMETHOD:CANCEL\r\n"), text.npos);
    EXPECT_NE(text.find("\r\nSTATUS:CANCELLED\r\n"), text.npos);
    EXPECT_NE(text.find("\r\nORGANIZER:mailto:desk@example.orgX-EVIL:1\r\n"), text.npos);
    EXPECT_TRUE(read_calendar(text).value().at(0).cancelled);
}

}  // namespace
}  // namespace karkhana::ical
