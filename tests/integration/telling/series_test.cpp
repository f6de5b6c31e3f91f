#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <thread>

#include "server/booking/sweep.hpp"
#include "server/facility/book_cache.hpp"
#include "server/ical/occurrences.hpp"
#include "server/notify/records.hpp"
#include "server/telling/records.hpp"
#include "server/telling/rising_clock.hpp"
#include "server/telling/telling.hpp"
#include "tests/integration/booking/workshop.hpp"
#include "tests/integration/telling/mortal.hpp"
#include "tests/support/calendar_readers.hpp"

namespace karkhana::telling {
namespace {

namespace json = boost::json;
using booking::dhaka;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A workshop that writes letters: those who act for Mita's shop get them.
class TellingOfSeries : public tests::StoreTest {
protected:
    TellingOfSeries() {
        ledger().write([&](store::Writer& writer) {
            begin(writer, shop.facility);
            auto contact = notify::contact_of(writer, shop.facility, shop.member.person);
            contact.email = "mita@example.org";
            notify::set_contact(writer, shop.facility, contact);
            writer.execute("UPDATE person SET language = 'en' WHERE facility_id = $1 "
                           "AND person_id = $2",
                           shop.facility, shop.member.person);
            return true;
        });
    }

    std::string time(std::string const& text) { return shop.time(dhaka(text)); }
    /// Sundays and Tuesdays from the 22nd of November on, ten to eleven.
    json::object draft(std::string const& rule = "FREQ=WEEKLY;BYDAY=SU,TU;COUNT=4") {
        return {{"machine_id", laser.id.text()},
                {"start", time("2026-11-22 10:00")},
                {"end", time("2026-11-22 11:00")},
                {"rule", rule}};
    }
    json::object post(std::string const& path, json::object const& body) {
        auto const answer = shop.post(shop.member, "/api/v1" + path, json::serialize(body));
        EXPECT_LT(answer.status, 300) << answer.body;
        return booking::json_of(answer);
    }
    void set(std::string_view name, std::int64_t value) {
        ledger().write([&](store::Writer& writer) {
            writer.execute("INSERT INTO policy_setting (facility_id, setting_id, name, membership, "
                           "season, value, effective_from, created_by, created_at) "
                           "VALUES ($1, $2, $3, '', '', $4, 0, $5, 0)",
                           shop.facility, shop.ids.make<SettingId>(), name, value,
                           shop.manager.person);
            facility::touch_settings(writer, shop.facility);
            return true;
        });
    }
    std::string made(json::object const& body) {
        auto const series = post("/series", body);
        dates = series.at("dates").as_array();
        return booking::text_of(series, "id");
    }
    /// The booking of the n-th date.
    std::string booking_of(std::size_t n) {
        return std::string(dates.at(n).at("booking").at("id").as_string());
    }
    void tell_all() {
        while (tell_next({ledger(), shop.clock, letters, shop.facility, "desk@example.org"}) > 0) {}
    }
    std::vector<notify::Message> inbox(http::Principal const& who) {
        return ledger().read([&](store::Reader& reader) {
            return notify::inbox(reader, shop.facility, who.person, std::nullopt, 1000);
        });
    }
    std::vector<std::string> texts(http::Principal const& who) {
        std::vector<std::string> found;
        for (auto const& each : inbox(who)) found.push_back(each.kind + ": " + each.text);
        return found;
    }
    /// The calendars of the letters, in their order.
    std::vector<std::string> calendars() {
        auto messages = ledger().read([&](store::Reader& reader) {
            return notify::outbox(reader, shop.facility, std::nullopt, std::nullopt, 1000);
        });
        std::vector<std::string> found;
        for (auto const& each : messages) found.insert(found.begin(), each.calendar);
        return found;
    }
    /// What python3-icalendar has of the last letter, without the words that are the same in all.
    std::vector<std::string> read_last() {
        auto const calendar = calendars().back();
        std::vector<std::string> found;
        for (auto line : tests::understood(calendar)) {
            if (line.starts_with("calcurse")) continue;
            std::string const same[]{"icalendar ", "@" + shop.facility.text(), ": Mita Leather",
                                     ":00Z", "2026-"};
            for (auto const& word : same)
                for (auto at = line.find(word); at != line.npos; at = line.find(word))
                    line.erase(at, word.size());
            found.push_back(std::move(line));
        }
        return found;
    }
    /// The dates that libical has of the last letter.
    std::vector<std::string> dates_of_last() {
        auto const events = ical::read_calendar(calendars().back()).value();
        auto const found =
            ical::occurrences(events, shop.zone,
                              {dhaka("2026-11-01 00:00"), dhaka("2027-02-01 00:00")}, 100)
                .value();
        std::vector<std::string> starts;
        for (auto const& each : found) starts.push_back(shop.time(each.during.start).substr(5, 11));
        return starts;
    }

    booking::Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
    facility::Machine second = shop.add_laser("laser-2");
    RisingClock rising{shop.clock};
    IdSource ids{*shop.random, rising};
    notify::Outbox letters{ids, {.email = true}};
    json::array dates;
};
KARKHANA_ON_BOTH_ENGINES(TellingOfSeries);

TEST_P(TellingOfSeries, OneMessageNamesTheRuleAndWhatWasLeftOut) {
    shop.add_outage(std::nullopt, {dhaka("2026-11-24 09:30"), dhaka("2026-11-24 11:00")},
                    "load_shedding");
    made(draft("FREQ=WEEKLY;BYDAY=SU,TU;COUNT=5"));
    tell_all();
    EXPECT_THAT(texts(shop.member),
                ElementsAre("series_booked: laser-1: 4 dates booked, every week on Sun, Tue. "
                            "Sun 22 Nov, 10:00-11:00 to Sun 6 Dec. Not: Tue 24 Nov."));
    EXPECT_THAT(calendars(), SizeIs(1)) << "one letter";
    EXPECT_THAT(texts(shop.manager), IsEmpty());
}

TEST_P(TellingOfSeries, TwoReadersSeeEveryChangeOfOneEvent) {
    auto const id = made(draft());
    tell_all();
    EXPECT_THAT(read_last(),
                ElementsAre("method REQUEST", id + " 0 CONFIRMED 11-22T04 11-22T05 laser-1",
                            id + " 0 CONFIRMED 11-24T04 11-24T05 laser-1",
                            id + " 0 CONFIRMED 11-29T04 11-29T05 laser-1",
                            id + " 0 CONFIRMED 12-01T04 12-01T05 laser-1"));
    EXPECT_THAT(dates_of_last(),
                ElementsAre("11-22T10:00", "11-24T10:00", "11-29T10:00", "12-01T10:00"));

    // One date alone is moved, and stays the date that it is.
    EXPECT_EQ(shop.patch(shop.member, booking_of(1), 1,
                         R"({"start":")" + time("2026-11-25 12:00") + R"(","end":")" +
                             time("2026-11-25 13:00") + R"("})")
                  .status,
              200);
    tell_all();
    EXPECT_THAT(
        read_last(),
        ElementsAre("method REQUEST", id + " 1 CONFIRMED 11-25T06 11-25T07 laser-1 of 11-24T04"));

    // One date alone is cancelled.
    post("/bookings/" + booking_of(0) + "/cancel", {});
    tell_all();
    EXPECT_THAT(
        read_last(),
        ElementsAre("method CANCEL", id + " 2 CANCELLED 11-22T04 11-22T05 laser-1 of 11-22T04"));

    // This and the following go to another time: the whole of it is told.
    post("/series/" + id + "/change",
         {{"from", time("2026-11-29 10:00")}, {"start_minute", 14 * 60}});
    tell_all();
    EXPECT_THAT(read_last(),
                ElementsAre("method REQUEST",
                            id + " 4 CONFIRMED 11-25T06 11-25T07 laser-1 of 11-24T04",
                            id + " 4 CONFIRMED 11-29T08 11-29T09 laser-1 of 11-29T04",
                            id + " 4 CONFIRMED 12-01T08 12-01T09 laser-1 of 12-01T04"));
    EXPECT_THAT(dates_of_last(), ElementsAre("11-25T12:00", "11-29T14:00", "12-01T14:00"));
    EXPECT_THAT(texts(shop.member).front(),
                "series_moved: laser-1: 2 dates changed, every week on Sun, Tue. "
                "Now Sun 29 Nov, 14:00-15:00 to Tue 1 Dec.");

    // The last one is cancelled, then all.
    post("/series/" + id + "/cancel", {{"from", time("2026-12-01 10:00")}});
    tell_all();
    EXPECT_THAT(dates_of_last(), ElementsAre("11-25T12:00", "11-29T14:00"));
    EXPECT_THAT(calendars().back(), HasSubstr("EXDATE;TZID=Asia/Dhaka:20261122T100000,"));
    post("/series/" + id + "/cancel", {{"reason", "a holiday"}});
    tell_all();
    EXPECT_THAT(calendars().back(), HasSubstr("METHOD:CANCEL"));
    EXPECT_THAT(read_last().back(), HasSubstr(id + " 7 CANCELLED"));
    EXPECT_THAT(dates_of_last(), IsEmpty());
    EXPECT_THAT(texts(shop.member).front(),
                "series_cancelled: laser-1: 2 dates cancelled, Wed 25 Nov, 12:00-13:00 to "
                "Sun 29 Nov: a holiday. You pay nothing.");
    EXPECT_THAT(calendars(), SizeIs(6)) << "a letter for each act";
}

TEST_P(TellingOfSeries, ADateThatIsElsewhereFromTheBeginningIsSaidSo) {
    EXPECT_EQ(
        shop.book(shop.other, laser.id, {dhaka("2026-11-24 10:00"), dhaka("2026-11-24 11:00")})
            .status,
        201);
    auto body = draft();
    body["clash"] = "move";
    auto const id = made(body);
    tell_all();
    auto const seen = read_last();
    ASSERT_THAT(seen, SizeIs(5));
    EXPECT_THAT(seen.back(), HasSubstr("of 11-24T04"));
    EXPECT_THAT(texts(shop.member), SizeIs(1));
}

TEST_P(TellingOfSeries, WhatAwaitsApprovalIsAskedOfTheManagersOnce) {
    set("approval", 1);
    made(draft());
    tell_all();
    ASSERT_THAT(texts(shop.manager), SizeIs(1));
    EXPECT_THAT(inbox(shop.manager)[0].kind, "series_wanted");
    EXPECT_TRUE(inbox(shop.manager)[0].useful_until.has_value());
    ASSERT_THAT(texts(shop.member), SizeIs(1));
    EXPECT_THAT(inbox(shop.member)[0].kind, "series_pending");
    EXPECT_THAT(read_last()[1], HasSubstr(" 0 TENTATIVE 11-22T04"));
}

TEST_P(TellingOfSeries, WhatTheManagerDecidesOfManyDatesIsOneMessage) {
    set("approval", 1);
    auto const decided = [&](std::string const& action, json::object const& body) {
        auto const series = made(draft());
        tell_all();
        auto const before = texts(shop.member).size();
        auto const answer = shop.post(shop.manager, "/api/v1/series/" + series + "/" + action,
                                      json::serialize(body));
        EXPECT_EQ(answer.status, 200) << answer.body;
        tell_all();
        auto const now = texts(shop.member);
        EXPECT_EQ(now.size(), before + 1);
        return inbox(shop.member)[0].kind;
    };
    EXPECT_EQ(decided("refuse", {{"reason", "no die"}}), "series_declined");
    EXPECT_EQ(decided("approve", {}), "series_booked");
}

TEST_P(TellingOfSeries, WhatNobodyApprovedInTimeIsOneMessage) {
    set("approval", 1);
    made(draft());
    tell_all();
    auto const before = texts(shop.member).size();
    shop.clock.set(*inbox(shop.manager)[0].useful_until);
    booking::Sweep{shop.services}.run();
    tell_all();
    EXPECT_THAT(texts(shop.member), SizeIs(before + 1));
    EXPECT_EQ(inbox(shop.member)[0].kind, "series_lapsed");
}

TEST_P(TellingOfSeries, ADateHandedOverLeavesTheOneCalendarForTheOther) {
    auto const id = made(draft());
    ledger().write([&](store::Writer& writer) {
        auto contact = notify::contact_of(writer, shop.facility, shop.other.person);
        contact.email = "rahim@example.org";
        notify::set_contact(writer, shop.facility, contact);
        return true;
    });
    auto const date = booking_of(2);
    EXPECT_EQ(shop.post(shop.manager, "/api/v1/bookings/" + date + "/hand-over",
                        R"({"enterprise_id":")" + shop.rahim.text() + R"("})")
                  .status,
              200);
    tell_all();
    std::map<std::string, std::string> by_kind;
    auto const messages = ledger().read([&](store::Reader& reader) {
        return notify::outbox(reader, shop.facility, std::nullopt, std::nullopt, 100);
    });
    for (auto const& each : messages) by_kind[each.kind] = each.calendar;
    auto const gone = ical::read_calendar(by_kind["booking_handed_over"]).value().at(0);
    EXPECT_EQ(gone.uid, id + "@" + shop.facility.text());
    EXPECT_TRUE(gone.cancelled);
    EXPECT_TRUE(gone.instead_of.has_value());
    auto const come = ical::read_calendar(by_kind["booking_confirmed"]).value().at(0);
    EXPECT_EQ(come.uid, date + "@" + shop.facility.text()) << "a booking like any other";
    EXPECT_FALSE(come.instead_of.has_value());
}

TEST_P(TellingOfSeries, IsToldOnceWhereverItDiesAndHoweverManyTell) {
    // More dates than are told in one transaction.
    set("horizon_days", 200);
    auto const id = made(draft("FREQ=DAILY;COUNT=90"));
    for (int asked = 0; asked < 2; ++asked) {
        Mortal mortal{*shop.random, asked};
        IdSource few{mortal, rising};
        notify::Outbox const dying{few, {.email = true}};
        EXPECT_THROW(
            {
                while (tell_next({ledger(), shop.clock, dying, shop.facility, "desk@example.org"}) >
                       0) {}
            },
            Mortal::Gone);
    }
    std::vector<std::thread> daemons;
    for (int i = 0; i < 3; ++i) daemons.emplace_back([&] { tell_all(); });
    for (auto& each : daemons) each.join();
    EXPECT_THAT(texts(shop.member), SizeIs(1));
    EXPECT_THAT(calendars(), SizeIs(1));
    post("/series/" + id + "/cancel", {});
    tell_all();
    EXPECT_THAT(texts(shop.member), SizeIs(2));
}

TEST_P(TellingOfSeries, WhatWaitsForTheMorningIsOvertakenWhenNothingIsLeft) {
    shop.clock.set(dhaka("2026-11-21 23:30"));
    auto const id = made(draft());
    tell_all();
    post("/series/" + id + "/change", {{"length_minutes", 120}});
    tell_all();
    auto const states = [&] {
        std::map<std::string, notify::State> found;
        auto const messages = ledger().read([&](store::Reader& reader) {
            return notify::outbox(reader, shop.facility, std::nullopt, std::nullopt, 100);
        });
        for (auto const& each : messages) found[each.kind] = each.state;
        return found;
    };
    EXPECT_EQ(states()["series_booked"], notify::State::waiting) << "it says more than the change";
    post("/series/" + id + "/cancel", {});
    tell_all();
    EXPECT_EQ(states()["series_booked"], notify::State::expired);
    EXPECT_EQ(states()["series_cancelled"], notify::State::waiting);
}

}  // namespace
}  // namespace karkhana::telling
