#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "devices/modbus/server.hpp"
#include "devices/profiles/load.hpp"
#include "server/app/lines.hpp"

namespace karkhana::app {
namespace {

class NoReadings final : public ReadingSink {
public:
    void accept(ReadingFrame) override {}
};

template <class Id>
Id id_of(std::uint8_t number) {
    Id id;
    id.uuid.bytes[0] = number;
    return id;
}

/// A meter and a board on a line that leads nowhere.
class LinePlans : public testing::Test {
protected:
    void SetUp() override {
        config::Problems problems;
        known = load_all_profiles("devices/profiles", "", problems);
        ASSERT_TRUE(problems.empty());
        config.lines.push_back({.name = "hall", .tcp = "127.0.0.1:9", .serial = {}});
        config.devices.push_back({.name = "meter",
                                  .line = "hall",
                                  .unit = 1,
                                  .profile = "eastron_sdm120",
                                  .machine = "laser",
                                  .serial = {},
                                  .relays = {}});
        devices.push_back({.id = id_of<DeviceId>(1), .name = "meter", .line = "hall"});
    }
    void add_point(Channel channel, std::string name) {
        metering::Point point;
        point.channel = channel;
        point.device = id_of<DeviceId>(1);
        point.name = std::move(name);
        points.push_back(std::move(point));
    }
    LinePlan plan() {
        return plan_lines(config, known, {{"laser", id_of<MachineId>(1)}}, devices, points, 7, 1);
    }

    Profiles known;
    Config config;
    std::vector<metering::Device> devices;
    std::vector<metering::Point> points;
};

TEST_F(LinePlans, LeaveOutPointsThatTheProfileDoesNotHave) {
    add_point(1, "energy_of_the_meter_before");
    add_point(2, "active_power");
    auto const units = plan().lines.at(0).setup.units;
    ASSERT_EQ(units.size(), 1U);
    ASSERT_EQ(units[0].watched.size(), 1U);
    EXPECT_EQ(units[0].watched[0].channel, 2);
}

/// A meter that counts hectowatt-hours grows by a hundred at once, and must be believed.
TEST_F(LinePlans, TellTheLedgerTheSmallestStepOfACounter) {
    config.devices[0].profile = "carlo_gavazzi_em330_em340";
    auto const setups = device_setups(config, known, {{"laser", id_of<MachineId>(1)}});
    ASSERT_EQ(setups.at(0).points.size(), 2U);
    for (auto const& point : setups[0].points)
        EXPECT_EQ(point.resolution, point.counter ? 100 : 1) << point.name;
}

TEST_F(LinePlans, WaitForLateRepliesThreeTimesAsLongAsTheSlowestDeviceMayTake) {
    EXPECT_EQ(plan().lines.at(0).max_late, std::chrono::milliseconds(1500));
    auto slow = *known.at("eastron_sdm120");
    slow.limits.timeout_ms = 1500;
    known["eastron_sdm120"] = std::make_shared<profiles::Profile>(slow);
    EXPECT_EQ(plan().lines.at(0).max_late, std::chrono::milliseconds(4500));
}

/// Thirty meters at 9600 baud need more than a second a round.
TEST_F(LinePlans, AskADeviceAsOftenAsItIsSet) {
    add_point(1, "active_power");
    EXPECT_EQ(plan().lines.at(0).setup.units.at(0).period, std::chrono::seconds(1));
    auto const before = plan();
    config.devices[0].period = std::chrono::seconds(5);
    EXPECT_EQ(plan().lines.at(0).setup.units.at(0).period, std::chrono::seconds(5));
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{before, devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    lines.start();
    auto const changed = lines.replace(plan(), [&] { return devices; });
    EXPECT_EQ(changed, std::vector<std::string>{"hall"}) << "taken over by a reload";
    lines.stop();
}

TEST_F(LinePlans, TurnTheWordsOfAMeterThatIsSetSo) {
    config.devices[0].profile = "selec_mfm383a";
    config.devices[0].other_word_order = true;
    config.devices[0].ratios.current = {40, 1};
    auto const profile = profile_of(config.devices[0], known);
    auto const& energy = *profile->find("energy_total");
    EXPECT_EQ(energy.order, profiles::WordOrder::little);
    EXPECT_EQ(energy.scale, (profiles::Scale{40'000, 1}));
    auto const setups = device_setups(config, known, {{"laser", id_of<MachineId>(1)}});
    EXPECT_EQ(setups.at(0).points.at(1).form, "f32 little 40000/1 @4:58");
}

TEST_F(LinePlans, HaveNoContactThatTheBoardDoesNotHave) {
    config.devices[0].relays = {"laser"};
    EXPECT_TRUE(plan().relays.empty()) << "a meter switches nothing";
    config.devices[0].profile = "waveshare_rtu_relay_8ch";
    config.devices[0].relays.assign(9, "laser");
    EXPECT_EQ(plan().relays.size(), 8U);
}

TEST_F(LinePlans, KnowADeviceFromTheOneThatHadItsPlace) {
    devices.insert(devices.begin(), {.id = id_of<DeviceId>(2), .name = "before", .line = "hall"});
    auto const in_use = devices_in_use(config, devices);
    ASSERT_EQ(in_use.size(), 1U);
    EXPECT_EQ(in_use[0].name, "meter");
}

TEST_F(LinePlans, AnswerForAChannelThatIsNoMore) {
    add_point(1, "active_power");
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{plan(), devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    std::vector<Channel> const gone{99};
    auto const answer = lines.snapshot(gone, std::chrono::milliseconds(10));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, "meter_silent");
}

TEST_F(LinePlans, SayThatNothingIsHeardOnALineThatLeadsNowhere) {
    add_point(1, "active_power");
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{plan(), devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    EXPECT_EQ(lines.health().at(0).state, "never_seen");
    lines.start();
    auto const until = real.now() + std::chrono::seconds(10);
    while (lines.health().at(0).state != "silent" && real.now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(lines.health().at(0).state, "silent");
    lines.stop();
}

TEST_F(LinePlans, WatchTheCoilsOfABoardThatSwitchesNoMachine) {
    std::atomic<bool> written = false;
    auto const server = modbus::Server::tcp("127.0.0.1", 0, [&](modbus::Request const& request) {
        written = written || !modbus::is_read(request.function);
        modbus::Answer answer;
        answer.words.resize(request.count);
        answer.words.at(3) = 1;
        return answer;
    });
    config.lines[0].tcp = "127.0.0.1:" + std::to_string(server->port());
    config.devices[0].profile = "waveshare_rtu_relay_8ch";
    config.devices[0].machine = "";
    devices[0].unit = 1;
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{plan(), devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    lines.start();
    auto const until = real.now() + std::chrono::seconds(10);
    while (lines.health().at(0).coils.empty() && real.now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    auto const health = lines.health();
    lines.stop();
    ASSERT_EQ(health.size(), 1U);
    EXPECT_EQ(health[0].device, devices[0].id);
    EXPECT_EQ(health[0].state, "good");
    EXPECT_EQ(health[0].alarm, "") << "that is no fault of a meter";
    EXPECT_EQ(health[0].coils, std::vector{4}) << "as it is printed on the board";
    EXPECT_FALSE(written);
}

TEST_F(LinePlans, ReadWhatAMeterOfWaterCountsAndHowItFlows) {
    config.devices[0].profile = "tuf_2000m_water";
    auto const setups = device_setups(config, known, {{"laser", id_of<MachineId>(1)}});
    std::vector<std::string> read;
    for (auto const& point : setups.at(0).points) read.push_back(point.name);
    EXPECT_EQ(read, (std::vector<std::string>{"water_flow", "water_total_forward",
                                              "water_total_reverse"}));
}

TEST_F(LinePlans, MeetAMeterAsItStandsThereNow) {
    std::atomic<std::uint16_t> serial = 4711;
    auto const server = modbus::Server::tcp("127.0.0.1", 0, [&](modbus::Request const& request) {
        modbus::Answer answer;
        answer.words.resize(request.count);
        if (request.address == 0xFC00) answer.words.back() = serial;
        return answer;
    });
    config.lines[0].tcp = "127.0.0.1:" + std::to_string(server->port());
    devices[0].unit = 1;
    add_point(1, "energy_import");
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{plan(), devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    lines.start();
    auto const wait_for = [&](auto const& condition) {
        auto const until = real.now() + std::chrono::seconds(10);
        while (!condition() && real.now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return condition();
    };
    EXPECT_TRUE(wait_for([&] { return lines.health().at(0).serial == "4711"; }));
    EXPECT_FALSE(lines.meet(2, std::chrono::seconds(1))) << "nobody counts that";
    serial = 4712;
    auto const met = lines.meet(1, std::chrono::seconds(5));
    ASSERT_TRUE(met && met->reading);
    EXPECT_EQ(met->serial, "4712");
    EXPECT_EQ(met->reading->quality, Quality::questionable);
    EXPECT_EQ(lines.health().at(0).alarm, "stranger");
    lines.exchanged(devices[0].id, "4712");
    EXPECT_TRUE(wait_for([&] { return lines.health().at(0).alarm.empty(); }));
    serial = 0;
    lines.exchanged(devices[0].id, "4713");
    EXPECT_TRUE(wait_for([&] { return lines.health().at(0).alarm == "unproved"; }));
    EXPECT_EQ(lines.health().at(0).state, "good");
    EXPECT_EQ(lines.meet(1, std::chrono::seconds(5))->serial, "");
    lines.stop();
}

TEST_F(LinePlans, TellOfEveryUnitAndOfTheLastFrames) {
    auto const server = modbus::Server::tcp("127.0.0.1", 0, [](modbus::Request const& request) {
        modbus::Answer answer;
        answer.words.resize(request.count);
        answer.exception = request.address == 12 ? 0 : 2;
        return answer;
    });
    config.lines[0].tcp = "127.0.0.1:" + std::to_string(server->port());
    devices[0].unit = 1;
    add_point(1, "active_power");
    NoReadings sink;
    SystemWallClock wall;
    SystemMonotonicClock real;
    Lines lines{plan(), devices, sink, wall, real, [](std::string_view, std::string_view) {}};
    EXPECT_FALSE(lines.frames("roof"));
    ASSERT_EQ(lines.lines().at(0).units.size(), 1U) << "also before it was asked";
    EXPECT_EQ(lines.lines()[0].units[0].state, "never_seen");
    lines.start();
    auto const until = real.now() + std::chrono::seconds(10);
    while (lines.lines()[0].exchanges < 3 && real.now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    lines.stop();
    auto const line = lines.lines()[0];
    EXPECT_EQ(line.endpoint, config.lines[0].tcp);
    EXPECT_TRUE(line.connected);
    auto const& unit = line.units.at(0);
    EXPECT_EQ(unit.device, devices[0].id);
    EXPECT_EQ(unit.state, "good");
    EXPECT_TRUE(unit.silent_ms && unit.latency_us && unit.last_good);
    EXPECT_EQ(unit.errors.at("refused"), 1) << "the serial number, which this meter does not have";
    EXPECT_EQ(unit.last_error, "refused 2");
    auto const frames = lines.frames("hall").value();
    ASSERT_EQ(frames.size(), static_cast<std::size_t>(line.exchanges));
    EXPECT_EQ(frames[0].error, "refused 2");
    EXPECT_EQ(frames[0].reply, (std::vector<std::uint8_t>{0, 1, 0, 0, 0, 3, 1, 0x83, 2}));
    EXPECT_EQ(frames[1].error, "");
    EXPECT_EQ(frames[1].request,
              (std::vector<std::uint8_t>{0, 2, 0, 0, 0, 6, 1, 4, 0, 12, 0, frames[1].request[11]}));
    EXPECT_LE(frames[0].asked, frames[1].asked);
}

}  // namespace
}  // namespace karkhana::app
