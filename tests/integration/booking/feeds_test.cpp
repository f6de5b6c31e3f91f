#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/booking/api_feeds.hpp"
#include "server/ical/read.hpp"
#include "tests/integration/booking/workshop.hpp"
#include "tests/support/calendar_readers.hpp"
#include "tests/support/counting_store.hpp"

namespace karkhana::booking {
namespace {

using tests::understood;
using Lines = std::vector<std::string>;

class Feeds : public tests::StoreTest {
protected:
    Feeds() { add_feed_routes(shop.router, {ledger(), shop.clock, shop.ids, *shop.random}); }

    std::string booked(http::Principal const& who, Interval during) {
        auto const answer = shop.book(who, laser.id, during);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    http::Response create(http::Principal const& who, std::string const& scope,
                          std::string const& of, std::string const& language = "en") {
        return shop.post(who, "/api/v1/feeds",
                         R"({"scope":")" + scope + R"(","scope_id":")" + of + R"(","language":")" +
                             language + R"("})");
    }
    std::string url_of(http::Response const& created) {
        EXPECT_EQ(created.status, 201) << created.body;
        return text_of(json_of(created), "url");
    }
    /// Nobody is signed in who reads.
    http::Response read(std::string const& url, Workshop::Headers headers = {}) {
        http::Principal const nobody{.facility = {}, .person = {}, .roles = {"member"}};
        return shop.call(nobody, "GET", url, "", std::move(headers));
    }
    std::vector<ical::Event> events(std::string const& url) {
        auto const answer = read(url);
        EXPECT_EQ(answer.status, 200) << answer.body;
        auto const found = ical::read_calendar(answer.body);
        EXPECT_TRUE(found) << answer.body;
        return found.value_or(std::vector<ical::Event>{});
    }
    std::string uid(std::string const& booking) { return booking + "@" + shop.facility.text(); }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
    Interval morning{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")};
    Interval noon{dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")};
};

KARKHANA_ON_BOTH_ENGINES(Feeds);

TEST_P(Feeds, TwoOtherProgramsReadTheBookingsOfAnEnterprise) {
    auto const mine = booked(shop.member, morning);
    booked(shop.other, noon);
    auto const created = create(shop.member, "enterprise", shop.mita.text());
    auto const answer = read(url_of(created));
    EXPECT_EQ(answer.content_type, "text/calendar; charset=utf-8");
    EXPECT_EQ(understood(answer.body),
              (Lines{"icalendar method PUBLISH",
                     "icalendar " + uid(mine) +
                         " 0 CONFIRMED 2026-11-21T04:00Z 2026-11-21T05:00Z laser-1: Mita Leather",
                     "calcurse 2026-11-21T04:00Z 2026-11-21T05:00Z laser-1: Mita Leather"}));
    auto const listed = json_of(shop.get(shop.member, "/api/v1/feeds")).at("items").as_array();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_FALSE(listed[0].as_object().contains("url"));
    EXPECT_EQ(text_of(listed[0].at("name").as_object(), "en"), "Mita Leather");
}

TEST_P(Feeds, AMoveAndACancelAreTheSameEventWithAHigherSequence) {
    auto const id = booked(shop.member, morning);
    auto const url = url_of(create(shop.member, "enterprise", shop.mita.text()));
    auto const moved = shop.patch(shop.member, id, 1,
                                  R"({"start":")" + shop.time(noon.start) + R"(","end":")" +
                                      shop.time(noon.end) + "\"}");
    ASSERT_EQ(moved.status, 200) << moved.body;
    auto seen = understood(read(url).body);
    EXPECT_EQ(seen.at(1), "icalendar " + uid(id) +
                              " 1 CONFIRMED 2026-11-21T06:00Z 2026-11-21T07:00Z "
                              "laser-1: Mita Leather");
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    seen = understood(read(url).body);
    EXPECT_EQ(seen.at(1), "icalendar " + uid(id) +
                              " 2 CANCELLED 2026-11-21T06:00Z 2026-11-21T07:00Z "
                              "laser-1: Mita Leather");
    shop.clock.advance(std::chrono::days{29});
    ASSERT_EQ(events(url).size(), 1U);
    EXPECT_TRUE(events(url)[0].cancelled);
    shop.clock.advance(std::chrono::days{2});
    EXPECT_TRUE(events(url).empty());
}

TEST_P(Feeds, WhatDidNotChangeIsNotSentAgain) {
    auto const id = booked(shop.member, morning);
    auto const url = url_of(create(shop.member, "enterprise", shop.mita.text()));
    auto const etag = header_of(read(url), "ETag");
    shop.clock.advance(std::chrono::minutes{20});
    auto const again = read(url, {{"if-none-match", etag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header_of(again, "ETag"), etag);
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    auto const changed = read(url, {{"if-none-match", etag}});
    EXPECT_EQ(changed.status, 200);
    EXPECT_NE(header_of(changed, "ETag"), etag);
}

TEST_P(Feeds, OnlyWhoeverHasTheAddressReadsAndOnlyUntilItIsTakenBack) {
    auto const created = create(shop.member, "enterprise", shop.mita.text());
    auto const url = url_of(created);
    auto other_url = url;
    other_url[20] = other_url[20] == 'a' ? 'b' : 'a';
    EXPECT_EQ(code_of(read(other_url)), "not_found");
    auto const revoke = "/api/v1/feeds/" + text_of(json_of(created), "id") + "/revoke";
    EXPECT_EQ(code_of(shop.post(shop.other, revoke, "{}")), "not_found");
    EXPECT_EQ(read(url).status, 200);
    EXPECT_EQ(shop.post(shop.manager, revoke, "{}").status, 200);
    EXPECT_EQ(code_of(read(url)), "not_found");
    EXPECT_EQ(code_of(shop.post(shop.manager, revoke, "{}")), "not_found");
}

TEST_P(Feeds, TheAddressIsShownOnceAndARepeatIsToldSo) {
    Workshop::Headers const key{{"idempotency-key", "lost-answer"}};
    auto const body = R"({"scope":"enterprise","scope_id":")" + shop.mita.text() + R"("})";
    auto const first = shop.call(shop.member, "POST", "/api/v1/feeds", body, key);
    auto const url = url_of(first);
    auto const again = shop.call(shop.member, "POST", "/api/v1/feeds", body, key);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(code_of(again), "secret_not_kept");
    EXPECT_EQ(read(url).status, 200);
    EXPECT_EQ(json_of(shop.get(shop.member, "/api/v1/feeds")).at("items").as_array().size(), 1U);
    auto const kept = ledger().read([&](store::Reader& reader) {
        return reader.exists("SELECT 1 FROM idempotency WHERE body LIKE '%/feeds/%'");
    });
    EXPECT_FALSE(kept);
}

TEST_P(Feeds, WhoMayNotSeeItMayNotSubscribeToIt) {
    EXPECT_EQ(code_of(create(shop.member, "enterprise", shop.rahim.text())), "not_found");
    EXPECT_EQ(code_of(create(shop.member, "person", shop.other.person.text())), "not_found");
    EXPECT_EQ(code_of(create(shop.member, "machine", shop.mita.text())), "not_found");
    EXPECT_EQ(code_of(create(shop.member, "workshop", shop.mita.text())), "unknown_scope");
    EXPECT_EQ(code_of(create(shop.member, "person", shop.member.person.text(), "fr")),
              "unknown_language");
    auto const url = url_of(create(shop.member, "person", shop.member.person.text()));
    booked(shop.member, morning);
    EXPECT_EQ(events(url).size(), 1U);
    ledger().write([&](store::Writer& writer) {
        people::set_disabled(writer, shop.facility, shop.member.person, true);
        return true;
    });
    EXPECT_EQ(code_of(read(url)), "not_found");
}

TEST_P(Feeds, AMachinesFeedNamesOthersToStaffAlone) {
    booked(shop.member, morning);
    booked(shop.other, noon);
    auto const to_member = events(url_of(create(shop.member, "machine", laser.id.text(), "bn")));
    ASSERT_EQ(to_member.size(), 2U);
    EXPECT_EQ(to_member[0].summary, "laser-1: Mita Leather");
    EXPECT_EQ(to_member[1].summary, "laser-1: বুক করা");
    EXPECT_EQ(to_member[1].description, "");
    auto const to_staff = events(url_of(create(shop.desk, "machine", laser.id.text())));
    EXPECT_EQ(to_staff.at(1).summary, "laser-1: Rahim Shoes");
    EXPECT_EQ(to_staff.at(1).description, "Confirmed");
}

TEST_P(Feeds, NobodySubscribesWithoutEnd) {
    for (int i = 0; i < 20; ++i) url_of(create(shop.member, "machine", laser.id.text()));
    EXPECT_EQ(code_of(create(shop.member, "machine", laser.id.text())), "too_many_feeds");
}

TEST_P(Feeds, ManyBookingsAreReadWithAsManyQueriesAsOne) {
    tests::CountingStore counting{ledger()};
    http::Router router;
    add_feed_routes(router, {counting, shop.clock, shop.ids, *shop.random});
    auto const url = url_of(create(shop.desk, "machine", laser.id.text()));
    auto const queries = [&] {
        http::Request request{.method = "GET", .path = url};
        auto const match = router.match("GET", url);
        request.params = match.params;
        counting.statements();
        EXPECT_EQ(match.route->handler(request).status, 200);
        return counting.statements();
    };
    booked(shop.member, morning);
    auto const for_one = queries();
    for (int day = 22; day < 27; ++day)
        for (int hour = 9; hour < 16; ++hour) {
            auto const start = dhaka("2026-11-" + std::to_string(day) + " 00:00");
            booked(hour % 2 ? shop.member : shop.other,
                   {start + std::chrono::hours{hour}, start + std::chrono::hours{hour + 1}});
        }
    EXPECT_EQ(queries(), for_one);
}

}  // namespace
}  // namespace karkhana::booking
