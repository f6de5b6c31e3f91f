// `karkhana probe` as a person calls it, on simulated devices behind real TCP and a real terminal.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <regex>
#include <sstream>
#include <unistd.h>

#include "devices/probe/scan.hpp"
#include "devices/profiles/load.hpp"
#include "devices/sim/simulator.hpp"
#include "server/app/config.hpp"
#include "server/app/probe_toml.hpp"

namespace karkhana::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Run {
    int status = -1;
    std::string text;  ///< both outputs
};

Run run_probe(std::string const& arguments) {
    auto const* const binary = std::getenv("KARKHANA_BIN");
    std::string const command = std::string{binary != nullptr ? binary : "build/release/karkhana"} +
                                " probe " + arguments +
                                " --profiles devices/profiles < /dev/null 2>&1";
    Run run;
    auto* const pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        run.text.append(buffer.data(), count);
    run.status = ::pclose(pipe) / 256;
    return run;
}

std::uint16_t free_port() {
    return modbus::Server::tcp("127.0.0.1", 0,
                               [](modbus::Request const&) { return modbus::Answer{}; })
        ->port();
}

class Probe : public testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::temp_directory_path() /
                 ("karkhana-probe-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        sim::Scene scene;
        scene.machines.push_back({"press", "flat", 2'000, 123'456'789});
        port = free_port();
        sim::SceneLine tcp{"hall", port, "", {}};
        tcp.units.push_back({2, profile("schneider_iem3155"), "press", 70'000'002, {}});
        tcp.units.push_back({7, profile("waveshare_rtu_relay_8ch"), "", 0, {{0, "press"}}});
        sim::SceneLine pty{"yard", std::nullopt, (folder / "yard").string(), {}};
        pty.units.push_back({3, profile("carlo_gavazzi_em330_em340"), "press", 0, {}});
        scene.lines = {tcp, pty};
        simulator = std::make_unique<sim::Simulator>(scene, clock);
        simulator->world().close_contact("press", std::nullopt);
    }
    void TearDown() override {
        simulator.reset();
        std::filesystem::remove_all(folder);
    }
    static std::shared_ptr<profiles::Profile const> profile(std::string const& name) {
        config::Problems problems;
        return std::make_shared<profiles::Profile const>(
            *profiles::load_profile("devices/profiles/" + name + ".toml", problems));
    }
    std::string tcp() const { return "--tcp 127.0.0.1:" + std::to_string(port) + " "; }
    std::string pty() const { return "--serial " + (folder / "yard").string() + " "; }

    std::filesystem::path folder;
    std::uint16_t port = 0;
    SystemMonotonicClock clock;
    std::unique_ptr<sim::Simulator> simulator;
};

TEST_F(Probe, FindsWhoAnswersOverTcp) {
    auto const run = run_probe("scan " + tcp() + "--units 1-8 --timeout-ms 60");
    EXPECT_EQ(run.status, 0) << run.text;
    EXPECT_THAT(run.text, HasSubstr("unit   2: exception 2 to function 3"));
    EXPECT_THAT(run.text, HasSubstr("unit   7: "));
    EXPECT_THAT(run.text, Not(HasSubstr("unit   3: ")));
}

TEST_F(Probe, FindsWhoAnswersOnASerialLine) {
    auto const run = run_probe("scan " + pty() + "--units 1-4 --timeout-ms 60");
    EXPECT_EQ(run.status, 0) << run.text;
    EXPECT_THAT(run.text, HasSubstr("at 9600 baud, parity N"));
    EXPECT_THAT(run.text, HasSubstr("unit   3: "));
    auto const nobody =
        run_probe("scan " + pty() + "--units 9 --timeout-ms 60 --baud 9600 --parity N");
    EXPECT_EQ(nobody.status, 1);
    EXPECT_THAT(nobody.text, HasSubstr("nobody answers"));
}

TEST_F(Probe, SaysWhichDeviceItIsAndWhy) {
    auto const run = run_probe("identify " + tcp() + "--unit 2");
    EXPECT_EQ(run.status, 0) << run.text;
    EXPECT_THAT(run.text, HasSubstr("unit 2: schneider_iem3155\n"));
    EXPECT_THAT(run.text, HasSubstr("frequency"));
    EXPECT_THAT(run.text, HasSubstr("49980 mHz"));
    EXPECT_THAT(run.text, HasSubstr("serial 70000002"));
    auto const serial = run_probe("identify " + pty() + "--unit 3");
    EXPECT_THAT(serial.text,
                AllOf(HasSubstr("carlo_gavazzi_em330_em340"),
                      HasSubstr("carlo_gavazzi_em24_e1_tcp"), HasSubstr("not to be told apart")))
        << "the same registers, and it says so";
    EXPECT_EQ(serial.status, 1) << "not sure";
}

TEST_F(Probe, SaysSoonThatNobodyAnswers) {
    auto const began = clock.now();
    auto const run = run_probe("identify " + tcp() + "--unit 9");
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.text, HasSubstr("unit 9: nobody answers on 127.0.0.1:"));
    EXPECT_LT(clock.now() - began, std::chrono::seconds{5});
}

TEST_F(Probe, SaysWhyABusCannotBeOpened) {
    EXPECT_THAT(run_probe("scan --serial /dev/ttyNOPE --units 1").text,
                HasSubstr("cannot be opened: No such file or directory"));
    EXPECT_THAT(run_probe("scan --tcp nowhere --units 1").text,
                HasSubstr("host and port are wanted"));
    EXPECT_THAT(run_probe("identify --tcp 127.0.0.1:1 --unit 1").text,
                HasSubstr("127.0.0.1:1: cannot be opened: Connection refused"));
    EXPECT_THAT(run_probe("identify --tcp no-such-host.invalid:502 --unit 1").text,
                HasSubstr("cannot be opened: no such host"));
}

TEST_F(Probe, KnowsARelayBoardFromADrive) {
    auto const run = run_probe("identify " + tcp() + "--unit 7");
    EXPECT_THAT(run.text, HasSubstr("waveshare_rtu_relay_8ch"));
    EXPECT_THAT(run.text, Not(HasSubstr("invt")));
}

TEST_F(Probe, ShowsRegistersInEveryWayTheyMayBeMeant) {
    auto const run = run_probe("watch " + tcp() +
                               "--unit 2 --fc 3 --address 3109 --count 2 --times 2 "
                               "--every-ms 10");
    EXPECT_EQ(run.status, 0) << run.text;
    EXPECT_THAT(run.text, HasSubstr("   3109 0x4247  16967 u16, 49.98"));
}

TEST_F(Probe, WritesACoilOnlyOnceAPersonHasConfirmedIt) {
    auto const nobody = run_probe("write " + tcp() + "--unit 7 --address 0 --value off");
    EXPECT_EQ(nobody.status, 1);
    EXPECT_THAT(nobody.text, HasSubstr("nobody is here to confirm"));
    auto const wrong = run_probe(
        "write " + tcp() + "--unit 7 --address 0 --value off --confirm \"unit 7 coil 1 off\"");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.text, HasSubstr("nothing is written"));
    EXPECT_TRUE(simulator->world().contact("press")) << "and nothing was";
    auto const right = run_probe(
        "write " + tcp() + "--unit 7 --address 0 --value off --confirm \"unit 7 coil 0 off\"");
    EXPECT_EQ(right.status, 0) << right.text;
    EXPECT_THAT(right.text, HasSubstr("unit 7 coil 0 reads off"));
    EXPECT_FALSE(simulator->world().contact("press"));
}

/// README's example, with its records elsewhere.
std::string readmes_own() {
    std::ostringstream text;
    text << std::ifstream{"README.md"}.rdbuf();
    auto const page = text.str();
    auto const begin = page.find("```toml\n") + 8;
    auto const example = page.substr(begin, page.find("```", begin) - begin);
    return "profiles = \"devices/profiles\"\n" +
           std::regex_replace(example, std::regex{"/var/lib/karkhana"}, "/tmp/k");
}

/// What it writes can be appended to README's example, and the daemon takes both.
TEST_F(Probe, WritesTheTomlOfWhatItFound) {
    for (auto const& [line, unit] : {std::pair{tcp() + "--units 1-8", 2},
                                     std::pair{pty() + "--units 3 --baud 9600 --parity N", 3}}) {
        auto const run = run_probe("toml " + line + " --name yard --timeout-ms 60");
        ASSERT_EQ(run.status, 0) << run.text;
        auto const begin = run.text.find("[[line]]");
        ASSERT_NE(begin, std::string::npos) << run.text;
        std::ofstream{folder / "k.toml"}
            << readmes_own()
            << std::regex_replace(run.text.substr(begin), std::regex{"# machine = .*"},
                                  "role = \"site\"");
        config::Problems problems;
        auto const config = load_config((folder / "k.toml").string(), problems);
        for (auto const& problem : problems) ADD_FAILURE() << problem.text() << "\n" << run.text;
        ASSERT_TRUE(config);
        ASSERT_EQ(config->devices.size(), 3U) << run.text;
        EXPECT_EQ(config->devices[2].unit, unit);
    }
}

TEST(ProbeUnits, AreNumbersAndRanges) {
    using Units = std::vector<std::uint8_t>;
    EXPECT_EQ(probe::units_of("1,5,20-22,5"), (Units{1, 5, 20, 21, 22}));
    EXPECT_EQ(probe::units_of("1-247")->size(), 247U);
    for (auto const* none : {"", "0", "248", "5-3", "1,", "1-", "x", "1-2-3"})
        EXPECT_FALSE(probe::units_of(none)) << none;
}

TEST(ProbeSettings, BeginWithTheMostUsual) {
    auto const all = probe::settings(std::nullopt, std::nullopt);
    EXPECT_EQ(all.size(), 24U);
    EXPECT_EQ(all[0], (probe::Setting{9600, modbus::Parity::none}));
    EXPECT_EQ(probe::settings(19200, std::nullopt).size(), 3U);
    EXPECT_EQ(probe::settings(31250, modbus::Parity::even),
              (std::vector<probe::Setting>{{31250, modbus::Parity::even}}));
}

}  // namespace
}  // namespace karkhana::app
