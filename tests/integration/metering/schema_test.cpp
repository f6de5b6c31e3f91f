#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

using store::ConstraintViolated;

/// What the database itself refuses, whatever the program does.
class Law : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
        booking = shop.here(laser, 1h);
        shop.start(booking, "start-key-1");
    }

    template <class... Args>
    void refuses(std::string_view sql, Args const&... args) {
        try {
            ledger().write([&](store::Writer& writer) { return writer.execute(sql, args...); });
            ADD_FAILURE() << "allowed: " << sql;
        } catch (ConstraintViolated const& violated) {
            EXPECT_TRUE(violated.kind() == ConstraintViolated::Kind::check ||
                        violated.kind() == ConstraintViolated::Kind::unique ||
                        violated.kind() == ConstraintViolated::Kind::foreign_key)
                << violated.what();
        }
    }
    void close() {
        shop.stop(booking, "stop-key-1");
        ASSERT_EQ(shop.only_session().state, SessionState::closed);
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    std::string booking;
};
KARKHANA_ON_BOTH_ENGINES(Law);

TEST_P(Law, LetsNobodyChangeARegister) {
    refuses("UPDATE usage_register SET value_wh = value_wh + 1");
    refuses("DELETE FROM usage_register");
}

TEST_P(Law, LetsNobodyAddARegisterToAClosedSession) {
    close();
    auto const session = shop.only_session();
    auto extra = session.registers.front();
    extra.edge = Edge::boundary;
    extra.at += 1s;
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        add_register(writer, session.facility, session.id, extra);
        return true;
    }),
                 ConstraintViolated);
}

TEST_P(Law, HasOneUnfinishedSessionAMachine) {
    auto session = shop.only_session();
    session.id = shop.workshop.ids.make<SessionId>();
    session.registers.clear();
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        open_session(writer, session, "");
        return true;
    }),
                 ConstraintViolated);
}

TEST_P(Law, HoldsASessionToItsLife) {
    refuses("DELETE FROM usage_session");
    refuses("UPDATE usage_session SET start_at = start_at - 1");
    refuses("UPDATE usage_session SET state = 'closed'");
    refuses("UPDATE usage_session SET booking_id = NULL");
    close();
    refuses("UPDATE usage_session SET energy_wh = energy_wh + 1");
    refuses("UPDATE usage_session SET quantity = 99");
    refuses("UPDATE usage_session SET quality = 'estimated'");
    refuses("UPDATE usage_session SET stop_at = stop_at + 1");
    refuses("UPDATE usage_session SET state = 'open', stop_at = NULL, energy_wh = NULL");
}

TEST_P(Law, LetsAnAssignmentStand) {
    refuses("UPDATE usage_session SET enterprise_id = NULL");
    refuses("UPDATE usage_session SET kind = 'unattributed', enterprise_id = NULL");
}

TEST_P(Law, LetsNobodyChangeWhatHappenedToAMeter) {
    ledger().write([&](store::Writer& writer) {
        insert_event(writer, shop.workshop.facility,
                     {.channel = shop.unit(laser).energy,
                      .at = shop.workshop.clock.now(),
                      .kind = "reset",
                      .before = 10,
                      .after = 0,
                      .carried = 10});
        return true;
    });
    refuses("UPDATE meter_event SET carried_wh = 0");
    refuses("DELETE FROM meter_event");
}

TEST_P(Law, KnowsOnlyPointsOfItsDevices) {
    refuses("UPDATE point SET device_id = $1", shop.workshop.ids.make<DeviceId>());
    refuses("UPDATE point SET channel = 0");
}

TEST_P(Law, KeepsChannelNumbersOverConfigurations) {
    auto const points = [&] {
        return shop.store.read(
            [&](store::Reader& reader) { return list_points(reader, shop.workshop.facility); });
    };
    auto const before = points();
    DeviceSetup const added{.name = "another meter",
                            .line = "line",
                            .unit = 9,
                            .profile = "eastron_sdm630",
                            .points = {{"energy_import", Unit::wh, true, true, 0, 1}}};
    ledger().write([&](store::Writer& writer) {
        return configure_devices(writer, shop.workshop.ids, shop.workshop.facility, {added}).size();
    });
    auto const after = points();
    ASSERT_EQ(after.size(), before.size() + 1);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(after[i].channel, before[i].channel);
        EXPECT_EQ(after[i].name, before[i].name);
        EXPECT_FALSE(after[i].machine) << "configured no more";
    }
    EXPECT_EQ(after.back().channel, before.back().channel + 1);
}

}  // namespace
}  // namespace karkhana::metering
