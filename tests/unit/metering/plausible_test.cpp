#include <gtest/gtest.h>

#include "server/metering/rules_plausible.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};

/// A meter that is read each second.
struct Meter {
    CounterWatch watch;
    std::int64_t resolution = 1;
    Instant at = noon;
    Monotonic heard{};
    double wh = 20'000;
    bool counts = true;
    double shown_for_true = 1;  ///< a wrong scale or CT ratio
    int found[5] = {};

    void run(Duration time, std::int64_t w, Duration step = 1s) {
        for (Duration passed{}; passed < time; passed += step) {
            at += step;
            heard += step;
            auto const hours = std::chrono::duration<double>(step).count() / 3600;
            if (counts) wh += static_cast<double>(w) * shown_for_true * hours;
            ++found[static_cast<int>(watch.counter(at, static_cast<std::int64_t>(wh), resolution))];
            watch.power(at, heard, w);
        }
    }
    int count(Finding finding) const { return found[static_cast<int>(finding)]; }
};

TEST(CounterWatch, HasNothingToSayOfAMeterInOrder) {
    Meter meter;
    for (int i = 0; i < 20; ++i) {
        meter.run(5min, 1800);
        meter.run(2min, 10);
        for (int pulse = 0; pulse < 60; ++pulse) meter.run(3s, pulse % 2 == 0 ? 2000 : 50);
    }
    EXPECT_EQ(meter.count(Finding::none), 20 * 600);
}

TEST(CounterWatch, FindsACounterThatStandsStillUnderLoad) {
    Meter meter;
    meter.run(1min, 1800);
    meter.counts = false;
    // 1800 W make 50 Wh in 100 seconds.
    meter.run(95s, 1800);
    EXPECT_FALSE(meter.watch.frozen());
    meter.run(10s, 1800);
    EXPECT_TRUE(meter.watch.frozen());
    meter.run(1h, 1800);
    EXPECT_EQ(meter.count(Finding::frozen), 1);
    meter.counts = true;
    meter.run(10s, 1800);
    EXPECT_FALSE(meter.watch.frozen());
    EXPECT_EQ(meter.count(Finding::moving), 1);
}

TEST(CounterWatch, TakesNoStandstillForAFreeze) {
    Meter meter;
    meter.counts = false;
    meter.run(8h, 5);  // less than what it must have counted
    EXPECT_FALSE(meter.watch.frozen());
}

TEST(CounterWatch, GivesACoarseRegisterItsSteps) {
    Meter meter;
    meter.resolution = 100;
    meter.counts = false;
    meter.run(9min, 1800);
    EXPECT_FALSE(meter.watch.frozen());
    meter.run(2min, 1800);
    EXPECT_TRUE(meter.watch.frozen());
}

TEST(CounterWatch, FindsAWrongScale) {
    for (double const wrong : {0.1, 0.9, 0.97, 1.03, 2.0, 1000.0}) {
        Meter meter;
        meter.shown_for_true = wrong;
        meter.run(15min + 5s, 1800);
        EXPECT_TRUE(meter.watch.disagrees()) << wrong;
        meter.shown_for_true = 1;
        meter.run(31min, 1800);
        EXPECT_FALSE(meter.watch.disagrees()) << wrong;
        EXPECT_GE(meter.count(Finding::agrees), 1);
    }
}

TEST(CounterWatch, AllowsTwoPercent) {
    for (double const right : {0.985, 1.015}) {
        Meter meter;
        meter.shown_for_true = right;
        meter.run(1h, 1800);
        EXPECT_FALSE(meter.watch.disagrees()) << right;
    }
}

TEST(CounterWatch, KnowsNothingOfAGap) {
    Meter meter;
    meter.run(10min, 1800);
    // What it counted meanwhile comes before the first power after it.
    meter.at += 1h;
    meter.heard += 1h;
    meter.wh += 1800;
    meter.run(10min, 1800);
    EXPECT_EQ(meter.count(Finding::disagrees), 0);
}

TEST(CounterWatch, IsNotMisledByAClockThatIsSet) {
    for (Duration const step : {Duration{-1h}, Duration{-30s}, Duration{30s}, Duration{90s}}) {
        Meter meter;
        meter.run(10min, 1800);
        meter.at += step;
        meter.run(20min, 1800);
        EXPECT_EQ(meter.count(Finding::disagrees), 0) << step.count();
    }
}

TEST(CounterWatch, IsNotMisledByAClockThatRunsFaster) {
    Meter meter;
    for (int i = 0; i < 240; ++i) {
        meter.at += 59s;
        meter.wh += 1800.0 * 59 / 3600;
        meter.run(1s, 1800);
    }
    EXPECT_EQ(meter.count(Finding::disagrees), 0);
    EXPECT_EQ(meter.count(Finding::frozen), 0);
}

}  // namespace
}  // namespace karkhana::metering
