#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// STARTs and STOPs that the meter did not answer.
class Estimate : public tests::StoreTest {
protected:
    void boot(EstimatedBills bills = EstimatedBills::share) {
        laser = shop.add_laser("laser").id;
        shop.bills = bills;
        shop.boot();
        shop.run_for(3s);
        began = shop.workshop.clock.now();
    }
    Plant::Unit& unit() { return shop.unit(laser); }
    /// It has no contact, and draws the same whether anybody works at it or not.
    void without_contact() {
        unit().has_relay = false;
        unit().standby_w = 1800;
    }
    /// Ten minutes of work that were read, five in silence, then as long as `after` at rest.
    UsageSession silent_stop(Duration after) {
        auto const booking = shop.here(laser, 1h);
        shop.start(booking, "start-key-1");
        before = unit().shown_wh();
        shop.run_for(10min);
        last_good = unit().shown_wh();
        shop.daemon->writer.flush();
        unit().answers = false;
        shop.run_for(5min);
        at_stop = unit().shown_wh();
        shop.stop(booking, "stop-key-1");
        shop.run_for(after);
        unit().answers = true;
        shop.run_for(3s);
        return shop.only_session();
    }
    /// Forty seconds after the meter said its last, a machine that draws all the time is started.
    std::string silent_start() {
        without_contact();
        shop.run_for(1min);
        unit().answers = false;
        shop.run_for(40s);
        auto booking = shop.here(laser, 1h);
        EXPECT_EQ(shop.start(booking, "start-key-1").status, 200);
        return booking;
    }
    Balance whole() {
        shop.daemon->writer.flush();
        return balance(ledger(), telemetry(), shop.workshop.facility, unit().energy,
                       {began, shop.workshop.clock.now()})
            .value();
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Instant began;
    std::int64_t before = 0, last_good = 0, at_stop = 0;
};
KARKHANA_ON_BOTH_ENGINES(Estimate);

TEST_P(Estimate, PartsASilentStopByTimeBetweenExactBounds) {
    boot();
    without_contact();
    auto const session = silent_stop(10min);
    ASSERT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::estimated);
    auto const& stop = session.registers.back();
    ASSERT_TRUE(stop.share);
    EXPECT_EQ(stop.share->split, Split::elapsed);
    EXPECT_EQ(stop.raw.count, 2) << "the first good reading after";
    EXPECT_NEAR(static_cast<double>(session.energy->wh), static_cast<double>(at_stop - before), 6);
    auto const found = whole();
    EXPECT_EQ(found.sessions, *session.energy);
    EXPECT_EQ((found.sessions + found.idle + found.unattributed).wh,
              (found.register_end - found.register_start).wh);
    EXPECT_GT(found.idle.wh, 200) << "what it drew after the STOP is not the session's";
}

TEST_P(Estimate, GivesAllOfItToWhomTheContactWasClosedFor) {
    boot();
    auto const session = silent_stop(10min);
    EXPECT_EQ(session.quality, Quality::estimated);
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - before);
    EXPECT_EQ(session.registers.back().share->split, Split::evidence);
    EXPECT_LT(session.registers.back().share->least, session.registers.back().share->most);
}

TEST_P(Estimate, GivesTheLowerBoundWhenTheFacilityWantsIt) {
    boot(EstimatedBills::lower_bound);
    without_contact();
    auto const session = silent_stop(10min);
    EXPECT_NEAR(static_cast<double>(session.energy->wh), static_cast<double>(last_good - before),
                1);
    for (auto const& reg : session.registers)
        if (reg.share) {
            EXPECT_EQ(reg.share->split, Split::lower_bound);
            EXPECT_EQ(reg.share->part, reg.share->least);
        }
    auto const found = whole();
    EXPECT_GT(found.unattributed.wh, 400) << "the difference is nobody's";
    EXPECT_EQ((found.sessions + found.idle + found.unattributed).wh,
              (found.register_end - found.register_start).wh);
}

TEST_P(Estimate, RemembersWhatASilentMeterSaidBeforeAndAfterAStart) {
    boot();
    without_contact();
    shop.run_for(1min);
    unit().answers = false;
    auto const good = unit().shown_wh();
    shop.run_for(40s);
    auto const booking = shop.here(laser, 1h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(20s);
    unit().answers = true;
    shop.run_for(3s);
    // Before it the machine was used by nobody that is known.
    auto const booked = [&] { return shop.sessions().back(); };
    auto const registers = booked().registers;
    ASSERT_EQ(registers.size(), 2U);
    EXPECT_EQ(registers[0].value.wh, good);
    ASSERT_TRUE(registers[1].share);
    EXPECT_EQ(registers[1].share->least, Energy{0});
    EXPECT_EQ(registers[1].share->most, registers[1].value - registers[0].value);
    auto const rise = (registers[1].value - registers[0].value).wh;
    EXPECT_NEAR(static_cast<double>(registers[1].share->part.wh), static_cast<double>(rise) / 3, 2);
    shop.run_for(1min);
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(booked().energy->wh,
              unit().shown_wh() - registers[1].value.wh + registers[1].share->part.wh);
}

TEST_P(Estimate, PartsItAlsoWhenAPauseIsWhatTheMeterFirstAnswers) {
    boot();
    auto const booking = silent_start();
    shop.run_for(20s);
    unit().answers = true;
    ASSERT_EQ(shop.pause(booking, "pause-key-1").status, 200);
    shop.run_for(3s);
    auto const registers = shop.sessions().back().registers;
    ASSERT_EQ(registers.size(), 2U);
    ASSERT_TRUE(registers[1].share);
    EXPECT_LT(registers[1].share->part, registers[1].share->most);
}

TEST_P(Estimate, PartsItAlsoWhenTheMeterIsExchangedBeforeItAnswers) {
    boot();
    auto const booking = silent_start();
    shop.run_for(20s);
    auto const devices = shop.store.read(
        [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); });
    auto const body = R"({"at":")" + to_rfc3339(shop.workshop.clock.now(), shop.workshop.zone) +
                      R"(","final_wh":)" + std::to_string(unit().shown_wh()) +
                      R"(,"initial_wh":40,"serial":"777","reason":"it burnt"})";
    auto const answer = shop.workshop.call(
        shop.workshop.manager, "POST", "/api/v1/devices/" + devices.at(0).id.text() + "/exchange",
        body, {{"idempotency-key", "exchange-key-1"}});
    ASSERT_EQ(answer.status, 201) << answer.body;
    unit().shown_from = 40;
    unit().watt_micros = 0;
    unit().answers = true;
    shop.run_for(1min);
    shop.stop(booking, "stop-key-1");
    auto const session = shop.sessions().back();
    auto const* start = find_register(session, Edge::start);
    auto const* end = find_register(session, Edge::final);
    ASSERT_TRUE(end != nullptr && end->share);
    auto const rise = (end->value - start->value).wh;
    EXPECT_NEAR(static_cast<double>(end->share->part.wh), static_cast<double>(rise) / 3, 2);
    EXPECT_EQ(session.energy->wh, end->share->part.wh + unit().shown_wh() - 40);
}

TEST_P(Estimate, BelievesADriveBeforeTheClock) {
    laser = shop.add_laser("laser").id;
    shop.add_drive("drive", laser);
    shop.boot();
    shop.run_for(3s);
    began = shop.workshop.clock.now();
    auto const booking = shop.here(laser, 1h);
    shop.start(booking, "start-key-1");
    shop.run_for(2min);
    before = unit().shown_wh();
    shop.daemon->writer.flush();
    unit().answers = false;
    shop.run_for(5min);
    shop.stop(booking, "stop-key-1");
    auto const used = unit().shown_wh() - before;
    shop.run_for(20min);
    unit().answers = true;
    shop.run_for(3s);
    auto const session = shop.only_session();
    ASSERT_TRUE(session.registers.back().share);
    EXPECT_EQ(session.registers.back().share->split, Split::evidence);
    EXPECT_NEAR(static_cast<double>(session.energy->wh), static_cast<double>(used + 60), 8);
}

}  // namespace
}  // namespace karkhana::metering
