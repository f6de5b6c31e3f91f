#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A room of three seats behind one meter and one relay.
class Room : public tests::StoreTest {
protected:
    void SetUp() override {
        room = shop.add_laser("cad-room", 3).id;
        shop.boot();
        shop.run_for(3s);
    }
    std::int64_t used(std::string const& booking) {
        for (auto const& session : shop.sessions())
            if (session.booking->text() == booking) return session.energy.value().wh;
        throw std::runtime_error("no session of this booking");
    }

    store::Store& store_of_room() { return shop.workshop.ledger; }

    Shop shop{ledger(), telemetry()};
    MachineId room;
};
KARKHANA_ON_BOTH_ENGINES(Room);

TEST_P(Room, SeveralWorkInASharedRoomAtTheSameTime) {
    auto const first = shop.here(room, 2h), second = shop.here(room, 2h);
    auto const before = shop.unit(room).shown_wh();
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    shop.run_for(20min);
    auto const started = shop.start(second, "start-key-2");
    ASSERT_EQ(started.status, 200) << started.body;
    shop.run_for(20min);
    EXPECT_EQ(shop.state_of(first), "running");
    auto const board = store_of_room().read([&](store::Reader& reader) {
        return live_board(shop.daemon->services, shop.daemon->run, reader, shop.workshop.facility);
    });
    std::set<std::string> there;
    for (auto const& slot : board.machines.front().in_room) there.insert(slot.booking.id.text());
    EXPECT_EQ(there, (std::set<std::string>{first, second})) << "the board shows both";
    ASSERT_EQ(shop.stop(first, "stop-key-1").status, 200);
    EXPECT_TRUE(shop.unit(room).closed) << "the second works on";
    shop.run_for(20min);
    ASSERT_EQ(shop.pause(second, "pause-key-1").status, 200);
    EXPECT_FALSE(shop.unit(room).closed) << "nobody is at work";
    ASSERT_EQ(shop.stop(second, "stop-key-2").status, 200);
    // The meter of the room is parted by who was there, and nothing of it is billed twice.
    EXPECT_EQ(used(first) + used(second), shop.unit(room).shown_wh() - before);
    EXPECT_EQ(used(first) * 10 / used(second), 10);
}

TEST_P(Room, WhoHasNoSeatDoesNotBegin) {
    auto const two = shop.here(room, 2h, 2);
    ASSERT_EQ(shop.start(two, "start-key-1").status, 200);
    auto const one = shop.here(room, 2h), more = shop.here(room, 2h);
    auto const refused = shop.start(one, "start-key-2");
    EXPECT_EQ(text_of(json_of(refused), "code"), "machine_busy") << "four for three seats";
    ASSERT_EQ(shop.workshop
                  .call(shop.workshop.desk, "POST", "/api/v1/bookings/" + more + "/cancel",
                        R"({"reason":"x"})", {{"idempotency-key", "cancel-key-1"}})
                  .status,
              200);
    EXPECT_EQ(shop.start(one, "start-key-3").status, 200);
}

TEST_P(Room, ANextBookingSendsNobodyAway) {
    auto const first = shop.here(room, 30min);
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    shop.run_for(31min);
    auto const next = shop.here(room, 2h);
    ASSERT_EQ(shop.start(next, "start-key-2").status, 200);
    shop.run_for(10min);
    EXPECT_EQ(shop.state_of(first), "running");
    EXPECT_EQ(shop.state_of(next), "running");
}

TEST_P(Room, AfterARestartEverybodyGoesOn) {
    auto const first = shop.here(room, 2h), second = shop.here(room, 2h);
    ASSERT_EQ(shop.start(first, "start-key-1").status, 200);
    ASSERT_EQ(shop.start(second, "start-key-2").status, 200);
    shop.kill();
    shop.plant.pass(3s);
    shop.boot();
    shop.daemon->run.hold_running();
    shop.daemon->run.reconcile();
    shop.run_for(30s);
    EXPECT_TRUE(shop.unit(room).closed);
    EXPECT_EQ(shop.state_of(first), "running");
    EXPECT_EQ(shop.state_of(second), "running");
}

}  // namespace
}  // namespace karkhana::metering
