#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/booking/records.hpp"
#include "server/facility/book_cache.hpp"
#include "server/people/audit.hpp"
#include "tests/integration/booking/workshop.hpp"
#include "tests/support/counting_store.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;

/// It is Saturday the 21st of November; Fridays are closed, and thirty days can be booked ahead.
class SeriesApi : public tests::StoreTest {
protected:
    /// The member's series from Sunday the 22nd at ten on, an hour each.
    std::string draft(std::string const& rule, std::string const& clash = "skip",
                      std::string const& from = "2026-11-22 10:00") {
        auto const start = dhaka(from);
        json::object const body{{"machine_id", laser.id.text()},
                                {"start", shop.time(start)},
                                {"end", shop.time(start + hours{1})},
                                {"rule", rule},
                                {"note", "soles"},
                                {"clash", clash}};
        return json::serialize(body);
    }
    json::object preview(std::string const& body) {
        auto const answer = shop.call(shop.member, "POST", "/api/v1/series/preview", body, {});
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json_of(answer);
    }
    http::Response create(std::string const& body) {
        return shop.post(shop.member, "/api/v1/series", body);
    }
    http::Response act(http::Principal const& who, std::string const& series,
                       std::string const& action, json::object const& body) {
        return shop.post(who, "/api/v1/series/" + series + "/" + action, json::serialize(body));
    }
    /// "11-22T10:00 booked, 11-23T10:00 skipped outage": what became of each date of the rule.
    static std::string told(json::object const& body) {
        std::string text;
        for (auto const& each : body.at("dates").as_array()) {
            auto const& date = each.as_object();
            text += text.empty() ? "" : ", ";
            auto const& at = date.at("occurrence");
            text += std::string(at.as_string()).substr(5, 11) + " " + text_of(date, "outcome");
            if (auto const* const codes = date.if_contains("codes"))
                for (auto const& code : codes->as_array())
                    text += " " + std::string(code.as_string());
            if (date.contains("violations")) {
                auto const broken = violations_of(date);
                text += (broken.empty() ? "" : " ") + broken;
            }
        }
        return text;
    }
    std::vector<Booking> bookings() {
        return ledger().read([&](store::Reader& reader) {
            auto found = bookings_between(reader, shop.facility,
                                          {shop.clock.now(), shop.clock.now() + days{90}}, true);
            return found;
        });
    }
    std::string starts() {
        std::string text;
        for (auto const& each : bookings())
            text += (text.empty() ? "" : " ") + shop.time(each.during.start).substr(5, 11);
        return text;
    }
    void set(std::string const& name, std::int64_t value, std::string const& membership = "") {
        ledger().write([&](store::Writer& writer) {
            writer.execute("INSERT INTO policy_setting (facility_id, setting_id, name, membership, "
                           "season, value, effective_from, created_by, created_at) "
                           "VALUES ($1, $2, $3, $6, '', $4, 0, $5, 0)",
                           shop.facility, shop.ids.make<SettingId>(), name, value,
                           shop.manager.person, membership);
            facility::touch_settings(writer, shop.facility);
            return true;
        });
    }
    std::string made(http::Response const& answer) {
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    void cut(std::string const& from, std::string const& until) {
        shop.add_outage(std::nullopt, {dhaka(from), dhaka(until)}, "load_shedding");
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

KARKHANA_ON_BOTH_ENGINES(SeriesApi);

TEST_P(SeriesApi, ARecurringOutageIsLookedForOnEveryDate) {
    for (auto const* const day : {"2026-11-24", "2026-12-01", "2026-12-08"})
        cut(std::string(day) + " 09:30", std::string(day) + " 11:00");
    auto const rule = "FREQ=WEEKLY;BYDAY=SU,TU,FR;UNTIL=20261211";
    auto const seen = preview(draft(rule));
    EXPECT_EQ(told(seen),
              "11-22T10:00 booked, 11-24T10:00 skipped outage, 11-27T10:00 skipped closed, "
              "11-29T10:00 booked, 12-01T10:00 skipped outage, 12-04T10:00 skipped closed, "
              "12-06T10:00 booked, 12-08T10:00 skipped outage, 12-11T10:00 skipped closed");
    EXPECT_EQ(seen.at("refused"), false);
    auto const& cut_date = seen.at("dates").at(1).as_object();
    EXPECT_EQ(cut_date.at("alternatives").as_array().size(), 3U);
    EXPECT_EQ(text_of(cut_date.at("alternatives").at(0).as_object(), "start").substr(5, 11),
              "11-24T11:00");
    EXPECT_TRUE(cut_date.at("slot").is_null());
    EXPECT_EQ(seen.at("dates").at(0).at("slot").at("price").at("amount"), 6000);
    // Looking changes nothing.
    EXPECT_TRUE(bookings().empty());
    auto const answer = create(draft(rule));
    EXPECT_EQ(told(json_of(answer)), told(seen));
    EXPECT_EQ(starts(), "11-22T10:00 11-29T10:00 12-06T10:00");
    auto const shown = shop.get(shop.member, "/api/v1/series/" + made(answer));
    EXPECT_EQ(json_of(shown), json_of(answer));
    for (auto const& each : bookings()) {
        EXPECT_EQ(each.origin, Origin::series);
        EXPECT_EQ(each.series->text(), made(answer));
        EXPECT_EQ(each.occurrence, each.during.start);
        EXPECT_EQ(each.note, "soles");
        EXPECT_EQ(each.enterprise, shop.mita);
    }
}

TEST_P(SeriesApi, AllOrNothingWhereThatIsWanted) {
    cut("2026-11-24 09:30", "2026-11-24 11:00");
    auto const body = draft("FREQ=DAILY;COUNT=4", "refuse");
    EXPECT_EQ(preview(body).at("refused"), true);
    auto const answer = create(body);
    EXPECT_EQ(code_of(answer), "series_refused");
    EXPECT_EQ(told(json_of(answer)),
              "11-22T10:00 booked, 11-23T10:00 booked, 11-24T10:00 skipped outage, "
              "11-25T10:00 booked");
    EXPECT_TRUE(bookings().empty());
    // Where no date is left there is nothing to book, whatever was wanted.
    EXPECT_EQ(code_of(create(draft("FREQ=WEEKLY;BYDAY=FR;COUNT=2"))), "series_refused");
}

TEST_P(SeriesApi, ADateThatIsTakenMovesToTheNearestTime) {
    auto const other =
        shop.book(shop.other, laser.id, {dhaka("2026-11-23 09:30"), dhaka("2026-11-23 11:00")});
    ASSERT_EQ(other.status, 201);
    auto const answer = create(draft("FREQ=DAILY;COUNT=3", "move"));
    EXPECT_EQ(told(json_of(answer)),
              "11-22T10:00 booked, 11-23T10:00 moved slot_taken, 11-24T10:00 booked");
    EXPECT_EQ(starts(), "11-22T10:00 11-23T09:30 11-23T11:00 11-24T10:00");
    auto const id = text_of(json_of(answer).at("dates").at(1).at("booking").as_object(), "id");
    auto const moved = ledger().read([&](store::Reader& reader) {
        return find_booking(reader, shop.facility, BookingId::parse(id).value()).value();
    });
    EXPECT_EQ(moved.occurrence, dhaka("2026-11-23 10:00"));
    EXPECT_EQ(moved.during.start, dhaka("2026-11-23 11:00"));
}

TEST_P(SeriesApi, OwnDatesCountAgainstTheQuota) {
    set("weekly_count", 2);
    EXPECT_EQ(told(json_of(create(draft("FREQ=DAILY;COUNT=4")))),
              "11-22T10:00 booked, 11-23T10:00 booked, 11-24T10:00 skipped weekly_quota, "
              "11-25T10:00 skipped weekly_quota");
    EXPECT_EQ(told(preview(draft("FREQ=DAILY;COUNT=2", "skip", "2026-11-25 10:00"))),
              "11-25T10:00 skipped weekly_quota, 11-26T10:00 skipped weekly_quota");
}

TEST_P(SeriesApi, ADoubleClickIsOneSeries) {
    Workshop::Headers const key{{"idempotency-key", "double-click"}};
    auto const body = draft("FREQ=DAILY;COUNT=3");
    auto const first = shop.call(shop.member, "POST", "/api/v1/series", body, key);
    auto const second = shop.call(shop.member, "POST", "/api/v1/series", body, key);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(bookings().size(), 3U);
    EXPECT_EQ(shop.published.size(), 3U);
}

TEST_P(SeriesApi, TheFollowingDatesChangeTogether) {
    auto const series = made(create(draft("FREQ=DAILY;COUNT=4")));
    auto const answer =
        act(shop.member, series, "change",
            {{"from", shop.time(dhaka("2026-11-24 10:00"))}, {"start_minute", 14 * 60}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(told(json_of(answer)), "11-24T10:00 changed, 11-25T10:00 changed");
    EXPECT_EQ(starts(), "11-22T10:00 11-23T10:00 11-24T14:00 11-25T14:00");
    EXPECT_EQ(bookings().back().calendar_sequence, 1);
    auto const longer = act(shop.desk, series, "change", {{"length_minutes", 120}});
    ASSERT_EQ(longer.status, 200) << longer.body;
    for (auto const& each : bookings()) EXPECT_EQ(each.during.length(), hours{2});
}

TEST_P(SeriesApi, TheFollowingDatesGoToAnotherDayOfTheWeek) {
    auto const series = made(create(draft("FREQ=WEEKLY;BYDAY=SU,TU;COUNT=6")));
    ASSERT_EQ(starts(), "11-22T10:00 11-24T10:00 11-29T10:00 12-01T10:00 12-06T10:00 12-08T10:00");
    shop.book(shop.other, laser.id, {dhaka("2026-12-02 10:00"), dhaka("2026-12-02 11:00")});
    json::object wish{{"from", shop.time(dhaka("2026-11-29 10:00"))}, {"weekdays", "MO,WE"}};
    auto tried = wish;
    tried["dry_run"] = true;
    tried["clash"] = "skip";
    auto const preview_of = json_of(act(shop.member, series, "change", tried));
    EXPECT_EQ(told(preview_of), "11-29T10:00 changed, 12-01T10:00 left slot_taken, "
                                "12-06T10:00 changed, 12-08T10:00 changed");
    EXPECT_EQ(text_of(preview_of.at("dates").at(0).as_object(), "start").substr(5, 11),
              "11-30T10:00");
    EXPECT_EQ(code_of(act(shop.member, series, "change", wish)), "series_refused");
    wish["clash"] = "skip";
    EXPECT_EQ(told(json_of(act(shop.member, series, "change", wish))), told(preview_of));
    EXPECT_EQ(starts(), "11-22T10:00 11-24T10:00 11-30T10:00 12-01T10:00 12-02T10:00 12-07T10:00 "
                        "12-09T10:00");
    wish["weekdays"] = "SU";
    EXPECT_EQ(code_of(act(shop.member, series, "change", wish)), "weekdays_differ");
}

TEST_P(SeriesApi, NoDateStandsWhereAnotherOfTheSeriesGoes) {
    auto const series = made(create(draft("FREQ=WEEKLY;BYDAY=SU,MO,TU;COUNT=3")));
    ASSERT_EQ(starts(), "11-22T10:00 11-23T10:00 11-24T10:00");
    EXPECT_EQ(act(shop.member, series, "change", {{"weekdays", "MO,TU,WE"}}).status, 200);
    EXPECT_EQ(starts(), "11-23T10:00 11-24T10:00 11-25T10:00");
    EXPECT_EQ(act(shop.member, series, "change", {{"weekdays", "SU,MO,WE"}}).status, 200);
    EXPECT_EQ(starts(), "11-22T10:00 11-23T10:00 11-25T10:00");
}

TEST_P(SeriesApi, ADateThatIsNearIsNotChangedWithTheOthers) {
    set("notice_cancel", 48 * 60);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=3")));
    shop.clock.advance(std::chrono::minutes{10});
    EXPECT_EQ(told(json_of(act(shop.member, series, "change",
                               {{"start_minute", 14 * 60}, {"clash", "skip"}}))),
              "11-22T10:00 left too_soon, 11-23T10:00 changed, 11-24T10:00 changed");
    // Longer gives up nothing.
    EXPECT_EQ(told(json_of(act(shop.member, series, "change", {{"length_minutes", 90}}))),
              "11-22T10:00 changed, 11-23T10:00 changed, 11-24T10:00 changed");
}

TEST_P(SeriesApi, WhatWaitsForTheManagerIsApprovedOrRefusedTogether) {
    set("approval", 1);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=3")));
    auto const second = made(create(draft("FREQ=DAILY;COUNT=2", "skip", "2026-11-25 14:00")));
    EXPECT_EQ(act(shop.member, series, "approve", {}).status, 403);
    EXPECT_EQ(act(shop.desk, series, "approve", {}).status, 403);
    EXPECT_EQ(told(json_of(act(shop.manager, series, "approve", {}))),
              "11-22T10:00 changed, 11-23T10:00 changed, 11-24T10:00 changed");
    EXPECT_EQ(code_of(act(shop.manager, series, "approve", {})), "wrong_state");
    EXPECT_EQ(code_of(act(shop.manager, second, "refuse", {})), "missing_field");
    shop.suspend(shop.mita);
    EXPECT_EQ(told(json_of(act(shop.manager, second, "approve", {}))),
              "11-25T14:00 left suspended, 11-26T14:00 left suspended");
    EXPECT_EQ(told(json_of(act(shop.manager, second, "refuse", {{"reason", "unpaid"}}))),
              "11-25T14:00 changed, 11-26T14:00 changed");
    EXPECT_EQ(starts(), "11-22T10:00 11-23T10:00 11-24T10:00");
    for (auto const& each : bookings()) EXPECT_EQ(each.state, State::confirmed);
}

TEST_P(SeriesApi, WhatCannotChangeStaysAsItWas) {
    auto const series = made(create(draft("FREQ=DAILY;COUNT=3")));
    shop.book(shop.other, laser.id, {dhaka("2026-11-23 14:00"), dhaka("2026-11-23 15:00")});
    auto const refused = act(shop.member, series, "change", {{"start_minute", 14 * 60}});
    EXPECT_EQ(code_of(refused), "series_refused");
    EXPECT_EQ(told(json_of(refused)),
              "11-22T10:00 changed, 11-23T10:00 left slot_taken, 11-24T10:00 changed");
    EXPECT_EQ(starts(), "11-22T10:00 11-23T10:00 11-23T14:00 11-24T10:00");
    auto const skipped =
        act(shop.member, series, "change", {{"start_minute", 14 * 60}, {"clash", "skip"}});
    EXPECT_EQ(skipped.status, 200) << skipped.body;
    EXPECT_EQ(starts(), "11-22T14:00 11-23T10:00 11-23T14:00 11-24T14:00");
}

TEST_P(SeriesApi, TheFollowingDatesAreCancelledTogetherButNoneTooLate) {
    set("notice_cancel", 48 * 60);
    set("undo_minutes", 0);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=4")));
    auto const following =
        act(shop.member, series, "cancel", {{"from", shop.time(dhaka("2026-11-25 10:00"))}});
    ASSERT_EQ(following.status, 200) << following.body;
    EXPECT_EQ(told(json_of(following)), "11-25T10:00 changed");
    auto const all = act(shop.member, series, "cancel", {{"reason", "holiday"}});
    EXPECT_EQ(told(json_of(all)),
              "11-22T10:00 left too_soon, 11-23T10:00 changed, 11-24T10:00 changed");
    EXPECT_EQ(starts(), "11-22T10:00");
}

TEST_P(SeriesApi, IsUndoneAsWholeAsABookingIs) {
    set("notice_cancel", 100 * 60);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=2")));
    shop.clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(told(json_of(act(shop.member, series, "cancel", {}))),
              "11-22T10:00 changed, 11-23T10:00 changed");
    EXPECT_EQ(starts(), "");
}

TEST_P(SeriesApi, ABookingSaysWhichDateOfWhichSeriesItIs) {
    auto const series = made(create(draft("FREQ=DAILY;COUNT=2")));
    auto const id = bookings().back().id.text();
    EXPECT_EQ(shop.patch(shop.member, id, 1,
                         R"({"start":")" + shop.time(dhaka("2026-11-24 12:00")) + R"(","end":")" +
                             shop.time(dhaka("2026-11-24 13:00")) + R"("})")
                  .status,
              200);
    auto const shown = json_of(shop.get(shop.member, "/api/v1/bookings/" + id));
    EXPECT_EQ(text_of(shown, "series_id"), series);
    EXPECT_EQ(text_of(shown, "occurrence"), shop.time(dhaka("2026-11-23 10:00")))
        << "wherever it was moved to";
    auto const alone = json_of(
        shop.book(shop.member, laser.id, {dhaka("2026-11-25 12:00"), dhaka("2026-11-25 13:00")}));
    EXPECT_FALSE(alone.contains("series_id"));
    EXPECT_FALSE(alone.contains("occurrence"));
}

TEST_P(SeriesApi, ADryRunSaysWhatWouldBecomeOfEveryDateAndChangesNothing) {
    set("notice_cancel", 48 * 60);
    set("undo_minutes", 0);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=3")));
    shop.book(shop.other, laser.id, {dhaka("2026-11-23 14:00"), dhaka("2026-11-23 15:00")});
    auto const before = starts();
    auto const trail = [&] {
        return ledger().read(
            [&](store::Reader& reader) { return people::audit_end(reader, shop.facility); });
    };
    auto const written = trail();
    auto const try_out = [&](std::string const& action, json::object body) {
        body["dry_run"] = true;
        auto const answer = act(shop.member, series, action, body);
        EXPECT_EQ(answer.status, 200) << answer.body;
        auto const shown = json_of(answer);
        return told(shown) + (shown.at("refused").as_bool() ? ", refused" : "");
    };
    EXPECT_EQ(
        try_out("change", {{"start_minute", 14 * 60}}),
        "11-22T10:00 left too_soon, 11-23T10:00 left slot_taken, 11-24T10:00 changed, refused");
    EXPECT_EQ(try_out("change", {{"start_minute", 14 * 60}, {"clash", "skip"}}),
              "11-22T10:00 left too_soon, 11-23T10:00 left slot_taken, 11-24T10:00 changed");
    EXPECT_EQ(try_out("cancel", {}),
              "11-22T10:00 left too_soon, 11-23T10:00 changed, 11-24T10:00 changed");
    EXPECT_EQ(try_out("cancel", {{"from", shop.time(dhaka("2026-11-24 10:00"))}}),
              "11-24T10:00 changed");
    EXPECT_EQ(starts(), before);
    EXPECT_EQ(trail(), written);
    EXPECT_TRUE(
        std::ranges::all_of(bookings(), [](auto const& each) { return each.version == 1; }));
}

TEST_P(SeriesApi, WhatWouldChangeNothingIsRefusedWithWhy) {
    set("notice_cancel", 100 * 60);
    set("undo_minutes", 0);
    auto const series = made(create(draft("FREQ=DAILY;COUNT=2")));
    auto const none = act(shop.member, series, "cancel", {});
    EXPECT_EQ(code_of(none), "series_refused");
    EXPECT_EQ(told(json_of(none)), "11-22T10:00 left too_soon, 11-23T10:00 left too_soon");
    // Of two that are alike the one entered later counts.
    shop.clock.advance(std::chrono::seconds{1});
    set("notice_cancel", 0);
    set("notice_cancel", 100 * 60, "member");
    EXPECT_EQ(code_of(act(shop.member, series, "cancel", {})), "series_refused") << "its class";
    shop.clock.advance(std::chrono::seconds{1});
    set("notice_cancel", 0, "member");
    auto const elsewhere =
        act(shop.member, series, "change", {{"machine_id", shop.ids.make<MachineId>().text()}});
    EXPECT_EQ(elsewhere.status, 404) << "and not as if each date were refused";
    EXPECT_EQ(bookings().size(), 2U);
}

TEST_P(SeriesApi, ADateThatWasMovedByHandChangesItsTimeOnItsOwnDay) {
    auto const series = made(create(draft("FREQ=WEEKLY;COUNT=2")));
    auto const id = bookings().front().id.text();
    EXPECT_EQ(shop.patch(shop.member, id, 1,
                         R"({"start":")" + shop.time(dhaka("2026-11-24 12:00")) + R"(","end":")" +
                             shop.time(dhaka("2026-11-24 13:00")) + R"("})")
                  .status,
              200);
    EXPECT_EQ(act(shop.member, series, "change", {{"start_minute", 9 * 60}}).status, 200);
    EXPECT_EQ(starts(), "11-24T09:00 11-29T09:00");
}

TEST_P(SeriesApi, SomebodyElsesSeriesIsNotThere) {
    auto const series = made(create(draft("FREQ=DAILY;COUNT=2")));
    EXPECT_EQ(code_of(shop.get(shop.other, "/api/v1/series/" + series)), "not_found");
    EXPECT_EQ(code_of(act(shop.other, series, "cancel", {})), "not_found");
    EXPECT_EQ(code_of(act(shop.other, series, "change", {{"length_minutes", 30}})), "not_found");
    EXPECT_EQ(bookings().size(), 2U);
}

TEST_P(SeriesApi, WhatCannotBeReadChangesNothing) {
    EXPECT_EQ(code_of(create(draft("FREQ=DAILY"))), "series_endless");
    EXPECT_EQ(code_of(create(draft("FREQ=DAILY;COUNT=367"))), "rule_too_long");
    EXPECT_EQ(code_of(create(draft("FREQ=HOURLY;COUNT=3"))), "rule_too_often");
    EXPECT_EQ(code_of(create(draft("every day"))), "bad_rule");
    EXPECT_EQ(code_of(create(draft("FREQ=DAILY;COUNT=3", "guess"))), "unknown_clash");
    EXPECT_EQ(code_of(create(draft("FREQ=YEARLY;COUNT=3"))), "series_too_long");
    auto const series = made(create(draft("FREQ=DAILY;COUNT=2")));
    EXPECT_EQ(code_of(act(shop.member, series, "change", {})), "nothing_to_change");
    EXPECT_EQ(
        code_of(act(shop.member, series, "change", {{"length_minutes", 30}, {"clash", "move"}})),
        "unknown_clash");
    EXPECT_EQ(bookings().size(), 2U);
}

TEST_P(SeriesApi, ManyDatesAreReadWithAsManyQueriesAsFew) {
    tests::CountingStore counting{ledger()};
    Services services{.store = counting, .clock = shop.clock, .ids = shop.ids};
    services.pricing = shop.services.pricing;
    http::Router router;
    add_routes(router, services);
    auto const statements = [&](std::string const& rule) {
        http::Request request{.method = "POST",
                              .path = "/api/v1/series/preview",
                              .headers = {{"content-type", "application/json"}},
                              .body = draft(rule)};
        request.principal = shop.member;
        auto const match = router.match("POST", request.path);
        counting.statements();
        auto const answer = match.route->handler(request);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return counting.statements();
    };
    statements("FREQ=DAILY;COUNT=2");
    EXPECT_EQ(statements("FREQ=DAILY;COUNT=200"), statements("FREQ=DAILY;COUNT=2"));
}

TEST_P(SeriesApi, ADateThatWasHandedOverIsNoLongerOfTheSeries) {
    auto const made = json_of(create(draft("FREQ=DAILY;COUNT=3")));
    auto const date = [](json::object const& series, std::size_t i) {
        return series.at("dates").as_array().at(i).as_object().at("booking");
    };
    auto const given = text_of(date(made, 1).as_object(), "id");
    auto const third = shop.add_enterprise("Third");
    EXPECT_EQ(shop.post(shop.desk, "/api/v1/bookings/" + given + "/hand-over",
                        R"({"enterprise_id":")" + third.text() + "\"}")
                  .status,
              200);
    auto const url = "/api/v1/series/" + text_of(made, "id");
    EXPECT_TRUE(date(json_of(shop.get(shop.member, url)), 1).is_null());
    auto const gone = json_of(act(shop.member, text_of(made, "id"), "cancel", {}));
    EXPECT_EQ(gone.at("dates").as_array().size(), 2U);
    auto const kept = ledger().read([&](store::Reader& reader) {
        return find_booking(reader, shop.facility, BookingId::parse(given).value()).value();
    });
    EXPECT_EQ(kept.state, State::confirmed);
    EXPECT_EQ(kept.enterprise, third);
}

}  // namespace
}  // namespace karkhana::booking
