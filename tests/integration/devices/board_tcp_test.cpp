#include <csignal>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "devices/profiles/load.hpp"
#include "devices/sim/simulator.hpp"
#include "tests/integration/devices/relay_daemon.hpp"

namespace karkhana::interlock {
namespace {

using namespace std::chrono_literals;

/// A PLC behind the network, with a watchdog register, a heartbeat and contactors that tell.
constexpr auto plc = R"(
device = "plc"
maker = "none"
models = ["four outputs, four inputs"]
[limits]
max_regs = 16
[relay]
channels = 4
coil = 0
inputs = 4
watchdog = "register"
address = 16
unit_ms = 100
max = 600
heartbeat = 17
[[points]]
name = "output_1"
kind = "state"
fc = 1
address = 0
type = "bits"
unit = "flag"
[[self_test]]
fc = 1
address = 0
words = [1]
expect = { output_1 = 1 }
)";

std::shared_ptr<profiles::Profile const> profile() {
    config::Problems problems;
    auto parsed = profiles::parse_profile(plc, "plc", problems);
    for (auto const& problem : problems) ADD_FAILURE() << problem.text();
    return std::make_shared<profiles::Profile const>(std::move(parsed.value()));
}

MachineId press() {
    MachineId id;
    id.uuid.bytes[0] = 1;
    return id;
}

struct Daemon : RelayDaemon {
    explicit Daemon(std::uint16_t port)
        : RelayDaemon(modbus::TcpEndpoint{"127.0.0.1", port}, {{press(), 0, 5, 1, profile(), 1}},
                      {2s, 500ms, 100ms, 300ms, 500ms}) {}
};

class Plc : public ::testing::Test {
protected:
    static sim::Scene scene() {
        sim::Scene scene;
        scene.machines.push_back({"press", "press", 1000, 0});
        sim::SceneUnit unit;
        unit.unit = 5;
        unit.profile = profile();
        unit.relays[1] = "press";
        sim::SceneLine line;
        line.name = "hall";
        line.port = 0;  // any
        line.units.push_back(std::move(unit));
        scene.lines.push_back(std::move(line));
        return scene;
    }
    std::uint16_t port() { return simulator.port("hall"); }
    bool closed() { return simulator.world().contact("press"); }

    SystemMonotonicClock clock;
    sim::Simulator simulator{scene(), clock};
};

TEST_F(Plc, OpensItsContactWhenTheDaemonIsKilled) {
    auto const child = run_apart("plc", std::to_string(port()));
    ASSERT_GE(child, 0);
    EXPECT_TRUE(within(20s, [&] { return closed(); }));
    std::this_thread::sleep_for(5s);
    EXPECT_TRUE(closed()) << "fed beyond its watchdog";
    ::kill(child, SIGKILL);
    auto const killed = std::chrono::steady_clock::now();
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(within(4s, [&] { return !closed(); }));
    auto const took = std::chrono::steady_clock::now() - killed;
    EXPECT_LE(took, 2200ms);
    std::cout << "open " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
              << " ms after the daemon was killed; the watchdog is 2000 ms\n";
}

/// The daemon that the test above kills.
bool const held_apart = hold_apart("plc", [](std::string const& port) {
    Daemon daemon(static_cast<std::uint16_t>(std::stoi(port)));
    for (;;) {
        daemon.close(press(), 1);
        std::this_thread::sleep_for(100ms);
    }
});

TEST_F(Plc, TellsWhatItsContactorDoesAndIsToldAgainAfterAPowerCut) {
    Daemon daemon(port());
    daemon.close(press(), 1);
    auto const actual = [&] { return daemon.actual(press()); };
    EXPECT_TRUE(within(5s, [&] { return actual() == Contact::closed; }));
    simulator.command("power off");
    EXPECT_TRUE(within(5s, [&] { return actual() == Contact::unknown; }));
    std::this_thread::sleep_for(5s);
    simulator.command("power on");
    auto const back = std::chrono::steady_clock::now();
    EXPECT_TRUE(within(3s, [&] { return actual() == Contact::open; }));
    auto const took = std::chrono::steady_clock::now() - back;
    std::cout << "the board is back "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
              << " ms after the power is\n";
    std::this_thread::sleep_for(2s);
    EXPECT_FALSE(closed()) << "after a power cut nothing starts by itself";
    // The board has forgotten its watchdog: it was written again before anything may close.
    EXPECT_TRUE(within(2s, [&] { return daemon.interlock.state(press())->watchdog_verified; }));
    daemon.close(press(), 2);
    EXPECT_TRUE(within(2s, [&] { return closed(); }));
}

}  // namespace
}  // namespace karkhana::interlock
