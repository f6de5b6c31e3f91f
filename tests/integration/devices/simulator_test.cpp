// The simulator's commands, seen from the other end of the wire.

#include <filesystem>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "devices/modbus/line.hpp"
#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"
#include "devices/sim/simulator.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
using modbus::Fault;
using modbus::Function;

std::shared_ptr<profiles::Profile const> profile(std::string const& name) {
    config::Problems problems;
    return std::make_shared<profiles::Profile const>(
        *profiles::load_profile("devices/profiles/" + name + ".toml", problems));
}

class Simulated : public ::testing::Test {
protected:
    void SetUp() override {
        link = std::filesystem::temp_directory_path() /
               ("karkhana-simulated-" + std::to_string(::getpid()));
        SceneUnit meter;
        meter.unit = 1;
        meter.profile = profile("eastron_sdm120");
        meter.machine = "press";
        meter.serial = 4711;
        SceneUnit board;
        board.unit = 9;
        board.profile = profile("waveshare_rtu_relay_8ch");
        board.relays[0] = "press";
        Scene scene;
        scene.machines = {{"press", "press", 1500, 5'000}};
        scene.lines = {{"net", 0, "", {meter, board}, false},
                       {"gate", 0, "", {meter, board}, true},
                       {"bus", std::nullopt, link.string(), {meter, board}, false}};
        simulator = std::make_unique<Simulator>(scene, clock);
        modbus::LineTiming const timing{50ms, 1s};
        auto const port = [&](char const* name) { return simulator->port(name); };
        lines.push_back(std::make_unique<modbus::Line>(
            modbus::TcpEndpoint{"127.0.0.1", port("net")}, timing, clock));
        lines.push_back(std::make_unique<modbus::Line>(
            modbus::RtuOverTcpEndpoint{"127.0.0.1", port("gate")}, timing, clock));
        lines.push_back(std::make_unique<modbus::Line>(
            modbus::SerialEndpoint{link.string(), 115'200}, timing, clock));
    }
    modbus::Outcome ask(std::size_t line, modbus::Request const& request, Duration most = 60ms) {
        std::this_thread::sleep_until(lines[line]->ready_at(request.unit));
        return lines[line]->transact(request, clock.now() + most);
    }
    /// The fault of a read of the counter, or nothing.
    std::optional<Fault> read(std::size_t line, Duration most = 60ms) {
        auto const outcome = ask(line, energy, most);
        return outcome ? std::nullopt : std::optional(outcome.error().fault);
    }
    std::int64_t counter() {
        auto const words = ask(0, energy, 1s).value().words;
        return profiles::decode(*profile("eastron_sdm120")->find("energy_import"), words).value;
    }
    void command(std::string const& text) { EXPECT_EQ(simulator->command(text), "ok") << text; }

    modbus::Request const energy{1, Function::read_input_registers, 72, 2, {}};
    std::vector<std::string> const names{"net", "gate", "bus"};
    SystemMonotonicClock clock;
    std::filesystem::path link;
    std::unique_ptr<Simulator> simulator;
    std::vector<std::unique_ptr<modbus::Line>> lines;
};

TEST_F(Simulated, MisbehavesOnEveryKindOfLineAndIsHealed) {
    struct Row {
        std::string verb, value;
        std::optional<Fault> tcp, rtu;
    };
    std::vector<Row> const rows{
        {"silence", "", Fault::timeout, Fault::timeout},
        {"late", " 90", Fault::timeout, Fault::timeout},
        {"drip", " 20", Fault::timeout, Fault::timeout},
        {"exception", " 6", Fault::refused, Fault::refused},
        {"wrong-unit", "", Fault::wrong_unit, Fault::timeout},
        {"wrong-transaction", "", Fault::wrong_transaction, std::nullopt},
        {"short", "", Fault::timeout, Fault::timeout},
    };
    for (std::size_t line = 0; line < lines.size(); ++line) {
        EXPECT_EQ(read(line, 1s), std::nullopt);
        for (auto const& row : rows) {
            command(row.verb + " " + names[line] + " 1" + row.value + " 2x");
            for (int i = 0; i < 2; ++i) {
                EXPECT_EQ(read(line), line == 0 ? row.tcp : row.rtu) << names[line] << row.verb;
                std::this_thread::sleep_for(250ms);  // what is late has come
            }
            EXPECT_EQ(read(line, 1s), std::nullopt) << names[line] << " twice " << row.verb;
        }
        command("noise " + names[line] + " 1");
        EXPECT_NE(read(line), std::nullopt);
        command("heal " + names[line] + " 1");
        EXPECT_EQ(read(line, 1s), std::nullopt);
        command("unplug " + names[line]);
        EXPECT_EQ(read(line), line < 2 ? Fault::not_connected : Fault::timeout);
        command("plug " + names[line]);
        EXPECT_EQ(read(line, 1s), std::nullopt);
    }
}

TEST_F(Simulated, SendsTheLastFrameAgain) {
    EXPECT_EQ(read(2, 1s), std::nullopt);
    command("stale bus 1 0%");
    EXPECT_EQ(read(2, 1s), std::nullopt);
    command("stale bus 1 1x");
    auto const other = ask(2, {1, Function::read_input_registers, 0, 2, {}}, 1s);
    ASSERT_TRUE(other) << "what no check of the protocol finds";
    EXPECT_EQ(other->words, ask(2, energy, 1s)->words);
}

TEST_F(Simulated, FreezesResetsRollsOverAndSwapsMeters) {
    EXPECT_EQ(counter(), 5'000);
    command("frozen net 1");
    simulator->world().close_contact("press", std::nullopt);
    command("rollover net 1 1000");
    EXPECT_EQ(counter(), 999'999'000);
    command("heal net 1");
    command("reset net 1");
    EXPECT_EQ(counter(), 0);
    command("swap net 1 815 1234");
    EXPECT_EQ(counter(), 1'234);
    auto const serial = ask(0, {1, Function::read_holding_registers, 0xFC00, 2, {}}, 1s);
    EXPECT_EQ(serial->words, (std::vector<std::uint16_t>{0, 815}));
}

TEST_F(Simulated, HasASecondMasterAtTheContacts) {
    modbus::Request const coils{9, Function::read_coils, 0, 8, {}};
    EXPECT_EQ(ask(0, coils, 1s)->words[0], 0);
    command("meddle net 9 1x");
    EXPECT_TRUE(ask(0, coils, 1s));
    EXPECT_EQ(ask(0, coils, 1s)->words[0], 1) << "nobody here has closed it";
    command("power off");
    EXPECT_EQ(read(0), Fault::timeout);
    command("power on");
    EXPECT_EQ(ask(0, coils, 1s)->words[0], 0);
}

TEST_F(Simulated, SaysWhatItDoesNotUnderstand) {
    for (auto const* wrong :
         {"late net 1", "silence net 3", "silence roof 1", "nonsense net 1", "close nothing",
          "frozen net 9", "noise net 1 200%", "frozen net 1 -5x", "reset net 1 7", "rollover net 1",
          "swap net 1 815", "heal net 1 x"})
        EXPECT_TRUE(simulator->command(wrong).starts_with("error")) << wrong;
    for (auto const* verb : {"status", "power", "unplug", "meddle", "swap", "stale", "wrong-unit"})
        EXPECT_NE(command_help().find(verb), std::string_view::npos) << verb;
}

}  // namespace
}  // namespace karkhana::sim
