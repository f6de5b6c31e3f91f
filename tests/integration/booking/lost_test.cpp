#include "server/booking/world_records.hpp"
#include "server/facility/shifts.hpp"
#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

Interval sunday(std::string const& from, std::string const& until) {
    return {dhaka("2026-11-22 " + from), dhaka("2026-11-22 " + until)};
}

/// Time that is lost to hours, to shifts and to closures, and what comes back of it.
class BookingLost : public DisplacedTest {
protected:
    void holidays(std::vector<std::string> const& days) {
        std::vector<facility::SpecialDay> special;
        for (auto const& day : days)
            special.push_back({.day = parse_date(day).value(),
                               .name = {"Victory feast", "বিজয় উৎসব"},
                               .spans = {},
                               .source = ""});
        ledger().write([&](store::Writer& writer) {
            facility::replace_special_days(writer, shop.facility, special);
            return true;
        });
    }
    ResourceId add_operator(std::string const& slug, PersonId const& person) {
        auto const id = shop.ids.make<ResourceId>();
        ledger().write([&](store::Writer& writer) {
            facility::save_resource(writer, shop.facility,
                                    {.id = id,
                                     .kind = "operator",
                                     .slug = slug,
                                     .name = {slug, slug},
                                     .capacity = 1,
                                     .machine = std::nullopt,
                                     .person = person});
            return true;
        });
        return id;
    }
    void shifts(std::vector<facility::Shift> const& all) {
        ledger().write([&](store::Writer& writer) {
            facility::replace_shifts(writer, shop.ids, shop.facility,
                                     {dhaka("2026-11-21 00:00"), dhaka("2026-12-21 00:00")}, all);
            return true;
        });
    }
    std::string assisted(http::Principal const& who, Interval during) {
        auto body = shop.draft(laser.id, during);
        body.insert(body.size() - 1, R"(,"assisted":true)");
        auto const answer = shop.post(who, "/api/v1/bookings", body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    std::string cause(http::Principal const& who) {
        return text_of(proposals(who).at(0).as_object(), "cause");
    }
    std::string first_start(http::Principal const& who) {
        return text_of(proposals(who).at(0).at("to").as_object(), "start").substr(0, 16);
    }
    /// Closes and answers with the id of its outage.
    OutageId closed(std::string const& mode) {
        auto const answer =
            shop.post(shop.manager, "/api/v1/closures", close_body(mode, "The river is high"));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return OutageId::parse(text_of(json_of(answer), "outage_id")).value();
    }
    void withdraw(OutageId const& outage) {
        ledger().write([&](store::Writer& writer) {
            return facility::withdraw_outage(writer, shop.facility, outage, shop.clock.now());
        });
    }
};

KARKHANA_ON_BOTH_ENGINES(BookingLost);

TEST_P(BookingLost, AHolidayThatIsEnteredOverBookingsProposesOtherTimesOnce) {
    auto const id = booked(shop.member, sunday("10:00", "11:00"));
    auto const other = booked(shop.other, sunday("11:00", "12:00"));
    booked(shop.other, {dhaka("2026-11-23 09:00"), dhaka("2026-11-23 10:00")});
    holidays({"2026-11-22"});
    sweep_at("08:30");
    sweep_at("08:31");
    EXPECT_EQ(shown(shop.manager), "move 10:00-11:00, move 11:00-12:00");
    EXPECT_EQ(cause(shop.member), "closed");
    EXPECT_TRUE(proposals(shop.member).at(0).at("outage").is_null());
    EXPECT_EQ(first_start(shop.member), "2026-11-23T10:00");
    EXPECT_EQ(told(), "createBooking createBooking createBooking proposeBooking proposeBooking");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(id).during.start, dhaka("2026-11-23 10:00"));
    sweep_at("08:32");
    EXPECT_EQ(shown(shop.member), "");
    // A holiday that was a mistake takes nothing.
    holidays({});
    sweep_at("08:33");
    EXPECT_EQ(shown(shop.other), "");
    EXPECT_EQ(state(other), "confirmed");
    // And once more: of the new time too.
    holidays({"2026-11-23"});
    sweep_at("08:34");
    EXPECT_EQ(shown(shop.member), "move 10:00-11:00");
    EXPECT_EQ(first_start(shop.member), "2026-11-24T10:00");
}

TEST_P(BookingLost, WhoseShiftsTouchIsThereAllTheTime) {
    auto const only = add_operator("desk", shop.desk.person);
    shifts({{shop.desk.person, sunday("09:00", "13:00")},
            {shop.desk.person, sunday("13:00", "17:00")}});
    auto const id = assisted(shop.member, sunday("12:00", "14:00"));
    sweep_at("08:30");
    EXPECT_EQ(told(), "createBooking");
    EXPECT_EQ(held(id), std::vector{only});
    shifts({{shop.desk.person, sunday("09:00", "13:00")},
            {shop.desk.person, sunday("13:30", "17:00")}});
    sweep_at("08:31");
    EXPECT_EQ(told(), "createBooking proposeBooking") << "half an hour is nobody's";
}

TEST_P(BookingLost, WhoDeclinesATimeForAHolidayIsProposedNoOther) {
    auto const id = booked(shop.member, sunday("10:00", "11:00"));
    holidays({"2026-11-22"});
    sweep_at("08:30");
    EXPECT_EQ(
        shop.post(shop.member, "/api/v1/proposals/" + first_of(shop.member) + "/decline", "{}")
            .status,
        200);
    sweep_at("08:31");
    EXPECT_EQ(shown(shop.member), "");
    EXPECT_EQ(state(id), "confirmed");
}

TEST_P(BookingLost, WhoWasBookedAlthoughItIsClosedThenIsLeftAlone) {
    auto body = shop.draft(laser.id, {dhaka("2026-11-27 10:00"), dhaka("2026-11-27 11:00")});
    body.insert(body.size() - 1,
                R"(,"enterprise_id":")" + shop.mita.text() +
                    R"(","overrides":[{"rule":"closed","reason":"An urgent export order"}])");
    auto const answer = shop.post(shop.manager, "/api/v1/bookings", body);
    ASSERT_EQ(answer.status, 201) << answer.body;
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.manager), "");
}

TEST_P(BookingLost, WhoseOperatorIsTakenAwayGetsAnotherOneAndElseAnotherTime) {
    auto const helper = shop.add_person("helper", "operator", {});
    auto const first = add_operator("op-1", shop.desk.person);
    auto const second = add_operator("op-2", helper.person);
    auto const day = sunday("09:00", "17:00");
    shifts({{shop.desk.person, day}, {helper.person, day}});
    auto const id = assisted(shop.member, sunday("10:00", "11:00"));
    EXPECT_EQ(held(id), std::vector{first});
    shifts({{helper.person, day}});
    sweep_at("08:30");
    EXPECT_EQ(held(id), std::vector{second});
    EXPECT_EQ(shown(shop.member), "");
    EXPECT_EQ(told(), "createBooking changeOperator");
    // Nobody is left on that day; in the afternoon of the next one there is somebody.
    shifts({{helper.person, {dhaka("2026-11-23 13:00"), dhaka("2026-11-23 17:00")}}});
    sweep_at("08:31");
    sweep_at("08:32");
    EXPECT_EQ(shown(shop.member), "move 13:00-14:00");
    EXPECT_EQ(cause(shop.member), "operator");
    EXPECT_EQ(first_start(shop.member), "2026-11-23T13:00");
    EXPECT_EQ(told(), "createBooking changeOperator proposeBooking");
    EXPECT_EQ(json_of(shop.post(shop.manager, "/api/v1/proposals/take-all", "{}")).at("taken"), 1);
    EXPECT_EQ(find(id).during.start, dhaka("2026-11-23 13:00"));
    EXPECT_EQ(held(id), std::vector{second});
    sweep_at("08:33");
    EXPECT_EQ(shown(shop.member), "");
}

TEST_P(BookingLost, AShiftThatComesBackTakesTheProposalBack) {
    add_operator("op-1", shop.desk.person);
    auto const day = sunday("09:00", "17:00");
    shifts({{shop.desk.person, day}});
    assisted(shop.member, sunday("10:00", "11:00"));
    shifts({});
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "none");
    shifts({{shop.desk.person, day}});
    sweep_at("08:31");
    EXPECT_EQ(shown(shop.member), "");
}

TEST_P(BookingLost, WhoIsAtWorkIsToldOfAClosureWhenItIsMadeAndWhenItBegins) {
    auto const id = booked(shop.member, saturday("10:00", "12:00"));
    at("10:00");
    force(id, State::running);
    at("10:30");
    auto body = close_body("cancel", R"(A \"storm\" comes)");
    body.replace(body.find("09:00"), 5, "11:00");
    auto const closed = shop.post(shop.manager, "/api/v1/closures", body);
    ASSERT_EQ(closed.status, 201) << closed.body;
    EXPECT_EQ(json_of(closed).at("running"), 1);
    EXPECT_EQ(told(), "createBooking warnClosure");
    sweep_at("10:59");
    EXPECT_EQ(told(), "createBooking warnClosure");
    for (auto const* clock : {"11:00", "11:01"}) sweep_at(clock);
    EXPECT_EQ(told(), "createBooking warnClosure warnClosed");
    EXPECT_EQ(state(id), "running");
}

TEST_P(BookingLost, WhoIsAtWorkIsToldOnceOfAClosureThatBeginsAtOnce) {
    auto const id = booked(shop.member, saturday("10:00", "12:00"));
    at("10:00");
    force(id, State::running);
    at("10:30");
    closed("cancel");
    sweep_at("10:31");
    EXPECT_EQ(told(), "createBooking warnClosed");
}

TEST_P(BookingLost, WhatAWithdrawnClosureCancelledIsOfferedBackWhereItIsFreeAndElseTold) {
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.other, saturday("11:00", "12:00"));
    auto const outage = closed("cancel");
    EXPECT_EQ(
        shop.post(shop.member, "/api/v1/proposals/" + first_of(shop.member) + "/decline", "{}")
            .status,
        200);
    at("08:10");
    withdraw(outage);
    booked(shop.member, saturday("11:00", "12:00"));
    sweep_at("08:11");
    sweep_at("08:12");
    EXPECT_EQ(shown(shop.member), "again 10:00-11:00");
    EXPECT_EQ(first_start(shop.member), "2026-11-21T10:00");
    EXPECT_EQ(shown(shop.other), "");
    EXPECT_EQ(told("closure"), "createClosure reopenClosure");
    EXPECT_TRUE(told().ends_with("createBooking offerBack tellReopened")) << told();
    auto const taken = take(shop.member, first_of(shop.member));
    ASSERT_EQ(taken.status, 200) << taken.body;
    auto const again = find(text_of(json_of(taken), "id"));
    EXPECT_EQ(again.during, saturday("10:00", "11:00"));
    EXPECT_EQ(again.follows, BookingId::parse(first));
    EXPECT_EQ(state(second), "cancelled");
    EXPECT_EQ(sweep_at("08:13"), 0U);
}

TEST_P(BookingLost, WhatAWithdrawnClosureMovedMayGoBackByTheRulesThatHoldNow) {
    auto const first = booked(shop.member, saturday("10:00", "11:00"));
    auto const second = booked(shop.other, saturday("11:00", "12:00"));
    auto const outage = closed("move");
    EXPECT_EQ(find(first).during.start, dhaka("2026-11-22 09:00"));
    shop.suspend(shop.rahim);
    withdraw(outage);
    sweep_at("08:11");
    EXPECT_EQ(shown(shop.member), "move 10:00-11:00");
    EXPECT_EQ(shown(shop.other), "");
    EXPECT_EQ(take(shop.member, first_of(shop.member)).status, 200);
    EXPECT_EQ(find(first).during, saturday("10:00", "11:00"));
    EXPECT_EQ(find(second).during.start, dhaka("2026-11-22 10:00"));
}

}  // namespace
}  // namespace karkhana::booking
