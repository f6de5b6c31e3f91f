#include <atomic>
#include <thread>

#include "server/booking/reslot.hpp"
#include "server/booking/world_records.hpp"
#include "tests/integration/booking/life.hpp"
#include "tests/support/counting_store.hpp"

namespace karkhana::booking {
namespace {

class BookingDisplaced : public DisplacedTest {
protected:
    void cut(std::string const& from, std::string const& until) {
        ledger().write([&](store::Writer& writer) {
            facility::insert_outage(writer, shop.facility,
                                    {.id = shop.ids.make<OutageId>(),
                                     .machine = std::nullopt,
                                     .during = saturday(from, until),
                                     .kind = "load_shedding",
                                     .reason = "mains",
                                     .source = facility::OutageSource::seen},
                                    shop.clock.now());
            return true;
        });
    }
};

KARKHANA_ON_BOTH_ENGINES(BookingDisplaced);

TEST_P(BookingDisplaced, WhenPowerIsBackARunningJobIsProposedMoreTimeAndOneTapTakesIt) {
    auto const id = booked(shop.member, saturday("10:00", "12:00"));
    at("10:00");
    force(id, State::running);
    cut("10:30", "11:10");
    sweep_at("11:10");
    EXPECT_EQ(shown(shop.member), "");  // it may go on
    sweep_at("11:12");
    sweep_at("11:12");
    EXPECT_EQ(shown(shop.member), "extend 10:00-12:45");
    EXPECT_EQ(shown(shop.other), "");
    EXPECT_EQ(take(shop.other, first_of(shop.member)).status, 404);
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(id).during.end, dhaka("2026-11-21 12:45"));
    sweep_at("11:20");
    EXPECT_EQ(shown(shop.member), "");
    EXPECT_EQ(told(), "createBooking proposeBooking moveBooking");
}

TEST_P(BookingDisplaced, TheRestAndThoseBehindAreProposedInTheOrderOfTheQueue) {
    auto const running = booked(shop.member, saturday("10:00", "11:00"));
    auto const behind = booked(shop.other, saturday("11:00", "12:00"));
    at("10:00");
    force(running, State::running);
    cut("10:30", "11:50");
    at("11:00");
    force(running, State::completed);  // its slot was over
    sweep_at("11:52");
    EXPECT_EQ(shown(shop.manager), "rest 12:00-12:30, move 12:30-13:30");
    auto const all = shop.post(shop.desk, "/api/v1/proposals/take-all", "{}");
    EXPECT_EQ(json_of(all).at("taken"), 2);
    EXPECT_EQ(find(behind).during, saturday("12:30", "13:30"));
    EXPECT_EQ(shown(shop.manager), "");
    EXPECT_EQ(sweep_at("11:53"), 0U);
}

TEST_P(BookingDisplaced, WhoWasCancelledForACutIsOfferedAnotherTimeAndNeitherChargedNorMissed) {
    set("missed_percent", 100);
    set("free_misses", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    cut("09:30", "12:00");
    sweep_at("11:00");
    EXPECT_EQ(state(id), "cancelled");
    // The job slept for two days.
    shop.clock.set(dhaka("2026-11-23 08:00"));
    sweep();
    EXPECT_EQ(shown(shop.member), "again 09:00-10:00");
    EXPECT_EQ(fees(id), "");
    auto const taken = take(shop.member, first_of(shop.member));
    ASSERT_EQ(taken.status, 200) << taken.body;
    auto const rest = find(text_of(json_of(taken), "id"));
    EXPECT_EQ(rest.follows, BookingId::parse(id));
    EXPECT_EQ(rest.during.start, dhaka("2026-11-23 09:00"));
}

TEST_P(BookingDisplaced, WhatSomebodyElseHasByNowIsProposedAnew) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 12:15-13:15");
    auto const gone = first_of(shop.member);
    booked(shop.other, saturday("12:00", "13:00"));
    auto const refused = take(shop.member, gone);
    EXPECT_EQ(code_of(refused), "slot_taken");
    EXPECT_EQ(state(id), "confirmed");
    EXPECT_EQ(shown(shop.member), "move 13:00-14:00");
    auto const next = text_of(json_of(refused).at("proposal").as_object(), "id");
    EXPECT_EQ(next, first_of(shop.member));
    // A second tap on what is still shown gets nothing that was not shown.
    EXPECT_EQ(take(shop.member, gone).status, 404);
    EXPECT_EQ(take(shop.member, next).status, 200);
    EXPECT_EQ(find(id).during, saturday("13:00", "14:00"));
    EXPECT_EQ(code_of(take(shop.member, next)), "proposal_gone");
}

TEST_P(BookingDisplaced, WhoMovesByThemselvesNeedsNoProposal) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 12:15-13:15");
    auto const during = saturday("15:00", "16:00");
    EXPECT_EQ(shop.patch(shop.member, id, 1,
                         R"({"start":")" + shop.time(during.start) + R"(","end":")" +
                             shop.time(during.end) + "\"}")
                  .status,
              200);
    sweep();
    EXPECT_EQ(shown(shop.member), "");
}

TEST_P(BookingDisplaced, ManyJobsAtOnceProposeATimeOnce) {
    booked(shop.member, saturday("10:00", "11:00"));
    booked(shop.other, saturday("11:00", "12:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) threads.emplace_back([&] { sweep(); });
    threads.clear();
    EXPECT_EQ(told(), "createBooking createBooking proposeBooking proposeBooking");
}

TEST_P(BookingDisplaced, WhatIsProposedKeepsTheQuotaAndTheHoursThatAreKeptForOthers) {
    set("daily_minutes", 60);
    booked(shop.member, saturday("10:00", "11:00"));
    booked(shop.member, {dhaka("2026-11-22 09:00"), dhaka("2026-11-22 10:00")});
    // On Monday morning women work.
    ledger().write([&](store::Writer& writer) {
        facility::insert_reserved(writer, shop.ids, shop.facility,
                                  {.machine = std::nullopt,
                                   .group = std::nullopt,
                                   .weekday = 1,
                                   .span = {540, 720},
                                   .from = dhaka("2026-01-01 00:00"),
                                   .to = std::nullopt});
        return true;
    });
    shop.add_outage(laser.id, saturday("09:30", "17:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 12:00-13:00");
    auto const to = proposals(shop.member).at(0).at("to").as_object();
    EXPECT_EQ(text_of(to, "start"), "2026-11-23T12:00:00+06:00");
    auto const taken = take(shop.member, first_of(shop.member));
    EXPECT_EQ(taken.status, 200) << taken.body;
}

TEST_P(BookingDisplaced, OfTwoOfOneMeTheSecondIsProposedWhatIsLeftByTheFirst) {
    set("daily_minutes", 60);
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.member, {dhaka("2026-11-22 09:00"), dhaka("2026-11-22 10:00")});
    shop.add_outage(laser.id, {dhaka("2026-11-21 09:30"), dhaka("2026-11-22 17:00")},
                    "maintenance");
    sweep_at("08:30");
    auto const all = shop.post(shop.desk, "/api/v1/proposals/take-all", "{}");
    EXPECT_EQ(json_of(all).at("taken"), 2) << all.body;
    EXPECT_EQ(find(first).during.start, dhaka("2026-11-23 09:00"));
    EXPECT_EQ(find(second).during.start, dhaka("2026-11-24 09:00"));
}

TEST_P(BookingDisplaced, WhoTapsOnWhatTheRulesRefuseByNowReadsTheNextTimeInTheSameAnswer) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 12:15-13:15");
    booked(shop.member, saturday("14:00", "16:00"));
    set("daily_minutes", 120);
    auto const refused = take(shop.member, first_of(shop.member));
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(violations_of(json_of(refused)), "daily_quota");
    auto const next = json_of(refused).at("proposal").as_object();
    EXPECT_EQ(text_of(next, "booking_id"), id);
    EXPECT_EQ(text_of(next.at("to").as_object(), "start"), "2026-11-22T09:00:00+06:00");
    EXPECT_EQ(take(shop.member, text_of(next, "id")).status, 200);
    EXPECT_EQ(find(id).during.start, dhaka("2026-11-22 09:00"));
    // To whom nothing can be given, nothing is.
    auto const other = booked(shop.other, {dhaka("2026-11-23 09:00"), dhaka("2026-11-23 10:00")});
    shop.add_outage(laser.id, {dhaka("2026-11-23 09:00"), dhaka("2026-11-23 11:00")},
                    "maintenance");
    sweep();
    auto const proposal = first_of(shop.other);
    shop.suspend(shop.rahim);
    auto const nothing = take(shop.other, proposal);
    EXPECT_EQ(violations_of(json_of(nothing)), "suspended");
    EXPECT_TRUE(json_of(nothing).at("proposal").is_null());
    EXPECT_EQ(shown(shop.other), "none");
    EXPECT_EQ(state(other), "confirmed");
}

TEST_P(BookingDisplaced, ManyAreProposedTimesInAsManyQueriesAsOne) {
    for (auto const* name : {"daily_minutes", "weekly_minutes"}) set(name, 600);
    set("overdue_days", 30);
    shop.services.account = {};
    int persons = 0;
    auto const queries = [&](int more) {
        for (int i = 0; i < more; ++i) {
            auto const party = shop.add_enterprise("ME");
            booked(shop.add_person("p" + std::to_string(++persons), "member", {party}),
                   {dhaka("2026-11-21 09:00") + std::chrono::minutes{30} * persons,
                    dhaka("2026-11-21 09:30") + std::chrono::minutes{30} * persons});
        }
        tests::CountingStore counting{ledger()};
        auto counted = shop.services;
        auto const displaced = ledger().read([&](store::Reader& reader) {
            std::vector<Displaced> found;
            facility::Outage const outage{.id = shop.ids.make<OutageId>(),
                                          .machine = std::nullopt,
                                          .during = saturday("09:00", "17:00"),
                                          .kind = "closure",
                                          .reason = ""};
            for (auto& each :
                 bookings_between(reader, shop.facility, saturday("09:00", "17:00"), true))
                found.push_back({std::move(each), outage});
            return found;
        });
        counting.read([&](store::Reader& reader) {
            auto const found =
                proposals_for(counted, reader, shop.facility, displaced, shop.clock.now());
            EXPECT_EQ(std::ssize(found), std::ssize(displaced));
            for (auto const& each : found) EXPECT_EQ(each.remedy, Remedy::move);
            return true;
        });
        return counting.statements();
    };
    auto const one = queries(1);
    EXPECT_GT(one, 0);
    EXPECT_EQ(queries(12), one);
}

TEST_P(BookingDisplaced, AClosureCancelsTheDayChargesNobodyAndOffersAlternatives) {
    set("notice_cancel", 1440);
    set("late_1_minutes", 1440);
    set("late_1_percent", 100);
    set("free_late", 0);
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.other, saturday("11:00", "12:00"));
    at("09:00");
    auto const preview =
        shop.post(shop.manager, "/api/v1/closures/preview", close_body("cancel", ""));
    EXPECT_EQ(json_of(preview).at("cancelled"), 2);
    EXPECT_EQ(state(first), "confirmed");
    EXPECT_EQ(code_of(shop.post(shop.manager, "/api/v1/closures", close_body("cancel", ""))),
              "missing_field");
    EXPECT_EQ(shop.post(shop.desk, "/api/v1/closures", close_body("cancel", "flood")).status, 403);
    auto const closed =
        shop.post(shop.manager, "/api/v1/closures", close_body("cancel", "The river is high"));
    EXPECT_EQ(closed.status, 201) << closed.body;
    EXPECT_EQ(json_of(closed).at("cancelled"), 2);
    EXPECT_EQ(state(first) + " " + state(second), "cancelled cancelled");
    EXPECT_EQ(find(first).cancel_reason, "The river is high");
    EXPECT_EQ(fees(first) + fees(second), "");
    EXPECT_EQ(violations_of(json_of(shop.book(shop.member, laser.id, saturday("14:00", "15:00")))),
              "outage");
    EXPECT_EQ(shown(shop.member), "again 09:00-10:00");
    EXPECT_EQ(shown(shop.other), "again 10:00-11:00");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(sweep(), 0U);
    EXPECT_EQ(told("closure"), "createClosure");
    EXPECT_EQ(told(), "createBooking createBooking closeBooking proposeBooking closeBooking "
                      "proposeBooking moveBooking");
}

TEST_P(BookingDisplaced, WhoLetsTheTimeOfARestPassIsLeftAlone) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("10:00");
    force(id, State::running);
    cut("10:20", "10:30");
    at("11:00");
    force(id, State::completed);
    sweep_at("11:01");
    EXPECT_EQ(shown(shop.member), "rest 11:15-11:45");
    for (auto const* clock : {"11:15", "11:46", "12:16", "12:46"}) sweep_at(clock);
    EXPECT_EQ(shown(shop.member), "");
    EXPECT_EQ(told(), "createBooking proposeBooking");
}

TEST_P(BookingDisplaced, WhoDeclinesIsProposedNothingMoreForTheOutageAndKeepsTheBooking) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    auto const proposal = first_of(shop.member);
    auto const decline = [&](http::Principal const& who) {
        return shop.post(who, "/api/v1/proposals/" + proposal + "/decline", "{}");
    };
    EXPECT_EQ(decline(shop.other).status, 404);
    EXPECT_EQ(decline(shop.member).status, 200);
    EXPECT_EQ(code_of(decline(shop.member)), "proposal_gone");
    EXPECT_EQ(code_of(take(shop.member, proposal)), "proposal_gone");
    for (auto const* clock : {"08:31", "09:45", "12:30"}) sweep_at(clock);
    EXPECT_EQ(shown(shop.member), "");
    EXPECT_EQ(told(), "createBooking proposeBooking declineProposal markMissed");
    EXPECT_EQ(state(id), "cancelled");
    EXPECT_EQ(fees(id), "");
}

TEST_P(BookingDisplaced, WithAGeneratorAnnouncedLoadSheddingTakesNothing) {
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE facility SET generator_w = 50000 WHERE facility_id = $1",
                              shop.facility);
    });
    booked(shop.member, saturday("10:00", "11:00"));
    auto const other = booked(shop.other, saturday("11:00", "12:00"));
    shop.add_outage(std::nullopt, saturday("09:30", "12:00"), "load_shedding");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.manager), "");
    // What the cut that came took is proposed anew, and no cut is in the way of that.
    at("11:00");
    force(other, State::running);
    cut("11:10", "11:30");
    sweep_at("11:40");
    EXPECT_EQ(shown(shop.other), "extend 11:00-12:30");
    EXPECT_TRUE(told().ends_with("markMissed proposeBooking")) << told();
}

TEST_P(BookingDisplaced, WhatTheGeneratorDoesNotCarryIsProposedAnotherTime) {
    auto const press = shop.add_machine({.slug = "sole-line",
                                         .name = {"Sole line", "সোল লাইন"},
                                         .kind = "line",
                                         .rated_w = 66'000,
                                         .grid_minutes = 15,
                                         .min_minutes = 30,
                                         .max_minutes = 240});
    generator(40'000);
    auto const small = booked(shop.other, saturday("10:00", "11:00"));
    auto const large =
        text_of(json_of(shop.book(shop.member, press.id, saturday("10:00", "11:00"))), "id");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.manager), "");
    shop.add_outage(std::nullopt, saturday("10:00", "12:00"), "load_shedding");
    sweep();
    EXPECT_EQ(shown(shop.member), "move 12:15-13:15");
    EXPECT_EQ(shown(shop.other), "") << "this one it carries";
    // Who does not want the other time pays nothing for it.
    set("late_1_minutes", 120);
    set("late_1_percent", 50);
    set("notice_cancel", 120);
    at("09:30");
    act(shop.member, large, "cancel");
    EXPECT_EQ(state(large), "cancelled");
    EXPECT_EQ(state(small), "confirmed");
}

TEST_P(BookingDisplaced, ABookingOfASharedRoomGetsTheFirstTimeWithSeats) {
    auto const room = shop.add_machine({.slug = "training-room",
                                        .name = {"Room", "কক্ষ"},
                                        .kind = "room",
                                        .grid_minutes = 15,
                                        .min_minutes = 30,
                                        .max_minutes = 240,
                                        .seats = 4});
    auto const seats = [&](http::Principal const& who, Interval during, int people) {
        auto body = shop.draft(room.id, during);
        body.insert(body.size() - 1, R"(,"people":)" + std::to_string(people));
        auto const answer = shop.post(who, "/api/v1/bookings", body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    };
    auto const id = seats(shop.member, saturday("10:00", "11:00"), 3);
    seats(shop.other, saturday("12:00", "13:00"), 2);
    shop.add_outage(room.id, saturday("09:30", "11:30"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 13:00-14:00");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(id).during, saturday("13:00", "14:00"));
    // Who leaves the room for a machine gives the seats back.
    auto const changed =
        shop.patch(shop.member, id, 2, R"({"machine_id":")" + laser.id.text() + "\"}");
    EXPECT_EQ(changed.status, 200) << changed.body;
    seats(shop.other, saturday("13:00", "14:00"), 4);
}

TEST_P(BookingDisplaced, ADayOfWhichAllIsHadIsNotFullForTheRestOfWhatWasBrokenOff) {
    set("daily_count", 1);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("10:00");
    force(id, State::running);
    cut("10:30", "11:50");
    at("11:00");
    force(id, State::completed);  // its slot was over
    sweep_at("11:52");
    EXPECT_EQ(shown(shop.member), "rest 12:00-12:30");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
}

TEST_P(BookingDisplaced, WhatHasToBeAskedForIsNotProposedInPlaceOfWhatHasNot) {
    auto const second = shop.add_laser("laser-2");
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    ledger().write([&](store::Writer& writer) {
        facility::insert_setting(writer, shop.facility, shop.ids.make<SettingId>(),
                                 {.name = "approval",
                                  .machine = second.id,
                                  .group = {},
                                  .membership = "",
                                  .season = "",
                                  .value = 1,
                                  .from = dhaka("2026-01-01 00:00")},
                                 std::nullopt, shop.clock.now());
        return true;
    });
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(id).machine, laser.id);
}

TEST_P(BookingDisplaced, WhoMovesToAnotherMachineLeavesWhatTheFirstOneNeeded) {
    auto const die = shop.ids.make<ResourceId>();
    ledger().write([&](store::Writer& writer) {
        facility::save_resource(
            writer, shop.facility,
            {.id = die, .kind = "die", .slug = "die-1", .name = {"Die", "ডাই"}});
        facility::replace_needs(writer, shop.facility, laser.id,
                                {{.machine = laser.id, .resource = die, .kind = ""}});
        return true;
    });
    auto const second = shop.add_laser("laser-2");
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    EXPECT_EQ(held(id), std::vector{die});
    booked(shop.other, saturday("12:00", "16:00"));
    booked(shop.other, saturday("16:00", "17:00"));
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:30");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(id).machine, second.id);
    EXPECT_EQ(held(id), std::vector<ResourceId>{});
}

TEST_P(BookingDisplaced, WhoFinishedEarlyAfterTheCutLostNothing) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("10:00");
    force(id, State::running);
    cut("10:20", "10:30");
    at("10:45");
    force(id, State::completed);
    sweep_at("11:01");
    EXPECT_EQ(shown(shop.member), "");
}

TEST_P(BookingDisplaced, ThatNothingIsFreeIsToldOnceAndThatSomethingIsAtOnce) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    Interval const closed{dhaka("2026-11-21 09:30"), dhaka("2026-12-20 12:00")};
    shop.add_outage(laser.id, {dhaka("2026-11-21 11:30"), closed.end}, "maintenance");
    shop.add_outage(laser.id, saturday("09:30", "12:00"), "maintenance");
    sweep_at("08:00");
    for (auto const* clock : {"08:30", "09:01", "09:02", "09:59"}) sweep_at(clock);
    EXPECT_EQ(shown(shop.member), "none");
    EXPECT_EQ(told(), "createBooking proposeBooking");
    EXPECT_EQ(state(id), "confirmed");
}

TEST_P(BookingDisplaced, WhatIsToldOfAnAlternativeSaysWhichTimeItIs) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    EXPECT_EQ(shop.post(shop.manager, "/api/v1/closures", close_body("cancel", "flood")).status,
              201);
    auto const records = ledger().read(
        [&](store::Reader& reader) { return people::list_audit(reader, shop.facility, 0, 100); });
    auto const at = std::ranges::find(records, "proposeBooking",
                                      [](auto const& record) { return record.event.action; });
    ASSERT_NE(at, records.end());
    auto const proposal = proposals(shop.member).at(0).as_object();
    auto const told = boost::json::parse(at->event.reason).as_object();
    EXPECT_EQ(told.at("proposal_id"), proposal.at("id"));
    EXPECT_EQ(told.at("verdict"), "again");
    EXPECT_EQ(told.at("machine_id").as_string(), laser.id.text());
    EXPECT_EQ(told.at("start"), "2026-11-22T03:00:00+00:00");
    EXPECT_EQ(told.at("end"), "2026-11-22T04:00:00+00:00");
}

TEST_P(BookingDisplaced, AClosureActsOnWhatIsThereWhenItHoldsTheMachines) {
    auto const leaves = booked(shop.member, saturday("10:00", "11:00"));
    auto const comes = shop.ids.make<BookingId>();
    std::atomic<bool> holding = false;
    std::jthread const others{[&] {
        ledger().write([&](store::Writer& writer) {
            facility::lock_machine(writer, shop.facility, laser.id);
            auto const booking = find_booking(writer, shop.facility, *BookingId::parse(leaves));
            change_state(writer, *booking, State::cancelled, std::nullopt, "by itself",
                         shop.clock.now());
            insert_booking(writer,
                           {.facility = shop.facility,
                            .id = comes,
                            .machine = laser.id,
                            .enterprise = shop.mita,
                            .created_by = shop.member.person,
                            .during = saturday("12:00", "13:00")},
                           shop.clock.now());
            holding = true;
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            return true;
        });
    }};
    while (!holding) std::this_thread::yield();
    auto const closed =
        json_of(shop.post(shop.manager, "/api/v1/closures", close_body("cancel", "flood")));
    EXPECT_EQ(closed.at("cancelled"), 1);
    EXPECT_EQ(find(leaves).cancel_reason, "by itself");
    EXPECT_EQ(find(comes.text()).cancel_reason, "flood");
}

TEST_P(BookingDisplaced, WhatIsBookedAgainKeepsItsQuantityAndIsApprovedLikeAnyOther) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    ledger().write([&](store::Writer& writer) {
        auto booking = find_booking(writer, shop.facility, *BookingId::parse(id)).value();
        booking.quantity = 40;
        return update_booking(writer, booking);
    });
    set("approval", 1);
    EXPECT_EQ(shop.post(shop.manager, "/api/v1/closures", close_body("cancel", "flood")).status,
              201);
    auto const taken = take(shop.member, first_of(shop.member));
    ASSERT_EQ(taken.status, 200) << taken.body;
    auto const again = find(text_of(json_of(taken), "id"));
    EXPECT_EQ(again.quantity, 40);
    EXPECT_EQ(again.state, State::pending);
    EXPECT_EQ(again.pending_for, PendingFor::approval);
}

TEST_P(BookingDisplaced, WhoIsHereTodayIsNotMovedToAnotherDay) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:50");
    EXPECT_EQ(act(shop.member, id, "check-in").status, 200);
    auto const closed =
        shop.post(shop.manager, "/api/v1/closures", close_body("move", "The river is high"));
    EXPECT_EQ(json_of(closed).at("cancelled"), 1);
    EXPECT_EQ(state(id), "cancelled");
    EXPECT_EQ(shown(shop.member), "again 09:00-10:00");
}

TEST_P(BookingDisplaced, AClosureMovesWhatCanBeMovedAndCancelsTheRest) {
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const refused = booked(shop.other, saturday("11:00", "12:00"));
    auto const running = booked(shop.member, saturday("09:00", "09:30"));
    shop.suspend(shop.rahim);
    at("09:00");
    force(running, State::running);
    auto const preview =
        json_of(shop.post(shop.manager, "/api/v1/closures/preview", close_body("move", "")));
    auto const closed =
        shop.post(shop.manager, "/api/v1/closures", close_body("move", "The river is high"));
    ASSERT_EQ(closed.status, 201) << closed.body;
    EXPECT_EQ(json_of(closed).at("moved"), 1);
    EXPECT_EQ(preview.at("items"), json_of(closed).at("items"));
    EXPECT_EQ(json_of(closed).at("cancelled"), 1);
    EXPECT_EQ(json_of(closed).at("running"), 1);
    EXPECT_EQ(find(first).during.start, dhaka("2026-11-22 09:00"));
    EXPECT_EQ(state(first) + " " + state(refused) + " " + state(running),
              "confirmed cancelled running");
}

TEST_P(BookingDisplaced, WhatAMergedRecordBookedCountsAgainstNewTimesToo) {
    auto const old = shop.add_enterprise("Mita Leather, as she was called");
    auto const before = shop.add_person("mita-before", "member", {old});
    auto const sunday = [](std::string const& clock) { return dhaka("2026-11-22 " + clock); };
    ASSERT_EQ(shop.book(before, laser.id, {sunday("14:00"), sunday("15:00")}).status, 201);
    booked(shop.member, saturday("10:00", "11:00"));
    set("daily_count", 1);
    shop.add_outage(std::nullopt, saturday("09:30", "17:00"), "maintenance");
    auto const proposed_to = [&] {
        auto const all = proposals(shop.member);
        return all.empty() ? "" : text_of(all.at(0).at("to").as_object(), "start").substr(0, 16);
    };
    sweep_at("08:30");
    EXPECT_EQ(proposed_to(), "2026-11-22T09:00") << "so far they are strangers";
    ledger().write([&](store::Writer& writer) {
        writer.execute("DELETE FROM proposal WHERE facility_id = $1", shop.facility);
        return writer.execute("UPDATE enterprise SET merged_into = $3 WHERE facility_id = $1 "
                              "AND enterprise_id = $2",
                              shop.facility, old, shop.mita);
    });
    sweep_at("08:31");
    EXPECT_EQ(proposed_to(), "2026-11-23T09:00") << "the Sunday is used up";
}

}  // namespace
}  // namespace karkhana::booking
