#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "server/app/clock_spec.hpp"
#include "server/app/config.hpp"
#include "server/app/demo_files.hpp"

namespace karkhana::app {
namespace {

/// A configuration file in a folder that goes with the test.
class ConfigFile : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("karkhana-config-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::optional<Config> load(std::string const& text) {
        std::ofstream{folder_ / "karkhana.toml"} << text;
        problems_.clear();
        return load_config((folder_ / "karkhana.toml").string(), problems_);
    }
    bool complains(std::uint32_t line, std::string const& about) const {
        for (auto const& problem : problems_)
            if (problem.line == line && problem.what.find(about) != std::string::npos) return true;
        return false;
    }

    std::filesystem::path folder_;
    config::Problems problems_;
};

constexpr std::string_view kSmall = R"toml(data = "/tmp/k"
profiles = "devices/profiles"
facility = { slug = "bhairab", name_en = "Bhairab", opening = [
  { weekdays = [6, 7, 1], from = "09:00", to = "21:00" } ] }
machine = [{ slug = "laser-1", name_en = "Laser", kind = "laser", rated_w = 1900 }]
line = [{ name = "hall", tcp = "192.168.1.50:502" }]
device = [
  { name = "Meter", line = "hall", unit = 1, profile = "eastron_sdm120", machine = "laser-1" },
]
)toml";

TEST_F(ConfigFile, TenLinesAreEnough) {
    auto const config = load(std::string{kSmall});
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->facility.name.bn, "Bhairab");
    EXPECT_EQ(config->facility.zone, "Asia/Dhaka");
    ASSERT_EQ(config->opening_hours.size(), 3U);
    EXPECT_EQ(config->opening_hours[0].opens_minute, 540);
    EXPECT_EQ(config->machines.at(0).busy_above_w, 95);
    EXPECT_EQ(config->lines.at(0).endpoint(), "192.168.1.50:502");
    EXPECT_FALSE(config->simulated);
    auto const rated =
        std::ranges::find(config->settings, "machine[0].rated_w", &config::Leaf::path);
    ASSERT_NE(rated, config->settings.end());
    EXPECT_EQ(rated->line, 5U);
    EXPECT_EQ(rated->value, "1900");
}

TEST_F(ConfigFile, ALineIsTcpOrSerialOrSerialFramesThroughAGateway) {
    auto const text = std::string{kSmall};
    auto const with = [&](std::string const& line) {
        auto changed = text;
        return load(changed.replace(text.find("tcp = "), 24, line));
    };
    auto const gateway = with(R"(tcp = "10.0.0.9:4196", framing = "rtu", baud = 19200)");
    ASSERT_TRUE(gateway);
    EXPECT_TRUE(gateway->lines[0].rtu);
    EXPECT_EQ(gateway->lines[0].endpoint(), "rtu 10.0.0.9:4196");
    auto const port = with(R"(serial = "/dev/serial/by-id/a", echo = true)");
    ASSERT_TRUE(port);
    EXPECT_TRUE(port->lines[0].echo);
    EXPECT_FALSE(port->lines[0].rtu);
    EXPECT_FALSE(with(R"(tcp = "10.0.0.9:4196", framing = "ascii")"));
    EXPECT_TRUE(complains(6, "passes serial frames on"));
    EXPECT_FALSE(with(R"(serial = "/dev/ttyS0", framing = "tcp")"));
    EXPECT_TRUE(complains(6, "rtu alone"));
    EXPECT_FALSE(with(R"(tcp = "10.0.0.9:4196", echo = true)"));
    EXPECT_TRUE(complains(6, "of a serial line only"));
    for (std::string const setting : {"baud = 9600", "parity = \"E\"", "stop_bits = 2"}) {
        EXPECT_FALSE(with(R"(tcp = "10.0.0.9:4196", )" + setting)) << setting;
        EXPECT_TRUE(complains(6, "which Modbus TCP has none of")) << setting;
        EXPECT_TRUE(with(R"(tcp = "10.0.0.9:4196", framing = "rtu", )" + setting)) << setting;
    }
}

TEST_F(ConfigFile, NoTwoLinesLeadToOneBus) {
    auto const both = [&](std::string const& one, std::string const& other) {
        std::string text{kSmall};
        return load(text.replace(text.find("tcp = "), 24,
                                 one + " },\n  { name = \"yard\", " + other))
            .has_value();
    };
    EXPECT_TRUE(both(R"(tcp = "10.0.0.9:502")", R"(tcp = "10.0.0.9:503")"));
    EXPECT_FALSE(both(R"(tcp = "Gate.lan:502")", R"(tcp = "gate.lan:0502", framing = "rtu")"));
    EXPECT_TRUE(complains(7, "leads where 'hall' does"));
    auto const link = (folder_ / "by-id").string();
    std::filesystem::remove(link);
    std::filesystem::create_symlink("/dev/null", link);
    EXPECT_TRUE(both(R"(serial = "/dev/zero")", "serial = \"" + link + '"'));
    EXPECT_FALSE(both(R"(serial = "/dev/null")", "serial = \"" + link + '"'));
    EXPECT_TRUE(complains(7, "leads where 'hall' does"));
    EXPECT_FALSE(both(R"(serial = "/dev/ttyUSB7")", R"(serial = "/dev/./ttyUSB7")"));
}

/// kSmall with something else about its meter.
std::string small_with(std::string const& about) {
    std::string text{kSmall};
    auto const at = text.find(", machine = \"laser-1\"");
    return text.insert(at, ", " + about);
}

TEST_F(ConfigFile, KnowsTheTransformersBeforeAMeter) {
    auto text = small_with("ct_ratio = \"200/5\", pt_ratio = 11, other_word_order = true");
    EXPECT_FALSE(load(text));
    EXPECT_TRUE(complains(8, "'eastron_sdm120' shows what flows in the installation"));
    text.replace(text.find("eastron_sdm120"), 14, "schneider_iem3255");
    auto const config = load(text);
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->devices[0].ratios, (profiles::Ratios{{40, 1}, {11, 1}}));
    EXPECT_TRUE(config->devices[0].other_word_order);
    EXPECT_FALSE(load(small_with("ct_ratio = \"a lot\"")));
    EXPECT_TRUE(complains(8, "a ratio of a transformer"));
    EXPECT_FALSE(load(small_with("ct_ratio = 0")));
    EXPECT_TRUE(complains(8, "'ct_ratio' must be between"));
}

TEST_F(ConfigFile, MayHaveMetersOfWaterAndPulses) {
    for (std::string const profile : {"tuf_2000m_water", "wirenboard_wb_mcm8_pulse"}) {
        auto text = std::string{kSmall};
        text.insert(text.rfind(']'),
                    "  { name = \"Well\", line = \"hall\", unit = 2, profile = \"" + profile +
                        "\" },\n");
        EXPECT_TRUE(load(text)) << profile;
        for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    }
}

TEST_F(ConfigFile, ADeviceIsReadEverySecondUnlessItSaysOtherwise) {
    EXPECT_EQ(load(std::string{kSmall}).value().devices[0].period, std::chrono::seconds{1});
    auto const config = load(small_with("period_seconds = 5"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->devices[0].period, std::chrono::seconds{5});
    for (auto const* const wrong : {"0", "6"}) {
        EXPECT_FALSE(load(small_with(std::string{"period_seconds = "} + wrong)));
        EXPECT_TRUE(complains(8, "'period_seconds' must be"));
    }
}

TEST_F(ConfigFile, KnowsTheProfilesBesideIt) {
    auto const mine = folder_ / "profiles.d";
    std::filesystem::create_directories(mine);
    std::filesystem::copy_file("devices/profiles/eastron_sdm120.toml", mine / "mine.toml");
    EXPECT_TRUE(load(std::string{kSmall})) << "one of the same name takes the shipped one's place";
    std::ofstream{mine / "bad.toml"} << "device = \"bad\"\nmaker = 7\n";
    EXPECT_FALSE(load(std::string{kSmall}));
    EXPECT_TRUE(complains(2, "'maker' must be a string"));
    EXPECT_TRUE(complains(1, "a profile without a self-test")) << "all of it at once";
    std::filesystem::remove(mine / "bad.toml");
    std::filesystem::copy_file(mine / "mine.toml", mine / "twice.toml");
    EXPECT_FALSE(load(std::string{kSmall}));
    EXPECT_TRUE(complains(1, "a second profile of 'eastron_sdm120' in this folder"));
    EXPECT_FALSE(load("user_profiles = \"/nowhere/at/all\"\n" + std::string{kSmall}));
    EXPECT_TRUE(complains(1, "no such folder"));
}

TEST_F(ConfigFile, TheDemosOwnIsSound) {
    DemoPlaces places;
    places.data = folder_.string();
    places.profiles = "devices/profiles";
    places.schema = "schema";
    places.modbus_port = 1502;
    auto const config = load(demo_config(places));
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->machines.size(), 6U);
    EXPECT_TRUE(config->simulated);
    EXPECT_EQ(config->rate_card->components.at(0).price, Rate{9'680'000});
}

TEST_F(ConfigFile, EveryProblemIsListedWithItsLine) {
    auto const config = load(R"toml(data = "/tmp/k"
profiles = "devices/profiles"
colour = "blue"
[facility]
slug = "bhairab"
zone = "Asia/Nowhere"
[[machine]]
slug = "laser-1"
name_en = "Laser"
kind = "laser"
rated_w = "a lot"
[[line]]
name = "hall"
[[device]]
name = "Meter"
line = "roof"
unit = 300
profile = "no_such_meter"
machine = "laser-9"
[rate_card]
name = "r"
source = "s"
peak_from = "25"
peak_to = "23:00"
[[rate_card.component]]
basis = "magic"
taka = "1.2.3"
label_en = "x"
)toml");
    EXPECT_FALSE(config);
    EXPECT_TRUE(complains(3, "colour"));
    EXPECT_TRUE(complains(6, "zone"));
    EXPECT_TRUE(complains(11, "rated_w"));
    EXPECT_TRUE(complains(13, "tcp"));
    EXPECT_TRUE(complains(16, "no line"));
    EXPECT_TRUE(complains(17, "unit"));
    EXPECT_TRUE(complains(18, "profile"));
    EXPECT_TRUE(complains(19, "no machine"));
    EXPECT_TRUE(complains(23, "time of day"));
    EXPECT_TRUE(complains(26, "kwh"));
    EXPECT_TRUE(complains(27, "price"));
}

TEST_F(ConfigFile, WhatTheDatabaseWouldRefuseIsFoundBefore) {
    auto const config = load(R"toml(data = "/tmp/k"
profiles = "devices/profiles"
[facility]
slug = "Bhai rab\n"
name_en = "Bhairab"
opening = [{ weekdays = [1, 1], from = "09:00", to = "21:00" }]
[[machine]]
slug = "laser-1"
name_en = "Laser"
kind = "laser"
rated_w = 1900
min_minutes = 0
[[machine]]
slug = "laser-2"
name_en = "Laser"
kind = "laser"
rated_w = 1900
grid_minutes = 7
[[line]]
name = "hall"
tcp = "192.168.1.50:modbus"
[[line]]
name = "roof"
tcp = "192.168.1.50:70000"
)toml");
    EXPECT_FALSE(config);
    EXPECT_TRUE(complains(4, "small letters"));
    EXPECT_TRUE(complains(6, "overlap"));
    EXPECT_TRUE(complains(12, "'min_minutes' is out of range: between 1 and 10080"));
    EXPECT_TRUE(complains(18, "'grid_minutes' is out of range: a day has to be a multiple"));
    EXPECT_TRUE(complains(21, "host and port"));
    EXPECT_TRUE(complains(24, "host and port"));
}

/// kSmall with `instead` for its `part`.
std::string small_but(std::string const& part, std::string const& instead) {
    std::string text{kSmall};
    return text.replace(text.find(part), part.size(), instead);
}

TEST_F(ConfigFile, WhatWouldStopTheDaemonIsFoundBefore) {
    EXPECT_FALSE(load("http = { address = \"not an address\" }\n" + std::string{kSmall}));
    EXPECT_TRUE(complains(1, "an address in numbers"));
    EXPECT_TRUE(load("http = { address = \"::1\" }\n" + std::string{kSmall}));
    EXPECT_FALSE(load("http = { tls_certificate = \"/nope.crt\", tls_key = \"/nope.key\" }\n" +
                      std::string{kSmall}));
    EXPECT_TRUE(complains(1, "/nope.crt: No such file or directory"));
    EXPECT_TRUE(complains(1, "/nope.key: No such file or directory"));
    EXPECT_FALSE(load(small_but("/tmp/k", "/proc/nope")));
    EXPECT_TRUE(complains(1, "cannot be made in /proc: No such file or directory"));
    EXPECT_FALSE(load(small_but("/tmp/k", "/etc/passwd/k")));
    EXPECT_TRUE(complains(1, "/etc/passwd is no folder"));
    EXPECT_FALSE(
        load(small_but("tcp = \"192.168.1.50:502\"", "serial = \"/dev/a\", baud = 12345")));
    EXPECT_TRUE(complains(6, "no speed of a serial port"));
    EXPECT_FALSE(load(""));
    EXPECT_TRUE(complains(1, "'facility'")) << "an empty file lacks everything, and can be read";
    EXPECT_FALSE(load_config(folder_.string(), problems_));
    EXPECT_TRUE(complains(0, "cannot be read: Is a directory"));
}

TEST_F(ConfigFile, WhatIsPrintedLeadsToThePublicAddress) {
    auto const with = [&](std::string const& http) {
        return load("http = { " + http + " }\n" + std::string{kSmall});
    };
    auto const address = [&](std::string const& http) {
        return with(http).value().http.public_address;
    };
    EXPECT_EQ(load(std::string{kSmall}).value().http.public_address, "http://127.0.0.1:8080");
    EXPECT_EQ(address("address = \"::1\", port = 80"), "http://[::1]:80");
    EXPECT_EQ(address("public_address = \"https://karkhana.example.org/\""),
              "https://karkhana.example.org");
    for (auto const* bad :
         {"karkhana.example.org", "https://k.example/?a=1", "javascript:1", "https:// x"}) {
        EXPECT_FALSE(with("public_address = \"" + std::string{bad} + "\"")) << bad;
        EXPECT_TRUE(complains(1, "an address like https://karkhana.example.org"));
    }
}

TEST_F(ConfigFile, ItsRatesMayHaveTiersClassesAndHolidays) {
    std::string const rates = R"toml([rate_card]
name = "r"
source = "s"
peak_from = "17:00"
peak_to = "23:00"
price_lock = "at_use"
peak_weekdays = 31
holiday = [{ day = "2027-03-26" }, { day = "2027-02-21" }]
[[rate_card.component]]
basis = "booked_minute"
per = 3600
unit = "hour"
increment = 900
price_class = "member"
tier_model = "graduated"
tier = [{ up_to = 36000, taka = "450" }, { taka = "400" }]
label_en = "Time"
[[rate_card.component]]
basis = "discount"
percent = "12.5"
taken_off = "income:machine-time"
label_en = "Off"
)toml";
    auto const config = load(std::string{kSmall} + rates);
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    auto const& card = config->rate_card.value();
    EXPECT_EQ(card.price_lock, billing::PriceLock::at_use);
    EXPECT_EQ(card.peak_weekdays, 31);
    ASSERT_EQ(card.holidays.size(), 2U);
    EXPECT_LT(card.holidays[0], card.holidays[1]);
    auto const& time = card.components.at(0);
    EXPECT_EQ(time.price_class, billing::PriceClass::member);
    EXPECT_EQ(time.priced_per(), 3600);
    EXPECT_EQ(time.increment, 900);
    EXPECT_EQ(time.tiers, (std::vector<billing::Tier>{{36'000, Rate{450'000'000}},
                                                      {std::nullopt, Rate{400'000'000}}}));
    EXPECT_EQ(card.components.at(1).price, Rate{1'250});
    auto wrong = rates;
    wrong.replace(wrong.find("2027-02-21"), 10, "2027-02-30");
    EXPECT_FALSE(load(std::string{kSmall} + wrong));
    EXPECT_TRUE(complains(17, "a day like"));
    wrong.replace(wrong.find("graduated"), 9, "stairs");
    EXPECT_FALSE(load(std::string{kSmall} + wrong));
    EXPECT_TRUE(complains(24, "none, graduated, volume or block"));
}

TEST_F(ConfigFile, AMeterOfNobodyAndAMachineThatCannotBeBilledAreFoundBefore) {
    EXPECT_FALSE(load(small_but(", machine = \"laser-1\"", "")));
    EXPECT_TRUE(complains(8, "it needs machine, machines or role"));
    EXPECT_TRUE(load(small_but("machine = \"laser-1\"", "role = \"site\"")));
    EXPECT_FALSE(load(small_but("eastron_sdm120", "pzem_016")));
    EXPECT_TRUE(complains(8, "'pzem_016' has no counter that may be billed, and laser-1 has no"));
    EXPECT_TRUE(load(small_but(
        "\n]", "\n  { name = \"Second\", line = \"hall\", unit = 2, profile = \"pzem_016\", "
               "machine = \"laser-1\" },\n]")))
        << "beside one that bills";
}

TEST_F(ConfigFile, WhatIsRefusedIsCalledByItsName) {
    EXPECT_FALSE(
        load(small_but("\n]", "\n  { name = \"Meter\", line = \"hall\", unit = 2, profile = "
                              "\"eastron_sdm120\", machine = \"laser-1\" },\n]")));
    EXPECT_TRUE(complains(9, "'Meter' is used twice"));
    auto const rates = [&](std::string const& from, std::string const& components) {
        return load(std::string{kSmall} +
                    "[rate_card]\nname = \"r\"\nsource = \"s\"\npeak_from = " + from +
                    "\npeak_to = \"23:00\"\n" + components);
    };
    EXPECT_FALSE(
        rates("\"17:07\"", "component = [{ basis = \"kwh\", taka = \"9\", label_en = \"a\" }]"));
    EXPECT_TRUE(complains(13, "the peak begins and ends on a quarter of an hour"));
    EXPECT_FALSE(rates("\"17:00\"", ""));
    EXPECT_TRUE(complains(10, "a rate card without a component has no price"));
}

TEST_F(ConfigFile, ADeviceMustBeWhatItsProfileSays) {
    std::string const head = R"toml(data = "/tmp/k"
profiles = "devices/profiles"
facility = { slug = "bhairab", name_en = "Bhairab" }
machine = [
  { slug = "laser-1", name_en = "Laser", kind = "laser", rated_w = 1900 },
  { slug = "laser-2", name_en = "Laser", kind = "laser", rated_w = 1900 },
]
line = [{ name = "hall", tcp = "192.168.1.50:502" }]
device = [
)toml";
    EXPECT_FALSE(load(head + R"toml(
  { name = "A", line = "hall", unit = 1, profile = "eastron_sdm120", relays = ["laser-1"] },
  { name = "B", line = "hall", unit = 2, profile = "waveshare_rtu_relay_8ch" },
  { name = "C", line = "hall", unit = 3, profile = "waveshare_rtu_relay_8ch", relays = [
    "laser-2", "", "", "", "", "", "", "", "laser-2"] },
  { name = "D", line = "hall", unit = 4, profile = "waveshare_rtu_relay_8ch", relays = [
    "laser-2"] },
]
)toml"));
    EXPECT_TRUE(complains(11, "not of a relay board"));
    EXPECT_TRUE(complains(12, "no point is watched"));
    EXPECT_TRUE(complains(13, "contact 9: the board has no such channel"));
    EXPECT_TRUE(complains(13, "contact 9: a second contact for this machine"));
    EXPECT_TRUE(complains(15, "switched by C already"));
}

TEST_F(ConfigFile, HowAMachineStopsFitsWhatStopsIt) {
    auto const with = [&](std::string const& machine, std::string const& relays) {
        std::string text{kSmall};
        text.insert(text.find(" }]\nline"), machine);
        std::string const board = R"(name = "Relays", line = "hall", unit = 9, )"
                                  R"(profile = "waveshare_rtu_relay_8ch", )";
        text.insert(text.rfind("]"), "  { " + board + relays + " },\n");
        return load(text);
    };
    auto config =
        with(R"(, stop = "end_of_cycle", stop_within_minutes = 50)", R"(relays = ["", "laser-1"])");
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->stops.at("laser-1").stop, metering::StopClass::end_of_cycle);
    EXPECT_EQ(config->stops.at("laser-1").at_most, std::chrono::minutes{50});
    EXPECT_FALSE(with(R"(, stop = "end_of_cycle", stop_within_minutes = 60)",
                      R"(relays = ["", "laser-1"])"));
    EXPECT_TRUE(complains(9, "watchdog cannot be set that long"));
    EXPECT_TRUE(with(R"(, stop = "never_remotely")", R"(relays = ["laser-1"])"));
    EXPECT_FALSE(with(R"(, stop = "never_remotely", busy_above_w = 0)", R"(relays = ["laser-1"])"));
    EXPECT_TRUE(complains(5, "tell when the cycle ends"));
    EXPECT_FALSE(with(R"(, stop = "softly", stop_within_minutes = 5)", R"(relays = ["laser-1"])"));
    EXPECT_TRUE(complains(5, "immediate, end_of_cycle or never_remotely"));
    EXPECT_TRUE(complains(5, "goes with stop"));
    EXPECT_FALSE(with("", R"(relays = ["laser-1"], feedback = [3])"));
    EXPECT_TRUE(complains(9, "no such input"));
    EXPECT_FALSE(with("", R"(relays = ["laser-1"], feedback = [-1, 3])"));
    EXPECT_TRUE(complains(9, "more inputs than relays"));
}

TEST_F(ConfigFile, TheMainsAreToldByAPointThatThereIs) {
    auto const with = [&](std::string const& mains) {
        std::string text{kSmall};
        text.insert(text.find(", opening"), ", mains = " + mains);
        return load(text);
    };
    auto const config = with(R"({ device = "Meter", point = "voltage" })");
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->mains->point, "voltage");
    EXPECT_FALSE(with(R"({ device = "Meter", point = "active_power" })"));
    EXPECT_TRUE(complains(3, "no voltage and no state"));
    EXPECT_FALSE(with(R"({ device = "Nobody", point = "voltage" })"));
    EXPECT_TRUE(complains(3, "no device of this name"));
}

TEST_F(ConfigFile, ACycleIsToldByAStateThatThereIs) {
    auto const with = [&](std::string const& machine, std::string const& devices) {
        std::string text{kSmall};
        text.insert(text.find(" }]\nline"), machine);
        text.insert(text.rfind("]"), devices);
        return load(text);
    };
    std::string const controller =
        "  { name = \"PLC\", line = \"hall\", unit = 9, profile = \"delta_dvp_es2\" },\n";
    std::string const stops = R"(, busy_above_w = 0, stop = "end_of_cycle")";
    auto const config =
        with(stops + R"(, runs = { device = "PLC", point = "input_x0" })", controller);
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(inputs_of(*config, "PLC"), std::vector<std::string>{"input_x0"});
    EXPECT_TRUE(inputs_of(*config, "Meter").empty());
    EXPECT_FALSE(with(R"(, runs = { device = "Meter", point = "voltage" })", ""));
    EXPECT_TRUE(complains(5, "no state of this device"));
    EXPECT_FALSE(with(R"(, runs = { device = "PLC", point = "input_x0" })", ""));
    EXPECT_TRUE(complains(5, "no device of this name"));
    EXPECT_FALSE(with("", controller)) << "nobody asks for its inputs";
}

TEST_F(ConfigFile, StrokesAreCountedByACounterOfPulses) {
    auto const with = [&](std::string const& strokes, std::string const& devices) {
        std::string text{kSmall};
        text.insert(text.find(" }]\nline"), ", strokes = " + strokes);
        text.insert(text.rfind("]"), devices);
        return load(text);
    };
    std::string const counter = "  { name = \"Pulses\", line = \"hall\", unit = 9, "
                                "profile = \"wirenboard_wb_mcm8_pulse\" },\n";
    auto const config = with(R"({ device = "Pulses", point = "counter_ch3" })", counter);
    for (auto const& problem : problems_) ADD_FAILURE() << problem.text();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->strokes.begin()->second.point, "counter_ch3");
    EXPECT_EQ(inputs_of(*config, "Pulses"), std::vector<std::string>{"counter_ch3"});
    EXPECT_FALSE(with(R"({ device = "Meter", point = "active_power" })", ""));
    EXPECT_TRUE(complains(5, "no counter of pulses of this device"));
    EXPECT_FALSE(with(R"({ device = "Pulses", point = "counter_ch3" })", ""));
    EXPECT_TRUE(complains(5, "no device of this name"));
}

TEST(ClockSpec, ReadsWhatAPersonTypesAndWhatItWroteItself) {
    auto const now = instant(1'700'000'000'000'000);
    auto const spec = parse_clock("2026-11-20T16:40+06:00x60", now);
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->speed, 60);
    EXPECT_EQ(spec->origin, parse_rfc3339("2026-11-20T16:40:00+06:00").value());
    auto const again = parse_clock(spec->text(), instant(0));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->origin, spec->origin);
    EXPECT_EQ(again->real_origin, now);
    for (auto bad : {"", "x60", "2026-11-20T16:40+06:00", "2026-11-20T16:40+06:00x0",
                     "2026-11-20T16:40+06:00x1.5", "2026-11-20x60", "2026-11-20T16:40+06:00x60@z"})
        EXPECT_FALSE(parse_clock(bad, now)) << bad;
}

}  // namespace
}  // namespace karkhana::app
