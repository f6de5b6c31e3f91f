#include <gtest/gtest.h>

#include "server/store/disk_full.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

using booking::State;

class Run : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
    }
    Plant::Unit& unit() { return shop.unit(laser); }
    bool lasts(std::string_view alarm) {
        return shop.store.read([&](store::Reader& reader) {
            return lasting_alarm(reader, shop.workshop.facility, laser, alarm).has_value();
        });
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
};
KARKHANA_ON_BOTH_ENGINES(Run);

TEST_P(Run, BillsWhatPassedTheMeterBetweenStartAndStop) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    auto const started = shop.start(booking, "start-key-1");
    ASSERT_EQ(started.status, 200) << started.body;
    EXPECT_EQ(text_of(json_of(started), "state"), "running");
    EXPECT_TRUE(unit().closed);
    shop.run_for(20min);
    EXPECT_TRUE(unit().closed);
    auto const stopped = shop.stop(booking, "stop-key-1");
    ASSERT_EQ(stopped.status, 200) << stopped.body;
    EXPECT_EQ(text_of(json_of(stopped), "state"), "completed");
    EXPECT_FALSE(unit().closed);
    auto const session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - before);
    EXPECT_EQ(session.quality, Quality::good);
    EXPECT_EQ(session.quantity, 12);
    EXPECT_EQ(find_register(session, Edge::start)->value.wh, before);
    EXPECT_EQ(find_register(session, Edge::start)->raw.count, 2);
    EXPECT_EQ(find_register(session, Edge::stop)->method, Method::read);
}

TEST_P(Run, DoesNotBeginWhatItCannotSwitch) {
    auto const booking = shop.here(laser, 2h);
    unit().relay_answers = false;
    auto const refused = shop.start(booking, "start-key-1");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(text_of(json_of(refused), "code"), "contact_silent");
    EXPECT_TRUE(shop.sessions().empty());
    unit().relay_answers = true;
    EXPECT_EQ(shop.start(booking, "start-key-1").status, 200);
}

TEST_P(Run, CutsASessionAtEachQuarterOfAnHour) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(40min);
    shop.stop(booking, "stop-key-1");
    auto const session = shop.only_session();
    std::vector<Instant> at;
    for (auto const& reg : session.registers)
        if (reg.edge == Edge::boundary) {
            at.push_back(reg.at);
            EXPECT_EQ(reg.method, Method::read);
            EXPECT_EQ(reg.quality, Quality::good);
        }
    EXPECT_EQ(
        at, (std::vector{booking::dhaka("2026-11-21 10:15"), booking::dhaka("2026-11-21 10:30")}));
    std::int64_t sum = 0;
    for (auto const& segment : segments_of(session)) sum += segment.energy.wh;
    EXPECT_EQ(sum, session.energy->wh);
}

TEST_P(Run, RefusesASecondStart) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    auto const again = shop.start(booking, "start-key-2");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(code_of(again), "wrong_state");
    EXPECT_EQ(shop.sessions().size(), 1U);
}

TEST_P(Run, GivesOneAnswerToOneKey) {
    auto const booking = shop.here(laser, 2h);
    auto const first = shop.start(booking, "start-key-1");
    shop.run_for(10s);
    auto const again = shop.start(booking, "start-key-1");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    auto const stopped = shop.stop(booking, "stop-key-1");
    auto const questions = shop.plant.snapshots;
    EXPECT_EQ(shop.stop(booking, "stop-key-1").body, stopped.body);
    EXPECT_EQ(shop.start(booking, "start-key-1").body, first.body);
    EXPECT_EQ(shop.plant.snapshots, questions);
    EXPECT_EQ(shop.sessions().size(), 1U);
}

TEST_P(Run, KeepsAPausedBookingsSession) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    auto const paused = shop.pause(booking, "pause-key-1");
    ASSERT_EQ(paused.status, 200) << paused.body;
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_FALSE(unit().closed);
    shop.run_for(2min);
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.start(booking, "start-key-2").status, 200);
    EXPECT_TRUE(unit().closed);
    shop.run_for(2min);
    shop.stop(booking, "stop-key-1");
    auto const session = shop.only_session();
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - before);
    EXPECT_EQ(session.registers.size(), 4U);
}

TEST_P(Run, RefusesAStartWithoutARegister) {
    auto const booking = shop.here(laser, 2h);
    unit().answers = false;
    shop.run_for(61s);
    auto const refused = shop.start(booking, "start-key-1");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(code_of(refused), "meter_silent");
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.state_of(booking), "checked_in");
    unit().answers = true;
    EXPECT_EQ(shop.start(booking, "start-key-1").status, 200);
}

TEST_P(Run, BeginsWithTheLastGoodRegisterWhileItIsFresh) {
    auto const booking = shop.here(laser, 2h);
    auto const shown = unit().shown_wh();
    unit().answers = false;
    shop.run_for(20s);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    auto const start = shop.only_session().registers.front();
    EXPECT_EQ(start.method, Method::last_good);
    EXPECT_EQ(start.quality, Quality::estimated);
    EXPECT_EQ(start.value.wh, shown);
}

TEST_P(Run, WaitsForTheMeterToCloseASession) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.run_for(2min);
    auto const stopped = shop.stop(booking, "stop-key-1");
    ASSERT_EQ(stopped.status, 200) << stopped.body;
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_EQ(shop.only_session().state, SessionState::closing);
    EXPECT_FALSE(shop.only_session().energy);
    shop.run_for(20min);
    auto const other = shop.here(laser, 1h);
    EXPECT_EQ(code_of(shop.start(other, "start-key-2")), "meter_silent");
    unit().answers = true;
    shop.run_for(3s);
    auto const session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(find_register(session, Edge::stop)->method, Method::first_good);
    EXPECT_EQ(session.quality, Quality::estimated);
    EXPECT_EQ(session.quantity, 12);
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - before);
}

TEST_P(Run, ClosesAWaitingSessionAtTheRegisterThatTheNextBeginsWith) {
    auto const first = shop.here(laser, 15min);
    shop.start(first, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.stop(first, "stop-key-1");
    shop.run_for(10min);
    auto const second = shop.here(laser, 1h);
    unit().answers = true;
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    auto const sessions = shop.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].state, SessionState::closed);
    EXPECT_EQ(sessions[0].registers.back().value, sessions[1].registers.front().value);
}

TEST_P(Run, PausesABookingWhoseContactDoesNotClose) {
    auto const booking = shop.here(laser, 2h);
    unit().relay_works = false;
    auto const answer = shop.start(booking, "start-key-1");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_of(json_of(answer), "state"), "paused");
    EXPECT_EQ(shop.last_reason(booking), "contact_failed");
    EXPECT_TRUE(lasts("contact_failed"));
    EXPECT_EQ(shop.only_session().state, SessionState::open);
    unit().relay_works = true;
    shop.run_for(5s);
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.start(booking, "start-key-1").body, answer.body);
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.start(booking, "start-key-2").status, 200);
    EXPECT_TRUE(unit().closed);
    EXPECT_FALSE(lasts("contact_failed"));
}

TEST_P(Run, PausesWhatAPowerCutStoppedAndDoesNotStartItAgain) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.plant.cut_mains(laser);
    shop.run_for(10s);
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_EQ(shop.last_reason(booking), "power_cut");
    unit().mains = true;
    shop.run_for(30s);
    EXPECT_FALSE(unit().closed);
    auto const asked = shop.pause(booking, "pause-key-1");
    EXPECT_EQ(asked.status, 200) << "what was asked for has happened";
}

TEST_P(Run, EndsAnIdleBookingAfterTheGraceTime) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    unit().load_w = 50;
    shop.run_for(15min + 4min + 50s);
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.run_for(30s);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_EQ(shop.last_reason(booking), "end_of_booking");
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.only_session().state, SessionState::closed);
    auto const version = shop.booking_of(booking).version;
    shop.run_for(30s);
    EXPECT_EQ(shop.booking_of(booking).version, version) << "it acts once";
}

TEST_P(Run, LetsABusyMachineOverrunUntilTheNextBooking) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    shop.run_for(25min);
    EXPECT_EQ(shop.state_of(booking), "running");
    Interval const next{booking::dhaka("2026-11-21 10:45"), booking::dhaka("2026-11-21 11:45")};
    ASSERT_EQ(shop.workshop.book(shop.workshop.other, laser, next).status, 201);
    shop.run_for(19min);
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.run_for(70s);
    EXPECT_EQ(shop.state_of(booking), "completed");
}

TEST_P(Run, EndsABusyMachineThatNobodyWaitsForAfterAnHour) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    shop.run_for(15min + 59min);
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.run_for(2min);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_EQ(shop.last_reason(booking), "end_of_booking");
    EXPECT_FALSE(unit().closed);
}

TEST_P(Run, EndsABusyMachineWhenTheWorkshopCloses) {
    shop.workshop.clock.set(booking::dhaka("2026-11-21 16:40"));
    auto const booking = shop.here(laser, 30min);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(24min);
    EXPECT_EQ(shop.state_of(booking), "running");
    shop.run_for(2min);
    EXPECT_EQ(shop.state_of(booking), "completed");
}

TEST_P(Run, KeepsAContactClosedFromTheFirstMomentAfterARestart) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.kill();
    shop.plant.pass(3s);
    shop.boot();
    // As the board is read before anything else: what nobody holds is opened.
    shop.daemon->run.hold_running();
    EXPECT_TRUE(unit().resume);
    EXPECT_GT(unit().authorised_until, shop.real.now() + 5s);
    shop.daemon->run.reconcile();
    shop.run_for(30s);
    EXPECT_TRUE(unit().closed);
    EXPECT_EQ(shop.state_of(booking), "running");
}

TEST_P(Run, CatchesUpAfterASleep) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    auto const used = unit().shown_wh();
    shop.plant.pass(3h);  // nobody renewed, and the relay opened by itself
    EXPECT_FALSE(unit().closed);
    shop.run_for(10s);
    EXPECT_EQ(shop.state_of(booking), "completed");
    auto const session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_GE(session.energy->wh, used - 5'000'000);
}

TEST_P(Run, OpensASessionForUseThatNobodyBooked) {
    auto const standby = unit().shown_wh();
    unit().has_relay = false;
    unit().closed = true;
    unit().authorised_until = Monotonic::max();
    shop.run_for(4s);
    EXPECT_TRUE(shop.sessions().empty());
    shop.run_for(10s);
    auto session = shop.only_session();
    EXPECT_EQ(session.kind, SessionKind::unattributed);
    EXPECT_EQ(session.opened_by, Opener::power);
    EXPECT_EQ(session.registers.front().value.wh, standby);
    EXPECT_EQ(session.registers.front().method, Method::last_good);
    shop.run_for(10min);
    unit().closed = false;
    shop.run_for(59s);
    EXPECT_EQ(shop.only_session().state, SessionState::open);
    shop.run_for(5s);
    session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - standby);
}

TEST_P(Run, GivesWayToABookingWhereTheUnbookedUseEnds) {
    unit().has_relay = false;
    unit().closed = true;
    unit().authorised_until = Monotonic::max();
    shop.run_for(5min);
    auto const booking = shop.here(laser, 1h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    auto const sessions = shop.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].state, SessionState::closed);
    EXPECT_EQ(sessions[0].registers.back().value, sessions[1].registers.front().value);
    EXPECT_EQ(sessions[1].kind, SessionKind::booked);
}

TEST_P(Run, AlarmsOnUseWithTheContactOpen) {
    unit().standby_w = 900;
    shop.run_for(8s);
    EXPECT_TRUE(lasts("bypass"));
    unit().standby_w = 10;
    shop.run_for(3s);
    EXPECT_FALSE(lasts("bypass"));
}

TEST_P(Run, AlarmsOnEnergyBehindAnOpenContactThatLooksIdle) {
    unit().standby_w = 90;
    shop.run_for(30min);
    EXPECT_FALSE(lasts("bypass"));
    shop.run_for(10min);
    EXPECT_TRUE(lasts("bypass"));
    unit().standby_w = 10;
    shop.run_for(62min);
    EXPECT_FALSE(lasts("bypass"));
}

TEST_P(Run, DoubtsWhatRanWhileTheClockWasSet) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    shop.workshop.clock.advance(-1h);
    shop.daemon->run.clock_was_set(-1h);
    shop.run_for(5min);
    shop.stop(booking, "stop-key-1");
    auto const session = shop.only_session();
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::questionable);
    EXPECT_EQ(session.energy->wh, unit().shown_wh() - before);
    auto const alarms = shop.store.read(
        [&](store::Reader& reader) { return list_alarms(reader, shop.workshop.facility, 0, 10); });
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_EQ(alarms[0].kind, "clock_set");
    EXPECT_NE(alarms[0].evidence.find("\"set_by_s\":-3600"), std::string::npos);
    EXPECT_TRUE(alarms[0].cleared);
}

TEST_P(Run, LosesNothingOfASilentMeterWhenTheClockIsSetBack) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(1min);
    unit().answers = false;
    shop.run_for(10min);
    shop.workshop.clock.advance(-1h);
    unit().answers = true;
    shop.run_for(1min);
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(shop.only_session().energy->wh, unit().shown_wh() - before);
}

TEST_P(Run, WatchesOverTheOthersWhenOneCannotBeAttendedTo) {
    auto const other = shop.add_laser("other").id;
    shop.boot();
    shop.run_for(3s);
    auto const first = shop.here(laser, 15min), second = shop.here(other, 15min);
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    shop.plant.pass(1s);
    for (auto const& machine : {laser, other}) shop.unit(machine).load_w = 0;
    int asked = 0;
    shop.plant.on_step = [&](std::string const& step) {
        if (step == "snapshot" && ++asked == 1) throw std::logic_error("not a register");
    };
    int failed = 0;
    for (int second_no = 0; second_no < 25 * 60; ++second_no) {
        try {
            shop.run_for(1s);
        } catch (std::logic_error const&) {
            ++failed;
        }
    }
    EXPECT_EQ(failed, 1) << "whoever runs the job is told";
    EXPECT_EQ(shop.state_of(first), "completed");
    EXPECT_EQ(shop.state_of(second), "completed");
}

TEST_P(Run, DerivesTheQuartersOfAnAbsenceFromWhatWasReadBeforeIt) {
    auto const booking = shop.here(laser, 4h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.daemon->writer.flush();
    auto const before = unit().shown_wh();
    auto const killed = shop.workshop.clock.now();
    shop.kill();
    shop.plant.pass(2h);  // its contact opens by itself, and only the standby is counted
    shop.boot();
    shop.daemon->run.reconcile();
    shop.run_for(5s);
    shop.stop(booking, "stop-key-1");
    int derived = 0;
    for (auto const& reg : shop.only_session().registers) {
        if (reg.edge != Edge::boundary || reg.at < killed || reg.method == Method::read) continue;
        ++derived;
        EXPECT_EQ(reg.quality, Quality::estimated);
        EXPECT_GE(reg.value.wh, before - 2) << "what was read is not counted later";
    }
    EXPECT_GE(derived, 6);
}

TEST_P(Run, OpensAContactThoughNothingCanBeKept) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    auto const write = [&](char const* sql) {
        ledger().write([&](store::Writer& writer) { return writer.execute(sql); });
    };
    // Whoever changes a booking needs more room than there is.
    if (is_postgres()) {
        write("CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN "
              "RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql");
        write("CREATE TRIGGER fills AFTER UPDATE ON booking "
              "FOR EACH ROW EXECUTE FUNCTION no_room()");
    } else {
        write("CREATE TABLE filler (bytes BLOB)");
        write("CREATE TRIGGER fills AFTER UPDATE ON booking BEGIN "
              "INSERT INTO filler VALUES (zeroblob(1000000)); END");
        write("PRAGMA max_page_count = 1");
    }
    EXPECT_THROW(shop.stop(booking, "stop-key-1"), store::DiskFull);
    EXPECT_FALSE(unit().closed);
    write(is_postgres() ? "DROP TRIGGER fills ON booking" : "PRAGMA max_page_count = 100000");
    shop.run_for(5s);
    EXPECT_EQ(shop.stop(booking, "stop-key-2").status, 200);
    EXPECT_EQ(shop.only_session().energy->wh, unit().shown_wh() - before);
}

TEST_P(Run, BillsByTheCounterRulesThroughARollover) {
    shop.kill();
    unit().modulus = 5'000'300;
    shop.workshop.ledger.write([&](store::Writer& writer) {
        return writer.execute("UPDATE point SET modulus = 5000300 WHERE facility_id = $1 "
                              "AND unit = 'Wh'",
                              shop.workshop.facility);
    });
    shop.boot();
    shop.run_for(5s);
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().true_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(30min);
    shop.stop(booking, "stop-key-1");
    EXPECT_LT(unit().shown_wh(), 5'000'000);
    auto const session = shop.only_session();
    EXPECT_EQ(session.energy->wh, unit().true_wh() - before);
    EXPECT_EQ(session.quality, Quality::good);
    EXPECT_EQ(session.registers.back().carried.wh, 5'000'300);
}

TEST_P(Run, NeverBillsAResetAndSaysSo) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().true_wh();
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    unit().reset_at = unit().true_wh();
    unit().was_reset = true;
    shop.run_for(10min);
    shop.stop(booking, "stop-key-1");
    auto const session = shop.only_session();
    EXPECT_EQ(session.quality, Quality::questionable);
    EXPECT_LE(session.energy->wh, unit().true_wh() - before);
    EXPECT_GE(session.energy->wh, unit().true_wh() - before - 2);
}

TEST_P(Run, AsksAgainForAValueThatIsDoubted) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    auto const used = unit().shown_wh();
    unit().glitch = 0;
    shop.plant.on_step = [&](std::string const& step) {
        if (step == "snapshot" && shop.plant.snapshots > 1) unit().glitch.reset();
    };
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(shop.only_session().registers.back().value.wh, used);
    EXPECT_EQ(shop.only_session().quality, Quality::good);
}

TEST_P(Run, KeepsRunningWhatStillRunsAfterARestart) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.kill();
    shop.plant.pass(3s);
    shop.boot();
    shop.daemon->run.reconcile();
    shop.run_for(30s);
    EXPECT_TRUE(unit().closed);
    EXPECT_EQ(shop.state_of(booking), "running");
}

TEST_P(Run, PausesWhatStoppedWhileTheDaemonWasDead) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    shop.kill();
    shop.plant.pass(2min);
    EXPECT_FALSE(unit().closed) << "the relay's own watchdog";
    shop.boot();
    shop.daemon->run.reconcile();
    shop.run_for(30s);
    EXPECT_FALSE(unit().closed);
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_EQ(shop.last_reason(booking), "restart");
}

}  // namespace
}  // namespace karkhana::metering
