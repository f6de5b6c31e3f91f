#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <thread>

#include "server/booking/feed_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "server/desk/api.hpp"
#include "server/desk/attendance.hpp"
#include "server/facility/book_changes.hpp"
#include "server/people/authorisations.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::desk {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using booking::code_of;
using booking::dhaka;
using booking::text_of;

class Desk : public tests::StoreTest {
protected:
    Desk() {
        services.balances = [this](store::Reader&, FacilityId const&) { return balances; };
        add_routes(workshop.router, services);
    }

    json::object ok(http::Response const& answer, int status = 200) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return answer.status == status ? json::parse(answer.body).as_object() : json::object{};
    }
    std::string said(http::Response const& answer) {
        return std::to_string(answer.status) + " " + code_of(answer);
    }
    static std::string path(EnterpriseId const& id, std::string const& rest = "") {
        return "/api/v1/enterprises/" + id.text() + rest;
    }
    http::Response post(std::string const& target, json::object const& body) {
        return workshop.post(workshop.manager, target, json::serialize(body));
    }
    http::Response merge_rahim_into_mita() {
        return post(path(workshop.mita, "/merge"),
                    {{"gone_id", workshop.rahim.text()}, {"reason", "one shop, two books"}});
    }
    http::Response undo(json::object const& merged) {
        return post("/api/v1/merges/" + text_of(merged, "id") + "/undo", {});
    }
    std::int64_t count(std::string_view sql) {
        return ledger().read([&](store::Reader& reader) {
            return reader.first(sql, [](store::Row const& row) { return row.integer(0); }).value();
        });
    }
    std::int64_t of(std::string_view sql, EnterpriseId const& enterprise) {
        return ledger().read([&](store::Reader& reader) {
            return reader
                .first(
                    sql, [](store::Row const& row) { return row.integer(0); }, workshop.facility,
                    enterprise)
                .value();
        });
    }
    std::int64_t bookings(EnterpriseId const& id) {
        return of("SELECT count(*) FROM booking WHERE facility_id = $1 AND enterprise_id = $2", id);
    }
    EnterpriseId calendar_of(EnterpriseId const& enterprise) {
        return ledger().read([&](store::Reader& reader) {
            return booking::kept_after_merges(reader, workshop.facility, enterprise);
        });
    }
    std::int64_t grants(EnterpriseId const& id) {
        return of("SELECT count(*) FROM role_grant WHERE facility_id = $1 AND enterprise_id = $2",
                  id);
    }
    /// Every row there is of what a merge touches.
    std::string everything() {
        std::string all;
        for (auto const table : {"booking", "enterprise_phone", "enterprise_card", "role_grant",
                                 "enterprise", "booking_event", "waitlist_entry", "series"})
            all += std::string{table} + " " +
                   std::to_string(count(std::string{"SELECT count(*) FROM "} + table)) + "\n";
        return all;
    }
    /// Two places in the queue, one of them given up, and a job that comes back.
    void wait_and_repeat(EnterpriseId const& enterprise) {
        ledger().write([&](store::Writer& writer) {
            auto const now = workshop.clock.now();
            for (auto const state : {"waiting", "left"})
                writer.execute("INSERT INTO waitlist_entry (facility_id, entry_id, enterprise_id, "
                               "joined_by, machine_id, wanted_from, wanted_until, length_minutes, "
                               "joined_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 60, $6, $8)",
                               workshop.facility, workshop.ids.make<BookingId>(), enterprise,
                               workshop.other.person, laser.id, now, now + 5h, state);
            return writer.execute(
                "INSERT INTO series (facility_id, series_id, enterprise_id, machine_id, "
                "created_by, rule, local_start, length_minutes, note, clash, created_at) VALUES "
                "($1, $2, $3, $4, $5, 'FREQ=DAILY;COUNT=2', '2026-11-24T10:00', 60, '', 'skip', "
                "$6)",
                workshop.facility, workshop.ids.make<SeriesId>(), enterprise, laser.id,
                workshop.other.person, now);
        });
    }
    std::int64_t waiting(EnterpriseId const& id) {
        return of("SELECT count(*) FROM waitlist_entry WHERE facility_id = $1 "
                  "AND enterprise_id = $2",
                  id);
    }
    std::string book(http::Principal const& who, std::string const& from, std::string const& to) {
        return text_of(ok(workshop.book(who, laser.id, {dhaka(from), dhaka(to)}), 201), "id");
    }
    void step(std::string const& id, std::initializer_list<booking::State> states) {
        for (auto const state : states)
            ledger().write([&](store::Writer& writer) {
                auto const found =
                    booking::find_booking(writer, workshop.facility, *BookingId::parse(id)).value();
                return booking::change_state(writer, found, state, workshop.desk.person, "",
                                             workshop.clock.now());
            });
    }

    booking::Workshop workshop{ledger()};
    std::unordered_map<EnterpriseId, Money> balances;
    Services services{workshop.ledger, workshop.clock, workshop.ids, {}};
    facility::Machine laser = workshop.add_laser("laser-1");
};
KARKHANA_ON_BOTH_ENGINES(Desk);

TEST_P(Desk, AnEnterpriseHasManyNumbersAndLosesThemAgain) {
    auto const phones = path(workshop.mita, "/phones");
    ok(post(phones, {{"phone", "01712-345678"}, {"label", "shop"}}));
    auto const two = ok(post(phones, {{"phone", "০১৮১২৩৪৫৬৭৯"}}));
    EXPECT_EQ(text_of(two, "phone"), "+8801712345678") << "the first one stays the first";
    EXPECT_EQ(two.at("phones").as_array().size(), 2u);
    EXPECT_EQ(said(post(phones, {{"phone", "+8801712345678"}})), "409 phone_known");
    EXPECT_EQ(said(post(phones, {{"phone", "12"}})), "422 bad_phone");
    EXPECT_EQ(
        said(post(path(workshop.ids.make<EnterpriseId>(), "/phones"), {{"phone", "01712345678"}})),
        "404 not_found");
    ok(post(path(workshop.rahim, "/phones"), {{"phone", "01712345678"}}));
    auto const found = ledger().read([&](store::Reader& reader) {
        return people::list_enterprises(reader, workshop.facility, "01812345679", "", 9);
    });
    ASSERT_EQ(found.size(), 1u) << "the second number is found as well";
    EXPECT_EQ(found[0].id, workshop.mita);
    auto const one = ok(post(phones + "/remove", {{"phone", "01712345678"}}));
    EXPECT_EQ(text_of(one, "phone"), "+8801812345679") << "the next takes its place";
    EXPECT_EQ(said(post(phones + "/remove", {{"phone", "01712345678"}})), "404 not_found");
    auto const none = ok(post(phones + "/remove", {{"phone", "01812345679"}}));
    EXPECT_TRUE(none.at("phone").is_null());
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action IN "
                    "('addPhone', 'removePhone')"),
              5);
}

TEST_P(Desk, ACardIsOneEnterprisesUntilItIsRevoked) {
    auto const cards = path(workshop.mita, "/cards");
    auto const issued = ok(post(cards, {{"number", "04 a3-2f ৯১"}}));
    EXPECT_EQ(said(post(cards, {{"number", "04A3-2F91"}})), "409 card_in_use");
    EXPECT_EQ(said(post(path(workshop.rahim, "/cards"), {{"number", "04a3-2f91"}})),
              "409 card_in_use");
    EXPECT_EQ(said(post(cards, {{"number", "abc"}})), "422 bad_card");
    EXPECT_EQ(said(post(cards, {{"number", "'; DROP"}})), "422 bad_card");
    EXPECT_EQ(count("SELECT count(*) FROM enterprise_card WHERE card_hash LIKE '%2F91%'"), 0)
        << "only a hash is kept";
    auto const revoke =
        cards + "/" + text_of(issued.at("cards").as_array()[0].as_object(), "id") + "/revoke";
    auto const revoked = ok(post(revoke, {}));
    EXPECT_FALSE(revoked.at("cards").as_array()[0].as_object().at("revoked_at").is_null());
    EXPECT_EQ(said(post(revoke, {})), "404 not_found");
    ok(post(path(workshop.rahim, "/cards"), {{"number", "04a3-2f91"}}));
    EXPECT_EQ(workshop.post(workshop.member, cards, R"({"number":"12345"})").status, 403);
    EXPECT_THROW(ledger().write([](store::Writer& writer) {
        return writer.execute("DELETE FROM enterprise_card");
    }),
                 store::ConstraintViolated);
}

TEST_P(Desk, TheClassOfAMemberIsEnteredWithItsLastDay) {
    auto const membership = path(workshop.mita, "/membership");
    auto const before = ok(workshop.get(workshop.desk, path(workshop.mita)));
    EXPECT_EQ(text_of(before, "membership"), "member");
    EXPECT_TRUE(before.at("member_until").is_null());
    auto const changed =
        ok(post(membership, {{"membership", "priority"}, {"member_until", "2026-11-21"}}));
    EXPECT_EQ(text_of(changed, "membership"), "priority");
    EXPECT_EQ(text_of(changed, "member_until"), "2026-11-21");
    book(workshop.member, "2026-11-21 10:00", "2026-11-21 11:00");
    auto const over = workshop.book(workshop.member, laser.id,
                                    {dhaka("2026-11-22 10:00"), dhaka("2026-11-22 11:00")});
    EXPECT_NE(over.body.find("The membership ends on 21 Nov 2026."), std::string::npos)
        << over.body;

    auto const kept = everything();
    EXPECT_EQ(said(post(membership, {{"membership", "friend"}})), "422 unknown_membership");
    EXPECT_EQ(said(post(membership, {{"membership", ""}})), "422 missing_field");
    EXPECT_EQ(said(post(membership, {{"membership", "member"}, {"member_until", "someday"}})),
              "422 bad_date");
    EXPECT_EQ(said(post(membership, {{"member_until", "2026-11-21"}})), "422 missing_field");
    EXPECT_EQ(said(post(path(workshop.ids.make<EnterpriseId>(), "/membership"),
                        {{"membership", "member"}})),
              "404 not_found");
    EXPECT_EQ(workshop.post(workshop.desk, membership, R"({"membership":"member"})").status, 403);
    EXPECT_EQ(everything(), kept);
    EXPECT_EQ(text_of(ok(workshop.get(workshop.desk, path(workshop.mita))), "membership"),
              "priority");
    ok(post(membership, {{"membership", "non_member"}, {"member_until", nullptr}}));
    book(workshop.member, "2026-11-22 10:00", "2026-11-22 11:00");
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'changeMembership' AND "
                    "before_json LIKE '%\"membership\":\"priority\"%' AND "
                    "after_json LIKE '%\"membership\":\"non_member\"%'"),
              1)
        << "what it was stays known";
}

TEST_P(Desk, ABinIsKeptAsItIsPrinted) {
    auto const bin = path(workshop.mita, "/bin");
    EXPECT_EQ(text_of(ok(post(bin, {{"bin", "১২৩৪৫৬৭৮৯০১২৩"}})), "bin"), "123456789-0123");
    EXPECT_EQ(text_of(ok(post(bin, {{"bin", "123456789012"}})), "bin"), "123456789012");
    auto const kept = everything();
    for (auto const* wrong : {"12345678", "12345678901234", "BIN1234567890"})
        EXPECT_EQ(said(post(bin, {{"bin", wrong}})), "422 bad_bin");
    EXPECT_EQ(everything(), kept);
    EXPECT_EQ(text_of(ok(post(bin, {{"bin", ""}})), "bin"), "");
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'changeBin'"), 3);
}

TEST_P(Desk, ThoseThatMayBeOneAreShownWithTheReason) {
    auto const meeta = workshop.add_enterprise("M/S Meeta Lether");
    ok(post(path(workshop.mita, "/phones"), {{"phone", "01712345678"}}));
    ok(post(path(workshop.rahim, "/phones"), {{"phone", "01712345678"}}));
    balances[meeta] = Money{5000};
    auto const items =
        ok(workshop.get(workshop.desk, path(workshop.mita, "/duplicates"))).at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(json::serialize(items[0].at("why")), R"(["phone"])");
    EXPECT_EQ(items[0].at("enterprise").at("id").as_string(), workshop.rahim.text());
    EXPECT_EQ(json::serialize(items[1].at("why")), R"(["name"])");
    EXPECT_EQ(items[1].at("enterprise").at("id").as_string(), meeta.text());
    EXPECT_EQ(items[1].at("enterprise").at("balance").at("amount").as_int64(), 5000);
    EXPECT_EQ(
        workshop.get(workshop.desk, path(workshop.ids.make<EnterpriseId>(), "/duplicates")).status,
        404);
}

TEST_P(Desk, AMergeMovesWhatLiesAheadAndAnUndoBringsAllOfItBack) {
    auto const both = workshop.add_person("both", "member", {workshop.mita, workshop.rahim});
    ok(post(path(workshop.mita, "/phones"), {{"phone", "01712345678"}}));
    ok(post(path(workshop.rahim, "/phones"), {{"phone", "01712345678"}, {"label", "same"}}));
    ok(post(path(workshop.rahim, "/phones"), {{"phone", "01912345678"}}));
    ok(post(path(workshop.rahim, "/cards"), {{"number", "CARD-7"}}));
    book(workshop.member, "2026-11-21 09:00", "2026-11-21 10:00");
    auto const ran = book(workshop.other, "2026-11-21 10:00", "2026-11-21 11:00");
    book(workshop.other, "2026-11-21 11:00", "2026-11-21 12:00");
    book(workshop.other, "2026-11-21 12:00", "2026-11-21 13:00");
    step(ran, {booking::State::running, booking::State::completed});
    wait_and_repeat(workshop.rahim);
    balances = {{workshop.mita, Money{1000}}, {workshop.rahim, Money{-300}}};
    auto const before = everything();
    EXPECT_EQ(grants(workshop.rahim), 2);

    auto const merged = ok(merge_rahim_into_mita(), 201);
    EXPECT_EQ(json::serialize(merged.at("moved")),
              R"({"bookings":2,"phones":1,"cards":1,"people":2,"waiting":1,"series":1})");
    EXPECT_EQ(merged.at("balance_together").at("amount").as_int64(), 700);
    EXPECT_EQ(merged.at("gone").at("balance").at("amount").as_int64(), -300) << "books stay apart";
    EXPECT_EQ(merged.at("gone").at("merged_into").as_string(), workshop.mita.text());
    EXPECT_EQ(bookings(workshop.mita), 3);
    EXPECT_EQ(bookings(workshop.rahim), 1) << "what is over stays with whom it was written for";
    EXPECT_EQ(grants(workshop.rahim), 0);
    EXPECT_EQ(calendar_of(workshop.rahim), workshop.mita) << "whose calendar is subscribed to";
    EXPECT_EQ(grants(workshop.mita), 3);
    EXPECT_EQ(waiting(workshop.mita), 1);
    EXPECT_EQ(waiting(workshop.rahim), 1) << "who left the queue, left as whom they came";
    auto const by_digits = ledger().read([&](store::Reader& reader) {
        return people::list_enterprises(reader, workshop.facility, "", "", 9);
    });
    EXPECT_EQ(by_digits.size(), 1u) << "the one that went is not offered any more";
    auto const refused = workshop.call(
        workshop.desk, "POST", "/api/v1/bookings",
        json::serialize(json::object{{"machine_id", laser.id.text()},
                                     {"enterprise_id", workshop.rahim.text()},
                                     {"start", workshop.time(dhaka("2026-11-21 14:00"))},
                                     {"end", workshop.time(dhaka("2026-11-21 15:00"))}}),
        {{"idempotency-key", "k"}});
    EXPECT_EQ(refused.status, 422) << "nor booked for";
    EXPECT_EQ(booking::violations_of(booking::json_of(refused)), "suspended");

    workshop.clock.advance(24h * 29);
    auto const undone = ok(undo(merged));
    EXPECT_EQ(json::serialize(undone.at("moved")),
              R"({"bookings":2,"phones":1,"cards":1,"people":2,"waiting":1,"series":1})");
    EXPECT_EQ(everything(), before) << "nothing is lost";
    EXPECT_EQ(calendar_of(workshop.rahim), workshop.rahim);
    EXPECT_EQ(bookings(workshop.rahim), 3);
    EXPECT_EQ(bookings(workshop.mita), 1);
    EXPECT_EQ(waiting(workshop.rahim), 2);
    EXPECT_EQ(grants(workshop.rahim), 2);
    EXPECT_EQ(grants(workshop.mita), 2);
    EXPECT_TRUE(undone.at("gone").at("merged_into").is_null());
    EXPECT_EQ(undone.at("gone").at("phones").as_array().size(), 2u);
    EXPECT_EQ(undone.at("kept").at("phones").as_array().size(), 1u);
    EXPECT_EQ(said(undo(merged)), "409 already_undone");
    ok(merge_rahim_into_mita(), 201);
}

TEST_P(Desk, WhatTheOneThatWentHadAndOwesCountsWithTheOneThatStays) {
    auto const limit = [&](std::string const& name, std::int64_t value) {
        ledger().write([&](store::Writer& writer) {
            facility::insert_setting(writer, workshop.facility, workshop.ids.make<SettingId>(),
                                     {.name = name,
                                      .machine = {},
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = value,
                                      .from = dhaka("2026-01-01 00:00")},
                                     std::nullopt, workshop.clock.now());
            return true;
        });
    };
    auto const rules = [&] {
        return booking::violations_of(booking::json_of(workshop.book(
            workshop.member, laser.id, {dhaka("2026-11-21 14:00"), dhaka("2026-11-21 15:00")})));
    };
    auto const ran = book(workshop.other, "2026-11-21 10:00", "2026-11-21 11:00");
    workshop.clock.set(dhaka("2026-11-21 11:00"));
    step(ran, {booking::State::running, booking::State::completed});
    limit("daily_minutes", 60);
    auto const third = workshop.add_enterprise("Third");
    ok(post(path(third, "/merge"),
            {{"gone_id", workshop.rahim.text()}, {"reason", "the same shop"}}),
       201);
    ok(post(path(workshop.mita, "/merge"),
            {{"gone_id", third.text()}, {"reason", "and this one too"}}),
       201);
    EXPECT_EQ(rules(), "daily_quota");
}

TEST_P(Desk, WhoIsSuspendedIsNotFreeAgainUnderAnotherRecord) {
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET suspended = 1 WHERE facility_id = $1 "
                              "AND enterprise_id = $2",
                              workshop.facility, workshop.rahim);
    });
    EXPECT_EQ(said(merge_rahim_into_mita()), "409 merge_suspended");
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET suspended = 1 WHERE facility_id = $1",
                              workshop.facility);
    });
    ok(merge_rahim_into_mita(), 201);
}

TEST_P(Desk, WhatMakesNoSenseIsNotMergedAndChangesNothing) {
    auto const third = workshop.add_enterprise("Third");
    auto const running = book(workshop.other, "2026-11-21 09:00", "2026-11-21 10:00");
    step(running, {booking::State::running});
    EXPECT_EQ(said(merge_rahim_into_mita()), "409 in_use");
    step(running, {booking::State::completed});
    auto const into = [&](EnterpriseId const& kept, std::string const& gone, std::string reason) {
        return said(post(path(kept, "/merge"), {{"gone_id", gone}, {"reason", reason}}));
    };
    auto const rahim = workshop.rahim.text();
    auto const nobody = workshop.ids.make<EnterpriseId>();
    EXPECT_EQ(into(workshop.rahim, rahim, "x"), "422 same_enterprise");
    EXPECT_EQ(into(workshop.mita, rahim, ""), "422 missing_field");
    EXPECT_EQ(into(workshop.mita, nobody.text(), "x"), "404 not_found");
    EXPECT_EQ(into(nobody, rahim, "x"), "404 not_found");
    EXPECT_EQ(into(workshop.mita, "drop", "x"), "422 bad_id");
    EXPECT_EQ(count("SELECT count(*) FROM enterprise_merge"), 0);
    EXPECT_EQ(workshop
                  .post(workshop.desk, path(workshop.mita, "/merge"),
                        R"({"gone_id":")" + rahim + R"(","reason":"x"})")
                  .status,
              403);

    auto const merged = ok(merge_rahim_into_mita(), 201);
    EXPECT_EQ(into(third, rahim, "x"), "409 already_merged");
    EXPECT_EQ(into(workshop.rahim, third.text(), "x"), "409 already_merged");
    EXPECT_EQ(said(post(path(workshop.rahim, "/phones"), {{"phone", "01712345678"}})),
              "409 already_merged");
    auto const again =
        ok(post(path(third, "/merge"), {{"gone_id", workshop.mita.text()}, {"reason", "x"}}), 201);
    EXPECT_EQ(said(undo(merged)), "409 already_merged");
    ok(undo(again));
    workshop.clock.advance(24h * 30);
    EXPECT_EQ(said(undo(merged)), "409 too_late");
    EXPECT_THROW(ledger().write([](store::Writer& writer) {
        return writer.execute("UPDATE enterprise_merge SET reason = 'other'");
    }),
                 store::ConstraintViolated);
}

TEST_P(Desk, WhatRanMeanwhileStaysWhereItWasBilled) {
    auto const first = book(workshop.other, "2026-11-21 09:00", "2026-11-21 10:00");
    book(workshop.other, "2026-11-21 10:00", "2026-11-21 11:00");
    auto const merged = ok(merge_rahim_into_mita(), 201);
    step(first, {booking::State::running});
    EXPECT_EQ(said(undo(merged)), "409 in_use");
    step(first, {booking::State::completed});
    EXPECT_EQ(ok(undo(merged)).at("moved").at("bookings").as_int64(), 1);
    EXPECT_EQ(bookings(workshop.mita), 1);
    EXPECT_EQ(bookings(workshop.rahim), 1);
}

TEST_P(Desk, AMergeAndWhoTakesAnOfferMeanwhileDoNotLoseEachOther) {
    for (int round = 0; round < 5; ++round) {
        auto const name = "Round " + std::to_string(round);
        auto const gone = workshop.add_enterprise(name);
        auto const who = workshop.add_person("round-" + std::to_string(round), "member", {gone});
        auto const machine = workshop.add_laser("laser-of-" + std::to_string(round));
        auto const joined =
            workshop.post(who, "/api/v1/waitlist",
                          json::serialize(json::object{{"machine_id", machine.id.text()},
                                                       {"from", "2026-11-21T10:00:00+06:00"},
                                                       {"until", "2026-11-21T11:00:00+06:00"},
                                                       {"length_minutes", 60}}));
        auto const entry = text_of(ok(joined, 201), "id");
        booking::Sweep{workshop.services}.run();
        http::Response taken, merged;
        {
            std::jthread const merging{[&] {
                merged = post(path(workshop.mita, "/merge"),
                              {{"gone_id", gone.text()}, {"reason", "one shop"}});
            }};
            taken = workshop.post(who, "/api/v1/waitlist/" + entry + "/take", "{}");
        }
        EXPECT_EQ(merged.status, 201) << merged.body;
        EXPECT_LT(taken.status, 500) << taken.body;
        EXPECT_EQ(bookings(gone), 0);
        EXPECT_EQ(bookings(workshop.mita), round + 1);
        EXPECT_EQ(of("SELECT count(*) FROM waitlist_entry WHERE facility_id = $1 "
                     "AND enterprise_id = $2 AND state IN ('waiting', 'offered')",
                     gone),
                  0);
        auto const confirmed = count("SELECT count(*) FROM booking b JOIN machine m "
                                     "ON m.facility_id = b.facility_id "
                                     "AND m.machine_id = b.machine_id WHERE m.slug = 'laser-of-" +
                                     std::to_string(round) + "' AND b.state = 'confirmed'");
        EXPECT_EQ(confirmed, taken.status == 200 ? 1 : 0);
    }
}

TEST_P(Desk, TheNextBookingOfEach) {
    book(workshop.member, "2026-11-21 12:00", "2026-11-21 13:00");
    book(workshop.member, "2026-11-21 10:00", "2026-11-21 11:00");
    auto const next = ledger().read([&](store::Reader& reader) {
        return booking::next_bookings(reader, workshop.facility, {workshop.mita, workshop.rahim},
                                      workshop.clock.now());
    });
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next.at(workshop.mita), dhaka("2026-11-21 10:00"));
}

class Trainings : public Desk {
protected:
    Trainings() {
        training = book(workshop.member, "2026-11-21 10:00", "2026-11-21 12:00");
        ledger().write([&](store::Writer& writer) {
            return writer.execute("UPDATE booking SET kind = 'training', people = 5 "
                                  "WHERE facility_id = $1",
                                  workshop.facility);
        });
    }
    http::Response record(json::object const& body) {
        return workshop.post(workshop.desk, "/api/v1/bookings/" + training + "/attendance",
                             json::serialize(body));
    }
    std::vector<people::Authorisation> authorisations() {
        return ledger().read([&](store::Reader& reader) {
            return people::authorisations_of(reader, workshop.facility, workshop.member.person);
        });
    }
    std::string training;
};
KARKHANA_ON_BOTH_ENGINES(Trainings);

TEST_P(Trainings, WhoPassedMayRunSuchMachinesAndACorrectionTakesItBack) {
    workshop.clock.set(dhaka("2026-11-21 12:00"));
    auto const mita = workshop.member.person.text();
    ok(record({{"person_id", mita}, {"came", true}}), 201);
    EXPECT_TRUE(authorisations().empty());
    auto const until = dhaka("2027-11-21 12:00");
    auto const passed = ok(record({{"person_id", mita},
                                   {"came", true},
                                   {"result", "passed"},
                                   {"authorise_until", workshop.time(until)}}),
                           201);
    ASSERT_EQ(authorisations().size(), 1u);
    EXPECT_EQ(authorisations()[0].machine_kind, "laser");
    EXPECT_EQ(authorisations()[0].expires_at, until);
    auto const behind = ledger().read([&](store::Reader& reader) {
        return trainings_behind(reader, workshop.facility, workshop.member.person);
    });
    ASSERT_TRUE(behind.contains(authorisations()[0].id)) << "it is known where it was earned";
    EXPECT_EQ(behind.at(authorisations()[0].id).booking.text(), training);
    EXPECT_EQ(behind.at(authorisations()[0].id).start, dhaka("2026-11-21 10:00"));
    ASSERT_EQ(passed.at("attendees").as_array().size(), 1u) << "said again, not twice";
    ok(record({{"person_id", mita}, {"came", true}, {"result", "passed"}, {"woman", true}}), 201);
    EXPECT_EQ(authorisations().size(), 1u);
    EXPECT_FALSE(authorisations()[0].revoked_at);
    auto const failed =
        ok(record({{"person_id", mita}, {"came", true}, {"result", "failed"}}), 201);
    EXPECT_TRUE(authorisations()[0].revoked_at);
    EXPECT_FALSE(failed.at("attendees").as_array()[0].at("authorised").as_bool());
    EXPECT_EQ(count("SELECT count(*) FROM attendance"), 4) << "each of it is kept";
    EXPECT_THROW(ledger().write([](store::Writer& writer) {
        return writer.execute("DELETE FROM attendance");
    }),
                 store::ConstraintViolated);
}

TEST_P(Trainings, WhoIsTooYoungHasPassedAndStillMayNot) {
    workshop.clock.set(dhaka("2026-11-21 12:00"));
    ledger().write([&](store::Writer& writer) {
        facility::insert_setting(writer, workshop.facility, workshop.ids.make<SettingId>(),
                                 {.name = "least_age",
                                  .machine = {},
                                  .group = {},
                                  .membership = "",
                                  .season = "",
                                  .value = 18,
                                  .from = dhaka("2026-01-01 00:00")},
                                 std::nullopt, workshop.clock.now());
        return true;
    });
    auto const mita = workshop.member.person;
    json::object const passed{{"person_id", mita.text()}, {"came", true}, {"result", "passed"}};
    EXPECT_EQ(said(record(passed)), "422 age_unknown");
    EXPECT_EQ(count("SELECT count(*) FROM attendance"), 0);
    ledger().write([&](store::Writer& writer) {
        people::set_born_on(writer, workshop.facility, mita, parse_date("1990-05-14").value());
        return true;
    });
    ok(record(passed), 201);
    EXPECT_EQ(authorisations().size(), 1u);
}

TEST_P(Trainings, AreListedWithThoseWhoCameByName) {
    workshop.clock.set(dhaka("2026-11-21 10:00"));
    ok(record({{"name", "আমেনা"}, {"came", true}, {"woman", true}}), 201);
    ok(record({{"name", "করিম"}, {"came", false}}), 201);
    auto const day = [&](std::string const& from, std::string const& to) {
        auto const query = "?from=" + from + "T00:00:00Z&to=" + to + "T00:00:00Z";
        return ok(workshop.get(workshop.desk, "/api/v1/trainings" + query)).at("items").as_array();
    };
    auto const items = day("2026-11-21", "2026-11-22");
    ASSERT_EQ(items.size(), 1u);
    auto const attendees = items[0].at("attendees").as_array();
    ASSERT_EQ(attendees.size(), 2u);
    EXPECT_EQ(attendees[0].at("name").at("bn").as_string(), "আমেনা");
    EXPECT_TRUE(attendees[0].at("woman").as_bool());
    EXPECT_FALSE(attendees[1].at("came").as_bool());
    EXPECT_EQ(items[0].at("people").as_int64(), 5);
    ASSERT_EQ(items[0].at("candidates").as_array().size(), 1u);
    EXPECT_EQ(items[0].at("candidates").as_array()[0].at("person_id").as_string(),
              workshop.member.person.text());
    EXPECT_TRUE(day("2026-11-22", "2026-11-23").empty());
    EXPECT_EQ(workshop
                  .get(workshop.desk,
                       "/api/v1/trainings?from=2026-11-21T00:00:00Z&to=2027-11-21T00:00:00Z")
                  .status,
              422);
}

TEST_P(Trainings, WhatCannotHaveHappenedIsRefused) {
    json::object const amena{{"name", "Amena"}, {"came", true}};
    EXPECT_EQ(said(record(amena)), "409 too_early");
    workshop.clock.set(dhaka("2026-11-21 12:00"));
    EXPECT_EQ(said(record({{"name", "Amena"}, {"came", false}, {"result", "passed"}})),
              "422 was_not_there");
    EXPECT_EQ(said(record({{"name", "Amena"}, {"came", true}, {"result", "well"}})),
              "422 unknown_result");
    EXPECT_EQ(said(record({{"came", true}})), "422 person_or_name");
    EXPECT_EQ(
        said(record({{"name", "A"}, {"person_id", workshop.member.person.text()}, {"came", true}})),
        "422 person_or_name");
    EXPECT_EQ(said(record({{"person_id", workshop.ids.make<PersonId>().text()}, {"came", true}})),
              "404 not_found");
    EXPECT_EQ(said(record({{"name", "A"},
                           {"came", true},
                           {"result", "passed"},
                           {"authorise_until", "2020-01-01T00:00:00Z"}})),
              "422 bad_time");
    EXPECT_EQ(count("SELECT count(*) FROM attendance"), 0);
    step(training, {booking::State::cancelled});
    EXPECT_EQ(said(record(amena)), "409 wrong_state");
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE booking SET kind = 'job' WHERE facility_id = $1",
                              workshop.facility);
    });
    EXPECT_EQ(said(record(amena)), "409 not_a_training");
    training = workshop.ids.make<BookingId>().text();
    EXPECT_EQ(said(record(amena)), "404 not_found");
}

}  // namespace
}  // namespace karkhana::desk
