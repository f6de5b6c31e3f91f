#include <gtest/gtest.h>
#include <numeric>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// Machines and meters that do not come in pairs.
class Attribution : public tests::StoreTest {
protected:
    UsageSession session_of(std::string const& booking) {
        auto const id = BookingId::parse(booking).value();
        for (auto const& session : shop.sessions())
            if (session.booking == id) return session;
        throw std::runtime_error("no session");
    }
    Balance balance_of_meter(Channel channel) {
        shop.daemon->writer.flush();
        return balance(ledger(), telemetry(), shop.workshop.facility, channel,
                       {began, shop.workshop.clock.now()})
            .value();
    }
    void boot() {
        shop.boot();
        shop.run_for(3s);
        began = shop.workshop.clock.now();
    }

    /// The meter is taken away, and another one that shows 40 Wh is in its place two minutes later.
    std::int64_t swap(std::string const& name) {
        auto& feeder = shop.feeder(name);
        feeder.answers = false;
        swapped = shop.workshop.clock.now();
        auto const shown = feeder.shown_wh();
        auto const load = std::exchange(feeder.load_w, 0);
        auto const standby = std::exchange(feeder.standby_w, 0);
        auto const behind = std::exchange(feeder.behind, {});
        shop.run_for(2min);
        feeder.load_w = load;
        feeder.standby_w = standby;
        feeder.behind = behind;
        feeder.shown_from = 40;
        feeder.watt_micros = 0;
        return shown;
    }
    http::Response exchange(std::string const& name, std::int64_t final_wh,
                            std::string const& key) {
        auto const devices = shop.store.read(
            [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); });
        auto const device = std::ranges::find(devices, name, &Device::name);
        auto const body = R"({"at":")" + to_rfc3339(swapped, shop.workshop.zone) +
                          R"(","final_wh":)" + std::to_string(final_wh) +
                          R"(,"initial_wh":40,"serial":"777","reason":"it burnt"})";
        return shop.workshop.call(shop.workshop.manager, "POST",
                                  "/api/v1/devices/" + device->id.text() + "/exchange", body,
                                  {{"idempotency-key", key}});
    }

    Shop shop{ledger(), telemetry()};
    Instant began;
    Instant swapped;
};

class TwoMeters : public Attribution {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.add_feeder({.name = "exhaust", .machine = laser},
                        {.with = laser, .load_w = 700, .standby_w = 3, .shown_from = 88'000});
        boot();
    }
    MachineId laser;
};
KARKHANA_ON_BOTH_ENGINES(TwoMeters);

TEST_P(TwoMeters, AreSummedUpInASession) {
    auto const booking = shop.here(laser, 2h);
    auto const laser_before = shop.unit(laser).shown_wh();
    auto const exhaust_before = shop.feeder("exhaust").shown_wh();
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(40min);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    auto const session = session_of(booking);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::good);
    EXPECT_EQ(channels_of(session).size(), 2U);
    EXPECT_EQ(session.energy->wh, shop.unit(laser).shown_wh() - laser_before +
                                      shop.feeder("exhaust").shown_wh() - exhaust_before);
    for (auto const channel : channels_of(session)) {
        auto const registers = registers_of(session, channel);
        ASSERT_EQ(registers.size(), 4U) << "START, two quarters of an hour, STOP";
        EXPECT_EQ(registers.front().edge, Edge::start);
        EXPECT_EQ(registers.back().edge, Edge::stop);
        for (auto const& reg : registers) EXPECT_EQ(reg.raw.count, 2);
    }
}

TEST_P(TwoMeters, AreBothWaitedForAtTheEnd) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.feeder("exhaust").answers = false;
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(session_of(booking).state, SessionState::closing);
    EXPECT_TRUE(has_stop(session_of(booking), shop.unit(laser).energy));
    shop.run_for(5s);
    EXPECT_EQ(session_of(booking).state, SessionState::closing);
    shop.feeder("exhaust").answers = true;
    shop.run_for(3s);
    auto const session = session_of(booking);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::estimated);
    EXPECT_EQ(session.registers.back().method, Method::first_good);
}

TEST_P(TwoMeters, AreBothNeededToBegin) {
    shop.feeder("exhaust").answers = false;
    shop.run_for(2min);
    auto const refused = shop.start(shop.here(laser, 1h), "start-key-1");
    EXPECT_EQ(text_of(json_of(refused), "code"), "meter_silent");
}

TEST_P(TwoMeters, MayBeExchangedOneByOneWithinASession) {
    auto const booking = shop.here(laser, 2h);
    auto const laser_before = shop.unit(laser).shown_wh();
    auto const exhaust_before = shop.feeder("exhaust").shown_wh();
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(10min);
    auto const final_wh = swap("exhaust");
    auto const answer = exchange("exhaust", final_wh, "exchange-key-1");
    ASSERT_EQ(answer.status, 201) << answer.body;
    shop.feeder("exhaust").answers = true;
    shop.run_for(10min);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    auto const session = session_of(booking);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::edited);
    EXPECT_EQ(session.energy->wh, shop.unit(laser).shown_wh() - laser_before + final_wh -
                                      exhaust_before + shop.feeder("exhaust").shown_wh() - 40);
    auto const* end = find_register(session, Edge::final);
    auto const* begin = find_register(session, Edge::initial);
    ASSERT_TRUE(end != nullptr && begin != nullptr);
    EXPECT_EQ(end->channel, shop.channel_of("exhaust"));
    EXPECT_EQ(begin->channel, end->channel);
    EXPECT_EQ(begin->value, end->value);
}

TEST_P(TwoMeters, AreSummedUpAgainWhenOneRegisterIsCorrected) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.stop(booking, "stop-key-1");
    auto const session = session_of(booking);
    auto stop = *last_of(session, shop.channel_of("exhaust"));
    stop.value = stop.value - Energy{7};
    stop.raw = {};
    stop.version = 2;
    stop.method = Method::entered;
    stop.said_by = shop.workshop.manager.person;
    stop.why = "read off the display";
    auto const say = [&](Energy energy) {
        return shop.store.write([&](store::Writer& writer) {
            add_register(writer, session.facility, session.id, stop);
            return writer.execute("UPDATE usage_session SET energy_wh = $3 "
                                  "WHERE facility_id = $1 AND session_id = $2",
                                  session.facility, session.id, energy);
        });
    };
    EXPECT_THROW(say(*session.energy - Energy{6}), store::ConstraintViolated);
    EXPECT_EQ(say(*session.energy - Energy{7}), 1);
    EXPECT_EQ(last_of(session_of(booking), stop.channel)->version, 2);
    auto const found = balance_of_meter(stop.channel);
    EXPECT_EQ(found.sessions, stop.value - registers_of(session, stop.channel).front().value);
}

TEST_P(TwoMeters, ShowTheUseOfBothWhileItLasts) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(6min);
    auto const board = shop.store.read([&](store::Reader& reader) {
        return live_board(shop.daemon->services, shop.daemon->run, reader, shop.workshop.facility);
    });
    EXPECT_EQ(board.machines.at(0).session_energy_wh, 181 + 70);
}

class SharedFeeder : public Attribution {
protected:
    void SetUp() override {
        a = shop.add_unmetered("press-a", 3000).id;
        b = shop.add_unmetered("press-b", 1500).id;
        c = shop.add_laser("laser").id;
        shop.unit(a).load_w = 3000;
        shop.unit(b).load_w = 1500;
        shop.unit(a).standby_w = shop.unit(b).standby_w = 0;
        shop.add_feeder({.name = "feeder", .role = MeterRole::shared, .machines = {a, b, c}},
                        {.behind = {a, b, c}, .shown_from = 400'000});
        boot();
    }
    Channel feeder() { return shop.channel_of("feeder"); }
    /// Where it went sums to what was counted, and the parts of the sessions are in it.
    void expect_conserved() {
        auto const found = balance_of_meter(feeder());
        std::int64_t sessions = 0;
        for (auto const& session : shop.sessions())
            if (session.machine != c) sessions += session.energy->wh;
        EXPECT_EQ(found.sessions.wh, sessions);
        EXPECT_EQ((found.sessions + found.behind + found.idle).wh,
                  (found.register_end - found.register_start).wh);
        EXPECT_EQ((found.register_end - found.register_start).wh,
                  shop.feeder("feeder").shown_wh() - 400'000);
    }

    MachineId a, b, c;
};
KARKHANA_ON_BOTH_ENGINES(SharedFeeder);

TEST_P(SharedFeeder, IsCutWhereverSomebodyBeginsOrEnds) {
    auto const first = shop.here(a, 2h), second = shop.here(b, 2h);
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    shop.run_for(8min);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    shop.run_for(20min);
    ASSERT_EQ(shop.stop(first, "stop-key-1").status, 200);
    shop.run_for(10min);
    ASSERT_EQ(shop.stop(second, "stop-key-2").status, 200);
    EXPECT_NEAR(static_cast<double>(session_of(first).energy->wh), 3000 * 28 / 60, 3);
    EXPECT_NEAR(static_cast<double>(session_of(second).energy->wh), 1500 * 30 / 60, 3);
    EXPECT_EQ(session_of(first).quality, Quality::estimated);
    for (auto const& reg : session_of(first).registers) {
        EXPECT_EQ(reg.method, Method::read);
        EXPECT_EQ(reg.share.has_value(), reg.edge != Edge::start);
    }
    expect_conserved();
}

TEST_P(SharedFeeder, IsOfWhoeverWorksInAnHourThatComesTwice) {
    auto const first = shop.here(a, 1h);
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    shop.run_for(20min);
    ASSERT_EQ(shop.stop(first, "stop-key-1").status, 200);
    shop.workshop.clock.advance(-1h);
    shop.daemon->run.clock_was_set(-1h);
    shop.run_for(1min);
    auto const second = shop.here(b, 45min);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    shop.run_for(20min);
    ASSERT_EQ(shop.stop(second, "stop-key-2").status, 200);
    EXPECT_NEAR(static_cast<double>(session_of(first).energy->wh), 1000, 2);
    EXPECT_NEAR(static_cast<double>(session_of(second).energy->wh), 500, 2);
}

TEST_P(SharedFeeder, IsTheOnlyOnesWhoWorksForCertain) {
    auto const booking = shop.here(a, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(20min);
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(session_of(booking).quality, Quality::good);
    EXPECT_NEAR(static_cast<double>(session_of(booking).energy->wh), 1000, 2);
    expect_conserved();
}

TEST_P(SharedFeeder, TakesNothingFromWhoPaused) {
    auto const first = shop.here(a, 2h), second = shop.here(b, 2h);
    shop.start(first, "start-key-1");
    shop.start(second, "start-key-2");
    shop.run_for(6min);
    ASSERT_EQ(shop.pause(first, "pause-key-1").status, 200);
    shop.run_for(20min);
    shop.stop(first, "stop-key-1");
    shop.stop(second, "stop-key-2");
    EXPECT_NEAR(static_cast<double>(session_of(first).energy->wh), 300, 3);
    EXPECT_NEAR(static_cast<double>(session_of(second).energy->wh), 1500 * 26 / 60, 3);
    expect_conserved();
}

TEST_P(SharedFeeder, SubtractsAMachineWithAMeterOfItsOwnFirst) {
    auto const first = shop.here(a, 2h), others = shop.here(c, 2h);
    shop.start(others, "start-key-1");
    shop.run_for(4min);
    shop.start(first, "start-key-2");
    shop.run_for(20min);
    shop.stop(others, "stop-key-1");
    shop.stop(first, "stop-key-2");
    EXPECT_NEAR(static_cast<double>(session_of(first).energy->wh), 1000, 3);
    EXPECT_EQ(channels_of(session_of(others)), std::vector{shop.unit(c).energy});
    auto const found = balance_of_meter(feeder());
    EXPECT_NEAR(static_cast<double>(found.behind.wh), 1800 * 24 / 60 + 4, 3);
    expect_conserved();
}

TEST_P(SharedFeeder, ThatWasSilentIsPartedByWhoWorkedHowLong) {
    auto const first = shop.here(a, 2h), second = shop.here(b, 2h);
    shop.start(first, "start-key-1");
    shop.start(second, "start-key-2");
    shop.run_for(1min);
    shop.feeder("feeder").answers = false;
    shop.run_for(5min);
    shop.stop(first, "stop-key-1");
    EXPECT_EQ(session_of(first).state, SessionState::closing);
    shop.run_for(20min);
    shop.feeder("feeder").answers = true;
    shop.run_for(5s);
    EXPECT_EQ(session_of(first).state, SessionState::closed);
    EXPECT_EQ(session_of(second).state, SessionState::open);
    shop.stop(second, "stop-key-2");
    EXPECT_GT(session_of(first).energy->wh, 200);
    EXPECT_LT(session_of(first).energy->wh, 400);
    expect_conserved();
}

TEST_P(SharedFeeder, IsExchangedOnlyWhileNobodyUsesIt) {
    auto const booking = shop.here(a, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    swapped = shop.workshop.clock.now();
    EXPECT_EQ(text_of(json_of(exchange("feeder", 500'000, "exchange-key-1")), "code"),
              "final_implausible");
    auto const shown = shop.feeder("feeder").shown_wh();
    EXPECT_EQ(text_of(json_of(exchange("feeder", shown, "exchange-key-2")), "code"),
              "initial_implausible")
        << "the old one answers still";
    shop.feeder("feeder").answers = false;
    EXPECT_EQ(text_of(json_of(exchange("feeder", shown, "exchange-key-3")), "code"),
              "shared_meter_in_use");
    shop.feeder("feeder").answers = true;
    shop.run_for(5min);
    shop.stop(booking, "stop-key-1");
    auto const final_wh = swap("feeder");
    auto const answer = exchange("feeder", final_wh, "exchange-key-4");
    ASSERT_EQ(answer.status, 201) << answer.body;
    shop.feeder("feeder").answers = true;
    shop.run_for(1min);
    auto const second = shop.here(b, 1h);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    shop.run_for(10min);
    shop.stop(second, "stop-key-2");
    auto const found = balance_of_meter(feeder());
    EXPECT_EQ((found.register_end - found.register_start).wh,
              final_wh - 400'000 + shop.feeder("feeder").shown_wh() - 40);
    EXPECT_EQ(found.sessions, *session_of(booking).energy + *session_of(second).energy);
    EXPECT_EQ(found.sessions + found.behind + found.idle,
              found.register_end - found.register_start);
}

TEST_P(SharedFeeder, SurvivesAKillInTheMiddle) {
    auto const first = shop.here(a, 2h), second = shop.here(b, 2h);
    shop.start(first, "start-key-1");
    shop.run_for(2min);
    shop.start(second, "start-key-2");
    shop.run_for(2min);
    shop.kill();
    shop.plant.pass(1s);
    shop.boot();
    shop.daemon->run.reconcile();
    shop.run_for(5min);
    shop.stop(first, "stop-key-1");
    shop.stop(second, "stop-key-2");
    EXPECT_NEAR(static_cast<double>(session_of(first).energy->wh), 3000 * 9 / 60, 8);
    expect_conserved();
}

class Site : public Attribution {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        a = shop.add_unmetered("press-a", 3000).id;
        b = shop.add_unmetered("press-b", 1500).id;
        shop.unit(a).load_w = 3000;
        shop.unit(b).load_w = 1500;
        shop.unit(a).standby_w = shop.unit(b).standby_w = 0;
        shop.add_feeder({.name = "feeder", .role = MeterRole::shared, .machines = {a, b}},
                        {.behind = {a, b}, .standby_w = 12});
    }
    FacilityBalance everything() {
        shop.daemon->writer.flush();
        return facility_balance(ledger(), telemetry(), shop.workshop.facility,
                                {began, shop.workshop.clock.now()});
    }
    void work() {
        auto const of_laser = shop.here(laser, 1h), of_a = shop.here(a, 1h),
                   of_b = shop.here(b, 1h);
        shop.start(of_laser, "start-key-1");
        shop.start(of_a, "start-key-2");
        shop.start(of_b, "start-key-3");
        shop.run_for(20min);
        shop.stop(of_laser, "stop-key-1");
        shop.stop(of_a, "stop-key-2");
        shop.stop(of_b, "stop-key-3");
        shop.run_for(20min);
    }

    MachineId laser, a, b;
};
KARKHANA_ON_BOTH_ENGINES(Site);

TEST_P(Site, HasARemainderWhenItHasAMeter) {
    shop.add_feeder({.name = "site", .role = MeterRole::site},
                    {.behind = {laser, a, b}, .standby_w = 500, .shown_from = 9'000'000});
    boot();
    work();
    auto const found = everything();
    ASSERT_TRUE(found.site);
    EXPECT_EQ(found.site->wh, shop.feeder("site").shown_wh() - 9'000'000);
    Energy sum = *found.remainder;
    for (auto const& one : found.machines) sum += sum_of(one.used);
    for (auto const& one : found.shared) sum += one.idle;
    EXPECT_EQ(sum, *found.site);
    ASSERT_EQ(found.machines.size(), 3U);
    ASSERT_EQ(found.shared.size(), 1U);
    EXPECT_NEAR(static_cast<double>(found.shared[0].idle.wh), 12 * 20 / 60, 2);
    EXPECT_NEAR(static_cast<double>(found.remainder->wh), (500 - 12) * 40 / 60, 6);
    for (auto const& one : found.machines) {
        EXPECT_EQ(one.used.idle.wh > 0, one.machine == laser) << "of a shared meter nobody is idle";
        EXPECT_GT(one.used.sessions.wh, 490);
    }
}

TEST_P(Site, HasNoneWithoutOne) {
    boot();
    work();
    EXPECT_FALSE(everything().site);
    EXPECT_FALSE(everything().remainder);
}

}  // namespace
}  // namespace karkhana::metering
