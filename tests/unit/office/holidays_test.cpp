#include <gtest/gtest.h>

#include "server/office/rules_holidays.hpp"

namespace karkhana::office {
namespace {

using facility::SpecialDay;

std::chrono::local_days day(char const* text) { return parse_date(text).value(); }

std::vector<SpecialDay> read(std::string_view text) {
    return holidays_of_csv(text, "list").value();
}
std::string why_not(std::string_view text) { return holidays_of_csv(text, "list").error().detail; }

TEST(Holidays, AreReadALineADay) {
    auto const found = read("\xEF\xBB\xBF"
                            "day,name_en,name_bn\r\n"
                            "2026-12-16,Victory Day,বিজয় দিবস\r\n"
                            "\r\n"
                            "2026-12-25,\"Christmas, \"\"Boro Din\"\"\",বড়দিন");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].day, day("2026-12-16"));
    EXPECT_EQ(found[0].name.bn, "বিজয় দিবস");
    EXPECT_EQ(found[0].source, "list");
    EXPECT_TRUE(found[0].spans.empty());
    EXPECT_EQ(found[1].name.en, "Christmas, \"Boro Din\"");
    EXPECT_TRUE(read("").empty());
    EXPECT_EQ(read("২০২৬-১২-১৬;Victory Day;বিজয় দিবস").front().day, day("2026-12-16"))
        << "Bangla digits and semicolons, as a spreadsheet here writes them";
}

TEST(Holidays, ALineThatCannotBeReadIsNamed) {
    EXPECT_EQ(why_not("2026-12-16,Victory Day,বিজয়\n16.12.2026,a,ক"),
              "Line 2: a day looks like 2026-12-16.");
    EXPECT_EQ(why_not("2026-12-16,Victory Day"),
              "Line 1: a day, a name in English and one in Bangla are needed.");
    EXPECT_EQ(why_not("2026-12-16,Victory Day,"), "Line 1: a name in both languages is needed.");
    EXPECT_EQ(why_not("2026-12-16,\"Victory,বিজয়"),
              "Line 1: a quote is not closed or stands within a field, or there are too many "
              "fields.");
    EXPECT_EQ(why_not("2026-12-16,\"Victory\"x,বিজয়"),
              "Line 1: a quote is not closed or stands within a field, or there are too many "
              "fields.");
    EXPECT_EQ(why_not("2026-12-16,\"a\nb\",ক\n2026-12-16,a,ক"),
              "Line 3: this day was named before.");
    EXPECT_EQ(holidays_of_csv("2026-12-16,\xff,ক", "list").error().code, "bad_csv");
}

TEST(Holidays, AreBounded) {
    std::string text;
    for (int i = 0; i <= 1000; ++i)
        text += to_date(day("2026-01-01") + std::chrono::days{i}) + ",a,ক\n";
    EXPECT_EQ(holidays_of_csv(text, "list").error().code, "too_many");
}

// ---------------------------------------------------------------- as a calendar

Result<std::vector<SpecialDay>> of_calendar(std::string const& events) {
    auto const zone = Zone::find("Asia/Dhaka").value();
    Interval const window{day_interval(zone, day("2026-01-01")).start,
                          day_interval(zone, day("2028-01-01")).start};
    return holidays_of_calendar("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + events +
                                    "END:VCALENDAR\n",
                                zone, window, "list");
}
std::string event(std::string const& lines) {
    return "BEGIN:VEVENT\nUID:" + std::to_string(lines.size()) + "@x\n" + lines + "END:VEVENT\n";
}
std::string told(std::vector<SpecialDay> const& days) {
    std::string text;
    for (auto const& each : days)
        text += (text.empty() ? "" : ", ") + to_date(each.day) + " " + each.name.bn;
    return text;
}

TEST(HolidaysOfACalendar, AreItsWholeDaysThatComeBackEveryYear) {
    auto const found = of_calendar(
        event("DTSTART;VALUE=DATE:20201216\nSUMMARY:বিজয় দিবস\nRRULE:FREQ=YEARLY\n") +
        event("DTSTART;VALUE=DATE:20260526\nDTEND;VALUE=DATE:20260529\nSUMMARY:Eid\n"
              "TRANSP:TRANSPARENT\n") +
        event("DTSTART;TZID=Asia/Dhaka:20270221T000000\nDTEND;TZID=Asia/Dhaka:20270222T000000\n"
              "SUMMARY:Shaheed Day\n") +
        event("DTSTART;VALUE=DATE:20260528\nSUMMARY:A second name\n") +
        event("DTSTART;VALUE=DATE:20260701\nSUMMARY:Called off\nSTATUS:CANCELLED\n") +
        event("DTSTART;VALUE=DATE:20250101\nSUMMARY:Long ago\n"));
    ASSERT_TRUE(found) << found.error().code;
    EXPECT_EQ(told(*found), "2026-05-26 Eid, 2026-05-27 Eid, 2026-05-28 Eid, "
                            "2026-12-16 বিজয় দিবস, 2027-02-21 Shaheed Day, "
                            "2027-12-16 বিজয় দিবস");
    EXPECT_EQ(found->front().source, "list");
    EXPECT_TRUE(found->front().spans.empty()) << "closed all day";
    EXPECT_EQ(found->front().name.en, "Eid");
}

TEST(HolidaysOfACalendar, WhatIsNoneSaysWhy) {
    auto const code = [](std::string const& lines) {
        return std::string(of_calendar(event(lines)).error().code);
    };
    EXPECT_EQ(code("DTSTART:20261216T040000Z\nDURATION:PT2H\nSUMMARY:Meeting\n"), "not_whole_days");
    EXPECT_EQ(code("DTSTART;VALUE=DATE:20261216\nSUMMARY:\n"), "name_missing");
    EXPECT_EQ(code("DTSTART;VALUE=DATE:20201216\nSUMMARY:Long ago\n"), "no_days");
    EXPECT_EQ(code("DTSTART;VALUE=DATE:20261216\nRRULE:FREQ=HOURLY\nSUMMARY:x\n"),
              "rule_too_often");
    EXPECT_EQ(code("DTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20291231\nSUMMARY:x\n"),
              "too_many");
    EXPECT_EQ(of_calendar(event("SUMMARY:x\n")).error().field, "/text");
    EXPECT_EQ(
        holidays_of_calendar("nonsense", Zone::find("Asia/Dhaka").value(), {}, "list").error().code,
        "bad_calendar");
}

TEST(Holidays, OfAListTakeThePlaceOfThoseItBroughtBefore) {
    auto const of = [](char const* on, char const* source) {
        return SpecialDay{day(on), {source, source}, {}, source};
    };
    std::vector const kept{of("2026-12-16", ""), of("2026-12-25", "list"), of("2027-01-01", "b")};
    std::vector const now{of("2027-02-21", "list"), of("2026-12-16", "list"),
                          of("2027-01-01", "list")};
    auto const merged = with_imported(kept, now, "list");
    ASSERT_EQ(merged.size(), 3u);
    EXPECT_EQ(merged[0].source, "") << "what was entered stays";
    EXPECT_EQ(merged[1].source, "b") << "and so does what another list says";
    EXPECT_EQ(merged[2].day, day("2027-02-21"));
}

TEST(Holidays, OfAFileOfAnotherSystemEndTheirLinesAsItDoes) {
    auto const found = read("2026-12-16,\"Victory Day\",\"বিজয় দিবস\"\r\n"
                            "2026-12-25,Christmas,বড়দিন\r\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name.bn, "বিজয় দিবস");
    EXPECT_EQ(found[1].name.bn, "বড়দিন");
    EXPECT_EQ(why_not("nonsense"),
              "Line 1: a day, a name in English and one in Bangla are needed.");
}

TEST(Holidays, AreAThousandAtMost) {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += to_date(day("2026-01-01") + std::chrono::days{i}) + ",a,ক\n";
    EXPECT_EQ(read(text).size(), 1000u);
}

TEST(HolidaysOfACalendar, EndWithADayAsTheyBeginWithOne) {
    EXPECT_EQ(of_calendar(event("DTSTART;TZID=Asia/Dhaka:20270221T000000\n"
                                "DTEND;TZID=Asia/Dhaka:20270221T120000\nSUMMARY:Half a day\n"))
                  .error()
                  .code,
              "not_whole_days");
    EXPECT_EQ(of_calendar(event("DTSTART;TZID=Asia/Dhaka:20270221T120000\n"
                                "DTEND;TZID=Asia/Dhaka:20270222T000000\nSUMMARY:Half a day\n"))
                  .error()
                  .code,
              "not_whole_days");
}

TEST(Holidays, AreKeptByDayInWhateverOrderTheyCome) {
    auto const of = [](char const* on) { return SpecialDay{day(on), {"a", "ক"}, {}, "list"}; };
    auto const merged = with_imported({}, {of("2027-02-21"), of("2026-12-16")}, "list");
    ASSERT_EQ(merged.size(), 2u);
    EXPECT_EQ(merged[0].day, day("2026-12-16"));
}

}  // namespace
}  // namespace karkhana::office
