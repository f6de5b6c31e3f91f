#include <gtest/gtest.h>

#include "server/base/calendar.hpp"

namespace karkhana {
namespace {

Instant time(std::string_view text) { return parse_rfc3339(text).value(); }
Zone dhaka() { return Zone::find("Asia/Dhaka").value(); }

TEST(Rfc3339, ReadsOffsetsFractionsAndNothingElse) {
    EXPECT_EQ(time("2026-11-20T16:40:00+06:00"), time("2026-11-20T10:40:00Z"));
    EXPECT_EQ(time("2026-11-20T10:40:00.5Z") - time("2026-11-20T10:40:00Z"), Duration{500'000});
    for (auto bad : {"", "2026-11-20", "2026-11-20T16:40:00", "2026-13-20T16:40:00Z",
                     "2026-02-30T16:40:00Z", "2026-11-20T24:00:00Z", "2026-11-20T16:40:00+6:00",
                     "2026-11-20T16:40:00.Z", "2026-11-20T16:40:00.1234567Z",
                     "2026-11-20T16:40:00Zx", "২০২৬-11-20T16:40:00Z", "2026-11-20 16:40:00Z"})
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Rfc3339, WritesWhatItReads) {
    for (auto text : {"2026-11-20T16:40:00+06:00", "2026-11-20T16:40:00.000001+06:00",
                      "1999-12-31T23:59:59+06:00"})
        EXPECT_EQ(to_rfc3339(time(text), dhaka()), text);
}

TEST(Zone, AnUnknownNameIsRefused) {
    EXPECT_EQ(Zone::find("Asia/Dacca2").error().code, "unknown_zone");
}

TEST(Zone, KnowsEveryHourOfTheYearInWhichDhakaMovedItsClocks) {
    using std::chrono::hours;
    auto const zone = dhaka(), london = Zone::find("Europe/London").value();
    auto const summer = time("2009-06-19T17:00:00Z"), winter = time("2009-12-31T17:00:00Z");
    for (auto at = time("2009-01-01T00:30:00Z"); at < time("2010-02-01T00:00:00Z");
         at += hours{1}) {
        ASSERT_EQ(zone.offset_at(at), at >= summer && at < winter ? hours{7} : hours{6});
        // The hour that comes twice is meant as it comes first.
        bool const again = at >= winter && at < winter + hours{1};
        ASSERT_EQ(zone.from_local(zone.to_local(at)), again ? at - hours{1} : at);
        bool const british =
            at >= time("2009-03-29T01:00:00Z") && at < time("2009-10-25T01:00:00Z");
        ASSERT_EQ(london.offset_at(at), hours{british ? 1 : 0});
    }
    auto const gap = zone.to_local(summer - hours{1}) + hours{1};
    EXPECT_EQ(zone.from_local(gap), summer) << "what the clock never shows is when it moved";
}

TEST(Day, HasTwentyThreeHoursWhenDhakaMovedItsClocksIn2009) {
    auto const day = local_day(dhaka(), time("2009-06-19T12:00:00+06:00"));
    EXPECT_EQ(day_interval(dhaka(), day).length(), std::chrono::hours{23});
    auto const usual = local_day(dhaka(), time("2026-11-20T12:00:00+06:00"));
    EXPECT_EQ(day_interval(dhaka(), usual).length(), std::chrono::hours{24});
}

TEST(Day, IsTheFacilitysAndNotUtcs) {
    EXPECT_EQ(to_date(local_day(dhaka(), time("2026-11-20T18:30:00Z"))), "2026-11-21");
    EXPECT_EQ(minute_of_day(dhaka(), time("2026-11-20T18:30:00Z")), 30);
}

TEST(Boundaries, AreTheLocalQuarterHoursStrictlyInside) {
    Interval const evening{time("2026-11-20T16:50:00+06:00"), time("2026-11-20T17:30:00+06:00")};
    auto const found = boundaries(dhaka(), evening, 15);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0], time("2026-11-20T17:00:00+06:00"));
    EXPECT_EQ(found[1], time("2026-11-20T17:15:00+06:00"));
}

TEST(FiscalYear, TurnsAtLocalMidnightOfTheFirstOfJuly) {
    EXPECT_EQ(fiscal_year(dhaka(), time("2027-06-30T23:59:59+06:00")), "2026-27");
    EXPECT_EQ(fiscal_year(dhaka(), time("2027-07-01T00:00:00+06:00")), "2027-28");
    EXPECT_EQ(fiscal_year(dhaka(), time("2026-06-30T17:59:59Z")), "2025-26");
    EXPECT_EQ(fiscal_year(dhaka(), time("2026-06-30T18:00:00Z")), "2026-27");
    EXPECT_EQ(fiscal_year(dhaka(), time("1999-12-01T00:00:00Z")), "1999-00");
}

TEST(Interval, TouchingIsNotOverlapping) {
    Interval const a{instant(0), instant(10)}, b{instant(10), instant(20)},
        c{instant(9), instant(11)};
    EXPECT_FALSE(a.overlaps(b));
    EXPECT_TRUE(a.overlaps(c));
    EXPECT_TRUE(c.overlaps(b));
}

}  // namespace
}  // namespace karkhana
