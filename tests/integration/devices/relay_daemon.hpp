#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

#include "devices/interlock/interlock.hpp"
#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "tests/integration/devices/within.hpp"

namespace karkhana::interlock {

using tests::within;

/// Keeps what is told of contacts, and nothing of readings.
class Heard final : public ReadingSink, public InterlockListener {
public:
    void accept(ReadingFrame) override {}
    void relay_changed(RelayState const&, RelayState const& after) override {
        std::lock_guard const lock(mutex_);
        changes_.push_back(after);
    }
    bool saw(Alarm alarm) {
        std::lock_guard const lock(mutex_);
        return std::ranges::find(changes_, alarm, &RelayState::alarm) != changes_.end();
    }

private:
    std::mutex mutex_;
    std::vector<RelayState> changes_;
};

/// What the daemon does for its relays.
struct RelayDaemon {
    /// `wanted` says what is to be so before the first frame goes out.
    using Wanted = std::function<void(Interlock&, Monotonic)>;
    RelayDaemon(modbus::Endpoint const& endpoint, std::vector<RelaySetup> const& relays,
                Timing const& timing, Wanted const& wanted = {})
        : interlock(relays, timing, clock, events) {
        auto line = std::make_unique<modbus::Line>(
            endpoint, modbus::LineTiming{std::chrono::milliseconds(300), std::chrono::seconds(1)},
            clock);
        poller::LineSetup setup;
        setup.writable = writes_of(relays, 0);
        poller = std::make_unique<poller::LinePoller>(setup, std::move(line), events, wall, clock);
        for (auto* guest : interlock.guests(0)) poller->attach(*guest);
        if (wanted) wanted(interlock, clock.now());
        poller->start();
    }
    void close(MachineId const& machine, std::uint64_t id,
               Duration lease = std::chrono::seconds(60)) {
        interlock.set_desired(
            machine, {id, true, clock.now() + lease, clock.now() + std::chrono::seconds(2), false});
    }
    Contact actual(MachineId const& machine) { return interlock.state(machine)->actual; }

    SystemMonotonicClock clock;
    SystemWallClock wall;
    Heard events;
    Interlock interlock;
    std::unique_ptr<poller::LinePoller> poller;
};

/// What a process of its own does until it is killed; `place` is where it finds its devices.
using Hold = void (*)(std::string const& place);
constexpr auto apart_at = "KARKHANA_TEST_APART_AT";

/// Where run_apart() started this process `hold` is one of its tests; elsewhere there is none.
inline bool hold_apart(char const* name, Hold hold) {
    struct Apart : ::testing::Test {
        Apart(Hold held, std::string at) : hold(held), place(std::move(at)) {}
        void TestBody() override { hold(place); }
        Hold hold;
        std::string place;
    };
    auto const* const place = std::getenv(apart_at);
    if (place == nullptr) return false;
    ::testing::RegisterTest("Apart", name, nullptr, nullptr, __FILE__, __LINE__,
                            [=]() -> ::testing::Test* { return new Apart(hold, place); });
    return true;
}

/// Starts this program anew, so that it has no thread of this process, to do only that.
inline pid_t run_apart(std::string const& name, std::string const& place) {
    auto const child = ::fork();
    if (child != 0) return child;
    ::setenv(apart_at, place.c_str(), 1);
    ::execl("/proc/self/exe", "apart", ("--gtest_filter=Apart." + name).c_str(), nullptr);
    ::_exit(127);
}

}  // namespace karkhana::interlock
