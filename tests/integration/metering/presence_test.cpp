#include <gtest/gtest.h>

#include "server/booking/life_records.hpp"
#include "server/booking/sweep.hpp"
#include "server/facility/book_changes.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

using booking::dhaka;

/// A press with a meter and a switch of its own, and a laser behind a contact.
class OwnSwitch : public tests::StoreTest {
protected:
    void SetUp() override {
        press = shop.add_laser("press").id;
        laser = shop.add_laser("laser").id;
        shop.unit(press).has_relay = false;
        shop.boot();
        shop.workshop.services.power_uses = [this](store::Reader& reader,
                                                   FacilityId const& facility, Instant since) {
            auto uses = power_uses(reader, facility, since);
            for (auto const& use : shop.daemon->run.rising()) uses.push_back(use);
            return uses;
        };
        live(3s);
    }
    /// Time passes, and the sweep looks as often as it does.
    void live(Duration time) {
        for (Duration passed{}; passed < time; passed += 1s) {
            shop.run_for(1s);
            if (++seconds_ % 5 == 0) booking::Sweep{shop.workshop.services}.run();
        }
    }
    void switch_on(MachineId const& machine, bool on = true) {
        shop.unit(machine).standby_w = on ? 1800 : 10;
    }
    /// A booking that nobody has touched since.
    std::string booked(EnterpriseId const& party, MachineId const& machine, std::string const& from,
                       std::string const& until) {
        booking::Booking const made{
            .facility = shop.workshop.facility,
            .id = shop.workshop.ids.make<BookingId>(),
            .machine = machine,
            .enterprise = party,
            .created_by = shop.workshop.desk.person,
            .during = {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)}};
        shop.store.write([&](store::Writer& writer) {
            booking::insert_booking(writer, made, shop.workshop.clock.now());
            return true;
        });
        return made.id.text();
    }
    std::string states_of(std::string const& id) {
        auto const history = shop.store.read([&](store::Reader& reader) {
            return booking::history_of(reader, shop.workshop.facility, *BookingId::parse(id));
        });
        std::string text;
        for (auto const& step : history)
            text += (text.empty() ? "" : " ") + std::string{booking::name_of(step.to)};
        return text;
    }
    /// "theirs 1800 W", "others 1800 W"; empty: nothing was said of the booking.
    std::string proof_of(std::string const& id) {
        return shop.store
            .read([&](store::Reader& reader) {
                return reader.first(
                    "SELECT u.whose, r.watts FROM power_use u JOIN power_rise r "
                    "ON r.facility_id = u.facility_id AND r.session_id = u.session_id "
                    "WHERE u.facility_id = $1 AND u.booking_id = $2",
                    [](store::Row const& row) {
                        return row.text(0) + " " + std::to_string(row.integer(1)) + " W";
                    },
                    shop.workshop.facility, *BookingId::parse(id));
            })
            .value_or("");
    }
    int told(std::string const& action) {
        return static_cast<int>(shop.store.read([&](store::Reader& reader) {
            return reader
                .first(
                    "SELECT count(*) FROM audit_event WHERE facility_id = $1 AND action = $2",
                    [](store::Row const& row) { return row.integer(0); }, shop.workshop.facility,
                    action)
                .value();
        }));
    }

    Shop shop{ledger(), telemetry()};  ///< it is Saturday, 10:00
    EnterpriseId mita = shop.workshop.mita, rahim = shop.workshop.rahim;
    MachineId press, laser;
    int seconds_ = 0;
};
KARKHANA_ON_BOTH_ENGINES(OwnSwitch);

TEST_P(OwnSwitch, WhoWorksIsThereAndPaysForWhatTheyUseFromItsFirstSecond) {
    auto const booking = booked(mita, press, "10:00", "11:00");
    live(7min);
    EXPECT_EQ(shop.state_of(booking), "confirmed");
    auto const before = shop.unit(press).shown_wh();
    switch_on(press);
    live(25s);
    EXPECT_EQ(states_of(booking), "confirmed checked_in running");
    EXPECT_EQ(proof_of(booking), "theirs 1800 W");
    EXPECT_EQ(shop.last_reason(booking), "power");
    live(40min);
    switch_on(press, false);
    auto const after = shop.unit(press).shown_wh();
    live(14min);
    EXPECT_EQ(shop.state_of(booking), "completed") << "it rested when its time was over";
    EXPECT_LT(*shop.booking_of(booking).ended_at, dhaka("2026-11-21 11:00") + 30s);
    auto const session = shop.only_session();
    EXPECT_EQ(session.booking, BookingId::parse(booking));
    EXPECT_EQ(session.enterprise, mita);
    EXPECT_EQ(session.kind, SessionKind::booked);
    EXPECT_EQ(session.opened_by, Opener::power);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.registers.front().value.wh, before);
    EXPECT_GE(session.energy->wh, after - before);
    EXPECT_LE(session.energy->wh, after - before + 3) << "and its standby until eleven";
    EXPECT_EQ(told("markMissed"), 0);
    EXPECT_EQ(told("attendByPower"), 1);
}

TEST_P(OwnSwitch, ThatNobodyKnowsWhetherTheyMayRunItIsKept) {
    shop.store.write([&](store::Writer& writer) {
        facility::insert_setting(writer, shop.workshop.facility,
                                 shop.workshop.ids.make<SettingId>(),
                                 {.name = "needs_authorisation",
                                  .machine = press,
                                  .group = {},
                                  .membership = "",
                                  .season = "",
                                  .value = 1,
                                  .from = dhaka("2026-01-01 00:00")},
                                 std::nullopt, shop.workshop.clock.now());
        return true;
    });
    auto const booking = booked(mita, press, "10:00", "11:00");
    switch_on(press);
    live(25s);
    EXPECT_EQ(shop.state_of(booking), "running") << "its own switch is not asked";
    EXPECT_EQ(shop.last_reason(booking), "power_unfit");
}

TEST_P(OwnSwitch, TheLastSecondsOfTheGraceTimeCount) {
    auto const booking = booked(mita, press, "10:00", "11:00");
    live(14min + 53s);
    ASSERT_LT(shop.workshop.clock.now(), dhaka("2026-11-21 10:15") - 2s);
    switch_on(press);
    live(30s);
    EXPECT_EQ(states_of(booking), "confirmed checked_in running");
}

TEST_P(OwnSwitch, AMomentOfPowerIsNobody) {
    auto const booking = booked(mita, press, "10:00", "11:00");
    live(14min + 53s);
    switch_on(press);
    live(3s);
    switch_on(press, false);
    live(10s);
    EXPECT_EQ(shop.state_of(booking), "missed");
}

TEST_P(OwnSwitch, ASweepThatSleptFindsThatTheyCame) {
    auto const booking = booked(mita, press, "10:00", "11:00");
    switch_on(press);
    shop.run_for(5min);
    switch_on(press, false);
    shop.run_for(20min);
    live(2s);
    EXPECT_EQ(shop.state_of(booking), "checked_in");
    EXPECT_EQ(shop.only_session().kind, SessionKind::unattributed) << "it is closed, and stays so";
    EXPECT_EQ(proof_of(booking), "theirs 1800 W");
}

TEST_P(OwnSwitch, WhoWasThereBeforeDoesNotComeForThemAndTheManagerIsToldOnce) {
    switch_on(press);
    live(20min);
    auto const booking = booked(rahim, press, "10:45", "11:30");
    live(41min);
    EXPECT_EQ(proof_of(booking), "others 1800 W");
    EXPECT_EQ(shop.state_of(booking), "missed");
    EXPECT_EQ(told("warnForeignUse"), 1);
    EXPECT_EQ(shop.only_session().kind, SessionKind::unattributed);
}

TEST_P(OwnSwitch, WhoGoesOnAfterTheirTimeDoesNotComeForTheNext) {
    auto const first = booked(mita, press, "10:00", "10:30");
    auto const next = booked(rahim, press, "10:30", "11:00");
    switch_on(press);
    live(40min);
    EXPECT_EQ(shop.state_of(first), "completed");
    EXPECT_EQ(proof_of(next), "others 1800 W");
    EXPECT_EQ(told("warnForeignUse"), 1);
    auto const sessions = shop.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].registers.back().value, sessions[1].registers.front().value);
    EXPECT_EQ(sessions[1].kind, SessionKind::unattributed);
    switch_on(press, false);
    live(70s);
    switch_on(press);
    live(20s);
    EXPECT_EQ(shop.state_of(next), "running") << "and then they come themselves";
}

TEST_P(OwnSwitch, WhoHasTwoBookingsInARowWorksThroughBoth) {
    auto const first = booked(mita, press, "10:00", "10:30");
    auto const next = booked(mita, press, "10:30", "11:00");
    switch_on(press);
    live(40min);
    EXPECT_EQ(shop.state_of(first), "completed");
    EXPECT_EQ(states_of(next), "confirmed checked_in running");
    EXPECT_EQ(told("warnForeignUse"), 0);
}

TEST_P(OwnSwitch, WhoHasCheckedInNeedsNoStart) {
    auto const booking = shop.here(press, 1h);
    live(5min);
    switch_on(press);
    live(25s);
    EXPECT_EQ(states_of(booking), "confirmed checked_in running");
    EXPECT_EQ(told("attendByPower"), 1);
    EXPECT_EQ(shop.only_session().booking, BookingId::parse(booking));
}

TEST_P(OwnSwitch, BehindAnOpenContactTheyAreThereAndNothingIsTheirsUntilTheyStart) {
    auto const booking = booked(mita, laser, "10:00", "11:00");
    switch_on(laser);
    live(1min);
    EXPECT_EQ(states_of(booking), "confirmed checked_in");
    EXPECT_EQ(shop.only_session().kind, SessionKind::unattributed);
    bool const alarm = shop.store.read([&](store::Reader& reader) {
        return lasting_alarm(reader, shop.workshop.facility, laser, "bypass").has_value();
    });
    EXPECT_TRUE(alarm);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    EXPECT_EQ(shop.sessions().at(1).kind, SessionKind::booked);
}

TEST_P(OwnSwitch, ADaemonThatDiesGoesOnWhereItWas) {
    auto const booking = booked(mita, press, "10:00", "11:00");
    switch_on(press);
    live(8s);
    shop.kill();
    shop.plant.pass(20s);
    shop.boot();
    shop.daemon->run.reconcile();
    live(25s);
    EXPECT_EQ(states_of(booking), "confirmed checked_in running");
    shop.kill();
    shop.plant.pass(20s);
    shop.boot();
    shop.daemon->run.reconcile();
    live(25s);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_EQ(shop.only_session().booking, BookingId::parse(booking));
}

}  // namespace
}  // namespace karkhana::metering
