// Every profile that is shipped, spoken by the simulator and polled back over TCP.

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <thread>

#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "devices/profiles/load.hpp"
#include "devices/sim/registers.hpp"
#include "devices/sim/simulator.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;

/// The last reading of each channel, and how many have had a good one.
class Latest final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        std::lock_guard const lock(mutex_);
        for (auto const& reading : frame.readings)
            if (reading.quality == Quality::good) latest_[reading.channel] = reading;
    }
    std::map<Channel, Reading> all() const {
        std::lock_guard const lock(mutex_);
        return latest_;
    }

private:
    mutable std::mutex mutex_;
    std::map<Channel, Reading> latest_;
};

/// The simulated machine works for an hour, and then nothing moves any more.
class Stopped final : public MonotonicClock {
public:
    Monotonic now() const override { return Monotonic{} + passed; }
    Duration passed{};
};

std::uint16_t free_port() {
    return modbus::Server::tcp("127.0.0.1", 0,
                               [](modbus::Request const&) { return modbus::Answer{}; })
        ->port();
}

/// Half of what the last digit of the register is worth, in the base unit; floats hold 24 bits.
std::int64_t half_a_digit(profiles::Point const& point, std::int64_t value) {
    if (point.type == profiles::WordType::f32 || point.fraction) return std::abs(value) >> 24;
    return (point.scale.numerator / point.scale.denominator + 1) / 2;
}

/// A register that is shown as flags too is what the flags make of it.
bool has_flags(profiles::Profile const& profile, profiles::Point const& point) {
    return !point.bit && std::ranges::any_of(profile.points, [&](auto const& other) {
        return other.bit && other.function == point.function && other.address == point.address;
    });
}

class EveryProfile : public ::testing::Test {
protected:
    void SetUp() override {
        config::Problems problems;
        sim::SceneLine line;
        line.name = "hall";
        line.port = free_port();
        scene.machines.push_back({"press", "flat", 2'000, 123'456'789});
        for (auto& profile : profiles::load_profiles("devices/profiles", problems)) {
            UnitSetup unit;
            unit.unit = static_cast<std::uint8_t>(setup.units.size() + 1);
            unit.profile = std::make_shared<profiles::Profile const>(std::move(profile));
            unit.serial = unit.profile->identity && unit.profile->identity->expect.empty()
                              ? std::optional<std::uint64_t>{70'000'000 + unit.unit}
                              : std::nullopt;
            for (auto const& point : unit.profile->points) {
                if (point.kind == profiles::PointKind::command) continue;
                points.push_back({unit.profile.get(), &point});
                unit.watched.push_back({point.name, static_cast<Channel>(points.size())});
            }
            line.units.push_back({unit.unit,
                                  unit.profile,
                                  "press",
                                  static_cast<std::uint32_t>(unit.serial.value_or(0)),
                                  {}});
            setup.units.push_back(std::move(unit));
        }
        scene.lines.push_back(line);
        setup.name = "hall";
    }

    sim::Scene scene;
    LineSetup setup;
    std::vector<std::pair<profiles::Profile const*, profiles::Point const*>> points;
};

TEST_F(EveryProfile, IsSpokenByTheSimulatorAndReadByThePoller) {
    ASSERT_EQ(setup.units.size(), 34U);
    Stopped standing;
    sim::Simulator simulator{scene, standing};
    standing.passed = 1h;
    auto const shown = simulator.world().shown("press");
    ASSERT_GT(shown.energy_wh, 123'456'789 + 1'000);
    ASSERT_GT(shown.power_w, 1'000);
    SystemMonotonicClock const clock;
    SystemWallClock const wall;
    Latest sink;
    auto wire = std::make_unique<modbus::Line>(
        modbus::TcpEndpoint{"127.0.0.1", *scene.lines[0].port}, modbus::LineTiming{}, clock);
    LinePoller poller{setup, std::move(wire), sink, wall, clock};
    poller.start();
    auto const until = clock.now() + 20s;
    while (sink.all().size() < points.size() && clock.now() < until)
        std::this_thread::sleep_for(20ms);
    poller.stop();
    auto const readings = sink.all();
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto const& [profile, point] = points[i];
        auto const found = readings.find(static_cast<Channel>(i + 1));
        ASSERT_NE(found, readings.end()) << profile->device << " " << point->name;
        auto const& reading = found->second;
        if (has_flags(*profile, *point)) continue;
        // A counter that is full has begun again at 0.
        auto const wrapped = [&](std::int64_t all) {
            return point->modulus > 0 ? all % point->modulus : all;
        };
        auto const value = wrapped(sim::value_of(*point, shown));
        EXPECT_NEAR(static_cast<double>(reading.value), static_cast<double>(value),
                    static_cast<double>(half_a_digit(*point, value)))
            << profile->device << " " << point->name;
        if (point->name == "energy_import") {
            EXPECT_NEAR(static_cast<double>(reading.value),
                        static_cast<double>(wrapped(123'458'789)), 1'000.0)
                << profile->device;
        }
        if (point->name == "frequency") {
            EXPECT_NEAR(static_cast<double>(reading.value), 49'980.0, 50.0) << profile->device;
        }
    }
}

}  // namespace
}  // namespace karkhana::poller
