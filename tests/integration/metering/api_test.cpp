#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

/// The routes themselves, with a laser that mita has used for ten minutes and one that nobody has.
class Answers : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        other = shop.add_laser("other").id;
        shop.boot();
        http::Router metering;
        add_routes(metering, shop.daemon->services, shop.daemon->run);
        for (auto const& route : metering.routes()) {
            auto const at = shop.workshop.router.match(route.method, route.pattern);
            if (at.route == nullptr || at.route->operation_id != route.operation_id)
                shop.workshop.router.add(route);
        }
        shop.run_for(3s);
        began = now();
        booking = shop.here(laser, 1h);
        shop.start(booking, "start-key-1");
        shop.run_for(10min);
    }

    void finish() {
        stopped = shop.stop(booking, "stop-key-1");
        shop.run_for(3s);
        shop.daemon->writer.flush();
    }
    /// Use of the other laser that nobody booked; it is over.
    std::string unbooked_use() {
        auto& unit = shop.unit(other);
        unit.has_relay = false;
        unit.closed = true;
        unit.authorised_until = Monotonic::max();
        shop.run_for(2min);
        unit.closed = false;
        shop.run_for(70s);
        return items("/api/v1/usage-sessions?kind=unattributed").at(0).at("id").as_string().c_str();
    }

    Instant now() const { return shop.workshop.clock.now(); }
    std::string time(Instant at) const {
        auto text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(at), shop.workshop.zone);
        return text.replace(text.find('+'), 1, "%2B");
    }
    http::Response get(http::Principal const& who, std::string target) {
        // The workshop's requests are decoded already.
        for (std::size_t at = 0; (at = target.find("%2B")) != target.npos;)
            target.replace(at, 3, "+");
        return shop.workshop.get(who, target);
    }
    json::object object(std::string const& target) {
        auto const answer = get(shop.workshop.desk, target);
        if (answer.status != 200) throw std::runtime_error(answer.body);
        return json_of(answer);
    }
    json::array items(std::string const& target) { return object(target).at("items").as_array(); }
    json::object live_of(http::Principal const& who, MachineId const& machine) {
        auto const answer = get(who, "/api/v1/machines/" + machine.text());
        return json_of(answer).at("live").as_object();
    }
    std::string readings_of(Channel channel, Instant from, Instant to) {
        return "/api/v1/points/" + std::to_string(channel) + "/readings?from=" + time(from) +
               "&to=" + time(to);
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    MachineId other;
    Instant began;
    std::string booking;
    http::Response stopped;
};
KARKHANA_ON_BOTH_ENGINES(Answers);

TEST_P(Answers, ShowWhatEveryMachineDoes) {
    auto const machines = items("/api/v1/machines");
    ASSERT_EQ(machines.size(), 2U);
    bool const first = machines[0].at("id").as_string() == laser.text();
    auto const& live = machines[first ? 0 : 1].at("live");
    EXPECT_EQ(live.at("state").as_string(), "running");
    EXPECT_EQ(live.at("contact").as_string(), "closed");
    EXPECT_EQ(live.at("power_w").as_int64(), 1810);
    EXPECT_EQ(live.at("register_wh").as_int64(), shop.unit(laser).shown_wh());
    EXPECT_NEAR(static_cast<double>(live.at("session_energy_wh").as_int64()), 301.0, 2.0);
    EXPECT_EQ(live.at("quality").as_string(), "good");
    EXPECT_EQ(live.at("now").at("booking_id").as_string(), booking);
    EXPECT_TRUE(live.at("alarm").is_null());
    auto const& free = machines[first ? 1 : 0].at("live");
    EXPECT_EQ(free.at("state").as_string(), "free");
    EXPECT_EQ(free.at("free_until").as_string(), "2026-11-21T17:00:00+06:00");
    EXPECT_TRUE(free.at("now").is_null());
}

TEST_P(Answers, TellNobodyWhoElseIsOnAMachine) {
    auto const mine = live_of(shop.workshop.member, laser).at("now").as_object();
    EXPECT_TRUE(mine.at("mine").as_bool());
    EXPECT_EQ(mine.at("booking_id").as_string(), booking);
    auto const theirs = live_of(shop.workshop.other, laser).at("now").as_object();
    EXPECT_FALSE(theirs.at("mine").as_bool());
    EXPECT_TRUE(theirs.at("booking_id").is_null());
    EXPECT_TRUE(theirs.at("enterprise").is_null());
    EXPECT_EQ(theirs.at("state").as_string(), "running");
}

TEST_P(Answers, ShowAMeterThatFellSilent) {
    shop.unit(laser).answers = false;
    shop.unit(other).answers = false;
    shop.run_for(20s);
    EXPECT_EQ(live_of(shop.workshop.desk, laser).at("quality").as_string(), "stale");
    shop.run_for(60s);
    auto const live = live_of(shop.workshop.desk, laser);
    EXPECT_EQ(live.at("state").as_string(), "running");
    EXPECT_EQ(live.at("alarm").as_string(), "meter_silent");
    EXPECT_EQ(live_of(shop.workshop.desk, other).at("state").as_string(), "unknown");
    shop.unit(laser).answers = true;
    shop.run_for(3s);
    EXPECT_TRUE(live_of(shop.workshop.desk, laser).at("alarm").is_null());
    auto const events = shop.store.read([&](store::Reader& reader) {
        return events_between(reader, shop.workshop.facility, shop.unit(laser).energy,
                              {began, now() + 1h});
    });
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].kind, "silent");
    EXPECT_EQ(events[1].kind, "back");
}

TEST_P(Answers, ShowMachinesThatCannotBeUsed) {
    shop.workshop.add_outage(other, {now() - 1min, now() + 1h}, "breakdown");
    EXPECT_EQ(live_of(shop.workshop.desk, other).at("state").as_string(), "out_of_order");
    shop.workshop.add_outage(std::nullopt, {now() - 1min, now() + 1h}, "load_shedding");
    EXPECT_EQ(live_of(shop.workshop.desk, laser).at("state").as_string(), "running");
}

TEST_P(Answers, PublishWhatChangedOnceASecondAndWithoutNames) {
    auto& daemon = *shop.daemon;
    daemon.live.publish_changes();
    ASSERT_EQ(daemon.published.size(), 2U);
    EXPECT_EQ(daemon.published[0].first, "machine");
    for (auto const& [name, text] : daemon.published) {
        EXPECT_EQ(text.find("Mita"), text.npos);
        EXPECT_EQ(text.find(booking), text.npos);
    }
    daemon.live.publish_changes();
    EXPECT_EQ(daemon.published.size(), 2U) << "within the same second";
    shop.run_for(2s);
    daemon.live.publish_changes();
    ASSERT_EQ(daemon.published.size(), 3U) << "the one at work counts on, the other stands still";
    EXPECT_EQ(json::parse(daemon.published[2].second).at("id").as_string(), laser.text());
}

TEST_P(Answers, ShowASessionWithItsRegisters) {
    finish();
    auto const sessions = items("/api/v1/usage-sessions");
    ASSERT_EQ(sessions.size(), 1U);
    auto const session =
        object("/api/v1/usage-sessions/" + std::string{sessions[0].at("id").as_string()});
    EXPECT_EQ(json::value(session), sessions[0]);
    EXPECT_EQ(session.at("booking_id").as_string(), booking);
    EXPECT_EQ(session.at("enterprise").at("id").as_string(), shop.workshop.mita.text());
    EXPECT_EQ(session.at("meter").at("serial").as_string(), "123");
    EXPECT_EQ(session.at("quantity").as_int64(), 12);
    auto const& registers = session.at("registers").as_array();
    EXPECT_EQ(registers.front().at("words").as_string().size(), 9U);
    EXPECT_EQ(registers.back().at("value_wh").as_int64() -
                  registers.front().at("value_wh").as_int64(),
              session.at("energy_wh").as_int64());
    EXPECT_EQ(json_of(stopped).at("session_ids").at(0), session.at("id"));
}

TEST_P(Answers, ShowMembersTheirOwnSessionsOnly) {
    finish();
    auto const theirs = json_of(get(shop.workshop.other, "/api/v1/usage-sessions"));
    EXPECT_TRUE(theirs.at("items").as_array().empty());
    auto const mine = json_of(get(shop.workshop.member, "/api/v1/usage-sessions"));
    ASSERT_EQ(mine.at("items").as_array().size(), 1U);
    auto const id = std::string{mine.at("items").at(0).at("id").as_string()};
    EXPECT_EQ(get(shop.workshop.member, "/api/v1/usage-sessions/" + id).status, 200);
    EXPECT_EQ(get(shop.workshop.other, "/api/v1/usage-sessions/" + id).status, 404);
}

TEST_P(Answers, PageThroughSessionsNewestFirst) {
    finish();
    for (int i = 0; i < 4; ++i) {
        auto const next = shop.here(other, 15min);
        ASSERT_EQ(shop.start(next, "start-" + next).status, 200);
        shop.run_for(3s);
        ASSERT_EQ(shop.stop(next, "stop-" + next).status, 200);
        shop.run_for(3s);
    }
    std::vector<std::string> starts;
    std::string cursor;
    int pages = 0;
    do {
        auto const page = object("/api/v1/usage-sessions?limit=2" + cursor);
        for (auto const& item : page.at("items").as_array())
            starts.emplace_back(item.at("start").as_string());
        auto const& next = page.at("next");
        cursor = next.is_null() ? "" : "&cursor=" + std::string{next.as_string()};
        ++pages;
    } while (!cursor.empty());
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(starts.size(), 5U);
    EXPECT_TRUE(std::ranges::is_sorted(starts, std::ranges::greater{}));
    EXPECT_EQ(items("/api/v1/usage-sessions?machine_id=" + other.text()).size(), 4U);
    EXPECT_EQ(code_of(get(shop.workshop.desk, "/api/v1/usage-sessions?cursor=nonsense")),
              "bad_cursor");
    for (auto const* limit : {"0", "201", "all", "2.5", ""})
        EXPECT_EQ(
            code_of(get(shop.workshop.desk, std::string{"/api/v1/usage-sessions?limit="} + limit)),
            "bad_limit")
            << limit;
    EXPECT_EQ(code_of(get(shop.workshop.desk, "/api/v1/usage-sessions?kind=nonsense")),
              "unknown_kind");
}

TEST_P(Answers, AssignAnUnattributedSessionOnce) {
    auto const id = unbooked_use();
    auto const path = "/api/v1/usage-sessions/" + id + "/assign";
    auto const mita = shop.workshop.mita.text();
    auto const walk_in = [&](std::string const& reason) {
        return R"({"kind":"walk_in","enterprise_id":")" + mita + R"(","reason":")" + reason + "\"}";
    };
    auto& workshop = shop.workshop;
    EXPECT_EQ(workshop.post(workshop.member, path, walk_in("mine")).status, 403);
    EXPECT_EQ(code_of(workshop.post(workshop.desk, path, R"({"kind":"walk_in","reason":"x"})")),
              "enterprise_missing");
    EXPECT_EQ(
        code_of(workshop.post(workshop.desk, path,
                              R"({"kind":"test","enterprise_id":")" + mita + R"(","reason":"x"})")),
        "enterprise_not_allowed");
    EXPECT_EQ(code_of(workshop.post(workshop.desk, path, R"({"kind":"booked","reason":"x"})")),
              "unknown_kind");
    auto const assigned = workshop.post(workshop.desk, path, walk_in("came without a booking"));
    ASSERT_EQ(assigned.status, 200) << assigned.body;
    EXPECT_EQ(text_of(json_of(assigned), "kind"), "walk_in");
    EXPECT_EQ(text_of(json_of(assigned), "reason"), "came without a booking");
    EXPECT_EQ(code_of(workshop.post(workshop.desk, path, walk_in("again"))), "wrong_state");
    EXPECT_EQ(get(workshop.member, "/api/v1/usage-sessions/" + id).status, 200);
}

TEST_P(Answers, TraceAPointAtTheResolutionAskedFor) {
    finish();
    auto const power = shop.unit(laser).power;
    auto const trace = object(readings_of(power, began, began + 10min) + "&resolution=10");
    EXPECT_EQ(trace.at("unit").as_string(), "W");
    EXPECT_EQ(trace.at("step_seconds").as_int64(), 60);
    ASSERT_EQ(trace.at("at").as_array().size(), 10U);
    EXPECT_EQ(trace.at("at").at(9).as_int64(), 540);
    EXPECT_EQ(trace.at("max").at(5).as_int64(), 1810);
    EXPECT_EQ(trace.at("min").at(5).as_int64(), 1810);
    auto const later = object(readings_of(power, now() + 1h, now() + 2h));
    EXPECT_TRUE(later.at("last").at(0).is_null());
    EXPECT_EQ(code_of(get(shop.workshop.desk, readings_of(power, began, began))), "bad_interval");
    EXPECT_EQ(get(shop.workshop.desk, readings_of(999, began, now())).status, 404);
    EXPECT_EQ(get(shop.workshop.desk,
                  "/api/v1/points/x/readings?from=" + time(began) + "&to=" + time(now()))
                  .status,
              404);
}

TEST_P(Answers, ShowMembersReadingsOfTheirOwnSessionsOnly) {
    finish();
    auto const session = shop.only_session();
    auto const power = shop.unit(laser).power;
    auto const status = [&](http::Principal const& who, Instant from, Instant to) {
        return get(who, readings_of(power, from, to)).status;
    };
    auto const& member = shop.workshop.member;
    EXPECT_EQ(status(member, session.start, *session.stop), 200);
    EXPECT_EQ(status(member, session.start - 1min, *session.stop), 404);
    EXPECT_EQ(status(member, session.start, *session.stop + 1min), 404);
    EXPECT_EQ(status(shop.workshop.other, session.start, *session.stop), 404);
    EXPECT_EQ(get(member, readings_of(shop.unit(other).power, session.start, *session.stop)).status,
              404);
}

TEST_P(Answers, BalanceAMeter) {
    unbooked_use();
    finish();
    auto const of_meter = [&](Channel channel) {
        return object("/api/v1/meters/" + std::to_string(channel) + "/balance?from=" + time(began) +
                      "&to=" + time(now()));
    };
    auto const used = of_meter(shop.unit(laser).energy);
    EXPECT_EQ(used.at("sessions_wh").as_int64(), shop.sessions().front().energy->wh);
    auto const unbooked = of_meter(shop.unit(other).energy);
    EXPECT_GT(unbooked.at("unattributed_wh").as_int64(), 50);
    for (auto const& balance : {used, unbooked})
        EXPECT_EQ(balance.at("register_end_wh").as_int64() -
                      balance.at("register_start_wh").as_int64(),
                  balance.at("sessions_wh").as_int64() + balance.at("idle_wh").as_int64() +
                      balance.at("unattributed_wh").as_int64());
    EXPECT_EQ(get(shop.workshop.desk, "/api/v1/meters/" + std::to_string(shop.unit(laser).power) +
                                          "/balance?from=" + time(began) + "&to=" + time(now()))
                  .status,
              404)
        << "power is no counter";
    EXPECT_EQ(get(shop.workshop.member, "/api/v1/meters/1/balance").status, 403);
}

TEST_P(Answers, ListPointsAndDevices) {
    EXPECT_EQ(items("/api/v1/points").size(), 4U);
    auto const points = items("/api/v1/points?machine_id=" + laser.text());
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].at("name").as_string(), "energy_import");
    EXPECT_EQ(points[0].at("unit").as_string(), "Wh");
    EXPECT_TRUE(points[0].at("billing").as_bool());
    auto const devices = items("/api/v1/devices");
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[0].at("state").as_string(), "never_seen");
    shop.daemon->services.health = [&] {
        DeviceHealth health;
        health.device = DeviceId::parse(std::string{devices[0].at("id").as_string()}).value();
        health.state = "good";
        health.latency_us = 900;
        return std::vector{health};
    };
    EXPECT_EQ(items("/api/v1/devices")[0].at("latency_us").as_int64(), 900);
}

class TwoLines final : public LinePort {
public:
    std::vector<LineStatus> lines() const override {
        LineUnitStatus meter;
        meter.unit = 7;
        meter.errors = {{"timeout", 2}};
        return {{"hall", "10.0.0.9:502", true, 412, 900, 1, {meter}},
                {"roof", "rtu x:1", {}, {}, {}, {}, {}}};
    }
    std::optional<std::vector<LineFrame>> frames(std::string_view line) const override {
        if (line != "the hall") return std::nullopt;
        return std::vector<LineFrame>{{instant(0), 20'000, 7, {1, 0xAB}, {}, "timeout"}};
    }
};

TEST_P(Answers, ShowTheLinesToWhoeverMendsThem) {
    EXPECT_EQ(items("/api/v1/lines").size(), 0U) << "no line is read here";
    TwoLines const port;
    shop.daemon->services.lines = &port;
    auto const lines = items("/api/v1/lines");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("utilisation_permille").as_int64(), 412);
    auto const& unit = lines[0].at("units").at(0);
    EXPECT_EQ(unit.at("errors").at("timeout").as_int64(), 2);
    EXPECT_TRUE(unit.at("device_id").is_null());
    auto const frame = items("/api/v1/lines/the hall/frames").at(0);
    EXPECT_EQ(frame.at("request").as_string(), "01 ab");
    EXPECT_EQ(frame.at("reply").as_string(), "");
    EXPECT_EQ(frame.at("error").as_string(), "timeout");
    EXPECT_EQ(get(shop.workshop.desk, "/api/v1/lines/roof/frames").status, 404);
    EXPECT_EQ(get(shop.workshop.member, "/api/v1/lines").status, 403);
    EXPECT_EQ(get(shop.workshop.member, "/api/v1/lines/the hall/frames").status, 403);
}

TEST_P(Answers, RefuseWhatIsNotTheirs) {
    auto& workshop = shop.workshop;
    auto const path = "/api/v1/bookings/" + booking;
    EXPECT_EQ(workshop.post(workshop.other, path + "/stop", "{}").status, 404);
    EXPECT_EQ(workshop.post(workshop.other, path + "/pause", "{}").status, 404);
    EXPECT_EQ(workshop.post(workshop.desk, "/api/v1/bookings/nonsense/stop", "{}").status, 404);
    EXPECT_EQ(code_of(workshop.post(workshop.desk, path + "/stop", R"({"quantity":-1})")),
              "out_of_range");
    EXPECT_TRUE(shop.unit(laser).closed);
    EXPECT_EQ(workshop.post(workshop.member, path + "/stop", "{}").status, 200);
}

}  // namespace
}  // namespace karkhana::metering
