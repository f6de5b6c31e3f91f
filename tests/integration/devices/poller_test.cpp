#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"
#include "tests/integration/devices/hostile.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;
using modbus::Server;

/// A sink that counts by unit; channels are unit * 100 + number of the point.
class Counted final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        std::lock_guard const lock(mutex_);
        frames.push_back(std::move(frame));
    }
    std::vector<Reading> of(Channel channel) const {
        std::lock_guard const lock(mutex_);
        std::vector<Reading> found;
        for (auto const& frame : frames)
            for (auto const& reading : frame.readings)
                if (reading.channel == channel) found.push_back(reading);
        return found;
    }
    std::size_t good(Channel channel) const {
        std::size_t count = 0;
        for (auto const& reading : of(channel)) count += reading.quality == Quality::good;
        return count;
    }

private:
    mutable std::mutex mutex_;
    std::vector<ReadingFrame> frames;
};

std::shared_ptr<profiles::Profile const> sdm120() {
    config::Problems problems;
    auto profile = profiles::load_profile("devices/profiles/eastron_sdm120.toml", problems);
    profile->limits.timeout_ms = 150;
    return std::make_shared<profiles::Profile>(*profile);
}

/// A meter that shows its own number: 1000 Wh and 10 W a unit number.
Answer meter(profiles::Profile const& profile, Request const& request) {
    Answer answer;
    answer.words.resize(request.count);
    auto const put = [&](std::uint16_t address, std::vector<std::uint16_t> const& words) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            auto const at = address + static_cast<int>(i) - request.address;
            if (at >= 0 && at < request.count)
                answer.words[static_cast<std::size_t>(at)] = words[i];
        }
    };
    if (request.function == modbus::Function::read_holding_registers)
        put(0xFC00, {0, request.unit});
    for (auto const& point : profile.points) {
        if (point.function != static_cast<std::uint8_t>(request.function)) continue;
        auto const scale = point.unit == Unit::wh ? 1000 : 10;
        put(point.address, profiles::encode(point, request.unit * scale));
    }
    return answer;
}

class Polling : public ::testing::Test {
protected:
    LineSetup setup_of(int units, Duration period) {
        LineSetup setup;
        setup.name = "bench";
        for (int number = 1; number <= units; ++number) {
            UnitSetup unit;
            unit.unit = static_cast<std::uint8_t>(number);
            unit.profile = profile;
            unit.watched = {{"active_power", number * 100 + 1},
                            {"energy_import", number * 100 + 2}};
            unit.period = period;
            unit.max_power_w = 3000;
            unit.serial = unit.unit;
            setup.units.push_back(unit);
        }
        return setup;
    }
    void start(LineSetup setup, modbus::Endpoint endpoint, Duration max_late = 300ms) {
        auto line =
            std::make_unique<modbus::Line>(endpoint, modbus::LineTiming{max_late, 1s}, clock);
        poller = std::make_unique<LinePoller>(std::move(setup), std::move(line), sink, wall, clock);
        poller->start();
    }

    std::shared_ptr<profiles::Profile const> profile = sdm120();
    SystemMonotonicClock clock;
    SystemWallClock wall;
    Counted sink;
    modbus::PtyPair pty;
    std::unique_ptr<Server> server;
    std::unique_ptr<LinePoller> poller;
};

TEST_F(Polling, BringsExactValuesOverTcp) {
    server = Server::tcp("127.0.0.1", 0, [&](Request const& r) { return meter(*profile, r); });
    start(setup_of(3, 50ms), modbus::TcpEndpoint{"127.0.0.1", server->port()});
    std::this_thread::sleep_for(1s);
    poller->stop();
    for (int unit = 1; unit <= 3; ++unit) {
        auto const readings = sink.of(unit * 100 + 2);
        EXPECT_GE(readings.size(), 15U);
        for (auto const& reading : readings) {
            EXPECT_EQ(reading.value, unit * 1000);
            EXPECT_EQ(reading.quality, Quality::good);
            EXPECT_EQ(reading.raw.count, 2);
            EXPECT_LE(reading.asked, reading.answered);
        }
    }
    auto const health = poller->health();
    EXPECT_TRUE(health.traffic.connected);
    EXPECT_EQ(health.units.at(0).state, UnitState::healthy);
    EXPECT_EQ(health.units.at(0).serial, 1U);
}

TEST_F(Polling, KeepsTheLivingAtTheirRateOnASerialLineWithDeadUnits) {
    server = Server::rtu(pty.server_end(), [&](Request const& request) {
        auto answer = meter(*profile, request);
        answer.silent = request.unit <= 2;
        return answer;
    });
    start(setup_of(6, 200ms), modbus::SerialEndpoint{pty.client_path(), 115'200});
    std::this_thread::sleep_for(2s);
    std::vector<std::size_t> before;
    for (int unit = 3; unit <= 6; ++unit) before.push_back(sink.good(unit * 100 + 2));
    std::this_thread::sleep_for(4s);
    for (int unit = 3; unit <= 6; ++unit) {
        auto const during = sink.good(unit * 100 + 2) - before[static_cast<std::size_t>(unit - 3)];
        EXPECT_GE(during, 17U) << unit;  // of 20
    }
    EXPECT_EQ(sink.good(102), 0U);
    EXPECT_EQ(poller->health().units.at(0).state, UnitState::dead);
}

TEST_F(Polling, KeepsOthersAtTheirPeriodBesideAHostileUnit) {
    auto const misdeeds = modbus::tests::tcp_misdeeds();
    std::atomic<std::size_t> next = 0;
    server = Server::tcp("127.0.0.1", 0, [&](Request const& request) {
        auto answer = meter(*profile, request);
        if (request.unit == 1) misdeeds[next++ % misdeeds.size()].commit(request, answer);
        return answer;
    });
    start(setup_of(3, 100ms), modbus::TcpEndpoint{"127.0.0.1", server->port()});
    std::this_thread::sleep_for(6s);
    poller->stop();
    for (int unit = 2; unit <= 3; ++unit) {
        EXPECT_GE(sink.good(unit * 100 + 2), 48U) << unit;
        for (auto const& reading : sink.of(unit * 100 + 2))
            if (reading.quality == Quality::good) {
                EXPECT_EQ(reading.value, unit * 1000);
            }
    }
    for (auto const& reading : sink.of(102))
        if (reading.quality == Quality::good) {
            EXPECT_EQ(reading.value, 1000);
        }
}

TEST_F(Polling, LetsASnapshotJumpABusyQueue) {
    server = Server::tcp("127.0.0.1", 0, [&](Request const& request) {
        auto answer = meter(*profile, request);
        answer.delay = 20ms;
        return answer;
    });
    start(setup_of(20, 100ms), modbus::TcpEndpoint{"127.0.0.1", server->port()});
    std::this_thread::sleep_for(1500ms);
    Duration slowest{};
    for (int i = 0; i < 10; ++i) {
        auto const began = clock.now();
        auto const unit = static_cast<std::uint8_t>(20 - i);
        auto const result = poller->snapshot(unit, began + 2s).get();
        slowest = std::max(slowest, std::chrono::duration_cast<Duration>(clock.now() - began));
        ASSERT_TRUE(result) << name_of(result.error().fault);
        ASSERT_EQ(result->size(), 2U);
        EXPECT_EQ(result->at(1).value, unit * 1000);
        EXPECT_EQ(result->at(0).asked, result->at(1).asked);
    }
    std::cout << "slowest snapshot " << slowest.count() / 1000 << " ms, one exchange takes 20 ms\n";
    EXPECT_LE(slowest, 200ms);
    EXPECT_GT(poller->health().overruns, 0U);
}

TEST_F(Polling, EndsSnapshotsWhenItIsStopped) {
    start(setup_of(1, 1s), modbus::TcpEndpoint{"127.0.0.1", 1});
    auto future = poller->snapshot(1, clock.now() + 60s);
    poller->stop();
    EXPECT_FALSE(future.get());
    EXPECT_FALSE(poller->snapshot(1, clock.now()).wait_for(0s) == std::future_status::ready);
    poller.reset();
}

TEST_F(Polling, RefusesAStranger) {
    server = Server::tcp("127.0.0.1", 0, [&](Request const& r) { return meter(*profile, r); });
    auto setup = setup_of(1, 50ms);
    setup.units[0].serial = 4711;
    start(setup, modbus::TcpEndpoint{"127.0.0.1", server->port()});
    std::this_thread::sleep_for(500ms);
    poller->stop();
    EXPECT_EQ(sink.good(102), 0U);
    EXPECT_GE(sink.of(102).size(), 5U);
    EXPECT_EQ(poller->health().units.at(0).state, UnitState::stranger);
}

}  // namespace
}  // namespace karkhana::poller
