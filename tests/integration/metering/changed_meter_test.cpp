#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// Sessions that the configuration takes the meter from while they are on.
class ChangedMeter : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        other = shop.add_laser("other").id;
        shop.unit(other).shown_from = 7'000'000;
        shop.boot();
        shop.run_for(3s);
    }

    static void swap_machines(std::vector<DeviceSetup>& setups) {
        std::swap(setups.at(0).machine, setups.at(1).machine);
    }
    /// Another meter, under a name of its own and at another register, takes the laser's place.
    void exchange_meter(std::int64_t shown_from) {
        shop.boot_with([](auto& setups) { setups.at(0).name = "new meter"; });
        for (auto const& point : shop.points())
            if (point.machine == laser)
                (point.counter ? unit().energy : unit().power) = point.channel;
        unit().shown_from = shown_from;
        unit().watt_micros = 0;
    }
    UsageSession session_of(std::string const& booking) {
        auto const id = BookingId::parse(booking).value();
        for (auto const& session : shop.sessions())
            if (session.booking == id) return session;
        throw std::runtime_error("no session");
    }
    static void expect_of_one_meter(UsageSession const& session) {
        EXPECT_EQ(session.state, SessionState::closed);
        EXPECT_EQ(session.quality, Quality::questionable);
        for (auto const& reg : session.registers)
            EXPECT_EQ(reg.channel, session.registers.front().channel);
        for (std::size_t i = 1; i < session.registers.size(); ++i)
            EXPECT_LE(session.registers[i - 1].value, session.registers[i].value);
    }
    Plant::Unit& unit() { return shop.unit(laser); }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    MachineId other;
};
KARKHANA_ON_BOTH_ENGINES(ChangedMeter);

TEST_P(ChangedMeter, IsNeverSubtractedFromTheOneOfTheStart) {
    auto const booking = shop.here(laser, 2h);
    auto const before = unit().shown_wh();
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(20min);
    auto const used = unit().shown_wh() - before;
    shop.boot_with(swap_machines);
    shop.run_for(10s);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    auto const session = session_of(booking);
    expect_of_one_meter(session);
    EXPECT_LE(session.energy->wh, used);
    EXPECT_GE(session.energy->wh, used / 2);
}

TEST_P(ChangedMeter, LeavesAPausedBookingsSessionWithItsOwn) {
    auto const booking = shop.here(laser, 2h);
    shop.start(booking, "start-key-1");
    shop.run_for(5min);
    shop.boot_with(swap_machines);
    ASSERT_EQ(shop.pause(booking, "pause-key-1").status, 200);
    shop.run_for(10min);
    ASSERT_EQ(shop.start(booking, "start-key-2").status, 200);
    shop.run_for(20min);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    expect_of_one_meter(session_of(booking));
}

TEST_P(ChangedMeter, ClosesWhatWaitedForTheOldOne) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.stop(booking, "stop-key-1");
    ASSERT_EQ(session_of(booking).state, SessionState::closing);
    exchange_meter(100);
    unit().answers = true;
    shop.run_for(3s);
    expect_of_one_meter(session_of(booking));
}

TEST_P(ChangedMeter, IsNoneOfTheMeterThatAnotherMachineHasNow) {
    auto const booking = shop.here(laser, 15min);
    shop.start(booking, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.stop(booking, "stop-key-1");
    auto const most = unit().shown_wh();
    shop.boot_with(swap_machines);
    unit().standby_w = 900;
    shop.plant.pass(2h);
    unit().answers = true;
    shop.run_for(3s);
    expect_of_one_meter(session_of(booking));
    EXPECT_LE(session_of(booking).registers.back().value.wh, most);
}

TEST_P(ChangedMeter, DoesNotStandInTheWayOfTheNextBooking) {
    auto const first = shop.here(laser, 15min);
    shop.start(first, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.stop(first, "stop-key-1");
    shop.run_for(20min);
    exchange_meter(100);
    unit().answers = true;
    auto const second = shop.here(laser, 1h);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    expect_of_one_meter(session_of(first));
    EXPECT_LT(session_of(second).registers.front().value.wh, 1000);
}

TEST_P(ChangedMeter, ThatIsTakenAwayDoesNotStandInTheWayEither) {
    auto const first = shop.here(laser, 15min);
    shop.start(first, "start-key-1");
    shop.run_for(10min);
    unit().answers = false;
    shop.stop(first, "stop-key-1");
    shop.boot_with([](auto& setups) { setups.erase(setups.begin()); });
    auto const second = shop.here(laser, 1h);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    expect_of_one_meter(session_of(first));
}

TEST_P(ChangedMeter, IsNotAskedAtAQuarterOfAnHour) {
    auto const booking = shop.here(laser, 2h);
    auto const others = shop.here(other, 2h);
    shop.start(booking, "start-key-1");
    shop.start(others, "start-key-2");
    shop.run_for(5min);
    auto const removed = unit().energy;
    shop.boot_with([](auto& setups) { setups.erase(setups.begin()); });
    std::vector<Channel> asked;
    shop.plant.on_asked = [&](std::span<Channel const> channels) {
        asked.insert(asked.end(), channels.begin(), channels.end());
    };
    shop.run_for(15min);
    EXPECT_EQ(std::ranges::count(asked, removed), 0);
    auto const session = session_of(others);
    ASSERT_EQ(session.registers.size(), 2U);
    EXPECT_EQ(session.registers.back().method, Method::read);
}

TEST_P(ChangedMeter, ComesToAMachineThatWasStartedWithoutOne) {
    DeviceSetup added;
    shop.boot_with([&](auto& setups) {
        added = setups.front();
        setups.erase(setups.begin());
    });
    auto const booking = shop.here(laser, 2h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(1min);
    shop.boot_with([&](auto& setups) { setups.push_back(added); });
    shop.run_for(1min);
    ASSERT_EQ(shop.pause(booking, "pause-key-1").status, 200);
    ASSERT_EQ(shop.start(booking, "start-key-2").status, 200);
    shop.run_for(1min);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    auto const session = session_of(booking);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_TRUE(session.registers.empty());
    EXPECT_EQ(session.energy->wh, 0);
}

}  // namespace
}  // namespace karkhana::metering
