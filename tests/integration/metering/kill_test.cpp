#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// The daemon dies at each step of a START, a PAUSE or a STOP in turn, is started again, and the
/// client asks again with the key it used.
class Kill : public tests::StoreTest {
protected:
    static constexpr int machines = 24;

    void SetUp() override {
        for (int i = 0; i < machines; ++i)
            lasers.push_back(shop.add_laser("laser-" + std::to_string(i)).id);
        shop.boot();
        shop.run_for(3s);
    }

    /// True if the daemon died before it answered.
    template <class Ask>
    bool dies_at(int step, Ask&& ask) {
        int steps = 0;
        auto const count = [&](std::string const&) {
            if (++steps == step) throw Killed{};
        };
        shop.plant.on_step = count;
        shop.store.on_step = count;
        bool died = false;
        try {
            answer = ask();
        } catch (Killed const&) {
            died = true;
        }
        shop.plant.on_step = {};
        shop.store.on_step = {};
        return died;
    }

    void restart(Duration dead_for) {
        shop.kill();
        shop.plant.pass(dead_for);
        shop.boot();
        shop.daemon->run.reconcile();
        shop.run_for(2s);
    }

    std::vector<UsageSession> sessions_of(std::string const& booking) {
        return shop.store.read([&](store::Reader& reader) {
            return sessions_of_booking(reader, shop.workshop.facility,
                                       BookingId::parse(booking).value());
        });
    }

    void expect_settled(std::string const& booking, MachineId const& laser, std::int64_t before) {
        EXPECT_EQ(shop.state_of(booking), "completed");
        EXPECT_FALSE(shop.unit(laser).closed);
        auto const sessions = sessions_of(booking);
        ASSERT_EQ(sessions.size(), 1U);
        auto const& session = sessions.front();
        EXPECT_EQ(session.state, SessionState::closed);
        EXPECT_EQ(session.registers.front().value.wh, before);
        EXPECT_EQ(session.energy->wh, shop.unit(laser).shown_wh() - before);
    }

    Shop shop{ledger(), telemetry()};
    std::vector<MachineId> lasers;
    http::Response answer;
};
KARKHANA_ON_BOTH_ENGINES(Kill);

TEST_P(Kill, DuringAStartLeavesOneSession) {
    int step = 1;
    for (bool died = true; died; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        ASSERT_LE(step, machines);
        auto const laser = lasers[static_cast<std::size_t>(step - 1)];
        auto const booking = shop.here(laser, 2h);
        // Nothing is drawn in these seconds, so whatever START was taken is the same.
        shop.unit(laser).standby_w = 0;
        auto const before = shop.unit(laser).shown_wh();
        died = dies_at(step, [&] { return shop.start(booking, "start-key-" + booking); });
        bool const closed_then = shop.unit(laser).closed;
        if (died) restart(3s);
        auto const again = shop.start(booking, "start-key-" + booking);
        EXPECT_EQ(again.status, 200) << again.body;
        if (!died) {
            EXPECT_EQ(again.body, answer.body);
        }
        ASSERT_EQ(sessions_of(booking).size(), 1U);
        auto const state = shop.state_of(booking);
        if (closed_then) {
            EXPECT_EQ(state, "running") << "a closed contact is kept";
        }
        EXPECT_EQ(shop.unit(laser).closed, state == "running");
        if (state == "paused") {
            EXPECT_EQ(shop.start(booking, "resume-" + booking).status, 200);
        }
        shop.run_for(2min);
        EXPECT_EQ(shop.stop(booking, "stop-key-" + booking).status, 200);
        expect_settled(booking, laser, before);
    }
    EXPECT_GE(step, 9) << "there are that many points to die at";
}

TEST_P(Kill, DuringAStopLeavesOneEnergy) {
    int step = 1;
    for (bool died = true; died; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        ASSERT_LE(step, machines);
        auto const laser = lasers[static_cast<std::size_t>(step - 1)];
        auto const booking = shop.here(laser, 2h);
        auto const before = shop.unit(laser).shown_wh();
        ASSERT_EQ(shop.start(booking, "start-key-" + booking).status, 200);
        shop.run_for(1min);
        shop.unit(laser).standby_w = 0;
        died = dies_at(step, [&] { return shop.stop(booking, "stop-key-" + booking); });
        if (died) restart(3s);
        auto const again = shop.stop(booking, "stop-key-" + booking);
        EXPECT_EQ(again.status, 200) << again.body;
        EXPECT_EQ(shop.stop(booking, "stop-key-" + booking).body, again.body);
        expect_settled(booking, laser, before);
        EXPECT_EQ(sessions_of(booking).front().quantity, 12);
    }
    EXPECT_GE(step, 6) << "there are that many points to die at";
}

TEST_P(Kill, DuringAPauseLeavesItPaused) {
    int step = 1;
    for (bool died = true; died; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        ASSERT_LE(step, machines);
        auto const laser = lasers[static_cast<std::size_t>(step - 1)];
        auto const booking = shop.here(laser, 2h);
        auto const before = shop.unit(laser).shown_wh();
        ASSERT_EQ(shop.start(booking, "start-key-" + booking).status, 200);
        shop.run_for(1min);
        died = dies_at(step, [&] { return shop.pause(booking, "pause-key-" + booking); });
        if (died) restart(20s);
        auto const again = shop.pause(booking, "pause-key-" + booking);
        EXPECT_EQ(again.status, 200) << again.body;
        EXPECT_EQ(shop.state_of(booking), "paused");
        EXPECT_FALSE(shop.unit(laser).closed);
        shop.unit(laser).standby_w = 0;
        EXPECT_EQ(shop.stop(booking, "stop-key-" + booking).status, 200);
        expect_settled(booking, laser, before);
    }
    EXPECT_GE(step, 6) << "there are that many points to die at";
}

TEST_P(Kill, OfTheEndOfABookingIsMadeGoodOnce) {
    int step = 1;
    for (bool died = true; died; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        ASSERT_LE(step, machines);
        auto const laser = lasers[static_cast<std::size_t>(step - 1)];
        auto const booking = shop.here(laser, 15min);
        auto const before = shop.unit(laser).shown_wh();
        ASSERT_EQ(shop.start(booking, "start-key-" + booking).status, 200);
        shop.run_for(1min);
        shop.unit(laser).standby_w = 0;
        shop.unit(laser).load_w = 0;
        shop.plant.speed = 60;
        auto const due = shop.booking_of(booking).during.end + end_grace;
        while (shop.workshop.clock.now() < due - 1min) shop.run_for(1s);
        shop.plant.speed = 1;
        while (shop.workshop.clock.now() < due - 1s) shop.run_for(1s);
        shop.plant.pass(1s);
        died = dies_at(step, [&] {
            shop.daemon->run.tick();
            return http::Response{};
        });
        if (died) restart(3s);
        shop.run_for(70s);  // to see again that it is idle
        expect_settled(booking, laser, before);
        EXPECT_EQ(shop.last_reason(booking), "end_of_booking");
    }
    EXPECT_GE(step, 6) << "there are that many points to die at";
}

}  // namespace
}  // namespace karkhana::metering
