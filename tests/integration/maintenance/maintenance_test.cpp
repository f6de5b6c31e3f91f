#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/maintenance/api.hpp"
#include "server/maintenance/watch.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::maintenance {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class Maintenance : public tests::StoreTest {
protected:
    Maintenance() { add_routes(workshop.router, services); }

    json::object ok(http::Response const& answer, int status = 200) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
    std::string code(http::Response const& answer) {
        return std::to_string(answer.status) + " " +
               std::string{json::parse(answer.body).at("code").as_string()};
    }
    /// Oil every 10 hours at work, warned at 8, an hour long.
    std::string plan(std::string basis = "hours", int every = 10, int warn_before = 2) {
        return json::serialize(json::object{{"machine_id", laser.id.text()},
                                            {"name", {{"en", "Oil"}, {"bn", "তেল"}}},
                                            {"basis", basis},
                                            {"every", every},
                                            {"warn_before", warn_before},
                                            {"minutes", 60}});
    }
    std::string add_plan(std::string const& body) {
        auto const made =
            ok(workshop.post(workshop.manager, "/api/v1/maintenance-plans", body), 201);
        return std::string{made.at("id").as_string()};
    }
    /// The machine works for so many hours from now on, and makes so many pieces in each.
    void work(facility::Machine const& machine, int hours, std::int64_t pieces = 0) {
        for (int i = 0; i < hours; ++i) {
            auto const start = workshop.clock.now();
            workshop.clock.advance(1h);
            workshop.ledger.write([&](store::Writer& writer) {
                return writer.execute(
                    "INSERT INTO usage_session (facility_id, session_id, machine_id, kind, state, "
                    "opened_by, start_at, stop_at, energy_wh, quantity, quality) VALUES "
                    "($1, $2, $3, 'own_use', 'closed', 'operator', $4, $5, 3000, $6, 'good')",
                    workshop.facility, workshop.ids.make<SessionId>(), machine.id, start,
                    workshop.clock.now(), pieces);
            });
        }
    }
    json::object first_plan() {
        auto const listed = ok(workshop.get(workshop.manager, "/api/v1/maintenance-plans"));
        return listed.at("items").as_array().at(0).as_object();
    }
    std::vector<facility::Outage> outages() {
        auto const now = workshop.clock.now();
        return workshop.ledger.read([&](store::Reader& reader) {
            return facility::outages_between(reader, workshop.facility,
                                             {now, now + std::chrono::days{90}});
        });
    }
    std::string ticket(std::string kind) {
        return json::serialize(json::object{
            {"machine_id", laser.id.text()}, {"kind", kind}, {"words", "আয়না ভেঙে গেছে"}});
    }
    http::Response close(std::string const& id, int version, std::string body) {
        return workshop.call(workshop.desk, "POST", "/api/v1/tickets/" + id + "/close",
                             std::move(body),
                             {{"if-match", "\"" + std::to_string(version) + "\""},
                              {"idempotency-key", workshop.ids.make<BookingId>().text()}});
    }

    booking::Workshop workshop{ledger()};
    facility::BookCache books;
    Services services{workshop.ledger, workshop.clock, workshop.ids, books};
    facility::Machine laser = workshop.add_laser("laser-1");
};
KARKHANA_ON_BOTH_ENGINES(Maintenance);

TEST_P(Maintenance, WarnsFirstThenTakesTimeThenCountsAnew) {
    auto const id = add_plan(plan());
    work(laser, 7);
    EXPECT_EQ(watch(services, workshop.facility), 0);
    work(laser, 1);
    EXPECT_EQ(watch(services, workshop.facility), 1);
    EXPECT_EQ(watch(services, workshop.facility), 0) << "it warns once";
    EXPECT_EQ(first_plan().at("stand").as_string(), "warn");
    EXPECT_TRUE(outages().empty());
    work(laser, 2);
    EXPECT_EQ(watch(services, workshop.facility), 1);
    EXPECT_EQ(watch(services, workshop.facility), 0);
    auto const aside = outages();
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(aside[0].source, facility::OutageSource::plan);
    EXPECT_EQ(aside[0].machine, laser.id);
    EXPECT_EQ(aside[0].during.length(), 1h);
    EXPECT_GE(aside[0].during.start, workshop.clock.now() + 24h);
    auto const slot = aside[0].during;
    EXPECT_EQ(workshop.book(workshop.member, laser.id, slot).status, 422);
    workshop.clock.set(slot.end - 30min);
    auto const done = ok(workshop.post(
        workshop.desk, "/api/v1/maintenance-plans/" + id + "/complete", R"({"note":"SAE 30"})"));
    EXPECT_EQ(done.at("used").as_int64(), 0);
    EXPECT_EQ(done.at("cycle").as_int64(), 2);
    EXPECT_TRUE(outages().empty()) << "it was done in half the time";
    auto const history = first_plan().at("done").as_array();
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0].at("used").as_int64(), 10);
    EXPECT_EQ(history[0].at("note").as_string(), "SAE 30");
}

TEST_P(Maintenance, IsCountedByTheStrokesOfACounterAndSaysSo) {
    std::int64_t strokes = 1'000;
    auto const began = workshop.clock.now();
    // Another door to the same plans: what was added there is not asked here.
    Services with_counter = services;
    with_counter.strokes = [&](FacilityId const&, MachineId const& machine,
                               Instant since) -> std::optional<Strokes> {
        if (machine != laser.id) return std::nullopt;
        return Strokes{strokes - (since > began ? 1'090 : 1'000), since, "Counter: ch1"};
    };
    http::Router counting;
    add_routes(counting, with_counter);
    auto const id = add_plan(plan("pieces", 100, 10));
    auto const listed = [&] {
        auto const match = counting.match("GET", "/api/v1/maintenance-plans");
        http::Request request{.method = "GET", .path = "/api/v1/maintenance-plans"};
        request.principal = workshop.manager;
        return ok(match.route->handler(request)).at("items").as_array().at(0).as_object();
    };
    work(laser, 2, 45);
    strokes = 1'050;
    EXPECT_EQ(listed().at("used").as_int64(), 50) << "the counter, not what was entered";
    EXPECT_EQ(listed().at("counter").at("name").as_string(), "Counter: ch1");
    EXPECT_TRUE(first_plan().at("counter").is_null()) << "nobody asks a counter there";
    EXPECT_EQ(first_plan().at("used").as_int64(), 90);
    EXPECT_EQ(watch(with_counter, workshop.facility), 0);
    strokes = 1'090;
    EXPECT_EQ(watch(with_counter, workshop.facility), 1) << "it warns by the counter";
    auto const match = counting.match("POST", "/api/v1/maintenance-plans/" + id + "/complete");
    http::Request done{.method = "POST", .path = "/api/v1/maintenance-plans/" + id + "/complete"};
    done.headers = {{"content-type", "application/json"}, {"idempotency-key", "complete-key-1"}};
    done.body = "{}";
    done.principal = workshop.desk;
    done.params = match.params;
    EXPECT_EQ(match.route->handler(done).status, 200);
    EXPECT_EQ(listed().at("used").as_int64(), 0);
    EXPECT_EQ(listed().at("done").at(0).at("used").as_int64(), 90);
}

TEST_P(Maintenance, ThatNobodyDidInItsTimeGetsAnother) {
    add_plan(plan());
    work(laser, 10);
    EXPECT_EQ(watch(services, workshop.facility), 2);
    workshop.clock.set(outages().at(0).during.end + 1min);
    EXPECT_EQ(watch(services, workshop.facility), 1);
    EXPECT_EQ(outages().size(), 1U);
}

TEST_P(Maintenance, IsNotPutWhereSomebodyWithdrewItNorWhereTheMachineIsTakenAnyway) {
    add_plan(plan());
    work(laser, 10);
    EXPECT_EQ(watch(services, workshop.facility), 2);
    auto const first = outages().at(0);
    workshop.ledger.write([&](store::Writer& writer) {
        return facility::withdraw_outage(writer, workshop.facility, first.id, workshop.clock.now());
    });
    workshop.add_outage({}, {first.during.end, first.during.end + 72h}, "closure");
    EXPECT_EQ(watch(services, workshop.facility), 1);
    EXPECT_EQ(watch(services, workshop.facility), 0);
    auto const aside = outages();
    ASSERT_EQ(aside.size(), 2U);
    EXPECT_EQ(aside[1].source, facility::OutageSource::plan);
    EXPECT_GE(aside[1].during.start, first.during.end + 72h);
}

TEST_P(Maintenance, CountsWhatItsMachineAloneMadeSinceThen) {
    auto const other = workshop.add_laser("laser-2");
    work(laser, 2, 40);
    add_plan(plan("pieces", 100, 10));
    work(other, 1, 1000);
    work(laser, 3, 30);
    EXPECT_EQ(first_plan().at("used").as_int64(), 90);
}

TEST_P(Maintenance, RetiredTakesNoTimeAnyMore) {
    auto const id = add_plan(plan());
    work(laser, 10);
    EXPECT_EQ(watch(services, workshop.facility), 2);
    ok(workshop.post(workshop.manager, "/api/v1/maintenance-plans/" + id + "/retire", "{}"));
    EXPECT_TRUE(outages().empty());
    EXPECT_EQ(watch(services, workshop.facility), 0);
}

TEST_P(Maintenance, ABreakdownKeepsItsMachineFromBeingBookedUntilItIsClosed) {
    workshop.clock.set(booking::dhaka("2026-11-22 10:00"));
    auto const opened =
        ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("breakdown")), 201);
    std::string const id{opened.at("id").as_string()};
    Interval const slot{booking::dhaka("2026-11-22 12:00"), booking::dhaka("2026-11-22 13:00")};
    EXPECT_EQ(workshop.book(workshop.member, laser.id, slot).status, 422);
    workshop.clock.advance(30h);
    EXPECT_EQ(watch(services, workshop.facility), 1) << "it lasts";
    EXPECT_GE(outages().at(0).during.end, workshop.clock.now() + 24h);
    EXPECT_EQ(code(close(id, 7, "{}")), "412 stale");
    auto const closed = ok(close(id, 1, R"({"spares":"1 mirror","cause":"dust"})"));
    EXPECT_EQ(closed.at("spares").as_string(), "1 mirror");
    EXPECT_TRUE(outages().empty());
    EXPECT_EQ(code(close(id, 2, "{}")), "409 wrong_state");
    Interval const then{booking::dhaka("2026-11-24 12:00"), booking::dhaka("2026-11-24 13:00")};
    EXPECT_EQ(workshop.book(workshop.member, laser.id, then).status, 201);
}

TEST_P(Maintenance, AMachineWithTwoBreakdownsWaitsForBoth) {
    auto const open = [&] {
        auto const made =
            ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("breakdown")), 201);
        return std::string{made.at("id").as_string()};
    };
    auto const first = open();
    workshop.clock.advance(1h);
    auto const second = open();
    ok(close(first, 1, "{}"));
    EXPECT_EQ(outages().size(), 1U);
    ok(close(second, 1, "{}"));
    EXPECT_TRUE(outages().empty());
}

TEST_P(Maintenance, ABreakdownThatIsOpenBlocksAgainAndLeavesTheTimeBetweenAsItWas) {
    auto const opened =
        ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("breakdown")), 201);
    auto const broke = workshop.clock.now();
    workshop.clock.advance(1h);
    auto const first = outages().at(0).id;
    workshop.ledger.write([&](store::Writer& writer) {
        return facility::withdraw_outage(writer, workshop.facility, first, workshop.clock.now());
    });
    workshop.clock.advance(std::chrono::days{5});
    EXPECT_EQ(watch(services, workshop.facility), 1);
    EXPECT_EQ(watch(services, workshop.facility), 0);
    auto const now = workshop.clock.now();
    auto const kept = workshop.ledger.read([&](store::Reader& reader) {
        return facility::outages_between(reader, workshop.facility, {broke, now + 1h});
    });
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].during, (Interval{broke, broke + 1h}));
    EXPECT_EQ(kept[1].during.start, now);
    ok(close(std::string{opened.at("id").as_string()}, 1, "{}"));
    EXPECT_TRUE(outages().empty());
}

TEST_P(Maintenance, ATicketIsClosedAlsoWhenTheClockWasSetBack) {
    auto const opened =
        ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("breakdown")), 201);
    workshop.clock.set(workshop.clock.now() - 2h);
    auto const closed = ok(close(std::string{opened.at("id").as_string()}, 1, "{}"));
    EXPECT_EQ(closed.at("down_until"), closed.at("down_from"));
    EXPECT_TRUE(outages().empty());
}

TEST_P(Maintenance, TicketsAreListedTheLatestFirstAndInPages) {
    for (int i = 0; i < 3; ++i) {
        ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("fault")), 201);
        workshop.clock.advance(1min);
    }
    auto const first = ok(workshop.get(workshop.desk, "/api/v1/tickets?limit=2&open=true"));
    ASSERT_EQ(first.at("items").as_array().size(), 2U);
    auto const rest =
        ok(workshop.get(workshop.desk, "/api/v1/tickets?limit=2&cursor=" +
                                           std::string{first.at("next").as_string()}));
    ASSERT_EQ(rest.at("items").as_array().size(), 1U);
    EXPECT_TRUE(rest.at("next").is_null());
    EXPECT_GT(first.at("items").at(1).at("opened_at").as_string(),
              rest.at("items").at(0).at("opened_at").as_string());
    EXPECT_EQ(code(workshop.get(workshop.desk, "/api/v1/tickets?open=perhaps")),
              "422 out_of_range");
}

TEST_P(Maintenance, AFaultStopsNobody) {
    ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("fault")), 201);
    EXPECT_TRUE(outages().empty());
}

TEST_P(Maintenance, TellsHowReliableAMachineWas) {
    workshop.clock.set(booking::dhaka("2026-11-22 11:00"));
    auto const opened =
        ok(workshop.post(workshop.desk, "/api/v1/tickets", ticket("breakdown")), 201);
    workshop.clock.advance(2h);
    ok(close(std::string{opened.at("id").as_string()}, 1, "{}"));
    workshop.clock.set(booking::dhaka("2026-11-23 08:00"));
    auto const report = ok(workshop.get(workshop.manager, "/api/v1/reports/reliability?"
                                                          "from=2026-11-22T00:00:00+06:00&"
                                                          "to=2026-11-23T00:00:00+06:00"));
    auto const& first = report.at("items").as_array().at(0).as_object();
    EXPECT_EQ(first.at("planned_busy_seconds").as_int64(), 8 * 3600);
    EXPECT_EQ(first.at("down_seconds").as_int64(), 2 * 3600);
    EXPECT_EQ(first.at("availability_e4").as_int64(), 7500);
    EXPECT_EQ(first.at("between_failures_seconds").as_int64(), 6 * 3600);
    EXPECT_EQ(first.at("to_repair_seconds").as_int64(), 2 * 3600);
}

TEST_P(Maintenance, AnOutageThatWasEnteredAsABreakdownIsAFailureOfItsMachine) {
    workshop.add_outage(laser.id,
                        {booking::dhaka("2026-11-22 11:00"), booking::dhaka("2026-11-22 12:00")},
                        "breakdown");
    workshop.clock.set(booking::dhaka("2026-11-23 08:00"));
    auto const report = ok(workshop.get(workshop.manager, "/api/v1/reports/reliability?"
                                                          "from=2026-11-22T00:00:00+06:00&"
                                                          "to=2026-11-23T00:00:00+06:00"));
    auto const& first = report.at("items").as_array().at(0).as_object();
    EXPECT_EQ(first.at("failures").as_int64(), 1);
    EXPECT_EQ(first.at("down_seconds").as_int64(), 3600);
}

TEST_P(Maintenance, RefusesWhatCannotBeAndChangesNothing) {
    auto const post = [&](std::string const& path, std::string body) {
        return code(workshop.post(workshop.manager, path, std::move(body)));
    };
    EXPECT_EQ(post("/api/v1/maintenance-plans", plan("strokes")), "422 bad_plan");
    EXPECT_EQ(post("/api/v1/maintenance-plans", plan("hours", 10, 10)), "422 bad_plan");
    EXPECT_EQ(post("/api/v1/tickets", ticket("flood")), "422 bad_kind");
    laser.id = workshop.ids.make<MachineId>();
    EXPECT_EQ(post("/api/v1/tickets", ticket("breakdown")), "404 not_found");
    EXPECT_EQ(post("/api/v1/maintenance-plans", plan()), "404 not_found");
    EXPECT_TRUE(
        ok(workshop.get(workshop.manager, "/api/v1/tickets")).at("items").as_array().empty());
    EXPECT_TRUE(outages().empty());
    EXPECT_EQ(workshop.post(workshop.member, "/api/v1/tickets", ticket("fault")).status, 403);
}

}  // namespace
}  // namespace karkhana::maintenance
