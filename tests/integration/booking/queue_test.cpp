#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <stdexcept>
#include <thread>

#include "server/booking/world_records.hpp"
#include "tests/integration/booking/queue_fixture.hpp"

namespace karkhana::booking {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

KARKHANA_ON_BOTH_ENGINES(BookingQueue);

TEST_P(BookingQueue, OfThreeTheFirstIsNotEligibleSoTheSecondGetsTheOfferAndTheLogSaysWhy) {
    auto const entries = all_join();
    shop.suspend(parties[0].id);
    EXPECT_EQ(sweep(), 0U);
    act(shop.member, taken, "cancel");
    at("08:30");
    sweep();
    sweep();
    EXPECT_EQ(states(entries), "waiting offered offered");
    EXPECT_EQ(log(), "joined first, joined second, joined third, skipped first suspended, "
                     "offered second, offered third");
    EXPECT_EQ(broken(), std::nullopt);
    EXPECT_EQ(told(), "createBooking createBooking cancelBooking offerBooking offerBooking");
}

TEST_P(BookingQueue, AnOfferHoldsTheTimeUntilItIsTaken) {
    auto const entry = joins(parties[0].member);
    act(shop.member, taken, "cancel");
    sweep();
    auto const list = json_of(shop.get(parties[0].member, "/api/v1/waitlist"));
    auto const& offer = list.at("items").as_array().at(0).at("offer").as_object();
    auto const booking = text_of(offer, "booking_id");
    EXPECT_EQ(state(booking), "pending");
    EXPECT_EQ(code_of(shop.book(shop.other, laser.id, saturday("09:00", "10:00"))), "slot_taken");
    EXPECT_EQ(answer(parties[1].member, entry, "take").status, 404);
    EXPECT_EQ(answer(parties[0].member, entry, "take").status, 200);
    EXPECT_EQ(state(booking) + " " + entry_state(entry), "confirmed taken");
    EXPECT_EQ(code_of(answer(parties[0].member, entry, "take")), "wrong_state");
    sweep_at("08:45");
    EXPECT_EQ(state(booking), "confirmed");
}

TEST_P(BookingQueue, AnOfferThatNobodyAnswersGoesToTheNextThoughTheJobSlept) {
    auto const first = joins(parties[0].member, "10:00", "11:00");
    auto const second = joins(parties[1].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(entry_state(first) + " " + entry_state(second), "offered waiting");
    // Half an hour is over, and the job slept for half an hour more.
    at("09:01");
    EXPECT_EQ(code_of(answer(parties[0].member, first, "take")), "offer_over");
    sweep();
    sweep();
    EXPECT_EQ(entry_state(first) + " " + entry_state(second), "expired offered");
    EXPECT_EQ(log(), "joined first, joined second, offered first, expired first, offered second");
}

TEST_P(BookingQueue, TheRestOfAMissedSlotGoesToWhoWaits) {
    auto const entry = joins(parties[0].member, "09:00", "11:00");
    sweep_at("09:14");
    EXPECT_EQ(entry_state(entry), "waiting");
    sweep_at("09:20");
    EXPECT_EQ(state(taken) + " " + entry_state(entry), "missed offered");
}

TEST_P(BookingQueue, WhoDeclinesOrLeavesMakesRoom) {
    auto const entries = all_join();
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(states(entries), "offered offered offered");
    EXPECT_EQ(answer(parties[0].member, entries[0], "decline").status, 200);
    EXPECT_EQ(answer(parties[1].member, entries[1], "leave").status, 200);
    EXPECT_EQ(states(entries), "left left offered");
    EXPECT_EQ(shop.book(shop.other, laser.id, saturday("09:00", "10:00")).status, 201);
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(BookingQueue, SomebodyIsPassedOverOnlyWithAReason) {
    auto const first = joins(parties[0].member, "10:00", "11:00");
    auto const second = joins(parties[1].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(code_of(answer(shop.manager, first, "skip")), "missing_field");
    EXPECT_EQ(answer(parties[1].member, first, "skip", R"({"reason":"me first"})").status, 403);
    EXPECT_EQ(answer(shop.manager, first, "skip", R"({"reason":"asked on the phone"})").status,
              200);
    sweep();
    EXPECT_EQ(entry_state(first) + " " + entry_state(second), "waiting offered");
    EXPECT_EQ(log(), "joined first, joined second, offered first, passed_over first, "
                     "offered second");
}

TEST_P(BookingQueue, MesSeeTheOrderButNotWhoIsInIt) {
    all_join();
    auto const list = json_of(shop.get(parties[1].member, "/api/v1/waitlist"));
    EXPECT_FALSE(text_of(list.at("rule").as_object(), "bn").empty());
    auto const& items = list.at("items").as_array();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_TRUE(items[0].at("enterprise").is_null());
    EXPECT_TRUE(items[0].at("id").is_null());
    EXPECT_EQ(items[1].at("enterprise").at("name").at("en"), "second");
    EXPECT_EQ(items[1].at("number"), 2);
    auto const log = json_of(shop.get(parties[1].member, "/api/v1/waitlist/log"));
    EXPECT_TRUE(log.at("items").as_array().at(2).at("enterprise").is_null());
}

TEST_P(BookingQueue, TheLogCannotBeEdited) {
    joins(parties[0].member);
    joins(parties[1].member);
    for (auto const* sql : {"UPDATE queue_event SET reason = 'x' WHERE facility_id = $1",
                            "DELETE FROM queue_event WHERE facility_id = $1"})
        EXPECT_THROW(ledger().write(
                         [&](store::Writer& writer) { return writer.execute(sql, shop.facility); }),
                     std::exception);
    EXPECT_EQ(broken(), std::nullopt);
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE queue_head SET hash = $2 WHERE facility_id = $1",
                              shop.facility, std::string(64, 'a'));
    });
    EXPECT_EQ(broken(), 3);
}

TEST_P(BookingQueue, ManyJobsAtOnceOfferATimeOnce) {
    auto const entries = all_join();
    act(shop.member, taken, "cancel");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) threads.emplace_back([&] { sweep(); });
    threads.clear();
    sweep();
    EXPECT_EQ(states(entries), "offered offered offered");
    EXPECT_EQ(told(), "createBooking createBooking cancelBooking offerBooking offerBooking "
                      "offerBooking");
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(BookingQueue, WhoseWindowIsOverDoesNotWaitAnyMore) {
    auto const entry = joins(parties[0].member, "10:00", "12:00");
    for (auto const* from : {"12:00", "13:00", "14:00", "15:00"})
        joins(parties[0].member, from, std::to_string(std::stoi(from) + 1) + ":00");
    joins(parties[1].member, "10:00", "12:00");
    at("09:00");
    force(taken, State::running);
    sweep_at("11:00");
    EXPECT_EQ(entry_state(entry), "waiting");
    sweep_at("11:01");
    sweep();
    EXPECT_EQ(entry_state(entry), "expired");
    EXPECT_TRUE(log().ends_with("joined second, expired first, expired second")) << log();
    EXPECT_EQ(broken(), std::nullopt);
    joins(parties[0].member, "16:00", "17:00");
}

TEST_P(BookingQueue, WhatCameThroughTheQueueIsMovedOrBookedAgainLikeAnyOther) {
    auto const entry = joins(parties[0].member, "10:00", "11:00");
    auto const unanswered = joins(parties[1].member, "12:00", "13:00");
    act(shop.member, taken, "cancel");
    sweep();
    auto const items = json_of(shop.get(parties[0].member, "/api/v1/waitlist")).at("items");
    auto const booking = text_of(items.as_array().at(0).at("offer").as_object(), "booking_id");
    EXPECT_EQ(answer(parties[0].member, entry, "take").status, 200);
    auto const body = R"({"from":")" + shop.time(dhaka("2026-11-21 09:00")) + R"(","until":")" +
                      shop.time(dhaka("2026-11-21 17:00")) +
                      R"(","kind":"flood","mode":"cancel","reason":"The river is high"})";
    EXPECT_EQ(shop.post(shop.manager, "/api/v1/closures", body).status, 201);
    sweep();
    auto const verdicts = [&](http::Principal const& who) {
        auto const answer = json_of(shop.get(who, "/api/v1/proposals"));
        std::string text;
        for (auto const& item : answer.at("items").as_array())
            text += text_of(item.as_object(), "verdict") + " ";
        return text;
    };
    EXPECT_EQ(state(booking), "cancelled");
    EXPECT_EQ(verdicts(parties[0].member), "again ");
    // Who had not answered waits on, and had nothing to lose.
    EXPECT_EQ(entry_state(unanswered), "waiting");
    EXPECT_EQ(verdicts(parties[1].member), "");
}

TEST_P(BookingQueue, WhatHasToBeApprovedIsNotHadThroughTheQueueWithout) {
    set("approval", 1);
    auto const entry = joins(parties[0].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    auto const items = json_of(shop.get(parties[0].member, "/api/v1/waitlist")).at("items");
    auto const booking = text_of(items.as_array().at(0).at("offer").as_object(), "booking_id");
    EXPECT_EQ(answer(parties[0].member, entry, "take").status, 200);
    EXPECT_EQ(state(booking) + " " + entry_state(entry), "pending taken");
    EXPECT_EQ(find(booking).pending_for, PendingFor::approval);
    EXPECT_EQ(act(shop.manager, booking, "approve").status, 200);
    EXPECT_EQ(state(booking), "confirmed");
}

TEST_P(BookingQueue, WhoMayRunTheMachineOrHasAnOperatorIsOfferedOneThatNeedsAnAuthorisation) {
    set("needs_authorisation", 1);
    auto const authorise = [&](http::Principal const& who) {
        ledger().write([&](store::Writer& writer) {
            return writer.execute(
                "INSERT INTO authorisation (facility_id, authorisation_id, person_id, "
                "machine_kind, granted_at, granted_by) VALUES ($1, $2, $3, 'laser', $4, $5)",
                shop.facility, shop.ids.make<BookingId>(), who.person, shop.clock.now(),
                shop.manager.person);
        });
    };
    auto const [none, own, helped] = std::tuple{parties[0], parties[1], parties[2]};
    authorise(own.member);
    auto const first = joins(none.member, "09:00", "11:00");
    auto const second = joins(own.member, "09:00", "11:00");
    auto const third = joins_with(helped.member, R"(,"assisted":true)", "09:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(states({first, second, third}), "waiting offered offered");
    EXPECT_TRUE(log().ends_with("skipped first not_authorised, offered second, offered third"))
        << log();
    EXPECT_EQ(answer(own.member, second, "take").status, 200);
    EXPECT_EQ(answer(helped.member, third, "take").status, 200);
    auto const list = json_of(shop.get(shop.manager, "/api/v1/bookings?limit=10"));
    std::string run_by;
    for (auto const& item : list.at("items").as_array()) {
        auto const booking = find(text_of(item.as_object(), "id"));
        if (booking.origin != Origin::waitlist) continue;
        run_by += booking.assisted                           ? "operator "
                  : booking.operated_by == own.member.person ? "own "
                                                             : "nobody ";
    }
    EXPECT_EQ(run_by, "operator own ");
}

TEST_P(BookingQueue, WhoRunsTheMachineIsNotForAPartyToSayOfOthers) {
    auto body = join_body("09:00", "17:00", 60);
    auto const named = [&](PersonId const& person) {
        auto text = body;
        text.insert(text.size() - 1, R"(,"operated_by":")" + person.text() + "\"");
        return text;
    };
    auto const& who = parties[0].member;
    EXPECT_EQ(code_of(shop.post(who, "/api/v1/waitlist", named(parties[1].member.person))),
              "not_theirs");
    EXPECT_EQ(shop.post(who, "/api/v1/waitlist", named(who.person)).status, 201);
    auto of_another = named(shop.ids.make<PersonId>());
    of_another.insert(of_another.size() - 1, R"(,"enterprise_id":")" + parties[0].id.text() + "\"");
    EXPECT_EQ(code_of(shop.post(shop.desk, "/api/v1/waitlist", of_another)), "not_found");
}

TEST_P(BookingQueue, ALaterTimeOfTheDayIsOfferedAndTheLogSaysWhoHadToLetTheEarlierOneGo) {
    act(shop.member, taken, "cancel");
    act(shop.member, taken_too, "cancel");
    booked(shop.other, saturday("09:00", "13:00"));
    auto const last = booked(shop.other, saturday("15:00", "17:00"));
    auto const own = parties[0].member;
    booked(own, saturday("14:00", "15:00"));
    auto const first = joins(own, "13:00", "17:00");
    auto const second = joins(parties[1].member, "13:00", "17:00");
    set("gap_minutes", 60);
    act(shop.other, last, "cancel");
    sweep();
    EXPECT_EQ(entry_state(first) + " " + entry_state(second), "offered offered");
    EXPECT_TRUE(log().ends_with("offered first, skipped first gap, offered second")) << log();
    auto const items = json_of(shop.get(shop.manager, "/api/v1/waitlist")).at("items").as_array();
    EXPECT_EQ(text_of(items[0].at("offer").as_object(), "start").substr(11, 5), "16:00");
    EXPECT_EQ(text_of(items[1].at("offer").as_object(), "start").substr(11, 5), "13:00");
    EXPECT_EQ(broken(), std::nullopt);
}

TEST_P(BookingQueue, WhatCannotBeWaitedForIsRefused) {
    auto const& who = parties[0].member;
    auto const refused = [&](std::string const& body) {
        return code_of(shop.post(who, "/api/v1/waitlist", body));
    };
    EXPECT_EQ(refused(join_body("09:00", "09:30", 60)), "bad_interval");
    EXPECT_EQ(refused(join_body("06:00", "07:30", 60)), "bad_interval");
    EXPECT_EQ(refused("{}"), "missing_field");
    auto other = join_body("09:00", "17:00", 60);
    other.replace(other.find(laser.id.text()), 36, shop.ids.make<MachineId>().text());
    EXPECT_EQ(refused(other), "not_found");
    for (auto const* from : {"09:00", "10:00", "11:00", "12:00", "13:00"})
        joins(who, from, std::to_string(std::stoi(from) + 1) + ":00");
    EXPECT_EQ(refused(join_body("14:00", "17:00", 60)), "too_many_waiting");
}

TEST_P(BookingQueue, WhatIsFreeIsFirstOfThoseWhoWaitBeforeItIsOffered) {
    auto const entry = joins(parties[0].member, "10:00", "11:00");
    auto const own = booked(shop.other, {dhaka("2026-11-22 09:00"), dhaka("2026-11-22 10:00")});
    act(shop.member, taken, "cancel");
    auto const refused = [&](http::Response const& answer) {
        return answer.status == 422 ? violations_of(json_of(answer)) : answer.body;
    };
    auto const during = saturday("10:30", "11:30");
    auto const draft = shop.draft(laser.id, during);
    EXPECT_EQ(refused(shop.book(shop.other, laser.id, during)), "waited_for");
    EXPECT_EQ(violations_of(json_of(shop.post(shop.other, "/api/v1/quotes", draft))), "waited_for");
    auto const moved = R"({"start":")" + shop.time(during.start) + R"(","end":")" +
                       shop.time(during.end) + R"("})";
    EXPECT_EQ(refused(shop.patch(shop.other, own, 1, moved)), "waited_for");
    // What nobody waits for is free, and who waits may have it without waiting.
    EXPECT_EQ(shop.book(shop.other, laser.id, saturday("11:00", "12:00")).status, 201);
    sweep();
    EXPECT_EQ(entry_state(entry), "offered");
    EXPECT_EQ(code_of(shop.book(shop.other, laser.id, saturday("10:00", "11:00"))), "slot_taken");
}

TEST_P(BookingQueue, WhoMayNotHaveItOrBooksForThemselvesKeepsNobodyFromIt) {
    joins(parties[0].member, "10:00", "11:00");
    joins(parties[1].member, "11:00", "12:00");
    shop.suspend(parties[0].id);
    act(shop.member, taken, "cancel");
    EXPECT_EQ(shop.book(shop.other, laser.id, saturday("10:00", "11:00")).status, 201);
    EXPECT_EQ(shop.book(parties[1].member, laser.id, saturday("11:00", "12:00")).status, 201);
}

TEST_P(BookingQueue, TheManagerMayLetSomebodyPassBeforeThemWithAReason) {
    joins(parties[0].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    auto draft = shop.draft(laser.id, saturday("10:00", "11:00"));
    draft.insert(draft.size() - 1,
                 R"(,"enterprise_id":")" + shop.rahim.text() +
                     R"(","overrides":[{"rule":"waited_for","reason":"A wedding order"}])");
    EXPECT_EQ(code_of(shop.post(shop.desk, "/api/v1/bookings", draft)), "policy_refused");
    EXPECT_EQ(shop.post(shop.manager, "/api/v1/bookings", draft).status, 201);
    // Whoever waits reads who let that happen, and why.
    auto const log = json_of(shop.get(parties[0].member, "/api/v1/waitlist/log"));
    auto const last = log.at("items").as_array().at(0).as_object();
    EXPECT_EQ(text_of(last, "what"), "passed_over");
    EXPECT_EQ(boost::json::serialize(last.at("rules")), R"(["waited_for"])");
    EXPECT_EQ(text_of(last, "reason"), "A wedding order");
    EXPECT_EQ(text_of(last, "person_id"), shop.manager.person.text());
}

TEST_P(BookingQueue, WhoNeedsASeatBesidesTheLaserIsOfferedBothOrNeither) {
    facility::Resource const seat{.id = shop.ids.make<ResourceId>(),
                                  .kind = "seat",
                                  .slug = "cad",
                                  .name = {"CAD seat", "ক্যাড আসন"},
                                  .capacity = 1};
    ledger().write([&](store::Writer& writer) {
        facility::save_resource(writer, shop.facility, seat);
        return true;
    });
    auto const besides = R"(,"resources":[{"id":")" + seat.id.text() + R"("}])";
    auto const second = shop.add_laser("laser-2");
    auto busy = shop.draft(second.id, saturday("09:00", "13:00"));
    busy.insert(busy.size() - 1, besides);
    auto const other = text_of(json_of(shop.post(shop.other, "/api/v1/bookings", busy)), "id");
    auto const entry = joins_with(parties[0].member, besides, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(entry_state(entry), "waiting") << "the laser alone is of no use";
    EXPECT_TRUE(log().ends_with("skipped first co_resource")) << log();
    act(shop.other, other, "cancel");
    sweep();
    EXPECT_EQ(entry_state(entry), "offered");
    auto const list = json_of(shop.get(parties[0].member, "/api/v1/waitlist"));
    auto const& item = list.at("items").as_array().at(0).as_object();
    EXPECT_EQ(text_of(item.at("resources").as_array().at(0).as_object(), "id"), seat.id.text());
    auto const booking = text_of(item.at("offer").as_object(), "booking_id");
    EXPECT_EQ(held(booking), std::vector{seat.id});
    EXPECT_EQ(answer(parties[0].member, entry, "take").status, 200);
    EXPECT_EQ(state(booking), "confirmed");
}

TEST_P(BookingQueue, WhatIsThereNoMoreIsWaitedForInVainAndStopsNobody) {
    auto const die = shop.ids.make<ResourceId>();
    ledger().write([&](store::Writer& writer) {
        return facility::save_resource(writer, shop.facility, {die, "die", "die", {"Die", "ডাই"}});
    });
    auto const besides = R"(,"resources":[{"id":")" + die.text() + R"("}])";
    auto const entry = joins_with(parties[0].member, besides, "10:00", "11:00");
    ledger().write([&](store::Writer& writer) {
        return facility::retire_resource(writer, shop.facility, die);
    });
    act(shop.member, taken, "cancel");
    EXPECT_EQ(shop.book(shop.other, laser.id, saturday("10:00", "11:00")).status, 201);
    EXPECT_EQ(sweep(), 0U) << entry_state(entry);
}

TEST_P(BookingQueue, ATrialIsWaitedForAsOneAndIsHadOnce) {
    auto const trial = joins_with(parties[0].member, R"(,"kind":"trial")", "10:00", "11:00");
    auto const again = joins_with(parties[0].member, R"(,"kind":"trial")", "13:00", "14:00");
    auto const job = joins_with(parties[0].member, "", "14:00", "15:00");
    act(shop.member, taken, "cancel");
    sweep();
    auto const list = json_of(shop.get(parties[0].member, "/api/v1/waitlist"));
    auto const& item = list.at("items").as_array().at(0).as_object();
    EXPECT_EQ(text_of(item, "kind"), "trial");
    auto const booking = text_of(item.at("offer").as_object(), "booking_id");
    EXPECT_EQ(find(booking).kind, Kind::trial);
    EXPECT_EQ(answer(parties[0].member, trial, "take").status, 200);
    act(shop.member, taken_too, "cancel");
    sweep();
    EXPECT_EQ(states({trial, again, job}), "taken waiting offered");
    EXPECT_TRUE(log().ends_with("skipped first trial_used, offered first")) << log();
}

TEST_P(BookingQueue, WhatIsNotThereIsNotWaitedForBesides) {
    auto const asks_for = [&](std::string const& id) {
        auto body = join_body("09:00", "17:00", 60);
        body.insert(body.size() - 1, R"(,"resources":[{"id":")" + id + R"("}])");
        return json_of(shop.post(parties[0].member, "/api/v1/waitlist", body));
    };
    auto const unknown = asks_for(shop.ids.make<ResourceId>().text());
    EXPECT_EQ(text_of(unknown, "code"), "not_found");
    EXPECT_EQ(text_of(unknown.at("errors").as_array().at(0).as_object(), "pointer"), "/resources");
}

TEST_P(BookingQueue, OneWaitsOnceForOneTimeOfAMachine) {
    auto const& who = parties[0].member;
    auto const first = joins(who, "10:00", "12:00");
    EXPECT_EQ(code_of(shop.post(who, "/api/v1/waitlist", join_body("11:00", "13:00", 60))),
              "already_waiting");
    joins(who, "12:00", "13:00");
    joins(parties[1].member, "10:00", "12:00");
    EXPECT_EQ(answer(who, first, "leave").status, 200);
    joins(who, "11:00", "12:00");
}

TEST_P(BookingQueue, ATimeThatCannotBeBookedYetIsNotWaitedFor) {
    auto const& who = parties[0].member;
    auto const wait_for = [&](std::string const& day) {
        return shop.post(who, "/api/v1/waitlist",
                         R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
                             shop.time(dhaka(day + " 09:00")) + R"(","until":")" +
                             shop.time(dhaka(day + " 17:00")) + R"(","length_minutes":60})");
    };
    EXPECT_EQ(wait_for("2026-12-21").status, 201);
    for (auto const* day : {"2026-12-22", "9998-12-01"}) {
        auto const answer = wait_for(day);
        EXPECT_EQ(code_of(answer), "policy_refused") << day;
        EXPECT_EQ(violations_of(json_of(answer)), "too_far") << day;
        EXPECT_EQ(violations_of(json_of(shop.book(
                      who, laser.id,
                      {dhaka(std::string(day) + " 09:00"), dhaka(std::string(day) + " 10:00")}))),
                  "too_far")
            << "as a booking is";
    }
    set("horizon_days", 40);
    EXPECT_EQ(wait_for("2026-12-22").status, 201);
}

TEST_P(BookingQueue, AWishOfLongAgoForAYearFarAwayHoldsUpNobody) {
    auto const entry = joins(parties[0].member, "10:00", "11:00");
    ledger().write([&](store::Writer& writer) {
        insert_entry(writer, {.facility = shop.facility,
                              .id = shop.ids.make<WaitlistEntryId>(),
                              .enterprise = parties[1].id,
                              .joined_by = parties[1].member.person,
                              .machine = laser.id,
                              .group = {},
                              .wanted = {dhaka("9998-12-01 09:00"), dhaka("9998-12-02 17:00")},
                              .length = std::chrono::minutes{60},
                              .quantity = {},
                              .operated_by = {},
                              .joined_at = shop.clock.now(),
                              .passed_until = {},
                              .last_skip = {}});
        return true;
    });
    act(shop.member, taken, "cancel");
    sweep();
    EXPECT_EQ(entry_state(entry), "offered");
    Interval const then{dhaka("9998-12-01 10:00"), dhaka("9998-12-01 11:00")};
    EXPECT_EQ(violations_of(json_of(shop.book(shop.other, laser.id, then))), "too_far");
}

TEST_P(BookingQueue, WhatIsOfferedIsTakenAsItIsAndNotMoved) {
    joins(parties[0].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    auto const& who = parties[0].member;
    auto const list = json_of(shop.get(who, "/api/v1/waitlist"));
    auto const booking =
        text_of(list.at("items").as_array().at(0).at("offer").as_object(), "booking_id");
    auto const later = R"({"start":")" + shop.time(dhaka("2026-11-21 11:00")) + R"(","end":")" +
                       shop.time(dhaka("2026-11-21 12:00")) + R"("})";
    EXPECT_EQ(code_of(shop.patch(who, booking, 1, later)), "wrong_state");
    auto const shown = json_of(shop.get(who, "/api/v1/bookings/" + booking));
    EXPECT_THAT(boost::json::serialize(shown.at("actions")), Not(HasSubstr("move")));
}

TEST_P(BookingQueue, WhatIsWrongInOneStepHoldsUpNoOther) {
    auto const entry = joins(parties[0].member, "13:00", "14:00");
    act(shop.member, taken_too, "cancel");
    at("09:20");
    auto blind = shop.services;
    blind.power_uses = [](store::Reader&, FacilityId const&, Instant) -> std::vector<PowerUse> {
        throw std::runtime_error("nothing is known of the meters");
    };
    auto const published = shop.published.size();
    EXPECT_THROW(Sweep{blind}.run(), std::runtime_error);
    EXPECT_EQ(entry_state(entry), "offered");
    EXPECT_GT(shop.published.size(), published) << "and who looks at the board is told";
    EXPECT_EQ(state(taken), "confirmed") << "who may be there is not missed";
    sweep();
    EXPECT_EQ(state(taken), "missed");
}

TEST_P(BookingQueue, WhatIsOfferedHoldsItsDieAndLetsGoOfIt) {
    auto const die = shop.ids.make<ResourceId>();
    auto const twin = shop.add_laser("laser-2");
    ledger().write([&](store::Writer& writer) {
        facility::save_resource(
            writer, shop.facility,
            {.id = die, .kind = "die", .slug = "die-1", .name = {"Die", "ডাই"}});
        for (auto const& machine : {laser.id, twin.id})
            facility::replace_needs(writer, shop.facility, machine,
                                    {{.machine = machine, .resource = die, .kind = ""}});
        return true;
    });
    auto const entry = joins(parties[0].member, "10:00", "11:00");
    act(shop.member, taken, "cancel");
    sweep();
    ASSERT_EQ(entry_state(entry), "offered");
    auto const beside = [&] { return shop.book(shop.other, twin.id, saturday("10:00", "11:00")); };
    EXPECT_EQ(violations_of(json_of(beside())), "co_resource");
    EXPECT_EQ(answer(parties[0].member, entry, "decline").status, 200);
    EXPECT_EQ(beside().status, 201);
}

TEST_P(BookingQueue, NobodyWaitsForWhatNoMachineGives) {
    auto const refused = [&](std::string const& machine, int minutes, int people) {
        auto body = join_body("09:00", "17:00", minutes);
        body.replace(body.find(laser.id.text()), 36, machine);
        body.insert(body.size() - 1, R"(,"people":)" + std::to_string(people));
        auto const answer = shop.post(shop.member, "/api/v1/waitlist", body);
        if (answer.status == 201) return std::string{"waits"};
        auto const problem = json_of(answer);
        return problem.contains("violations") ? violations_of(problem) : code_of(answer);
    };
    EXPECT_EQ(refused(laser.id.text(), 7, 1), "grid");
    EXPECT_EQ(refused(laser.id.text(), 15, 1), "too_short");
    EXPECT_EQ(refused(laser.id.text(), 255, 1), "too_long");
    EXPECT_EQ(refused(laser.id.text(), 60, 900), "out_of_range");
    auto const room = shop.add_machine({.slug = "room",
                                        .name = {"Room", "কক্ষ"},
                                        .kind = "room",
                                        .grid_minutes = 15,
                                        .min_minutes = 30,
                                        .max_minutes = 240,
                                        .seats = 4});
    EXPECT_EQ(refused(room.id.text(), 60, 5), "capacity");
    EXPECT_EQ(refused(room.id.text(), 60, 4), "waits");
    EXPECT_EQ(refused(laser.id.text(), 240, 1), "waits");
}

}  // namespace
}  // namespace karkhana::booking
