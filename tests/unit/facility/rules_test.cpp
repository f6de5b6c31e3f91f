#include <functional>
#include <gtest/gtest.h>

#include "server/facility/rules.hpp"

namespace karkhana::facility {
namespace {

Zone dhaka() { return Zone::find("Asia/Dhaka").value(); }
Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
Interval between(std::string_view start, std::string_view end) { return {at(start), at(end)}; }

std::string code_of(auto const& result) { return result ? "" : std::string{result.error().code}; }

/// Saturday to Thursday from eight to eight; Friday is closed.
std::vector<OpeningHours> workshop() {
    std::vector<OpeningHours> hours;
    for (int const weekday : {1, 2, 3, 4, 6, 7}) hours.push_back({weekday, 480, 1200});
    return hours;
}

TEST(PlainText, IsTrimmedAndComposed) {
    EXPECT_EQ(plain_text("  Rina \n", 200).value(), "Rina");
    // য + nukta and য় are one letter; NFC takes the pair apart (it is a composition exclusion).
    EXPECT_EQ(plain_text("\u09DF", 200).value(), plain_text("\u09AF\u09BC", 200).value());
    EXPECT_EQ(plain_text("", 200).value(), "");
}

TEST(PlainText, RefusesWhatForgesLogsAndDocuments) {
    EXPECT_EQ(code_of(plain_text(std::string_view{"a\0b", 3}, 200)), "bad_text");
    EXPECT_EQ(code_of(plain_text("a\x1b[2J", 200)), "bad_text");
    EXPECT_EQ(code_of(plain_text("\xC0\xAF", 200)), "bad_text");
    EXPECT_EQ(code_of(plain_text("সেলাই", 4)), "too_long");
    EXPECT_EQ(code_of(plain_text("সেলাই", 5)), "");
}

TEST(Complete, OneLanguageStandsForTheOther) {
    EXPECT_EQ(complete({"Press", ""}).value(), (Name{"Press", "Press"}));
    EXPECT_EQ(complete({"", "প্রেস"}).value(), (Name{"প্রেস", "প্রেস"}));
    EXPECT_EQ(complete({" Press ", "প্রেস"}).value(), (Name{"Press", "প্রেস"}));
    EXPECT_EQ(code_of(complete({"", "  "})), "name_missing");
    EXPECT_EQ(complete({"", std::string(201, 'a')}).error().field, "/name/bn");
}

TEST(Slug, IsShortPlainAndLower) {
    for (auto const good : {"a", "laser-1", "2nd", "bhairab-footwear"})
        EXPECT_TRUE(valid_slug(good)) << good;
    for (auto const bad : {"", "-a", "Laser", "a b", "a/b", "লেজার"})
        EXPECT_EQ(code_of(valid_slug(bad)), "bad_slug") << bad;
    EXPECT_TRUE(valid_slug(std::string(40, 'a')));
    EXPECT_FALSE(valid_slug(std::string(41, 'a')));
}

TEST(Hours, AreOrderedAndInRange) {
    auto const sorted = valid_hours({{2, 840, 1080}, {2, 480, 780}, {1, 480, 1080}}).value();
    EXPECT_EQ(sorted, (std::vector<OpeningHours>{{1, 480, 1080}, {2, 480, 780}, {2, 840, 1080}}));
    EXPECT_TRUE(valid_hours({}));
    struct Row {
        OpeningHours hours;
        bool good;
    };
    for (auto const& [hours, good] : std::vector<Row>{{{0, 480, 1080}, false},
                                                      {{8, 480, 1080}, false},
                                                      {{1, -1, 1080}, false},
                                                      {{1, 1440, 1500}, false},
                                                      {{1, 480, 480}, false},
                                                      {{1, 480, 479}, false},
                                                      {{1, 0, 1440}, true},
                                                      {{1, 0, 1441}, false},
                                                      {{1, 1439, 2879}, true},
                                                      {{1, 1200, 1800}, true}})
        EXPECT_EQ(code_of(valid_hours({hours})), good ? "" : "bad_hours")
            << hours.weekday << " " << hours.opens_minute << " " << hours.closes_minute;
}

TEST(Hours, MayTouchAndNotOverlap) {
    struct Row {
        std::vector<OpeningHours> hours;
        bool good;
    };
    for (auto const& [hours, good] :
         std::vector<Row>{{{{1, 480, 780}, {1, 780, 1080}}, true},
                          {{{1, 480, 781}, {1, 780, 1080}}, false},
                          {{{1, 1200, 1800}, {2, 360, 600}}, true},   // until 06:00, from 06:00
                          {{{1, 1200, 1801}, {2, 360, 600}}, false},  // a minute over
                          {{{7, 1200, 1800}, {1, 360, 600}}, true},   // from Sunday into Monday
                          {{{7, 1200, 1801}, {1, 360, 600}}, false},
                          {{{1, 0, 1440}, {2, 0, 1440}, {7, 0, 1440}}, true}})
        EXPECT_EQ(code_of(valid_hours(hours)), good ? "" : "hours_overlap");
}

TEST(MachineSettings, EachHasItsBounds) {
    Machine const good{.slug = "laser-1", .name = {"Laser", "লেজার"}, .kind = "laser"};
    ASSERT_TRUE(valid_machine(good));
    struct Row {
        std::string field;
        std::function<void(Machine&)> spoil;
    };
    for (auto const& [field, spoil] :
         std::vector<Row>{{"/slug", [](Machine& m) { m.slug = "Laser 1"; }},
                          {"/name", [](Machine& m) { m.name = {}; }},
                          {"/kind", [](Machine& m) { m.kind = ""; }},
                          {"/rated_w", [](Machine& m) { m.rated_w = -1; }},
                          {"/grid_minutes", [](Machine& m) { m.grid_minutes = 0; }},
                          {"/grid_minutes", [](Machine& m) { m.grid_minutes = 7; }},
                          {"/min_minutes", [](Machine& m) { m.min_minutes = 20; }},
                          {"/max_minutes", [](Machine& m) { m.max_minutes = 250; }},
                          {"/max_minutes", [](Machine& m) { m.min_minutes = 255; }},
                          {"/setup_minutes", [](Machine& m) { m.setup_minutes = 1441; }},
                          {"/seats", [](Machine& m) { m.seats = 0; }},
                          {"/buffer_minutes", [](Machine& m) { m.buffer_minutes = 1441; }},
                          {"/horizon_days", [](Machine& m) { m.horizon_days = 0; }},
                          {"/busy_above_w", [](Machine& m) { m.busy_above_w = -5; }},
                          {"/piece_unit", [](Machine& m) { m.piece_unit = std::string(21, 'x'); }},
                          {"/position", [](Machine& m) { m.position = -1; }}}) {
        auto machine = good;
        spoil(machine);
        auto const result = valid_machine(machine);
        ASSERT_FALSE(result) << field;
        EXPECT_EQ(result.error().field, field);
    }
}

TEST(Open, DaysOfTheWeekAreLocal) {
    // 2026-11-20 is a Friday. 01:00 to 14:00 UTC would be open on a Thursday.
    auto const hours = workshop();
    auto const week = open_intervals(
        dhaka(), hours, between("2026-11-19T00:00:00+06:00", "2026-11-22T00:00:00+06:00"));
    EXPECT_EQ(week, (std::vector<Interval>{
                        between("2026-11-19T08:00:00+06:00", "2026-11-19T20:00:00+06:00"),
                        between("2026-11-21T08:00:00+06:00", "2026-11-21T20:00:00+06:00")}));
}

TEST(Open, IsClippedToTheRange) {
    auto const range = between("2026-11-19T10:30:00+06:00", "2026-11-19T11:00:00+06:00");
    EXPECT_EQ(open_intervals(dhaka(), workshop(), range), std::vector<Interval>{range});
    EXPECT_TRUE(open_intervals(dhaka(), workshop(), {range.end, range.start}).empty());
    EXPECT_TRUE(open_intervals(dhaka(), {}, range).empty());
}

TEST(Open, HoursRunOverMidnightFromTheDayBefore) {
    std::vector<OpeningHours> const night{{4, 1320, 1800}};  // Thursday 22:00 to Friday 06:00
    EXPECT_TRUE(
        is_open(dhaka(), night, between("2026-11-20T00:00:00+06:00", "2026-11-20T06:00:00+06:00")));
    EXPECT_TRUE(
        is_open(dhaka(), night, between("2026-11-19T23:00:00+06:00", "2026-11-20T01:00:00+06:00")));
    EXPECT_FALSE(
        is_open(dhaka(), night, between("2026-11-20T05:00:00+06:00", "2026-11-20T06:00:01+06:00")));
    EXPECT_FALSE(
        is_open(dhaka(), night, between("2026-11-20T22:00:00+06:00", "2026-11-20T23:00:00+06:00")));
}

TEST(Open, HoursThatTouchAreOneInterval) {
    std::vector<OpeningHours> const always{{1, 0, 1440}, {2, 0, 1440}, {3, 0, 1440}, {4, 0, 1440},
                                           {5, 0, 1440}, {6, 0, 1440}, {7, 0, 1440}};
    auto const range = between("2026-11-19T10:00:00+06:00", "2026-11-27T10:00:00+06:00");
    EXPECT_EQ(open_intervals(dhaka(), always, range), std::vector<Interval>{range});
    EXPECT_TRUE(is_open(dhaka(), always, range));
}

TEST(Open, ALunchBreakIsClosed) {
    std::vector<OpeningHours> const split{{4, 480, 780}, {4, 840, 1200}};
    struct Row {
        std::string_view start, end;
        bool open;
    };
    for (auto const& [start, end, open] :
         std::vector<Row>{{"2026-11-19T08:00:00+06:00", "2026-11-19T13:00:00+06:00", true},
                          {"2026-11-19T12:45:00+06:00", "2026-11-19T13:15:00+06:00", false},
                          {"2026-11-19T12:00:00+06:00", "2026-11-19T15:00:00+06:00", false},
                          {"2026-11-19T14:00:00+06:00", "2026-11-19T20:00:00+06:00", true},
                          {"2026-11-19T07:59:59+06:00", "2026-11-19T09:00:00+06:00", false},
                          {"2026-11-19T09:00:00+06:00", "2026-11-19T09:00:00+06:00", false}})
        EXPECT_EQ(is_open(dhaka(), split, between(start, end)), open) << start;
}

TEST(Open, FollowsTheClockWhenItChanges) {
    // Dhaka went from 23:00 to 00:00 on Friday, 19 June 2009: UTC+6 before, UTC+7 after.
    std::vector<OpeningHours> const friday{{5, 480, 1080}};
    auto const day =
        open_intervals(dhaka(), friday, between("2009-06-18T00:00:00Z", "2009-06-27T00:00:00Z"));
    ASSERT_EQ(day.size(), 2u);
    EXPECT_EQ(day[0], between("2009-06-19T02:00:00Z", "2009-06-19T12:00:00Z"));
    EXPECT_EQ(day[1], between("2009-06-26T01:00:00Z", "2009-06-26T11:00:00Z"));
}

TEST(Outage, OfTheMeterAloneOrOfATimetableStopsNobodysWork) {
    EXPECT_FALSE(stops_work({.kind = "unmetered"}));
    EXPECT_FALSE(stops_work({.kind = "load_shedding", .source = OutageSource::timetable}));
    for (auto const* kind : {"unreachable", "breakdown", "load_shedding", "closure"})
        EXPECT_TRUE(stops_work({.kind = kind, .source = OutageSource::seen})) << kind;
}

}  // namespace
}  // namespace karkhana::facility
