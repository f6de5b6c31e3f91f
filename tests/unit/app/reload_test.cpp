#include <atomic>
#include <gtest/gtest.h>
#include <map>
#include <thread>

#include "devices/modbus/server.hpp"
#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"
#include "server/app/lines.hpp"
#include "server/app/reload.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

template <class Id>
Id id_of(std::uint8_t number) {
    Id id;
    id.uuid.bytes[0] = number;
    return id;
}

/// Two lines with a meter each, and a board on the second.
class Reload : public testing::Test {
protected:
    void SetUp() override {
        config::Problems problems;
        loaded.profiles = load_all_profiles("devices/profiles", "", problems);
        ASSERT_TRUE(problems.empty());
        loaded.config.lines = {{.name = "hall", .tcp = "127.0.0.1:9", .serial = {}},
                               {.name = "yard", .tcp = "127.0.0.1:9", .serial = {}}};
        add("Hall meter", "hall", 1, "eastron_sdm120", "laser");
        add("Yard meter", "yard", 1, "eastron_sdm120", "press");
        add("Relays", "yard", 20, "waveshare_rtu_relay_8ch", "");
        loaded.config.devices[2].relays = {"press"};
    }
    void add(std::string name, std::string line, int unit, std::string profile,
             std::string machine) {
        loaded.config.devices.push_back({.name = std::move(name),
                                         .line = std::move(line),
                                         .unit = unit,
                                         .profile = std::move(profile),
                                         .machine = std::move(machine),
                                         .serial = {},
                                         .relays = {}});
    }
    void replace_profile(std::string const& name, auto const& change) {
        auto profile = *wanted.profiles.at(name);
        change(profile);
        wanted.profiles[name] = std::make_shared<profiles::Profile const>(std::move(profile));
    }

    Loaded loaded, wanted;
};

TEST_F(Reload, TakesNoRestartForWhatRegistersMean) {
    wanted = loaded;
    EXPECT_TRUE(reasons_to_restart(loaded, wanted).empty());
    wanted.config.lines[0].tcp = "127.0.0.1:10";
    wanted.config.devices[0].unit = 7;
    wanted.config.devices[0].serial = 12345;
    wanted.config.devices[0].ratios.current = {40, 1};
    wanted.config.devices[1].profile = "eastron_sdm630";
    replace_profile("eastron_sdm120", [](auto& profile) {
        for (auto& point : profile.points) point.address += 2;
    });
    EXPECT_TRUE(reasons_to_restart(loaded, wanted).empty());
}

TEST_F(Reload, TakesARestartForWhatIsWhere) {
    auto const reasons = [&](auto const& change) {
        wanted = loaded;
        change(wanted.config);
        return reasons_to_restart(loaded, wanted);
    };
    using Reasons = std::vector<std::string>;
    EXPECT_EQ(reasons([](auto& c) { c.lines.pop_back(); }), Reasons{"line 'yard' is gone"});
    EXPECT_EQ(reasons([](auto& c) { c.devices.pop_back(); }), Reasons{"device 'Relays' is gone"});
    EXPECT_EQ(reasons([](auto& c) {
                  c.devices.push_back(c.devices[0]);
                  c.devices.back().name = "Roof meter";
                  c.devices.back().at = 17;
              }),
              Reasons{"line 17: device 'Roof meter' is new"});
    EXPECT_EQ(reasons([](auto& c) { std::swap(c.devices[0].name, c.devices[1].name); }),
              Reasons{"device 'Yard meter' is in another place of the order"});
    EXPECT_EQ(reasons([](auto& c) {
                  c.devices[0].machine = "press";
                  c.devices[0].at = 12;
              }),
              Reasons{"line 12: device 'Hall meter': machine is 'press', was 'laser'"});
    EXPECT_EQ(reasons([](auto& c) { c.devices[0].line = "yard"; }).size(), 1U);
    EXPECT_EQ(reasons([](auto& c) { c.devices[2].unit = 21; }),
              std::vector<std::string>{"device 'Relays': other contacts"});
    EXPECT_EQ(reasons([](auto& c) { c.devices[2].relays = {"laser"}; }).size(), 1U);
    loaded.config.devices[2].relays.clear();
    EXPECT_EQ(reasons([](auto& c) { c.devices[2].unit = 21; }).size(), 1U)
        << "the coils of a board that switches nothing are watched too";
    loaded.config.devices[2].relays = {"press"};
    EXPECT_EQ(reasons([](auto& c) { c.devices[0].profile = "selec_mfm383a"; }),
              std::vector<std::string>{"device 'Hall meter': other points are watched"})
        << "it counts energy_total, and the bills know energy_import";
    EXPECT_EQ(reasons([](auto& c) {
                  c.stops["press"] = {metering::StopClass::end_of_cycle, std::chrono::minutes{20}};
              }),
              std::vector<std::string>{"machines are to stop otherwise"});
    EXPECT_EQ(reasons([](auto& c) { c.mains = InputConfig{"Hall meter", "voltage"}; }),
              std::vector<std::string>{"something else tells of the mains"});
}

TEST_F(Reload, NamesTheSettingsThatWaitForARestart) {
    loaded.config.settings = {
        {"http.port", 3, "8080"}, {"machine[0].rated_w", 7, "300"}, {"simulated", 2, "true"}};
    wanted = loaded;
    EXPECT_TRUE(settings_that_wait(loaded, wanted).empty());
    wanted.config.settings = {{"http.port", 4, "8080"},
                              {"machine[0].rated_w", 8, "400"},
                              {"machine[0].stop", 9, "\"immediate\""}};
    EXPECT_EQ(settings_that_wait(loaded, wanted),
              (std::vector<std::string>{"line 8: machine[0].rated_w", "line 9: machine[0].stop",
                                        "simulated, said no more"}));
}

/// The last value of a channel, and how many there were.
class Latest final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        std::lock_guard const lock{mutex_};
        for (auto const& reading : frame.readings)
            if (reading.quality == Quality::good) {
                value_[reading.channel] = reading.value;
                boot_[reading.channel] = frame.boot;
            }
    }
    std::int64_t value(Channel channel) {
        std::lock_guard const lock{mutex_};
        return value_[channel];
    }
    std::uint64_t boot(Channel channel) {
        std::lock_guard const lock{mutex_};
        return boot_[channel];
    }

private:
    std::mutex mutex_;
    std::map<Channel, std::int64_t> value_;
    std::map<Channel, std::uint64_t> boot_;
};

class LinesGoOn : public Reload {
protected:
    void SetUp() override {
        Reload::SetUp();
        // Every register is the high half of 100.0, and the serial number is nobody's.
        auto const meter = [](modbus::Request const& request) {
            modbus::Answer answer;
            for (int i = 0; i < request.count; ++i)
                answer.words.push_back((request.address + i) % 2 == 0 ? 0x42C8 : 0);
            return answer;
        };
        for (auto& line : loaded.config.lines) {
            servers.push_back(modbus::Server::tcp("127.0.0.1", 0, meter));
            line.tcp = "127.0.0.1:" + std::to_string(servers.back()->port());
        }
        loaded.config.devices.pop_back();
        wanted = loaded;
    }
    LinePlan plan(Loaded const& from, std::uint64_t boot) {
        std::vector<metering::Point> points;
        for (Channel channel : {1, 2}) {
            metering::Point point;
            point.channel = channel;
            point.device = id_of<DeviceId>(static_cast<std::uint8_t>(channel));
            point.name = "active_power";
            points.push_back(point);
        }
        return plan_lines(from.config, from.profiles,
                          {{"laser", id_of<MachineId>(1)}, {"press", id_of<MachineId>(2)}},
                          renumbered(devices(), loaded, from), points, boot, 1);
    }
    static std::vector<metering::Device> devices() {
        return {{.id = id_of<DeviceId>(1), .name = "Hall meter", .line = "hall"},
                {.id = id_of<DeviceId>(2), .name = "Yard meter", .line = "yard"}};
    }
    bool comes_to(Channel channel, std::int64_t value) {
        auto const until = clock.now() + 10s;
        while (sink.value(channel) != value && clock.now() < until)
            std::this_thread::sleep_for(10ms);
        return sink.value(channel) == value;
    }

    std::vector<std::unique_ptr<modbus::Server>> servers;
    Latest sink;
    SystemWallClock wall;
    SystemMonotonicClock clock;
};

TEST_F(LinesGoOn, ByTheOtherPlanWhereItIsAnother) {
    Lines lines{
        plan(loaded, 1), devices(), sink, wall, clock, [](std::string_view, std::string_view) {}};
    lines.start();
    ASSERT_TRUE(comes_to(1, 100));
    ASSERT_TRUE(comes_to(2, 100));
    wanted.config.devices[1].ratios.current = {40, 1};
    replace_profile("eastron_sdm120", [](auto& profile) {
        for (auto& point : profile.points) point.transformed = profiles::is_transformed(point.unit);
    });
    // The yard's meter alone is behind a transformer; the hall's profile is another, too.
    bool stood_still = false;
    auto const changed = lines.replace(plan(wanted, 2), [&] {
        stood_still = true;
        return devices();
    });
    EXPECT_TRUE(stood_still);
    EXPECT_EQ(changed, (std::vector<std::string>{"hall", "yard"}));
    EXPECT_TRUE(comes_to(2, 4'000));
    EXPECT_EQ(sink.value(1), 100);
    std::vector<Channel> const asked{2};
    auto const snapshot = lines.snapshot(asked, 2s);
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->at(0).value, 4'000);
    lines.stop();
}

TEST_F(LinesGoOn, UntouchedWhereItIsTheSame) {
    Lines lines{
        plan(loaded, 1), devices(), sink, wall, clock, [](std::string_view, std::string_view) {}};
    lines.start();
    ASSERT_TRUE(comes_to(1, 100));
    EXPECT_TRUE(lines.replace(plan(loaded, 2), [] { return devices(); }).empty());
    wanted.config.devices[1].serial = 0x42C8'0000;
    EXPECT_EQ(lines.replace(plan(wanted, 3), [] { return devices(); }),
              std::vector<std::string>{"yard"});
    auto const until = clock.now() + 10s;
    while (sink.boot(2) != 3 && clock.now() < until) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(sink.boot(2), 3U);
    EXPECT_EQ(sink.boot(1), 1U) << "the hall's line is the one that was started first";
    lines.stop();
}

TEST_F(LinesGoOn, ByTheOldPlanWhenTheLedgerCannot) {
    Lines lines{
        plan(loaded, 1), devices(), sink, wall, clock, [](std::string_view, std::string_view) {}};
    lines.start();
    ASSERT_TRUE(comes_to(1, 100));
    wanted.config.devices[0].unit = 9;
    EXPECT_THROW(lines.replace(plan(wanted, 2),
                               []() -> std::vector<metering::Device> {
                                   throw std::runtime_error("the disk is full");
                               }),
                 std::runtime_error);
    std::vector<Channel> const asked{1};
    auto const snapshot = lines.snapshot(asked, 2s);
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->at(0).value, 100);
    lines.stop();
}

}  // namespace
}  // namespace karkhana::app
