#include <array>
#include <csignal>
#include <gtest/gtest.h>
#include <mutex>
#include <sys/wait.h>
#include <thread>

#include "devices/modbus/server.hpp"
#include "devices/profiles/load.hpp"
#include "tests/integration/devices/relay_daemon.hpp"

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

MachineId machine(std::uint8_t number) {
    MachineId id;
    id.uuid.bytes[0] = number;
    return id;
}

/// The daemon, with a watchdog of two seconds.
struct Daemon : RelayDaemon {
    explicit Daemon(std::string const& path, Wanted const& wanted = {})
        : RelayDaemon(modbus::SerialEndpoint{path, 115'200}, relays(), {2s, 500ms, 100ms, 300ms},
                      wanted) {}

    static std::vector<RelaySetup> relays() {
        config::Problems problems;
        auto profile = std::make_shared<profiles::Profile>(
            *profiles::load_profile("devices/profiles/waveshare_rtu_relay_8ch.toml", problems));
        return {{machine(1), 0, 1, 0, profile}, {machine(2), 0, 1, 3, profile}};
    }
};

class Relays : public ::testing::Test {
protected:
    modbus::PtyPair pty;
    Waveshare board;
    std::unique_ptr<Server> server =
        Server::rtu(pty.server_end(), [this](Request const& r) { return board.answer(r); });
};

TEST_F(Relays, CloseStayClosedAndOpenOnCommand) {
    Daemon daemon(pty.client_path());
    daemon.close(machine(1), 5, 60s);
    ASSERT_TRUE(within(2s, [&] { return board.closed(0); }));
    for (int i = 0; i < 60; ++i) {
        std::this_thread::sleep_for(50ms);
        ASSERT_TRUE(board.closed(0)) << i;
    }
    EXPECT_FALSE(board.closed(3));
    auto const began = std::chrono::steady_clock::now();
    daemon.interlock.set_desired(machine(1), {6, false, {}, {}, false});
    ASSERT_TRUE(within(2s, [&] { return !board.closed(0); }));
    EXPECT_LE(std::chrono::steady_clock::now() - began, 500ms);
}

TEST_F(Relays, OpenWhenTheLeaseIsNotRenewed) {
    Daemon daemon(pty.client_path());
    daemon.close(machine(1), 5, 600ms);
    ASSERT_TRUE(within(500ms, [&] { return board.closed(0); }));
    ASSERT_TRUE(within(900ms, [&] { return !board.closed(0); }));
    EXPECT_TRUE(within(1s, [&] { return daemon.actual(machine(1)) == Contact::open; }));
}

TEST_F(Relays, OpenWhenTheDaemonIsKilled) {
    auto const child = run_apart("relay", pty.client_path());
    ASSERT_GE(child, 0);
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
bool const held_apart = hold_apart("relay", [](std::string const& path) {
    Daemon daemon(path);
    for (;;) {
        daemon.close(machine(1), 5, 60s);
        std::this_thread::sleep_for(100ms);
    }
});

TEST_F(Relays, RaiseTheAlarmWithinTwoPollsOnAForeignWrite) {
    Daemon daemon(pty.client_path());
    ASSERT_TRUE(within(1s, [&] { return daemon.actual(machine(2)) == Contact::open; }));
    board.force(3, true);
    EXPECT_TRUE(within(1s, [&] { return daemon.events.saw(Alarm::closed_uncommanded); }));
    EXPECT_TRUE(within(1s, [&] { return !board.closed(3); }));
}

TEST_F(Relays, StayOpenAfterAPowerCutOfTheBoard) {
    Daemon daemon(pty.client_path());
    daemon.close(machine(1), 5, 60s);
    ASSERT_TRUE(within(2s, [&] { return daemon.actual(machine(1)) == Contact::closed; }));
    board.cut_power(400ms);
    EXPECT_TRUE(within(2s, [&] { return daemon.events.saw(Alarm::dropped_out); }));
    std::this_thread::sleep_for(1s);
    EXPECT_FALSE(board.closed(0));
    daemon.close(machine(1), 6, 60s);
    EXPECT_TRUE(within(1s, [&] { return board.closed(0); }));
}

TEST_F(Relays, AreTakenOverByARestartedDaemonWithoutOpening) {
    {
        Daemon daemon(pty.client_path());
        daemon.close(machine(1), 5, 60s);
        ASSERT_TRUE(within(2s, [&] { return daemon.actual(machine(1)) == Contact::closed; }));
    }
    Daemon const daemon(pty.client_path(), [](Interlock& interlock, auto now) {
        interlock.set_desired(machine(1), {5, true, now + 60s, now + 2s, true});
    });
    for (int i = 0; i < 40; ++i) {
        std::this_thread::sleep_for(50ms);
        ASSERT_TRUE(board.closed(0)) << i;
    }
}

}  // namespace
}  // namespace karkhana::interlock
