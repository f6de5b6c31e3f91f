#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/facility/book_changes.hpp"
#include "server/metering/ticks.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A laser that asks for its guards and its extraction before it starts.
class SafetyTicks : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        for (auto const* name : {"tick_guards", "tick_extraction"})
            shop.workshop.ledger.write([&](store::Writer& writer) {
                facility::insert_setting(writer, shop.workshop.facility,
                                         shop.workshop.ids.make<SettingId>(),
                                         {.name = name,
                                          .machine = laser,
                                          .group = {},
                                          .membership = "",
                                          .season = "",
                                          .value = 1,
                                          .from = booking::dhaka("2026-01-01 00:00")},
                                         std::nullopt, shop.workshop.clock.now());
                return true;
            });
        shop.boot();
        shop.run_for(3s);
    }
    http::Response start(std::string const& booking, std::string const& key, std::string body) {
        return shop.call("start", booking, key, std::move(body));
    }
    /// "extraction desk, guards desk"
    std::string ticked(SessionId const& session) {
        auto const found = shop.store.read([&](store::Reader& reader) {
            return ticks_of(reader, shop.workshop.facility, {session});
        });
        std::string text;
        if (found.contains(session))
            for (auto const& each : found.at(session))
                text += (text.empty() ? "" : ", ") + each.tick + " " + each.by.en;
        return text;
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
};
KARKHANA_ON_BOTH_ENGINES(SafetyTicks);

TEST_P(SafetyTicks, NothingStartsWithoutThemAndWhoTickedIsKept) {
    auto const booking = shop.here(laser, 1h);
    auto const bare = start(booking, "start-key-1", "{}");
    EXPECT_EQ(bare.status, 422) << bare.body;
    EXPECT_EQ(code_of(bare), "safety_tick");
    EXPECT_EQ(code_of(start(booking, "start-key-2", R"({"ticks":{"guards":true}})")),
              "safety_tick");
    EXPECT_EQ(
        code_of(start(booking, "start-key-3", R"({"ticks":{"guards":true,"extraction":false}})")),
        "safety_tick");
    EXPECT_EQ(start(booking, "start-key-4", R"({"ticks":{"brakes":true}})").status, 422);
    EXPECT_FALSE(shop.unit(laser).closed);
    EXPECT_TRUE(shop.sessions().empty());
    EXPECT_EQ(shop.state_of(booking), "checked_in");
    auto const all = R"({"ticks":{"guards":true,"extraction":true,"protection":true}})";
    ASSERT_EQ(start(booking, "start-key-5", all).status, 200);
    EXPECT_TRUE(shop.unit(laser).closed);
    EXPECT_EQ(ticked(shop.only_session().id), "extraction desk, guards desk")
        << "those that the machine asks for";
    EXPECT_EQ(start(booking, "start-key-5", all).status, 200) << "a repeat is the same";
}

TEST_P(SafetyTicks, WhoGoesOnAfterAPauseHasSeenToThem) {
    auto const booking = shop.here(laser, 1h);
    ASSERT_EQ(
        start(booking, "start-key-1", R"({"ticks":{"guards":true,"extraction":true}})").status,
        200);
    shop.run_for(5s);
    ASSERT_EQ(shop.pause(booking, "pause-key-1").status, 200);
    EXPECT_EQ(start(booking, "start-key-2", "{}").status, 200);
}

TEST_P(SafetyTicks, TheBoardSaysWhatIsAskedFor) {
    auto const board = shop.store.read([&](store::Reader& reader) {
        return live_board(shop.daemon->services, shop.daemon->run, reader, shop.workshop.facility);
    });
    ASSERT_EQ(board.machines.size(), 1U);
    auto const shown = live_json(board.machines[0], board.zone, nullptr);
    EXPECT_EQ(boost::json::serialize(shown.at("ticks")), R"(["guards","extraction"])");
}

}  // namespace
}  // namespace karkhana::metering
