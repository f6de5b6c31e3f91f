#include "server/booking/world_records.hpp"
#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

class BookingFees : public LifeTest {
protected:
    /// A minute costs a taka, so an hour 6000 poisha.
    void strict() {
        set("notice_cancel", 120);
        set("late_1_minutes", 120);
        set("late_1_percent", 50);
        set("missed_percent", 100);
    }
};

KARKHANA_ON_BOTH_ENGINES(BookingFees);

namespace json = boost::json;

TEST_P(BookingFees, WhoCancelsLateIsToldTheFeeBeforeAndPaysItAfterTheFirst) {
    strict();
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.member, saturday("11:00", "12:00"));
    at("08:30");
    auto const shown = json_of(shop.get(shop.member, "/api/v1/bookings/" + first));
    EXPECT_TRUE(shown.at("costs").at("if_cancelled").at("free").as_bool());
    EXPECT_EQ(act(shop.member, first, "cancel").status, 200);
    EXPECT_EQ(state(first), "late_cancelled");
    EXPECT_EQ(fees(first), "late_cancel 90 min free");
    at("09:30");
    auto const again = json_of(shop.get(shop.member, "/api/v1/bookings/" + second));
    EXPECT_EQ(again.at("costs").at("if_cancelled").at("amount").at("amount"), 3000);
    EXPECT_EQ(act(shop.member, second, "cancel").status, 200);
    EXPECT_EQ(fees(second), "late_cancel 90 min 3000");
}

TEST_P(BookingFees, InTimeOrInAnOutageNothingIsCharged) {
    strict();
    auto const early = booked(shop.member, saturday("14:00", "15:00"));
    auto const cut = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(std::nullopt, saturday("10:30", "10:45"), "load_shedding");
    at("09:00");
    act(shop.member, early, "cancel");
    act(shop.member, cut, "cancel");
    EXPECT_EQ(state(early) + " " + state(cut), "cancelled cancelled");
    EXPECT_EQ(fees(early) + fees(cut), "");
}

TEST_P(BookingFees, AnAnnouncedCutThatTheGeneratorCarriesIsNoReasonToPayNothing) {
    strict();
    generator(50'000);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    shop.add_outage(std::nullopt, saturday("10:30", "10:45"), "load_shedding");
    shop.add_outage(laser.id, saturday("10:00", "11:00"), "unmetered");
    at("09:00");
    act(shop.member, id, "cancel");
    EXPECT_EQ(state(id), "late_cancelled");
}

TEST_P(BookingFees, WhoCameIntoASharedRoomUsedNobodysTime) {
    strict();
    set("free_late", 0);
    auto const room = shop.add_machine({.slug = "training-room",
                                        .name = {"Room", "কক্ষ"},
                                        .kind = "room",
                                        .grid_minutes = 15,
                                        .min_minutes = 30,
                                        .max_minutes = 240,
                                        .seats = 4});
    auto const seat = [&](Member const& who) {
        auto const answer = shop.book(who, room.id, saturday("10:00", "11:00"));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    };
    auto const other = seat(shop.other), given_up = seat(shop.member);
    at("09:30");
    act(shop.member, given_up, "cancel");
    EXPECT_EQ(state(given_up), "late_cancelled");
    act(shop.other, other, "check-in");
    sweep_at("11:00");
    EXPECT_EQ(state(given_up), "late_cancelled");
}

TEST_P(BookingFees, AnAccidentIsUndoneForFiveMinutesWithoutAFee) {
    strict();
    at("09:00");
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    auto const late = booked(shop.member, saturday("11:00", "12:00"));
    at("09:04");
    EXPECT_GT(json_of(shop.get(shop.member, "/api/v1/bookings/" + id))
                  .at("costs")
                  .at("undo_seconds")
                  .as_int64(),
              0);
    EXPECT_EQ(act(shop.other, id, "undo").status, 404);
    EXPECT_EQ(act(shop.member, id, "undo").status, 200);
    EXPECT_EQ(state(id), "cancelled");
    EXPECT_EQ(fees(id), "");
    at("09:05");
    EXPECT_EQ(code_of(act(shop.member, late, "undo")), "undo_over");
    EXPECT_EQ(state(late), "confirmed");
    EXPECT_EQ(told(), "createBooking createBooking undoBooking");
}

TEST_P(BookingFees, TimeThatSomebodyElseUsesIsNotCharged) {
    strict();
    set("free_late", 0);
    auto const given_up = booked(shop.member, saturday("10:00", "11:00"));
    auto const half_used = booked(shop.member, saturday("12:00", "13:00"));
    at("09:00");
    act(shop.member, given_up, "cancel");
    at("10:30");
    act(shop.member, half_used, "cancel");
    at("09:10");
    auto const other = booked(shop.other, saturday("10:00", "11:00"));
    booked(shop.other, saturday("12:00", "12:30"));
    act(shop.other, other, "check-in");
    force(other, State::running);
    at("11:00");
    force(other, State::completed);
    sweep();
    EXPECT_EQ(state(given_up), "released");
    EXPECT_EQ(fees(given_up), "late_cancel 60 min 3000 withdrawn");
    sweep_at("13:00");
    EXPECT_EQ(state(half_used), "late_cancelled");
    EXPECT_EQ(fees(half_used), "late_cancel 90 min 1500") << "for the half that stayed empty";
    EXPECT_TRUE(told().ends_with("lowerFee")) << told();
}

TEST_P(BookingFees, WhoMovesLateGivesUpTheTimeAsWhoCancelsLate) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:00");
    auto const tried = change(shop.member, id, "14:00", "15:00", R"(,"dry_run":true)");
    ASSERT_EQ(tried.status, 200) << tried.body;
    auto const told_before = json_of(tried).at("costs").at("fees").at(0);
    EXPECT_EQ(told_before.at("kind"), "late_change");
    EXPECT_EQ(told_before.at("amount").at("amount"), 3000);
    EXPECT_EQ(find(id).during, saturday("10:00", "11:00")) << "it was only tried";
    EXPECT_EQ(fees(id), "");
    EXPECT_EQ(change(shop.member, id, "14:00", "15:00").status, 200);
    EXPECT_EQ(fees(id), "late_change 60 min 3000");
    // What it was moved to is given up in time.
    EXPECT_EQ(act(shop.member, id, "cancel").status, 200);
    EXPECT_EQ(state(id), "cancelled");
    sweep_at("11:00");
    EXPECT_EQ(fees(id), "late_change 60 min 3000");
}

TEST_P(BookingFees, WhoShortensLatePaysForEachPartThatStaysEmpty) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "12:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "10:00", "11:00").status, 200);
    EXPECT_EQ(change(shop.member, id, "10:00", "10:30").status, 200);
    EXPECT_EQ(fees(id), "late_change 60 min 3000, late_change 60 min 1500");
    EXPECT_EQ(change(shop.member, id, "09:30", "10:30").status, 200) << "longer costs no fee";
    booked(shop.other, saturday("11:00", "12:00"));
    sweep_at("12:00");
    EXPECT_EQ(fees(id).substr(0, 74),
              "late_change 60 min 3000 withdrawn, late_change 60 min 1500, no_show 60 min");
    EXPECT_TRUE(told().ends_with("withdrawFee")) << told();
}

TEST_P(BookingFees, TheCleanUpOfWhatIsKeptIsNoUseOfWhatWasGivenUp) {
    strict();
    set("free_late", 0);
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE machine SET setup_minutes = 5, buffer_minutes = 10 "
                              "WHERE facility_id = $1",
                              shop.facility);
    });
    auto const id = booked(shop.member, saturday("10:00", "12:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "10:00", "11:00").status, 200);
    EXPECT_EQ(fees(id), "late_change 60 min 3000");
    at("10:00");
    force(id, State::running);
    at("11:00");
    force(id, State::completed);
    sweep_at("12:00");
    EXPECT_EQ(fees(id), "late_change 60 min 3000") << "nobody else had any of it";
}

TEST_P(BookingFees, WhoTakesTheTimeBackHasGivenUpNothing) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "14:00", "15:00").status, 200);
    EXPECT_EQ(change(shop.member, id, "10:00", "11:00").status, 200);
    at("10:00");
    force(id, State::running);
    at("11:00");
    force(id, State::completed);
    sweep();
    EXPECT_EQ(fees(id), "late_change 60 min 3000 withdrawn");
    EXPECT_EQ(state(id), "completed");
}

TEST_P(BookingFees, TheFirstLateOneIsFreeWhetherItWasMovedOrCancelled) {
    strict();
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.member, saturday("11:00", "12:00"));
    at("09:30");
    EXPECT_EQ(change(shop.member, first, "14:00", "15:00").status, 200);
    EXPECT_EQ(act(shop.member, second, "cancel").status, 200);
    EXPECT_EQ(fees(first) + ", " + fees(second),
              "late_change 30 min free, late_cancel 90 min 3000");
}

TEST_P(BookingFees, WhatTheFacilityWantsMovedItMovesWithoutAFee) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    auto const cut = booked(shop.member, saturday("12:00", "13:00"));
    shop.add_outage(std::nullopt, saturday("12:30", "12:45"), "load_shedding");
    at("11:00");
    EXPECT_EQ(change(shop.member, cut, "14:00", "15:00").status, 200);
    at("09:00");
    auto const without = R"(,"without_fee":true)";
    EXPECT_EQ(code_of(change(shop.member, id, "16:00", "17:00", without)), "not_theirs");
    EXPECT_EQ(change(shop.desk, id, "16:00", "17:00", without).status, 200);
    EXPECT_EQ(fees(id) + fees(cut), "");
    EXPECT_EQ(change(shop.desk, id, "16:00", "16:30").status, 200) << "in time";
    EXPECT_EQ(fees(id), "");
}

TEST_P(BookingFees, TheFeeOfALateMoveIsTakenBackForABreakdownAndTheBookingStays) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "14:00", "15:00").status, 200);
    shop.add_outage(laser.id, saturday("10:05", "12:00"), "breakdown");
    sweep_at("11:30");
    EXPECT_EQ(fees(id), "late_change 60 min 3000 withdrawn");
    EXPECT_EQ(state(id), "confirmed");
    EXPECT_EQ(told(), "createBooking changeBooking withdrawFee");
}

TEST_P(BookingFees, WhatIsChargedForABookingTheManagerMayExcuse) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "14:00", "15:00").status, 200);
    auto const may_excuse = [&](Member const& who) {
        auto const one = json_of(shop.get(who, "/api/v1/bookings/" + id));
        auto const all = json_of(shop.get(who, "/api/v1/bookings")).at("items").at(0);
        auto const listed = [](json::value const& booking) {
            auto const& actions = booking.at("actions").as_array();
            return std::ranges::find(actions, json::value("excuse")) != actions.end();
        };
        EXPECT_EQ(listed(one), listed(all));
        return listed(one);
    };
    EXPECT_TRUE(may_excuse(shop.manager));
    EXPECT_FALSE(may_excuse(shop.member));
    EXPECT_FALSE(may_excuse(shop.desk));
    EXPECT_EQ(act(shop.manager, id, "excuse", R"({"reason":"we asked her to"})").status, 200);
    EXPECT_EQ(fees(id) + " " + state(id), "late_change 60 min 3000 withdrawn confirmed");
    EXPECT_FALSE(may_excuse(shop.manager));
}

TEST_P(BookingFees, OfABookingThatIsHandedOverTheFeeStaysWhoseItWas) {
    strict();
    set("free_late", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:00");
    EXPECT_EQ(change(shop.member, id, "14:00", "15:00").status, 200);
    auto const third = shop.add_enterprise("Third");
    EXPECT_EQ(
        act(shop.desk, id, "hand-over", R"({"enterprise_id":")" + third.text() + "\"}").status,
        200);
    EXPECT_EQ(fees(id), "late_change 60 min 3000");
    auto const shown = json_of(shop.get(shop.desk, "/api/v1/bookings/" + id));
    EXPECT_TRUE(shown.at("costs").at("fees").as_array().empty()) << "it is none of theirs";
}

TEST_P(BookingFees, WhoIsGivenTheSlotAfterItsStartHasTheGraceTimeFromThenOn) {
    auto const wanted = saturday("10:00", "11:00");
    Booking const booking{.facility = shop.facility,
                          .id = shop.ids.make<BookingId>(),
                          .machine = laser.id,
                          .enterprise = shop.mita,
                          .created_by = shop.member.person,
                          .during = wanted,
                          .state = State::pending,
                          .hold_until = dhaka("2026-11-21 10:10"),
                          .pending_for = PendingFor::approval};
    ledger().write([&](store::Writer& writer) {
        insert_booking(writer, booking, shop.clock.now());
        return true;
    });
    auto const id = booking.id.text();
    at("10:08");
    EXPECT_EQ(act(shop.manager, id, "approve").status, 200);
    EXPECT_EQ(find(id).confirmed_at, dhaka("2026-11-21 10:08"));
    sweep_at("10:22");
    EXPECT_EQ(state(id), "confirmed");
    sweep_at("10:23");
    EXPECT_EQ(state(id), "missed");
}

TEST_P(BookingFees, TheSecondNoShowIsPaidForAndTheManagerMayExcuseIt) {
    strict();
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.member, saturday("11:00", "12:00"));
    sweep_at("10:20");
    sweep_at("11:20");
    EXPECT_EQ(fees(first) + ", " + fees(second), "no_show 60 min free, no_show 60 min 6000");
    EXPECT_EQ(code_of(act(shop.manager, second, "excuse")), "missing_field");
    EXPECT_EQ(act(shop.desk, second, "excuse", R"({"reason":"flooded road"})").status, 403);
    EXPECT_EQ(act(shop.manager, second, "excuse", R"({"reason":"flooded road"})").status, 200);
    EXPECT_EQ(state(second), "released");
    EXPECT_EQ(fees(second), "no_show 60 min 6000 withdrawn");
    EXPECT_EQ(code_of(act(shop.manager, second, "excuse", R"({"reason":"again"})")),
              "nothing_to_excuse");
}

TEST_P(BookingFees, WhoStaysTooLongIsChargedByTheMinuteOnce) {
    set("overrun_percent", 200);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("10:00");
    force(id, State::running);
    at("11:15");
    force(id, State::completed);
    sweep();
    sweep();
    // Ten minutes, five of the fifteen being free, at two taka.
    EXPECT_EQ(fees(id), "overrun 15 min 2000");
    EXPECT_EQ(told(), "createBooking chargeOverrun");
}

TEST_P(BookingFees, APowerCutOrAJobThatNeverRanIsNoOverrun) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    auto const never_ran = booked(shop.member, saturday("12:00", "13:00"));
    shop.add_outage(laser.id, saturday("11:00", "11:30"), "breakdown");
    at("10:00");
    force(id, State::running);
    at("11:30");
    force(id, State::completed);
    at("12:00");
    force(never_ran, State::checked_in);
    at("13:45");
    force(never_ran, State::completed);
    sweep();
    EXPECT_EQ(fees(id) + fees(never_ran), "");
}

TEST_P(BookingFees, ABreakdownThatIsToldOfLaterTakesTheFeeOfANoShowBack) {
    strict();
    set("free_misses", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    sweep_at("10:20");
    EXPECT_EQ(fees(id), "no_show 60 min 6000");
    sweep_at("11:30");
    shop.add_outage(laser.id, saturday("10:05", "12:00"), "breakdown");
    sweep();
    EXPECT_EQ(fees(id), "no_show 60 min 6000 withdrawn");
    EXPECT_EQ(state(id), "released");
    sweep();
    EXPECT_EQ(told(), "createBooking markMissed excuseBooking");
}

TEST_P(BookingFees, OnlyAnOutageThatKeptThemAwayTakesTheFeeBack) {
    strict();
    set("free_misses", 0);
    set("free_late", 0);
    using facility::OutageSource;
    auto const press = shop.add_laser("laser-2").id;
    int hour = 9;
    // What is left of the fee when the outage is told of an hour later. The minutes are of the hour
    // of the booking: it is missed a quarter past, or cancelled half an hour before.
    auto const after = [&](bool cancelled, int from, int until, std::optional<MachineId> machine,
                           std::string const& kind = "breakdown",
                           OutageSource source = OutageSource::entered, bool withdrawn = false) {
        std::chrono::minutes const before{30};
        auto const start = dhaka("2026-11-21 00:00") + std::chrono::hours{++hour};
        shop.clock.set(start - before);
        auto const id = booked(shop.member, {start, start + std::chrono::hours{1}});
        shop.clock.advance(std::chrono::minutes{10});
        if (cancelled) act(shop.member, id, "cancel");
        shop.clock.set(start + std::chrono::minutes{15});
        sweep();
        auto const charged = fees(id);
        ledger().write([&](store::Writer& writer) {
            auto const outage = shop.ids.make<OutageId>();
            facility::insert_outage(writer, shop.facility,
                                    {.id = outage,
                                     .machine = machine,
                                     .during = {start + std::chrono::minutes{from},
                                                start + std::chrono::minutes{until}},
                                     .kind = kind,
                                     .reason = "",
                                     .source = source},
                                    shop.clock.now());
            return !withdrawn ||
                   facility::withdraw_outage(writer, shop.facility, outage, shop.clock.now());
        });
        shop.clock.set(start + std::chrono::minutes{50});
        sweep();
        EXPECT_FALSE(charged.empty());
        return fees(id) == charged + " withdrawn" ? "back" : fees(id) == charged ? "kept" : "else";
    };
    EXPECT_STREQ(after(false, 5, 40, laser.id), "back");
    EXPECT_STREQ(after(true, 30, 40, laser.id), "back") << "they would have stood still";
    EXPECT_STREQ(after(false, 5, 40, press), "kept") << "of another machine";
    EXPECT_STREQ(after(false, 20, 40, laser.id), "kept") << "they were given up by then";
    EXPECT_STREQ(after(false, -20, 0, laser.id), "kept") << "over before";
    EXPECT_STREQ(after(true, 60, 70, laser.id), "kept") << "after their time";
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE facility SET generator_w = 50000 WHERE facility_id = $1",
                              shop.facility);
    });
    hour += 24 - 7;
    EXPECT_STREQ(after(false, 5, 40, laser.id, "unmetered"), "kept") << "the machine went on";
    EXPECT_STREQ(after(false, 5, 40, laser.id, "breakdown", OutageSource::entered, true), "back")
        << "it ends when it is withdrawn, and has halted them till then";
    EXPECT_STREQ(after(false, 5, 40, std::nullopt, "load_shedding", OutageSource::timetable),
                 "kept")
        << "the generator bridges it";
    EXPECT_STREQ(after(false, 5, 40, std::nullopt, "load_shedding", OutageSource::seen), "back")
        << "it did not";
}

TEST_P(BookingFees, ACutThatTheGeneratorBridgesExcusesNobodyAndOneThatCameDoes) {
    ledger().write([&](store::Writer& writer) {
        facility::insert_outage(writer, shop.facility,
                                {.id = shop.ids.make<OutageId>(),
                                 .machine = std::nullopt,
                                 .during = saturday("09:30", "10:50"),
                                 .kind = "load_shedding",
                                 .reason = "",
                                 .source = facility::OutageSource::timetable},
                                shop.clock.now());
        facility::insert_outage(writer, shop.facility,
                                {.id = shop.ids.make<OutageId>(),
                                 .machine = std::nullopt,
                                 .during = saturday("12:00", "12:20"),
                                 .kind = "load_shedding",
                                 .reason = "",
                                 .source = facility::OutageSource::seen},
                                shop.clock.now());
        return writer.execute("UPDATE facility SET generator_w = 50000 WHERE facility_id = $1",
                              shop.facility);
    });
    auto const announced = booked(shop.member, saturday("10:00", "11:00"));
    auto const came = booked(shop.other, saturday("12:00", "13:00"));
    sweep_at("10:15");
    EXPECT_EQ(state(announced), "missed");
    sweep_at("12:34");
    EXPECT_EQ(state(came), "confirmed");
    sweep_at("12:35");
    EXPECT_EQ(state(came), "cancelled");
}

TEST_P(BookingFees, TheRestOfAMissedSlotThatSomebodyElseUsesIsNotCharged) {
    strict();
    set("free_misses", 0);
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("10:15");
    shop.clock.advance(std::chrono::milliseconds{700});
    sweep();
    EXPECT_EQ(fees(id), "no_show 60 min 6000");
    auto const other = booked(shop.other, saturday("10:30", "11:00"));
    at("10:30");
    force(other, State::running);
    sweep_at("11:00");
    EXPECT_EQ(fees(id), "no_show 60 min 3000") << "until half past nobody could have it";
    EXPECT_TRUE(told().ends_with("lowerFee")) << told();
}

TEST_P(BookingFees, TheNextOneIsWarnedOfAnOverrunOnce) {
    auto const running = booked(shop.member, saturday("10:00", "11:00"));
    booked(shop.other, saturday("11:15", "12:00"));
    at("10:00");
    force(running, State::running);
    sweep_at("11:00");
    sweep_at("11:01");
    EXPECT_EQ(told(), "createBooking createBooking warnOverrun");
}

TEST_P(BookingFees, WhatIsNotNeededIsReleasedByTheDesk) {
    strict();
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    at("09:50");
    EXPECT_EQ(act(shop.member, id, "release").status, 403);
    EXPECT_EQ(act(shop.desk, id, "release").status, 200);
    EXPECT_EQ(state(id), "released");
    EXPECT_EQ(fees(id), "");
    EXPECT_EQ(shop.book(shop.other, laser.id, saturday("10:00", "11:00")).status, 201);
}

TEST_P(BookingFees, ABookingIsHandedOverToAnMeThatMayHaveIt) {
    auto const id = booked(shop.member, saturday("10:00", "11:00"));
    auto const to = [](EnterpriseId const& enterprise) {
        return R"({"enterprise_id":")" + enterprise.text() + "\"}";
    };
    // Nobody is made to pay for what it did not ask for.
    EXPECT_EQ(act(shop.member, id, "hand-over", to(shop.rahim)).status, 404);
    shop.suspend(shop.rahim);
    auto const refused = act(shop.desk, id, "hand-over", to(shop.rahim));
    EXPECT_EQ(violations_of(json_of(refused)), "suspended");
    auto const third = shop.add_enterprise("Third");
    EXPECT_EQ(act(shop.desk, id, "hand-over", to(third)).status, 200);
    EXPECT_EQ(find(id).enterprise, third);
    // Who has it already is given nothing, and told nothing.
    EXPECT_EQ(code_of(act(shop.desk, id, "hand-over", to(third))), "same_enterprise");
    EXPECT_EQ(told(), "createBooking handOverBooking");
}

TEST_P(BookingFees, WhatWaitsForApprovalIsApprovedRefusedOrLapses) {
    std::vector<std::string> ids;
    for (auto const* from : {"10:00", "11:00", "12:00"}) {
        auto const id = shop.ids.make<BookingId>();
        auto const start = dhaka(std::string("2026-11-21 ") + from);
        ledger().write([&](store::Writer& writer) {
            insert_booking(writer,
                           {.facility = shop.facility,
                            .id = id,
                            .machine = laser.id,
                            .enterprise = shop.mita,
                            .created_by = shop.member.person,
                            .during = {start, start + std::chrono::hours{1}},
                            .state = State::pending,
                            .hold_until = dhaka("2026-11-21 09:00"),
                            .pending_for = PendingFor::approval},
                           shop.clock.now());
            return true;
        });
        ids.push_back(id.text());
    }
    EXPECT_EQ(act(shop.member, ids[0], "approve").status, 403);
    EXPECT_EQ(act(shop.manager, ids[0], "approve").status, 200);
    EXPECT_EQ(act(shop.manager, ids[1], "refuse", R"({"reason":"no die"})").status, 200);
    EXPECT_EQ(code_of(act(shop.manager, ids[1], "approve")), "wrong_state");
    sweep_at("08:59");
    EXPECT_EQ(state(ids[2]), "pending");
    sweep_at("09:00");
    EXPECT_EQ(state(ids[0]) + " " + state(ids[1]) + " " + state(ids[2]),
              "confirmed cancelled released");
    EXPECT_EQ(told(), "approveBooking refuseBooking lapseApproval");
}

TEST_P(BookingFees, WhatStaffLetPassIsNotAskedAgainWhenItIsApproved) {
    auto const wanted = saturday("10:00", "11:00");
    Booking const booking{.facility = shop.facility,
                          .id = shop.ids.make<BookingId>(),
                          .machine = laser.id,
                          .enterprise = shop.mita,
                          .created_by = shop.member.person,
                          .during = wanted,
                          .state = State::pending,
                          .hold_until = wanted.start,
                          .pending_for = PendingFor::approval};
    ledger().write([&](store::Writer& writer) {
        insert_booking(writer, booking, shop.clock.now());
        return true;
    });
    shop.suspend(shop.mita);
    auto const refused = act(shop.manager, booking.id.text(), "approve");
    EXPECT_EQ(violations_of(json_of(refused)), "suspended");
    ledger().write([&](store::Writer& writer) {
        insert_overrides(writer, shop.facility, booking.id, shop.desk.person,
                         {{Rule::suspended, "paid in cash today", "{}"}}, shop.clock.now());
        return true;
    });
    EXPECT_EQ(act(shop.manager, booking.id.text(), "approve").status, 200);
    EXPECT_EQ(state(booking.id.text()), "confirmed");
}

}  // namespace
}  // namespace karkhana::booking
