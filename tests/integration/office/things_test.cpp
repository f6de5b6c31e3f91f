#include <gtest/gtest.h>

#include "server/facility/book_changes.hpp"
#include "server/facility/shifts.hpp"
#include "server/people/authorisations.hpp"
#include "tests/integration/office/office_fixture.hpp"

namespace karkhana::office {
namespace {

std::string quoted(std::string const& text) { return "\"" + text + "\""; }

class OfficeThings : public OfficeTest {
protected:
    std::string group(std::string const& machines) {
        return R"({"slug":"lasers","name":{"en":"Any laser","bn":"যেকোনো লেজার"},"machines":[)" +
               machines + "]}";
    }
    std::string id_of(MachineId const& machine) { return R"({"id":")" + machine.text() + R"("})"; }
    std::string resource(std::string const& kind, std::string const& slug,
                         std::string const& more) {
        return R"({"kind":")" + kind + R"(","slug":")" + slug + R"(","name":{"en":"A","bn":"ক"})" +
               more + "}";
    }
    std::string outage(std::string const& kind, std::string const& start, std::string const& end,
                       std::string const& machine = "null") {
        return R"({"kind":")" + kind + R"(","reason":"new lens","start":")" +
               to_rfc3339(dhaka(start), Zone::find("Asia/Dhaka").value()) + R"(","end":")" +
               to_rfc3339(dhaka(end), Zone::find("Asia/Dhaka").value()) + R"(","machine_id":)" +
               machine + "}";
    }
    std::vector<facility::Outage> outages(std::string const& from, std::string const& until) {
        return ledger().read([&](store::Reader& reader) {
            return facility::outages_between(reader, here.id, {dhaka(from), dhaka(until)});
        });
    }
    std::string shift(http::Principal const& who, std::string const& start,
                      std::string const& end) {
        return R"({"person_id":")" + who.person.text() + R"(","start":")" + start +
               R"(:00+06:00","end":")" + end + R"(:00+06:00"})";
    }
    std::string week(std::string const& shifts) {
        return R"({"from":"2026-11-21T00:00:00+06:00","to":"2026-11-28T00:00:00+06:00","items":[)" +
               shifts + "]}";
    }
};
KARKHANA_ON_BOTH_ENGINES(OfficeThings);

TEST_P(OfficeThings, MachinesStandInGroups) {
    auto const made = post("/machine-groups",
                           group(id_of(laser.id) + "," + id_of(laser.id) + "," + id_of(press.id)));
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(book().groups.at(0).machines, (std::vector{laser.id, press.id}));
    EXPECT_EQ(items_of(get(member, "/machine-groups")).size(), 1u);
    EXPECT_TRUE(items_of(get(stranger, "/machine-groups")).empty());
    EXPECT_EQ(refused("/machine-groups", group(id_of(foreign.id))), "unknown_machine");
    EXPECT_EQ(refused("/machine-groups", group(R"({"id":"7"})")), "bad_id");
    EXPECT_EQ(
        refused("/machine-groups", R"({"slug":"-","name":{"en":"a","bn":"ক"},"machines":[]})"),
        "bad_slug");
    EXPECT_EQ(call(desk, "POST", "/machine-groups", group("")).status, 403);
}

TEST_P(OfficeThings, HoursAreReservedAndGivenBack) {
    std::string const women = R"({"weekday":2,"from_minute":840,"until_minute":1020,
                                  "audience":"women_led","release_hours":24})";
    ASSERT_EQ(post("/reserved-windows", R"({"items":[)" + women + "," + women + "]}").status, 200);
    auto const shown = items_of(get(member, "/reserved-windows"));
    ASSERT_EQ(shown.size(), 1u) << "named twice is once";
    EXPECT_EQ(text_at(shown[0], "audience"), "women_led");
    clock.advance(std::chrono::hours{1});
    EXPECT_TRUE(items_of(post("/reserved-windows", R"({"items":[]})")).empty());
    EXPECT_EQ(book().reserved.size(), 1u) << "what was reserved is not forgotten";
    auto const refusal = [&](std::string const& fields) {
        return refused("/reserved-windows",
                       R"({"items":[{"weekday":2,"release_hours":0,)" + fields + "}]}");
    };
    EXPECT_EQ(refusal(R"("from_minute":840,"until_minute":840,"audience":"member")"), "bad_hours");
    EXPECT_EQ(refusal(R"("from_minute":1500,"until_minute":1600,"audience":"member")"),
              "bad_hours");
    EXPECT_EQ(refusal(R"("from_minute":0,"until_minute":60,"audience":"men")"), "unknown_audience");
    EXPECT_EQ(refusal(R"("from_minute":0,"until_minute":60,"audience":"member","machine_id":)" +
                      quoted(foreign.id.text())),
              "unknown_machine");
    EXPECT_EQ(refusal(R"("from_minute":0,"until_minute":60,"audience":"member","group_id":)" +
                      quoted(foreign.id.text())),
              "unknown_group");
    EXPECT_EQ(refused("/reserved-windows", "{}"), "missing_field");
}

TEST_P(OfficeThings, MachinesNeedResources) {
    auto const die = post("/resources", resource("die", "die-42", R"(,"capacity":1)"));
    ASSERT_EQ(die.status, 200) << die.body;
    auto const id = text_at(json_of(die), "id");
    auto const needs = "/machines/" + press.id.text() + "/needs";
    ASSERT_EQ(post(needs, R"({"items":[{"resource_id":")" + id +
                              R"(","units":1},{"kind":"operator","units":1}]})")
                  .status,
              200);
    EXPECT_EQ(book().needs.size(), 2u);
    auto const shown = json_of(get(desk, "/resources"));
    EXPECT_EQ(shown.at("items").as_array().size(), 1u);
    EXPECT_EQ(shown.at("needs").as_array().size(), 2u);
    EXPECT_EQ(refused("/resources/" + id + "/retire", "{}"), "needed");
    ASSERT_EQ(post(needs, R"({"items":[]})").status, 200);
    EXPECT_EQ(post("/resources/" + id + "/retire", "{}").status, 200);
    EXPECT_EQ(refused("/resources/" + id + "/retire", "{}"), "not_found");
    EXPECT_TRUE(book().resources.empty());
    auto const again = post("/resources", resource("die", "die-42", R"(,"capacity":2)"));
    EXPECT_EQ(text_at(json_of(again), "id"), id) << "the same slug is the same thing";
}

TEST_P(OfficeThings, RefusesResourcesThatCannotBe) {
    auto const refusal = [&](std::string const& kind, std::string const& more) {
        return refused("/resources", resource(kind, "r", more));
    };
    EXPECT_EQ(refusal("boat", R"(,"capacity":1)"), "unknown_kind");
    EXPECT_EQ(refusal("die", R"(,"capacity":-1)"), "out_of_range");
    EXPECT_EQ(refusal("operator", R"(,"capacity":1)"), "bad_person");
    EXPECT_EQ(refusal("die", R"(,"capacity":1,"person_id":)" + quoted(desk.person.text())),
              "bad_person");
    EXPECT_EQ(refusal("operator", R"(,"capacity":2,"person_id":)" + quoted(desk.person.text())),
              "out_of_range");
    EXPECT_EQ(refusal("operator", R"(,"capacity":1,"person_id":)" + quoted(stranger.person.text())),
              "unknown_person");
    EXPECT_EQ(refusal("die", R"(,"capacity":1,"machine_id":)" + quoted(foreign.id.text())),
              "unknown_machine");
    auto const needs = "/machines/" + press.id.text() + "/needs";
    EXPECT_EQ(refused(needs, R"({"items":[{"units":1}]})"), "bad_need");
    EXPECT_EQ(refused(needs, R"({"items":[{"kind":"die","units":0}]})"), "out_of_range");
    EXPECT_EQ(refused(needs, R"({"items":[{"kind":"boat","units":1}]})"), "unknown_kind");
    EXPECT_EQ(
        refused(needs, R"({"items":[{"resource_id":")" + foreign.id.text() + R"(","units":1}]})"),
        "unknown_resource");
    EXPECT_EQ(refused("/machines/" + foreign.id.text() + "/needs", R"({"items":[]})"), "not_found");
}

TEST_P(OfficeThings, ShiftsOfAWeekAreSavedTogether) {
    auto const night = shift(desk, "2026-11-21T20:00", "2026-11-22T04:00");
    ASSERT_EQ(post("/shifts", week(night)).status, 200);
    auto const during = "/shifts?from=2026-11-21T00:00:00+06:00&to=2026-11-28T00:00:00+06:00";
    auto const shown = items_of(get(desk, during));
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(text_at(shown[0], "start"), "2026-11-21T20:00:00+06:00");
    EXPECT_EQ(text_at(shown[0].at("name"), "en"), "operator");
    EXPECT_EQ(get(member, during).status, 403);
    EXPECT_EQ(
        refused("/shifts", week(night + "," + shift(desk, "2026-11-22T03:00", "2026-11-22T10:00"))),
        "shifts_overlap");
    EXPECT_EQ(refused("/shifts", week(shift(desk, "2026-11-22T10:00", "2026-11-22T09:00"))),
              "bad_shift");
    EXPECT_EQ(refused("/shifts", week(shift(desk, "2026-11-29T10:00", "2026-11-29T12:00"))),
              "bad_shift");
    EXPECT_EQ(refused("/shifts", week(shift(stranger, "2026-11-22T10:00", "2026-11-22T12:00"))),
              "unknown_person");
    // The next day alone: the night before still goes on, and nobody is at two places.
    auto const next_day = [&](std::string const& shifts) {
        return R"({"from":"2026-11-22T00:00:00+06:00","to":"2026-11-23T00:00:00+06:00","items":[)" +
               shifts + "]}";
    };
    EXPECT_EQ(refused("/shifts", next_day(shift(desk, "2026-11-22T03:00", "2026-11-22T10:00"))),
              "shifts_overlap");
    EXPECT_EQ(post("/shifts", next_day(shift(desk, "2026-11-22T09:00", "2026-11-22T17:00"))).status,
              200);
    EXPECT_EQ(items_of(get(desk, during)).size(), 2u) << "the night was not in that day";
    EXPECT_EQ(refused("/shifts", R"({"from":"2026-11-22T00:00:00+06:00",
        "to":"2026-11-21T00:00:00+06:00","items":[]})"),
              "bad_interval");
}

TEST_P(OfficeThings, WhoMayRunWhatIsGrantedAndRevoked) {
    auto const path = "/people/" + member.person.text() + "/authorisations";
    auto const granted = post(path, R"({"machine_kind":"laser",
        "expires_at":"2027-11-21T00:00:00+06:00"})");
    ASSERT_EQ(granted.status, 201) << granted.body;
    auto const one = items_of(granted).at(0);
    EXPECT_EQ(text_at(one, "machine_kind"), "laser");
    EXPECT_EQ(text_at(one.at("granted_by"), "en"), "manager");
    EXPECT_TRUE(one.at("training").is_null()) << "nobody was trained for it";
    EXPECT_EQ(items_of(get(member, path)).size(), 1u) << "my own";
    EXPECT_EQ(get(member, "/people/" + desk.person.text() + "/authorisations").status, 404);
    EXPECT_EQ(get(stranger, path).status, 404);
    EXPECT_EQ(call(desk, "POST", path, R"({"machine_kind":"laser"})").status, 403);
    EXPECT_EQ(refused(path, R"({"machine_kind":"boat"})"), "unknown_kind");
    EXPECT_EQ(refused(path, R"({"machine_kind":"laser","expires_at":"2026-11-21T08:00:00+06:00"})"),
              "in_past");
    EXPECT_EQ(refused("/people/" + stranger.person.text() + "/authorisations",
                      R"({"machine_kind":"laser"})"),
              "not_found");
    auto const revoke = "/authorisations/" + text_at(one, "id") + "/revoke";
    EXPECT_EQ(call(stranger, "POST", revoke, "{}").status, 404);
    clock.advance(std::chrono::hours{1});
    auto const revoked = post(revoke, "{}");
    ASSERT_EQ(revoked.status, 200);
    EXPECT_EQ(text_at(items_of(revoked).at(0), "revoked_at"), "2026-11-21T09:00:00+06:00");
    EXPECT_EQ(refused(revoke, "{}"), "not_found") << "once is enough";
}

TEST_P(OfficeThings, WhoIsTooYoungIsNotAuthorised) {
    auto const path = "/people/" + member.person.text() + "/authorisations";
    auto const set = [&](MachineId const& machine, std::int64_t years) {
        ledger().write([&](store::Writer& writer) {
            facility::insert_setting(writer, here.id, ids.make<SettingId>(),
                                     {.name = "least_age",
                                      .machine = machine,
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = years,
                                      .from = dhaka("2026-01-01 00:00")},
                                     std::nullopt, clock.now());
            return true;
        });
    };
    auto const born = [&](std::string const& day) {
        ledger().write([&](store::Writer& writer) {
            people::set_born_on(writer, here.id, member.person, parse_date(day).value());
            return true;
        });
    };
    set(laser.id, 18);
    EXPECT_EQ(refused(path, R"({"machine_kind":"laser"})"), "age_unknown");
    EXPECT_EQ(post(path, R"({"machine_kind":"press"})").status, 201) << "no age is asked there";
    born("2008-11-22");
    EXPECT_EQ(refused(path, R"({"machine_kind":"laser"})"), "too_young");
    EXPECT_EQ(items_of(get(member, path)).size(), 1u);
    born("2008-11-21");
    EXPECT_EQ(post(path, R"({"machine_kind":"laser"})").status, 201) << "eighteen today";
}

TEST_P(OfficeThings, OutagesAreEnteredAndWithdrawn) {
    auto const made = post("/outages", outage("maintenance", "2026-11-22 10:00", "2026-11-22 12:00",
                                              quoted(laser.id.text())));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(text_at(json_of(made), "source"), "entered");
    auto const found = outages("2026-11-22 00:00", "2026-11-23 00:00");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].machine, laser.id);
    EXPECT_EQ(found[0].reason, "new lens");
    auto const listed =
        get(member, "/outages?from=2026-11-22T00:00:00+06:00&to=2026-11-23T00:00:00+06:00");
    EXPECT_EQ(items_of(listed).size(), 1u);
    auto const withdraw = "/outages/" + text_at(json_of(made), "id") + "/withdraw";
    EXPECT_EQ(call(stranger, "POST", withdraw, "{}").status, 404);
    EXPECT_EQ(call(desk, "POST", withdraw, "{}").status, 403);
    EXPECT_EQ(post(withdraw, "{}").status, 200);
    EXPECT_TRUE(outages("2026-11-22 00:00", "2026-11-23 00:00").empty());
    EXPECT_EQ(refused(withdraw, "{}"), "not_found");
}

TEST_P(OfficeThings, WhatIsPlannedForgivesNoBill) {
    post("/outages", outage("load_shedding", "2026-11-22 10:00", "2026-11-22 12:00"));
    EXPECT_EQ(outages("2026-11-22 00:00", "2026-11-23 00:00").at(0).source,
              facility::OutageSource::timetable);
    post("/outages", outage("load_shedding", "2026-11-21 07:30", "2026-11-21 09:00"));
    EXPECT_EQ(outages("2026-11-21 00:00", "2026-11-22 00:00").at(0).source,
              facility::OutageSource::entered)
        << "it has begun";
}

TEST_P(OfficeThings, RefusesOutagesThatCannotBe) {
    auto const refusal = [&](std::string const& kind, std::string const& start,
                             std::string const& end) {
        return refused("/outages", outage(kind, start, end));
    };
    EXPECT_EQ(refusal("picnic", "2026-11-22 10:00", "2026-11-22 12:00"), "unknown_kind");
    EXPECT_EQ(refusal("breakdown", "2026-11-22 12:00", "2026-11-22 12:00"), "bad_interval");
    EXPECT_EQ(refusal("breakdown", "2026-11-20 07:59", "2026-11-22 12:00"), "in_past");
    EXPECT_EQ(refusal("breakdown", "2026-11-21 07:00", "2026-11-21 08:00"), "in_past");
    EXPECT_EQ(refusal("closure", "2026-11-22 10:00", "2027-11-24 10:00"), "bad_interval");
    EXPECT_EQ(refused("/outages", outage("breakdown", "2026-11-22 10:00", "2026-11-22 12:00",
                                         quoted(foreign.id.text()))),
              "unknown_machine");
}

TEST_P(OfficeThings, WhatDevicesHaveSeenOnlyDevicesEnd) {
    facility::Outage const seen{.id = ids.make<OutageId>(),
                                .during = {dhaka("2026-11-21 07:00"), dhaka("2026-11-21 09:00")},
                                .kind = "load_shedding",
                                .reason = "",
                                .source = facility::OutageSource::seen};
    ledger().write([&](store::Writer& writer) {
        facility::insert_outage(writer, here.id, seen, clock.now());
        return true;
    });
    EXPECT_EQ(refused("/outages/" + seen.id.text() + "/withdraw", "{}"), "wrong_source");
}

TEST_P(OfficeThings, ARepeatedRequestChangesNothingTwice) {
    http::Request request{.method = "POST", .path = "/api/v1/outages"};
    request.headers = {{"content-type", "application/json"}, {"idempotency-key", "once-only"}};
    request.body = outage("maintenance", "2026-11-22 10:00", "2026-11-22 12:00");
    request.principal = manager;
    auto const& handler = router.match("POST", request.path).route->handler;
    auto const first = handler(request), again = handler(request);
    EXPECT_EQ(first.body, again.body);
    EXPECT_EQ(outages("2026-11-22 00:00", "2026-11-23 00:00").size(), 1u);
}

}  // namespace
}  // namespace karkhana::office
