#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/booking/records.hpp"
#include "server/people/audit.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

class BookingApi : public tests::StoreTest {
protected:
    static Interval slot(std::string const& from, std::string const& until) {
        return {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)};
    }
    /// The id of a booking that was granted.
    std::string booked(http::Principal const& who, Interval during) {
        auto const answer = shop.book(who, laser.id, during);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    http::Response act(http::Principal const& who, std::string const& id,
                       std::string const& action) {
        return shop.post(who, "/api/v1/bookings/" + id + "/" + action, "{}");
    }
    Booking find(std::string const& id) {
        return ledger().read([&](store::Reader& reader) {
            return find_booking(reader, shop.facility, BookingId::parse(id).value()).value();
        });
    }
    void set_state(std::string const& id, State to) {
        ledger().write([&](store::Writer& writer) {
            return change_state(writer,
                                find_booking(writer, shop.facility, *BookingId::parse(id)).value(),
                                to, std::nullopt, "", shop.clock.now());
        });
    }
    std::string json_times(Interval during) {
        return R"("start":")" + shop.time(during.start) + R"(","end":")" + shop.time(during.end) +
               "\"";
    }
    http::Response move(http::Principal const& who, std::string const& id, Interval during) {
        return shop.patch(who, id, find(id).version, "{" + json_times(during) + "}");
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

KARKHANA_ON_BOTH_ENGINES(BookingApi);

TEST_P(BookingApi, ABookingKeepsByWhichDoorItCame) {
    auto const draft = [&](std::string const& origin) {
        return R"({"machine_id":")" + laser.id.text() + R"(","enterprise_id":")" +
               shop.mita.text() + R"(","start":"2026-11-21T10:00:00+06:00",)" +
               R"("end":"2026-11-21T11:00:00+06:00","origin":")" + origin + "\"}";
    };
    for (auto const other : {"series", "waitlist", "window", ""})
        EXPECT_EQ(shop.post(shop.desk, "/api/v1/bookings", draft(other)).status, 422) << other;
    auto const made = shop.post(shop.desk, "/api/v1/bookings", draft("phone"));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(find(text_of(json_of(made), "id")).origin, Origin::phone);
    EXPECT_EQ(find(booked(shop.member, slot("12:00", "13:00"))).origin, Origin::web);
}

TEST_P(BookingApi, ABookingIsCreatedShownAndTold) {
    auto const answer = shop.post(
        shop.member, "/api/v1/bookings",
        R"({"machine_id":")" + laser.id.text() + R"(","start":"2026-11-21T10:00:00+06:00",)" +
            R"("end":"2026-11-21T05:00:00Z","quantity":40,"note":"জুতা"})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(header_of(answer, "ETag"), "\"1\"");
    auto const body = json_of(answer);
    EXPECT_EQ(header_of(answer, "Location"), "/api/v1/bookings/" + text_of(body, "id"));
    EXPECT_EQ(text_of(body, "start"), "2026-11-21T10:00:00+06:00");
    EXPECT_EQ(text_of(body, "end"), "2026-11-21T11:00:00+06:00");
    EXPECT_EQ(text_of(body, "state"), "confirmed");
    EXPECT_EQ(text_of(body.at("machine").as_object(), "slug"), "laser-1");
    EXPECT_EQ(text_of(body.at("enterprise").as_object(), "id"), shop.mita.text());
    EXPECT_EQ(body.at("quantity"), 40);
    EXPECT_EQ(text_of(body, "note"), "জুতা");
    EXPECT_EQ(body.at("quote").at("amount"), 6000);
    EXPECT_EQ(json::serialize(body.at("actions")), R"(["move","cancel"])");
    EXPECT_EQ(body.at("history").as_array().size(), 1U);
    auto const shown = shop.get(shop.member, "/api/v1/bookings/" + text_of(body, "id"));
    auto seen = json_of(shown);
    seen.erase("costs");
    seen.erase("overrides");
    seen.erase("operated_by");
    seen.erase("pin");
    EXPECT_EQ(seen, body);
    EXPECT_EQ(header_of(shown, "ETag"), "\"1\"");
    ASSERT_EQ(shop.published.size(), 1U);
    EXPECT_EQ(shop.published[0].first, "booking");
    EXPECT_EQ(shop.published[0].second,
              R"({"machine_id":")" + laser.id.text() +
                  R"(","start":"2026-11-21T04:00:00+00:00","end":"2026-11-21T05:00:00+00:00",)" +
                  R"("state":"confirmed"})");
}

TEST_P(BookingApi, ADoubleClickIsOneBooking) {
    Workshop::Headers const key{{"idempotency-key", "double-click"}};
    auto const body = shop.draft(laser.id, slot("10:00", "11:00"));
    auto const first = shop.call(shop.member, "POST", "/api/v1/bookings", body, key);
    auto const second = shop.call(shop.member, "POST", "/api/v1/bookings", body, key);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(header_of(second, "ETag"), header_of(first, "ETag"));
    EXPECT_EQ(header_of(second, "Idempotent-Replayed"), "true");
    EXPECT_EQ(shop.published.size(), 1U);
    auto const list = json_of(shop.get(shop.member, "/api/v1/bookings"));
    EXPECT_EQ(list.at("items").as_array().size(), 1U);
}

TEST_P(BookingApi, ATakenSlotIsAConflictWithAlternatives) {
    auto const second = shop.add_laser("laser-2");
    booked(shop.other, slot("10:00", "11:00"));
    auto const answer = shop.book(shop.member, laser.id, slot("10:30", "11:30"));
    ASSERT_EQ(answer.status, 409);
    auto const body = json_of(answer);
    EXPECT_EQ(text_of(body, "code"), "slot_taken");
    EXPECT_EQ(violations_of(body), "slot_taken");
    EXPECT_EQ(answer.body.find("Rahim"), answer.body.npos);
    auto const& offers = body.at("alternatives").as_array();
    ASSERT_EQ(offers.size(), 3U);
    EXPECT_EQ(text_of(offers[0].as_object(), "start"), "2026-11-21T11:00:00+06:00");
    EXPECT_EQ(text_of(offers[2].at("machine").as_object(), "id"), second.id.text());
    EXPECT_EQ(text_of(offers[2].as_object(), "start"), "2026-11-21T10:30:00+06:00");
    EXPECT_EQ(offers[0].at("price").at("amount"), 6000);
    for (auto const& offer : offers) {
        auto const quote = json_of(
            shop.call(shop.member, "POST", "/api/v1/quotes",
                      R"({"machine_id":")" + text_of(offer.at("machine").as_object(), "id") +
                          R"(","start":")" + text_of(offer.as_object(), "start") + R"(","end":")" +
                          text_of(offer.as_object(), "end") + R"("})",
                      {}));
        EXPECT_TRUE(quote.at("violations").as_array().empty()) << json::serialize(quote);
    }
}

TEST_P(BookingApi, AllBrokenRulesAreToldAtOnce) {
    shop.suspend(shop.mita);
    booked(shop.other, slot("16:00", "17:00"));
    auto const answer = shop.book(shop.member, laser.id, slot("16:35", "17:35"));
    ASSERT_EQ(answer.status, 422);
    auto const body = json_of(answer);
    EXPECT_EQ(text_of(body, "code"), "policy_refused");
    EXPECT_EQ(violations_of(body), "closed grid suspended slot_taken");
    auto const better = shop.book(shop.member, laser.id, slot("16:00", "17:00"));
    EXPECT_EQ(violations_of(json_of(better)), "suspended slot_taken");
    EXPECT_EQ(code_of(better), "policy_refused");
    EXPECT_EQ(shop.published.size(), 1U);
}

TEST_P(BookingApi, ARefusedWishLeavesNothingAndCanBeTriedAgain) {
    Workshop::Headers const key{{"idempotency-key", "try-again"}};
    auto const body = shop.draft(laser.id, slot("10:00", "11:00"));
    shop.add_outage(laser.id, slot("10:00", "10:30"), "maintenance");
    EXPECT_EQ(shop.call(shop.member, "POST", "/api/v1/bookings", body, key).status, 422);
    ledger().write([&](store::Writer& writer) {
        EXPECT_TRUE(people::list_audit(writer, shop.facility, 0, 10).empty());
        return writer.execute("DELETE FROM outage WHERE facility_id = $1", shop.facility);
    });
    EXPECT_EQ(shop.call(shop.member, "POST", "/api/v1/bookings", body, key).status, 201);
}

TEST_P(BookingApi, AQuoteSaysPriceAndPolicyAndWritesNothing) {
    auto const quote = [&](Interval during) {
        return json_of(
            shop.call(shop.member, "POST", "/api/v1/quotes", shop.draft(laser.id, during), {}));
    };
    auto const good = quote(slot("10:00", "11:30"));
    EXPECT_EQ(good.at("price").at("amount"), 9000);
    EXPECT_EQ(good.at("estimated_energy_wh"), 90);
    EXPECT_TRUE(good.at("rate_card_id").is_null());
    EXPECT_EQ(good.at("terms").at(0).at("price_e4"), 1'000'000);
    EXPECT_TRUE(good.at("violations").as_array().empty());
    EXPECT_TRUE(good.at("alternatives").as_array().empty());
    auto const bad = quote(slot("08:50", "13:00"));
    EXPECT_EQ(violations_of(bad), "closed grid too_long");
    EXPECT_EQ(bad.at("alternatives").as_array().size(), 3U);
    auto const list = json_of(shop.get(shop.member, "/api/v1/bookings"));
    EXPECT_TRUE(list.at("items").as_array().empty());
}

TEST_P(BookingApi, MembersBookForTheirOwnAndStaffForAnybody) {
    auto const with = [&](http::Principal const& who, std::string const& enterprise,
                          Interval during) {
        auto body = shop.draft(laser.id, during);
        body.pop_back();
        return shop.post(who, "/api/v1/bookings",
                         body + R"(,"enterprise_id":")" + enterprise + "\"}");
    };
    EXPECT_EQ(with(shop.member, shop.mita.text(), slot("09:00", "10:00")).status, 201);
    EXPECT_EQ(with(shop.member, shop.rahim.text(), slot("10:00", "11:00")).status, 404);
    EXPECT_EQ(with(shop.desk, shop.rahim.text(), slot("10:00", "11:00")).status, 201);
    EXPECT_EQ(with(shop.desk, shop.ids.make<EnterpriseId>().text(), slot("11:00", "12:00")).status,
              404);
    auto const nobody = shop.book(shop.desk, laser.id, slot("11:00", "12:00"));
    EXPECT_EQ(nobody.status, 422);
    EXPECT_EQ(code_of(nobody), "enterprise_required");
    EXPECT_EQ(shop.book(shop.member, shop.ids.make<MachineId>(), slot("11:00", "12:00")).status,
              404);
    auto const accountant = shop.add_person("books", "accountant", {});
    EXPECT_EQ(with(accountant, shop.mita.text(), slot("11:00", "12:00")).status, 403);
}

TEST_P(BookingApi, WhoRunsAnAssistedBookingIsForTheDeskToSay) {
    auto draft = shop.draft(laser.id, slot("10:00", "11:00"));
    draft.pop_back();
    draft += R"(,"assisted":true,"enterprise_id":")" + shop.mita.text() + R"(","operated_by":")" +
             shop.member.person.text() + R"("})";
    EXPECT_EQ(code_of(shop.post(shop.member, "/api/v1/bookings", draft)), "not_theirs");
    EXPECT_EQ(shop.post(shop.desk, "/api/v1/bookings", draft).status, 201);
}

TEST_P(BookingApi, WhatBelongsToOthersIsNotThere) {
    auto const id = booked(shop.other, slot("10:00", "11:00"));
    EXPECT_EQ(shop.get(shop.member, "/api/v1/bookings/" + id).status, 404);
    EXPECT_EQ(act(shop.member, id, "cancel").status, 404);
    EXPECT_EQ(act(shop.member, id, "check-in").status, 404);
    EXPECT_EQ(move(shop.member, id, slot("12:00", "13:00")).status, 404);
    EXPECT_EQ(shop.get(shop.desk, "/api/v1/bookings/" + id).status, 200);
    EXPECT_EQ(shop.get(shop.desk, "/api/v1/bookings/not-an-id").status, 404);
    auto const list = json_of(shop.get(shop.member, "/api/v1/bookings"));
    EXPECT_TRUE(list.at("items").as_array().empty());
    Workshop elsewhere(ledger());
    EXPECT_EQ(elsewhere.get(elsewhere.manager, "/api/v1/bookings/" + id).status, 404);
    EXPECT_EQ(elsewhere.book(elsewhere.member, laser.id, slot("12:00", "13:00")).status, 404);
    EXPECT_EQ(find(id).state, State::confirmed);
}

TEST_P(BookingApi, AMoveKeepsTheIdAndNeedsTheRightVersion) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    auto const body = "{" + json_times(slot("12:00", "14:00")) + "}";
    EXPECT_EQ(code_of(shop.call(shop.member, "PATCH", "/api/v1/bookings/" + id, body, {})),
              "precondition_required");
    EXPECT_EQ(shop.patch(shop.member, id, 2, body).status, 412);
    auto const moved = shop.patch(shop.member, id, 1, body);
    ASSERT_EQ(moved.status, 200) << moved.body;
    EXPECT_EQ(header_of(moved, "ETag"), "\"2\"");
    EXPECT_EQ(text_of(json_of(moved), "id"), id);
    EXPECT_EQ(json_of(moved).at("quote").at("amount"), 12000);
    EXPECT_EQ(shop.patch(shop.member, id, 1, body).status, 412);
    EXPECT_EQ(find(id).during, slot("12:00", "14:00"));
    EXPECT_EQ(find(id).quote, Money{12000});
    // The old time is free again, and the listeners know both.
    booked(shop.other, slot("10:00", "11:00"));
    EXPECT_NE(shop.published.at(1).second.find(R"("was":{"machine_id")"), std::string::npos);
    auto const second = shop.add_laser("laser-2");
    EXPECT_EQ(
        shop.patch(shop.member, id, 2, R"({"machine_id":")" + second.id.text() + "\"}").status,
        200);
    EXPECT_EQ(find(id).machine, second.id);
}

TEST_P(BookingApi, AMoveObeysTheSameRules) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    booked(shop.other, slot("12:00", "13:00"));
    auto const taken = move(shop.member, id, slot("12:30", "13:30"));
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(code_of(taken), "slot_taken");
    EXPECT_EQ(json_of(taken).at("alternatives").as_array().size(), 3U);
    auto const closed = move(shop.member, id, slot("16:30", "17:30"));
    EXPECT_EQ(closed.status, 422);
    EXPECT_EQ(violations_of(json_of(closed)), "closed");
    EXPECT_EQ(code_of(move(shop.member, id, slot("11:00", "11:00"))), "bad_interval");
    EXPECT_EQ(move(shop.member, id, slot("10:30", "11:30")).status, 200);
    shop.suspend(shop.mita);
    EXPECT_EQ(violations_of(json_of(move(shop.member, id, slot("10:30", "11:45")))), "suspended");
    EXPECT_EQ(move(shop.member, id, slot("10:30", "11:00")).status, 200);
}

TEST_P(BookingApi, ExtendingIntoTheNextOffersTheLongestPossible) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    booked(shop.other, slot("12:00", "13:00"));
    shop.clock.set(dhaka("2026-11-21 10:10"));
    set_state(id, State::checked_in);
    set_state(id, State::running);
    auto const refused = move(shop.member, id, slot("10:00", "12:30"));
    ASSERT_EQ(refused.status, 409);
    auto const body = json_of(refused);
    auto const& offers = body.at("alternatives").as_array();
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_EQ(text_of(offers[0].as_object(), "start"), "2026-11-21T10:00:00+06:00");
    EXPECT_EQ(text_of(offers[0].as_object(), "end"), "2026-11-21T12:00:00+06:00");
    EXPECT_EQ(move(shop.member, id, slot("10:00", "12:00")).status, 200);
    // Nothing more can be had, so nothing is offered.
    auto const again = move(shop.member, id, slot("10:00", "12:30"));
    EXPECT_EQ(again.status, 409);
    EXPECT_TRUE(json_of(again).at("alternatives").as_array().empty());
    EXPECT_EQ(code_of(move(shop.member, id, slot("10:15", "12:00"))), "wrong_state");
}

TEST_P(BookingApi, CancellingFreesTheSlotOnce) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    auto const path = "/api/v1/bookings/" + id + "/cancel";
    Workshop::Headers const key{{"idempotency-key", "cancel-it"}};
    auto const gone = shop.call(shop.member, "POST", path, R"({"reason":"বৃষ্টি"})", key);
    ASSERT_EQ(gone.status, 200) << gone.body;
    EXPECT_EQ(text_of(json_of(gone), "state"), "cancelled");
    EXPECT_EQ(text_of(json_of(gone), "cancel_reason"), "বৃষ্টি");
    EXPECT_EQ(json_of(gone).at("history").as_array().size(), 2U);
    EXPECT_TRUE(json_of(gone).at("actions").as_array().empty());
    auto const again = shop.call(shop.member, "POST", path, R"({"reason":"বৃষ্টি"})", key);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, gone.body);
    EXPECT_EQ(shop.published.size(), 2U);
    EXPECT_EQ(code_of(act(shop.member, id, "cancel")), "wrong_state");
    booked(shop.other, slot("10:00", "11:00"));
}

TEST_P(BookingApi, NothingIsCancelledAfterTheStart) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    set_state(id, State::checked_in);
    set_state(id, State::running);
    for (auto const& who : {shop.member, shop.desk, shop.manager}) {
        auto const answer = act(who, id, "cancel");
        EXPECT_EQ(answer.status, 409);
        EXPECT_EQ(code_of(answer), "wrong_state");
    }
}

TEST_P(BookingApi, CheckInIsInItsTime) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    shop.clock.set(dhaka("2026-11-21 08:59"));
    EXPECT_EQ(code_of(act(shop.member, id, "check-in")), "too_early");
    shop.clock.set(dhaka("2026-11-21 09:45"));
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/check-in", R"({"x":1})").status,
              422);
    auto const here = act(shop.desk, id, "check-in");
    ASSERT_EQ(here.status, 200) << here.body;
    EXPECT_EQ(text_of(json_of(here), "state"), "checked_in");
    EXPECT_EQ(code_of(act(shop.member, id, "check-in")), "wrong_state");
    auto const late = booked(shop.other, slot("11:00", "12:00"));
    shop.clock.set(dhaka("2026-11-21 12:00"));
    EXPECT_EQ(code_of(act(shop.other, late, "check-in")), "too_late");
    // Who is here may be given another time of the next hour, not of another day.
    shop.clock.set(dhaka("2026-11-21 09:50"));
    EXPECT_EQ(move(shop.desk, id, slot("10:15", "11:00")).status, 200);
    EXPECT_EQ(code_of(move(shop.desk, id, slot("14:00", "15:00"))), "wrong_state");
}

TEST_P(BookingApi, EveryChangeIsInTheAuditTrail) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    move(shop.member, id, slot("10:00", "11:30"));
    act(shop.desk, id, "cancel");
    ledger().read([&](store::Reader& reader) {
        auto const lines = people::list_audit(reader, shop.facility, 0, 10);
        EXPECT_EQ(lines.size(), 3U);
        EXPECT_EQ(lines.at(2).event.action, "createBooking");
        EXPECT_EQ(lines.at(2).event.before, "");
        EXPECT_EQ(lines.at(1).event.action, "changeBooking");
        EXPECT_EQ(lines.at(1).event.subject, "booking/" + id);
        EXPECT_EQ(lines.at(1).event.before, lines.at(2).event.after);
        EXPECT_EQ(lines.at(0).event.action, "cancelBooking");
        EXPECT_EQ(lines.at(0).event.person, shop.desk.person);
        EXPECT_EQ(text_of(json::parse(lines.at(0).event.after).as_object(), "state"), "cancelled");
        EXPECT_EQ(people::first_broken_audit(reader, shop.facility), std::nullopt);
        return true;
    });
}

TEST_P(BookingApi, ListsHavePagesAndFilters) {
    for (int i = 0; i < 5; ++i) {
        auto const start = dhaka("2026-11-21 09:00") + minutes{60 * i};
        booked(i == 2 ? shop.other : shop.member, {start, start + minutes{60}});
    }
    auto const first = json_of(shop.get(shop.desk, "/api/v1/bookings?limit=3"));
    auto const& items = first.at("items").as_array();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(text_of(items[0].as_object(), "start"), "2026-11-21T13:00:00+06:00");
    EXPECT_FALSE(items[0].as_object().contains("history"));
    auto const rest =
        json_of(shop.get(shop.desk, "/api/v1/bookings?limit=3&cursor=" + text_of(first, "next")));
    EXPECT_EQ(rest.at("items").as_array().size(), 2U);
    EXPECT_TRUE(rest.at("next").is_null());
    EXPECT_EQ(json_of(shop.get(shop.member, "/api/v1/bookings")).at("items").as_array().size(), 4U);
    auto const both = shop.add_person("both", "member", {shop.rahim, shop.mita});
    auto const merged = json_of(shop.get(both, "/api/v1/bookings?limit=4"));
    EXPECT_EQ(merged.at("items").as_array().size(), 4U);
    EXPECT_EQ(text_of(merged.at("items").at(2).as_object(), "start"), "2026-11-21T11:00:00+06:00");
    EXPECT_EQ(
        json_of(shop.get(shop.desk, "/api/v1/bookings?state=missed")).at("items").as_array().size(),
        0U);
    for (auto const* bad : {"state=late", "cursor=x", "cursor=1.x", "limit=0", "limit=201",
                            "limit=a", "machine_id=7", "from=today"})
        EXPECT_EQ(shop.get(shop.desk, std::string("/api/v1/bookings?") + bad).status, 422) << bad;
}

TEST_P(BookingApi, AvailabilityIsWhatCanBeBooked) {
    booked(shop.other, slot("10:00", "14:00"));
    std::string const day = "/availability?from=2026-11-21T00:00:00+06:00"
                            "&to=2026-11-22T00:00:00+06:00";
    auto const of = [&](MachineId const& machine, std::string const& query) {
        return shop.get(shop.member, "/api/v1/machines/" + machine.text() + day + query);
    };
    auto const answer = of(laser.id, "&duration_minutes=120");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json::serialize(json_of(answer).at("starts")),
              R"(["2026-11-21T14:00:00+06:00","2026-11-21T14:15:00+06:00",)"
              R"("2026-11-21T14:30:00+06:00","2026-11-21T14:45:00+06:00",)"
              R"("2026-11-21T15:00:00+06:00"])");
    EXPECT_EQ(of(shop.ids.make<MachineId>(), "&duration_minutes=120").status, 404);
    EXPECT_EQ(of(laser.id, "").status, 422);
    EXPECT_EQ(of(laser.id, "&duration_minutes=9999999").status, 422);
}

TEST_P(BookingApi, FindATimeOffersTheBest) {
    auto const second = shop.add_laser("laser-2");
    booked(shop.other, slot("09:00", "13:00"));
    auto const find = [&](std::string const& query) {
        return shop.get(shop.member, "/api/v1/find-a-time?" + query);
    };
    auto const body = json_of(find("machine_kind=laser&day=2026-11-21&duration_minutes=60"));
    auto const& offers = body.at("offers").as_array();
    ASSERT_EQ(offers.size(), 3U);
    EXPECT_EQ(text_of(offers[0].at("machine").as_object(), "slug"), "laser-2");
    EXPECT_EQ(text_of(offers[0].as_object(), "start"), "2026-11-21T09:00:00+06:00");
    EXPECT_EQ(offers[0].at("cheaper"), false);
    auto const one = json_of(
        find("machine_id=" + laser.id.text() + "&day=2026-11-21&duration_minutes=60&quantity=5"));
    EXPECT_EQ(text_of(one.at("offers").at(0).as_object(), "start"), "2026-11-21T13:00:00+06:00");
    EXPECT_TRUE(json_of(find("machine_kind=oven&day=2026-11-21&duration_minutes=60"))
                    .at("offers")
                    .as_array()
                    .empty());
    for (auto const* bad :
         {"day=2026-11-21&duration_minutes=60", "machine_kind=laser&duration_minutes=60",
          "machine_kind=laser&day=2026-11-21",
          "machine_kind=laser&day=2026-11-21&duration_minutes=0",
          "machine_id=7&day=2026-11-21&duration_minutes=60"})
        EXPECT_EQ(find(bad).status, 422) << bad;
}

TEST_P(BookingApi, TheCalendarShowsOthersWithoutTheirNames) {
    auto const mine = booked(shop.member, slot("10:00", "11:00"));
    auto const theirs = booked(shop.other, slot("11:00", "12:00"));
    auto const missed = booked(shop.other, slot("12:00", "13:00"));
    set_state(missed, State::missed);
    auto const gone = booked(shop.member, slot("13:00", "14:00"));
    act(shop.member, gone, "cancel");
    shop.add_outage(std::nullopt, slot("15:00", "16:00"), "load_shedding");
    auto const path = "/api/v1/calendar?from=2026-11-21T00:00:00+06:00&to=2026-11-22T00:00:00Z";
    auto const seen = shop.get(shop.member, path);
    ASSERT_EQ(seen.status, 200) << seen.body;
    EXPECT_EQ(seen.body.find("Rahim"), seen.body.npos);
    EXPECT_EQ(seen.body.find(shop.rahim.text()), seen.body.npos);
    EXPECT_EQ(seen.body.find(theirs), seen.body.npos);
    auto const body = json_of(seen);
    auto const& slots = body.at("bookings").as_array();
    ASSERT_EQ(slots.size(), 2U);
    EXPECT_EQ(text_of(slots[0].as_object(), "booking_id"), mine);
    EXPECT_EQ(slots[0].at("mine"), true);
    EXPECT_EQ(text_of(slots[0].as_object(), "enterprise_id"), shop.mita.text());
    auto const& parties = body.at("enterprises").as_array();
    ASSERT_EQ(parties.size(), 1U);
    EXPECT_EQ(text_of(parties[0].at("name").as_object(), "en"), "Mita Leather");
    EXPECT_TRUE(slots[1].at("booking_id").is_null());
    EXPECT_TRUE(slots[1].at("enterprise_id").is_null());
    EXPECT_EQ(slots[1].at("mine"), false);
    EXPECT_EQ(text_of(slots[1].as_object(), "end"), "2026-11-21T12:00:00+06:00");
    EXPECT_EQ(body.at("machines").as_array().size(), 1U);
    EXPECT_EQ(body.at("outages").as_array().size(), 1U);
    ASSERT_EQ(body.at("open").as_array().size(), 1U);
    EXPECT_EQ(text_of(body.at("open").at(0).as_object(), "end"), "2026-11-21T17:00:00+06:00");
    EXPECT_EQ(text_of(body, "to"), "2026-11-22T06:00:00+06:00");
    auto const all = json_of(shop.get(shop.desk, path));
    ASSERT_EQ(all.at("bookings").as_array().size(), 3U);
    EXPECT_EQ(text_of(all.at("bookings").at(1).as_object(), "booking_id"), theirs);
    EXPECT_EQ(shop.get(shop.desk, "/api/v1/calendar?from=2026-11-21T00:00:00Z"
                                  "&to=2027-11-21T00:00:00Z")
                  .status,
              422);
}

TEST_P(BookingApi, AChangeSaysWhatIsToBeChanged) {
    auto const id = booked(shop.member, slot("10:00", "11:00"));
    for (auto const* body : {"{}", R"({"dry_run":true})"})
        EXPECT_EQ(code_of(shop.patch(shop.member, id, 1, body)), "nothing_to_change");
}

}  // namespace
}  // namespace karkhana::booking
