#include <algorithm>
#include <gtest/gtest.h>

#include "server/people/audit.hpp"
#include "tests/integration/office/office_fixture.hpp"

namespace karkhana::office {
namespace {

class OfficeOpening : public OfficeTest {
protected:
    facility::OpeningPlan plan() { return book().opening; }
    std::string why_closed_at(std::string const& from, std::string const& until) {
        auto const now = book();
        auto const shut = facility::why_closed(now.zone, now.opening, {dhaka(from), dhaka(until)});
        if (!shut) return "open";
        return shut->label.bn.empty() ? "hours" : shut->label.bn;
    }
};
KARKHANA_ON_BOTH_ENGINES(OfficeOpening);

constexpr char const* ramadan = R"({"slug":"ramadan","name":{"en":"Ramadan","bn":"রমজান"},
    "hours":[{"weekday":6,"opens_minute":480,"closes_minute":900}],
    "breaks":[{"weekday":6,"from_minute":720,"until_minute":750,
               "name":{"en":"Prayer","bn":"নামাজ"}}]})";

TEST_P(OfficeOpening, RamadanHoldsFromTheDayThatIsEntered) {
    ASSERT_EQ(post("/opening-profiles", ramadan).status, 200);
    EXPECT_EQ(why_closed_at("2027-02-13 09:00", "2027-02-13 16:00"), "open");
    auto const answer = post("/opening-periods", R"({"items":[
        {"first_day":"2027-02-08","last_day":"2027-03-09","profile":"ramadan"}]})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_at(items_of(answer).at(0), "profile"), "ramadan");
    EXPECT_EQ(why_closed_at("2027-02-13 09:00", "2027-02-13 16:00"), "নামাজ");
    EXPECT_EQ(why_closed_at("2027-02-13 13:00", "2027-02-13 16:00"), "hours");
    EXPECT_EQ(why_closed_at("2027-02-13 08:00", "2027-02-13 12:00"), "open");
    EXPECT_EQ(why_closed_at("2027-03-13 09:00", "2027-03-13 16:00"), "open") << "after it";
}

TEST_P(OfficeOpening, ShowsWhoeverAsksWhenItIsOpen) {
    post("/opening-profiles", ramadan);
    for (auto const& who : {manager, desk, member}) {
        auto const shown = json_of(get(who, "/opening"));
        auto const& profiles = shown.at("profiles").as_array();
        ASSERT_EQ(profiles.size(), 2u);
        EXPECT_EQ(text_at(profiles[0], "slug"), "normal");
        EXPECT_FALSE(profiles[0].at("entered").as_bool()) << "of the configuration";
        EXPECT_TRUE(profiles[1].at("entered").as_bool());
        EXPECT_EQ(profiles[1].at("breaks").as_array().size(), 1u);
        EXPECT_EQ(shown.at("week_starts").as_int64(), 7);
    }
    EXPECT_EQ(json_of(get(stranger, "/opening")).at("profiles").as_array().size(), 1u);
}

TEST_P(OfficeOpening, OnlyTheManagerEntersHours) {
    for (char const* path : {"/opening-profiles", "/opening-periods", "/special-days", "/week"})
        for (auto const& who : {desk, member}) EXPECT_EQ(call(who, "POST", path, "{}").status, 403);
}

TEST_P(OfficeOpening, RefusesHoursThatCannotBe) {
    auto const profile = [](std::string const& hours, std::string const& breaks) {
        return R"({"slug":"eid","name":{"en":"Eid","bn":"ঈদ"},"hours":[)" + hours +
               R"(],"breaks":[)" + breaks + "]}";
    };
    auto const hours = [&](std::string const& text) {
        return refused("/opening-profiles", profile(text, ""));
    };
    EXPECT_EQ(hours(R"({"weekday":8,"opens_minute":0,"closes_minute":60})"), "out_of_range");
    EXPECT_EQ(hours(R"({"weekday":1,"opens_minute":60,"closes_minute":60})"), "bad_hours");
    EXPECT_EQ(hours(R"({"weekday":1,"opens_minute":60,"closes_minute":120},
                       {"weekday":1,"opens_minute":100,"closes_minute":180})"),
              "hours_overlap");
    std::string const lunch = R"({"weekday":1,"from_minute":780,"until_minute":840,
                                  "name":{"en":"Lunch","bn":"দুপুর"}})";
    EXPECT_EQ(refused("/opening-profiles", profile("", lunch + "," + lunch)), "breaks_overlap");
    EXPECT_EQ(refused("/opening-profiles", R"({"slug":"eid","hours":[],"breaks":[]})"),
              "missing_field");
    EXPECT_EQ(refused("/opening-profiles",
                      R"({"slug":"eid","name":{"en":"Eid","bn":""},"hours":[],"breaks":[]})"),
              "missing_field")
        << "both languages";
    EXPECT_EQ(refused("/opening-profiles",
                      R"({"slug":"Eid!","name":{"en":"E","bn":"ঈ"},"hours":[],"breaks":[]})"),
              "bad_slug");
    EXPECT_EQ(plan().profiles.size(), 1u);
}

TEST_P(OfficeOpening, RefusesPeriodsThatCannotBe) {
    post("/opening-profiles", ramadan);
    auto const period = [](std::string const& first, std::string const& last,
                           std::string const& profile) {
        return R"({"first_day":")" + first + R"(","last_day":")" + last + R"(","profile":")" +
               profile + R"("})";
    };
    auto const refusal = [&](std::string const& items) {
        return refused("/opening-periods", R"({"items":[)" + items + "]}");
    };
    EXPECT_EQ(refusal(period("2027-02-08", "2027-02-07", "ramadan")), "bad_period");
    EXPECT_EQ(refusal(period("2027-02-08", "2027-03-09", "ramadan") + "," +
                      period("2027-03-09", "2027-03-12", "ramadan")),
              "periods_overlap");
    EXPECT_EQ(refusal(period("2027-02-08", "2027-03-09", "eid")), "unknown_profile");
    EXPECT_EQ(refusal(period("2027-02-08", "2027-03-09", "normal")), "bad_period");
    EXPECT_EQ(refusal(period("2027-02-30", "2027-03-09", "ramadan")), "bad_date");
    EXPECT_EQ(refused("/opening-periods", "{}"), "missing_field") << "nothing said is not empty";
    EXPECT_EQ(refused("/opening-periods", R"({"items":{}})"), "array_required");
    EXPECT_EQ(post("/opening-periods", R"({"items":[]})").status, 200);
}

TEST_P(OfficeOpening, HolidaysAreEnteredAndImported) {
    ASSERT_EQ(post("/special-days", R"({"items":[
        {"day":"2026-12-16","name":{"en":"Victory Day","bn":"বিজয় দিবস"}},
        {"day":"2026-12-19","name":{"en":"Inventory","bn":"মজুত গণনা"},
         "spans":[{"from_minute":600,"until_minute":720}]}]})")
                  .status,
              200);
    EXPECT_EQ(why_closed_at("2026-12-19 10:00", "2026-12-19 12:00"), "open");
    EXPECT_EQ(why_closed_at("2026-12-19 09:00", "2026-12-19 10:00"), "মজুত গণনা");
    auto const list = [](std::string const& text) {
        return R"({"format":"csv","source":"public holidays 2027","text":")" + text + R"("})";
    };
    auto const read =
        post("/special-days/import", list("day,en,bn\\n2027-02-21,Language Day,শহীদ দিবস\\n"
                                          "2026-12-16,Another name,অন্য নাম\\n"));
    ASSERT_EQ(read.status, 200) << read.body;
    ASSERT_EQ(items_of(read).size(), 3u);
    EXPECT_EQ(plan().special[0].name.en, "Victory Day") << "what was entered stays";
    EXPECT_EQ(why_closed_at("2027-02-21 10:00", "2027-02-21 11:00"), "শহীদ দিবস");
    ASSERT_EQ(
        post("/special-days/import", list("2027-03-26,Independence Day,স্বাধীনতা দিবস")).status,
        200);
    EXPECT_EQ(plan().special.size(), 3u) << "the list is read again as a whole";
    EXPECT_EQ(why_closed_at("2027-02-21 10:00", "2027-02-21 11:00"), "open");
    auto const calendar = [](std::string const& event) {
        return R"({"format":"ics","source":"public holidays 2027","text":"BEGIN:VCALENDAR\n)"
               R"(VERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n)" +
               event + R"(\nEND:VEVENT\nEND:VCALENDAR\n"})";
    };
    auto const published =
        post("/special-days/import",
             calendar(R"(SUMMARY:নববর্ষ\nDTSTART;VALUE=DATE:20200414\nRRULE:FREQ=YEARLY)"));
    ASSERT_EQ(published.status, 200) << published.body;
    auto const is_named = [](char const* name) {
        return [name](facility::SpecialDay const& each) { return each.name.en == name; };
    };
    EXPECT_TRUE(std::ranges::none_of(plan().special, is_named("Independence Day")))
        << "the same list, as a calendar";
    EXPECT_EQ(why_closed_at("2027-04-14 10:00", "2027-04-14 11:00"), "নববর্ষ");
    auto const kept = plan().special.size();
    EXPECT_EQ(refused("/special-days/import",
                      calendar(R"(SUMMARY:Meeting\nDTSTART:20270414T040000Z\nDURATION:PT2H)")),
              "not_whole_days");
    EXPECT_EQ(refused("/special-days/import", calendar("SUMMARY:Meeting")), "bad_event");
    EXPECT_EQ(refused("/special-days/import",
                      calendar(R"(SUMMARY:Long ago\nDTSTART;VALUE=DATE:20200414)")),
              "no_days");
    EXPECT_EQ(plan().special.size(), kept);
    EXPECT_EQ(refused("/special-days/import", list("2027-02-21,Language Day")), "bad_csv");
    EXPECT_EQ(refused("/special-days/import", R"({"format":"xls","source":"a","text":"b"})"),
              "unknown_format");
    EXPECT_EQ(refused("/special-days", R"({"items":[
        {"day":"2026-12-16","name":{"en":"a","bn":"ক"}},
        {"day":"2026-12-16","name":{"en":"b","bn":"খ"}}]})"),
              "day_twice");
    EXPECT_EQ(refused("/special-days", R"({"items":[{"day":"2026-12-16",
        "name":{"en":"a","bn":"ক"},"spans":[{"from_minute":700,"until_minute":600}]}]})"),
              "bad_hours");
}

TEST_P(OfficeOpening, TheWeekIsOfTheFacility) {
    auto const answer =
        post("/week",
             R"({"weekend":[{"weekday":6},{"weekday":5}],"week_starts":1,"generator_w":40000})");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(boost::json::serialize(json_of(answer)),
              R"({"weekend":[{"weekday":5},{"weekday":6}],"week_starts":1,"generator_w":40000})");
    EXPECT_EQ(book().facility.generator_w, 40'000);
    EXPECT_EQ(refused("/week", R"({"weekend":[],"week_starts":0,"generator_w":0})"),
              "out_of_range");
    EXPECT_EQ(refused("/week", R"({"week_starts":1,"generator_w":0})"), "missing_field");
    EXPECT_EQ(json_of(get(stranger, "/opening")).at("week_starts").as_int64(), 7);
}

TEST_P(OfficeOpening, EveryChangeIsInTheAuditTrail) {
    post("/opening-profiles", ramadan);
    post("/opening-periods", R"({"items":[
        {"first_day":"2027-02-08","last_day":"2027-03-09","profile":"ramadan"}]})");
    post("/opening-periods", R"({"items":[]})");
    auto const told = ledger().read(
        [&](store::Reader& reader) { return people::list_audit(reader, here.id, 0, 10); });
    ASSERT_EQ(told.size(), 3u);
    EXPECT_EQ(told[2].event.action, "saveProfile");
    EXPECT_EQ(told[2].event.subject, "opening_profile/ramadan");
    EXPECT_EQ(told[0].event.person, manager.person);
    EXPECT_NE(told[0].event.before.find("2027-02-08"), std::string::npos);
    EXPECT_EQ(told[0].event.after, R"({"items":[]})");
}

TEST_P(OfficeOpening, WhatSomebodyElseHasSavedSinceIsNotOverwritten) {
    auto const etag = [](http::Response const& answer) {
        for (auto const& [name, value] : answer.headers)
            if (name == "ETag") return value;
        return std::string{};
    };
    auto const day = [](std::string const& date) {
        return R"({"items":[{"day":")" + date + R"(","name":{"en":"Day","bn":"দিন"}}]})";
    };
    struct List {
        std::string saved, read, one, two;
    };
    std::string const needs = "/machines/" + laser.id.text() + "/needs";
    std::string const window =
        R"({"items":[{"weekday":6,"from_minute":540,"until_minute":600,"audience":"women_led",)"
        R"("release_hours":1}]})";
    post("/opening-profiles", ramadan);
    std::string const period =
        R"({"items":[{"first_day":"2027-02-08","last_day":"2027-03-09","profile":"ramadan"}]})";
    std::string const none = R"({"items":[]})";
    for (auto const& list :
         {List{"/special-days", "/opening", day("2026-12-16"), none},
          List{"/opening-periods", "/opening", period, none},
          List{"/reserved-windows", "/reserved-windows", window, none},
          List{needs, "/resources", R"({"items":[{"kind":"die","units":1}]})", none}}) {
        auto const seen = etag(get(manager, list.read));
        ASSERT_NE(seen, "") << list.read;
        auto const first = call(manager, "POST", list.saved, list.one, seen);
        ASSERT_EQ(first.status, 200) << first.body;
        auto const before = changes();
        EXPECT_EQ(call(manager, "POST", list.saved, list.two, seen).status, 412) << list.saved;
        EXPECT_EQ(changes(), before);
        EXPECT_EQ(etag(get(manager, list.read)), etag(first)) << "it goes on from its own answer";
        EXPECT_EQ(call(manager, "POST", list.saved, list.two, etag(first)).status, 200);
    }
}

}  // namespace
}  // namespace karkhana::office
