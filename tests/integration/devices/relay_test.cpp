#include <array>
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "devices/interlock/interlock.hpp"
#include "devices/modbus/line.hpp"
#include "devices/modbus/server.hpp"
#include "devices/poller/line_poller.hpp"
#include "devices/profiles/load.hpp"

namespace karkhana::interlock {
namespace {

using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;
using modbus::Server;

/// The board on the bench: coils with flash-on timers.
class Waveshare {
public:
    Answer answer(Request const& request) {
        std::lock_guard const lock(mutex_);
        settle();
        Answer answer;
        answer.silent = std::chrono::steady_clock::now() < powered_at_;
        if (answer.silent) return answer;
        auto const channel = request.address % 0x0200U;
        if (request.function == modbus::Function::read_coils) {
            for (int i = 0; i < request.count; ++i)
                answer.words.push_back(closed_.at(request.address + static_cast<unsigned>(i)));
        } else if (request.function == modbus::Function::write_coil && channel < 8) {
            bool const pulse = request.address >= 0x0200;
            closed_[channel] = pulse || request.words[0] == modbus::coil_closed;
            until_[channel] = std::chrono::steady_clock::time_point::max();
            if (pulse)
                until_[channel] = std::chrono::steady_clock::now() + request.words[0] * 100ms;
        } else {
            answer.exception = 2;
        }
        return answer;
    }
    bool closed(std::size_t channel) {
        std::lock_guard const lock(mutex_);
        settle();
        return closed_.at(channel);
    }
    void force(std::size_t channel, bool closed) {
        std::lock_guard const lock(mutex_);
        closed_.at(channel) = closed;
        until_.at(channel) = std::chrono::steady_clock::time_point::max();
    }

    void cut_power(Duration length) {
        std::lock_guard const lock(mutex_);
        closed_ = {};
        powered_at_ = std::chrono::steady_clock::now() + length;
    }

private:
    void settle() {
        for (std::size_t i = 0; i < closed_.size(); ++i)
            if (std::chrono::steady_clock::now() >= until_[i]) closed_[i] = false;
    }

    std::mutex mutex_;
    std::array<bool, 8> closed_{};
    std::array<Monotonic, 8> until_{};
    Monotonic powered_at_{};
};

class Silent final : public ReadingSink, public InterlockListener {
public:
    void accept(ReadingFrame) override {}
    void relay_changed(RelayState const&, RelayState const& after) override {
        std::lock_guard const lock(mutex);
        changes.push_back(after);
    }
    bool saw(Alarm alarm) {
        std::lock_guard const lock(mutex);
        for (auto const& change : changes)
            if (change.alarm == alarm) return true;
        return false;
    }

    std::mutex mutex;
    std::vector<RelayState> changes;
};

MachineId machine(std::uint8_t number) {
    MachineId id;
    id.uuid.bytes[0] = number;
    return id;
}

/// What the daemon does for its relays, with a watchdog of two seconds.
class Daemon {
public:
    explicit Daemon(std::string const& path) {
        config::Problems problems;
        auto profile = std::make_shared<profiles::Profile>(
            *profiles::load_profile("devices/profiles/waveshare_rtu_relay_8ch.toml", problems));
        Timing timing{2s, 500ms, 100ms, 300ms};
        std::vector<RelaySetup> const relays = {{machine(1), 0, 1, 0, profile},
                                                {machine(2), 0, 1, 3, profile}};
        interlock = std::make_unique<Interlock>(relays, timing, clock, events);
        auto line = std::make_unique<modbus::Line>(modbus::SerialEndpoint{path, 115'200},
                                                   modbus::LineTiming{300ms, 1s}, clock);
        poller::LineSetup setup;
        setup.writable = writes_of(relays, 0);
        poller = std::make_unique<poller::LinePoller>(setup, std::move(line), events, wall, clock);
        for (auto* guest : interlock->guests(0)) poller->attach(*guest);
        poller->start();
    }
    void close(std::uint8_t number, std::uint64_t id, Duration lease) {
        interlock->set_desired(machine(number),
                               {id, true, clock.now() + lease, clock.now() + 2s, false});
    }

    SystemMonotonicClock clock;
    SystemWallClock wall;
    Silent events;
    std::unique_ptr<Interlock> interlock;
    std::unique_ptr<poller::LinePoller> poller;
};

bool within(Duration span, auto condition) {
    auto const end = std::chrono::steady_clock::now() + span;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

class Relays : public ::testing::Test {
protected:
    modbus::PtyPair pty;
    Waveshare board;
    std::unique_ptr<Server> server =
        Server::rtu(pty.server_end(), [this](Request const& r) { return board.answer(r); });
};

TEST_F(Relays, CloseStayClosedAndOpenOnCommand) {
    Daemon daemon(pty.client_path());
    daemon.close(1, 5, 60s);
    ASSERT_TRUE(within(2s, [&] { return board.closed(0); }));
    for (int i = 0; i < 60; ++i) {
        std::this_thread::sleep_for(50ms);
        ASSERT_TRUE(board.closed(0)) << i;
    }
    EXPECT_FALSE(board.closed(3));
    auto const began = std::chrono::steady_clock::now();
    daemon.interlock->set_desired(machine(1), {6, false, {}, {}, false});
    ASSERT_TRUE(within(2s, [&] { return !board.closed(0); }));
    EXPECT_LE(std::chrono::steady_clock::now() - began, 500ms);
}

TEST_F(Relays, OpenWhenTheLeaseIsNotRenewed) {
    Daemon daemon(pty.client_path());
    daemon.close(1, 5, 600ms);
    ASSERT_TRUE(within(500ms, [&] { return board.closed(0); }));
    ASSERT_TRUE(within(900ms, [&] { return !board.closed(0); }));
    EXPECT_TRUE(
        within(1s, [&] { return daemon.interlock->state(machine(1))->actual == Contact::open; }));
}

TEST_F(Relays, OpenWhenTheDaemonIsKilled) {
    // The daemon is a process of its own, started anew so that it has no thread of this one.
    auto const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::setenv("KARKHANA_TEST_RELAY_LINE", pty.client_path().c_str(), 1);
        ::execl("/proc/self/exe", "relay", "--gtest_filter=RelayHolder.*", nullptr);
        ::_exit(127);
    }
    EXPECT_TRUE(within(20s, [&] { return board.closed(0); }));
    std::this_thread::sleep_for(3s);
    EXPECT_TRUE(board.closed(0)) << "renewed beyond its pulse";
    ::kill(child, SIGKILL);
    auto const killed = std::chrono::steady_clock::now();
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(within(4s, [&] { return !board.closed(0); }));
    auto const took = std::chrono::steady_clock::now() - killed;
    EXPECT_LE(took, 2200ms);
    std::cout << "open " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
              << " ms after the daemon was killed; the watchdog is 2000 ms\n";
    std::this_thread::sleep_for(1s);
    EXPECT_FALSE(board.closed(0));
}

/// The daemon that the test above kills.
TEST(RelayHolder, HoldsAContactUntilItIsKilled) {
    auto const* const path = std::getenv("KARKHANA_TEST_RELAY_LINE");
    if (path == nullptr) return;
    Daemon daemon(path);
    for (;;) {
        daemon.close(1, 5, 60s);
        std::this_thread::sleep_for(100ms);
    }
}

TEST_F(Relays, RaiseTheAlarmWithinTwoPollsOnAForeignWrite) {
    Daemon daemon(pty.client_path());
    ASSERT_TRUE(
        within(1s, [&] { return daemon.interlock->state(machine(2))->actual == Contact::open; }));
    board.force(3, true);
    EXPECT_TRUE(within(1s, [&] { return daemon.events.saw(Alarm::closed_uncommanded); }));
    EXPECT_TRUE(within(1s, [&] { return !board.closed(3); }));
}

TEST_F(Relays, StayOpenAfterAPowerCutOfTheBoard) {
    Daemon daemon(pty.client_path());
    daemon.close(1, 5, 60s);
    ASSERT_TRUE(
        within(2s, [&] { return daemon.interlock->state(machine(1))->actual == Contact::closed; }));
    board.cut_power(400ms);
    EXPECT_TRUE(within(2s, [&] { return daemon.events.saw(Alarm::dropped_out); }));
    std::this_thread::sleep_for(1s);
    EXPECT_FALSE(board.closed(0));
    daemon.close(1, 6, 60s);
    EXPECT_TRUE(within(1s, [&] { return board.closed(0); }));
}

TEST_F(Relays, AreTakenOverByARestartedDaemonWithoutOpening) {
    {
        Daemon daemon(pty.client_path());
        daemon.close(1, 5, 60s);
        ASSERT_TRUE(within(
            2s, [&] { return daemon.interlock->state(machine(1))->actual == Contact::closed; }));
    }
    Daemon daemon(pty.client_path());
    auto const now = daemon.clock.now();
    daemon.interlock->set_desired(machine(1), {5, true, now + 60s, now + 2s, true});
    for (int i = 0; i < 40; ++i) {
        std::this_thread::sleep_for(50ms);
        ASSERT_TRUE(board.closed(0)) << i;
    }
}

}  // namespace
}  // namespace karkhana::interlock
