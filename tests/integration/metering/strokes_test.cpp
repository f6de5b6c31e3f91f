#include <gtest/gtest.h>

#include "server/metering/stroke_counters.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A press that makes a stroke a second, each of which a pulse tells.
class CountedStrokes : public tests::StoreTest {
protected:
    void SetUp() override {
        press = shop.add_laser("press").id;
        shop.add_feeder({.name = "Counter"},
                        {.behind = {}, .standby_w = 3600, .shown_from = 900'000});
        shop.setups().back().points = {{"counter_ch1", Unit::count, true, false, 0, 1}};
        began = shop.workshop.clock.now();
        shop.boot();
        shop.run_for(20min);
        shop.daemon->writer.flush();
        ask();
    }
    void ask() {
        strokes.emplace(shop.daemon->services,
                        std::map<MachineId, StrokeCounters::Source>{
                            {press, {shop.channel_of("Counter"), "Counter: counter_ch1"}}});
    }
    std::int64_t since(Instant from) { return strokes->since(press, from).value().count; }

    Shop shop{ledger(), telemetry()};
    MachineId press;
    Instant began;
    std::optional<StrokeCounters> strokes;
};
KARKHANA_ON_BOTH_ENGINES(CountedStrokes);

TEST_P(CountedStrokes, AreThoseOfTheRegisterSinceThen) {
    auto const from = shop.workshop.clock.now();
    EXPECT_EQ(since(from), 0);
    shop.run_for(10min);
    auto const counted = strokes->since(press, from).value();
    EXPECT_EQ(counted.count, 600);
    EXPECT_EQ(counted.from, from);
    EXPECT_EQ(counted.counter, "Counter: counter_ch1");
    auto const all = strokes->since(press, began - 24h).value();
    EXPECT_EQ(all.count, 30 * 60 - 1);
    EXPECT_EQ(all.from, began + 1s) << "no more is known of it";
    EXPECT_FALSE(strokes->since(MachineId{}, from));
}

TEST_P(CountedStrokes, GoOnOverAResetAndARestart) {
    auto const from = shop.workshop.clock.now();
    shop.run_for(1min);
    shop.feeder("Counter").shown_from -= 900'000;
    shop.run_for(1min);
    auto const counted = since(from);
    EXPECT_GE(counted, 60);
    EXPECT_LE(counted, 120) << "what it made before it was read again is not invented";
    shop.daemon->writer.flush();
    shop.kill();
    shop.plant.pass(10s);
    shop.boot();
    ask();
    shop.run_for(5s);
    EXPECT_EQ(since(from), counted + 15);
}

}  // namespace
}  // namespace karkhana::metering
