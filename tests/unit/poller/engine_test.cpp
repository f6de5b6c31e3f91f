#include <gtest/gtest.h>

#include "devices/poller/engine.hpp"
#include "tests/unit/poller/simulated_line.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Failure;
using modbus::Fault;
using modbus::Function;

constexpr Channel power = 1;
constexpr Channel energy = 2;

/// Power at 12, energy at 14, temperature at 100 which is a block of its own.
std::shared_ptr<profiles::Profile> make_profile(bool identity = false) {
    auto profile = std::make_shared<profiles::Profile>();
    profile->device = "meter";
    auto const add = [&](char const* name, profiles::PointKind kind, std::uint16_t address,
                         Unit unit) {
        profiles::Point point;
        point.name = name;
        point.kind = kind;
        point.address = address;
        point.type = profiles::WordType::u32;
        point.unit = unit;
        profile->points.push_back(point);
    };
    add("power", profiles::PointKind::gauge, 12, Unit::w);
    add("energy", profiles::PointKind::counter, 14, Unit::wh);
    add("spare", profiles::PointKind::gauge, 100, Unit::mv);
    profile->points[1].billing = true;
    if (identity) profile->identity = profiles::Identity{3, 0xFC00, 2, {}};
    return profile;
}

class Engine : public ::testing::Test {
protected:
    UnitSetup unit(std::uint8_t number, bool identity = false) {
        UnitSetup setup;
        setup.unit = number;
        setup.profile = make_profile(identity);
        setup.watched = {{"power", number * 10 + power}, {"energy", number * 10 + energy}};
        setup.max_power_w = 3000;
        return setup;
    }

    void make(std::vector<UnitSetup> units) {
        LineSetup setup;
        setup.index = 4;
        setup.boot = 99;
        setup.name = "line";
        setup.character = character_time(9600, false, 1);
        setup.units = std::move(units);
        setup.writable = {{1, 5, 0, 7}};
        EXPECT_EQ(problems_of(setup), std::vector<std::string>{});
        engine = std::make_unique<PollEngine>(setup, line, kept, wall, clock);
    }

    void run_for(Duration span) { poller::run_for(*engine, clock, span); }

    void set_energy(std::uint8_t number, std::uint32_t value) {
        line.units[number][14] = static_cast<std::uint16_t>(value >> 16);
        line.units[number][15] = static_cast<std::uint16_t>(value);
    }

    std::size_t asked_of(std::uint8_t number) const {
        std::size_t count = 0;
        for (auto const& request : line.asked) count += request.unit == number;
        return count;
    }

    ManualMonotonicClock clock;
    ManualWallClock wall{instant(1'000'000'000)};
    SimulatedLine line{clock};
    Kept kept;
    std::unique_ptr<PollEngine> engine;
};

TEST_F(Engine, ReadsPowerAndEnergyInOneFrameOnTheGrid) {
    make({unit(1)});
    line.units[1] = {{13, 1500}};
    set_energy(1, 70'000);
    run_for(10s - 1ms);
    ASSERT_EQ(kept.frames.size(), 10U);
    for (auto const& frame : kept.frames) {
        EXPECT_EQ(frame.line, 4);
        EXPECT_EQ(frame.boot, 99U);
        ASSERT_EQ(frame.readings.size(), 2U);
    }
    auto const reading = kept.of(12).at(3);
    EXPECT_EQ(reading.value, 70'000);
    EXPECT_EQ(reading.raw, (RawWords{{1, 4464, 0, 0}, 2}));
    EXPECT_EQ(reading.quality, Quality::good);
    EXPECT_EQ(reading.answered, wall.now());
    EXPECT_EQ(reading.asked, wall.now() - line.latency);
    for (std::size_t i = 0; i < line.asked_at.size(); ++i)
        EXPECT_EQ(line.asked_at[i] - line.asked_at[0], i * 1s);
    std::uint64_t sequence = 0;
    for (auto const& frame : kept.frames)
        for (auto const& each : frame.readings) EXPECT_EQ(each.sequence, ++sequence);
}

TEST_F(Engine, CountsAnOverrunAndDoesNotQueueIt) {
    make({unit(1)});
    line.units[1] = {};
    line.latency = 2500ms;
    run_for(20s);
    EXPECT_NEAR(static_cast<double>(line.asked.size()), 20 / 3.0, 2);
    auto const health = engine->health();
    EXPECT_GE(health.overruns, 8U);
    EXPECT_EQ(health.units.at(0).overruns, health.overruns);
}

TEST_F(Engine, KeepsTheLivingAtTheirRateBesideTheDead) {
    std::vector<UnitSetup> units;
    for (std::uint8_t number = 1; number <= 10; ++number) {
        units.push_back(unit(number));
        if (number > 3) line.units[number] = {};
    }
    make(units);
    line.latency = 40ms;  // four registers at 9600 baud
    run_for(60s);
    line.asked.clear();
    run_for(100s);
    for (std::uint8_t number = 4; number <= 10; ++number) EXPECT_GE(asked_of(number), 99U);
    std::size_t probes = 0;
    for (std::uint8_t number = 1; number <= 3; ++number) probes += asked_of(number);
    EXPECT_GE(probes, 3U);
    EXPECT_LE(probes * 500ms, 5s + 500ms);
    EXPECT_EQ(engine->health().units.at(0).state, UnitState::dead);
}

TEST_F(Engine, FindsAUnitThatCameBackAndReadsItsEnergyFirst) {
    auto setup = unit(1);
    setup.watched.push_back({"spare", 13});
    make({setup});
    run_for(30s);
    EXPECT_EQ(kept.count(12, Quality::good), 0U);
    auto const overruns = engine->health().overruns;
    line.units[1] = {};
    line.asked.clear();
    run_for(70s);
    EXPECT_GT(kept.count(12, Quality::good), 1U);
    EXPECT_EQ(engine->health().units.at(0).state, UnitState::healthy);
    // The probe is the smallest block; the energy comes next.
    ASSERT_GE(line.asked.size(), 2U);
    EXPECT_EQ(line.asked[0].address, 100);
    EXPECT_EQ(line.asked[1].address, 12);
    // While it was dead nothing was promised.
    EXPECT_EQ(engine->health().overruns, overruns);
}

TEST_F(Engine, ReadsFirstWhatIsDueFirstAndOfThatTheBilling) {
    auto slow = unit(1);
    slow.period = 10s;
    auto fast = unit(2);
    auto profile = make_profile();
    profile->points[0].address = 112;
    profile->points[1].address = 114;
    profile->points[2].address = 0;
    fast.profile = profile;
    fast.watched.push_back({"spare", 23});
    make({slow, fast});
    line.units = {{1, {}}, {2, {}}};
    run_for(900ms);
    ASSERT_EQ(line.asked.size(), 3U);
    EXPECT_EQ(line.asked[0].address, 112);
    EXPECT_EQ(line.asked[1].address, 0);
    EXPECT_EQ(line.asked[2].unit, 1);
}

TEST_F(Engine, TellsMissingAtTheChangeAndThenOnceAMinute) {
    make({unit(1)});
    line.units[1] = {};
    run_for(5s);
    EXPECT_EQ(kept.count(12, Quality::missing), 0U);
    line.units.clear();
    run_for(200s);
    auto const missing = kept.count(12, Quality::missing);
    EXPECT_GE(missing, 3U);
    EXPECT_LE(missing, 5U);
}

TEST_F(Engine, TellsMissingAgainAtEveryChange) {
    make({unit(1)});
    line.units[1] = {};
    int count = 0;
    line.fault = [&](modbus::Request const&) -> std::optional<Failure> {
        return ++count % 5 == 0 ? std::optional(Failure{Fault::timeout}) : std::nullopt;
    };
    run_for(24s);
    EXPECT_EQ(kept.count(12, Quality::missing), static_cast<std::size_t>(count / 5));
    EXPECT_GE(count, 15);
}

TEST_F(Engine, TellsAMissingValueOfALivingUnitOnceAMinuteToo) {
    auto setup = unit(1);
    auto profile = make_profile();
    profile->points[0].sentinels = {0xFFFF'FFFF};
    setup.profile = profile;
    make({setup});
    line.units[1] = {{12, 0xFFFF}, {13, 0xFFFF}};
    run_for(125s - 1ms);
    EXPECT_EQ(kept.count(11, Quality::missing), 3U);
    EXPECT_EQ(kept.count(12, Quality::good), 125U);
}

TEST_F(Engine, SaysMissingForTheWholeLineWhenThePortIsGone) {
    make({unit(1), unit(2)});
    line.connected = false;
    run_for(10s);
    EXPECT_EQ(kept.count(12, Quality::missing), 1U);
    EXPECT_EQ(kept.count(22, Quality::missing), 1U);
    EXPECT_LE(line.asked.size(), 5U);
    EXPECT_FALSE(engine->health().traffic.connected);
    line.connected = true;
    line.units = {{1, {}}, {2, {}}};
    run_for(30s);
    EXPECT_GT(kept.count(12, Quality::good), 1U);
    EXPECT_GT(kept.count(22, Quality::good), 1U);
}

TEST_F(Engine, ReadsEveryGlitchAgainAndForgetsIt) {
    make({unit(1)});
    line.units[1] = {};
    set_energy(1, 5000);
    int reads = 0;
    line.fault = [&](modbus::Request const&) -> std::optional<Failure> {
        ++reads;
        set_energy(1, reads % 4 == 0 ? 0 : 5000);
        return std::nullopt;
    };
    run_for(12s - 1ms);
    EXPECT_EQ(reads, 15);
    for (auto const& reading : kept.of(12)) {
        EXPECT_EQ(reading.value, 5000);
        EXPECT_EQ(reading.quality, Quality::good);
    }
    EXPECT_EQ(kept.of(12).size(), 12U);
}

TEST_F(Engine, HandsAResetOverAsQuestionableWithItsWords) {
    make({unit(1)});
    line.units[1] = {};
    set_energy(1, 5000);
    run_for(3s - 1ms);
    set_energy(1, 2);
    line.asked.clear();
    run_for(3s);
    EXPECT_EQ(line.asked.size(), 5U);  // twice again, then as ever
    auto const readings = kept.of(12);
    ASSERT_EQ(readings.size(), 6U);
    EXPECT_EQ(readings[2].quality, Quality::good);
    EXPECT_EQ(readings[3].quality, Quality::questionable);
    EXPECT_EQ(readings[3].value, 2);
    EXPECT_EQ(readings[3].raw.word[1], 2);
    EXPECT_EQ(readings[4].quality, Quality::good);
    EXPECT_EQ(engine->health().units.at(0).questionable, 1U);
}

TEST_F(Engine, DoubtsACounterThatOutrunsItsMachine) {
    make({unit(1)});
    line.units[1] = {};
    set_energy(1, 5000);
    run_for(3s - 1ms);
    set_energy(1, 86'250'000);
    run_for(1s);
    EXPECT_EQ(kept.count(12, Quality::questionable), 1U);
}

TEST_F(Engine, AsksForTheSerialNumberFirstAndMarksAStranger) {
    auto setup = unit(1, true);
    setup.serial = 0x0001'0002;
    setup.exchanged_for = std::make_shared<std::atomic<std::uint64_t>>(0);
    make({setup});
    line.units[1] = {{0xFC00, 1}, {0xFC01, 2}};
    run_for(3s - 1ms);
    EXPECT_EQ(line.asked.front().address, 0xFC00);
    EXPECT_EQ(kept.count(12, Quality::good), 3U);
    EXPECT_EQ(engine->health().units.at(0).serial, 0x0001'0002U);
    // The meter is exchanged: it is silent for a moment, and answers with another number.
    auto const registers = line.units[1];
    line.units.clear();
    run_for(2s);
    line.units[1] = registers;
    line.units[1][0xFC01] = 3;
    run_for(20s);
    EXPECT_EQ(kept.count(12, Quality::good), 3U);
    EXPECT_GT(kept.count(12, Quality::questionable), 3U);
    EXPECT_EQ(engine->health().units.at(0).state, UnitState::stranger);
    EXPECT_EQ(engine->health().units.at(0).serial, 0x0001'0003U);
    // Somebody says that a third one is there, then that it is this one.
    *setup.exchanged_for = 0x0001'0004;
    run_for(3s);
    EXPECT_EQ(kept.count(12, Quality::good), 3U);
    *setup.exchanged_for = 0x0001'0003;
    run_for(5s);
    EXPECT_EQ(engine->health().units.at(0).state, UnitState::healthy);
    EXPECT_GT(kept.count(12, Quality::good), 3U);
}

TEST_F(Engine, ChecksTheIdentityAgainAfterEveryMissingReply) {
    make({unit(1, true)});
    line.units[1] = {};
    int count = 0;
    line.fault = [&](modbus::Request const&) -> std::optional<Failure> {
        if (++count == 4) return Failure{Fault::timeout};
        return std::nullopt;
    };
    run_for(10s);
    ASSERT_GT(line.asked.size(), 5U);
    EXPECT_EQ(line.asked[3].address, 12);
    EXPECT_EQ(line.asked[4].address, 0xFC00);
    EXPECT_GE(line.asked_at[4] - line.asked_at[3], line.max_late);
    EXPECT_EQ(line.asked[5].address, 12);
}

TEST_F(Engine, ChecksTheIdentityAgainWhenThePortComesBack) {
    make({unit(1, true)});
    line.units[1] = {};
    run_for(2s);
    line.connected = false;
    run_for(2s);
    line.connected = true;
    line.asked.clear();
    run_for(3s);
    ASSERT_FALSE(line.asked.empty());
    EXPECT_EQ(line.asked[0].address, 0xFC00);
}

TEST_F(Engine, AsksADeviceThatIsEverBusyForItsSerialNumberMoreRarely) {
    make({unit(1, true), unit(2)});
    line.units = {{1, {}}, {2, {}}};
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        if (request.unit == 1) return Failure{Fault::refused, 6};
        return std::nullopt;
    };
    run_for(60s);
    EXPECT_LE(asked_of(1), 12U);
    EXPECT_GE(asked_of(1), 8U);
    EXPECT_EQ(kept.count(12, Quality::good), 0U);
    EXPECT_EQ(asked_of(2), 61U);
    line.fault = {};
    run_for(60s);
    EXPECT_GE(kept.count(12, Quality::good), 4U);
}

TEST_F(Engine, LivesWithADeviceThatHasNoSerialNumber) {
    make({unit(1, true)});
    line.units[1] = {};
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        if (request.address == 0xFC00) return Failure{Fault::refused, 2};
        return std::nullopt;
    };
    run_for(5s - 1ms);
    EXPECT_EQ(kept.count(12, Quality::good), 5U);
}

TEST_F(Engine, BisectsWhatIsRefusedAndKeepsTheRest) {
    auto setup = unit(1);
    auto profile = make_profile();
    profile->points[2].address = 20;
    setup.profile = profile;
    setup.watched.push_back({"spare", 13});
    make({setup});
    line.units[1] = {};
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        bool const touches = request.address <= 20 && request.address + request.count > 20;
        return touches ? std::optional(Failure{Fault::refused, 2}) : std::nullopt;
    };
    run_for(30s);
    EXPECT_GE(kept.count(12, Quality::good), 29U);
    EXPECT_GE(kept.count(11, Quality::good), 29U);
    EXPECT_EQ(kept.count(13, Quality::good), 0U);
    EXPECT_EQ(kept.count(13, Quality::missing), 1U);
    EXPECT_EQ(engine->health().units.at(0).state, UnitState::healthy);
    EXPECT_LE(engine->health().units.at(0).exceptions, 3U);
}

/// Two parts of what was refused would have replies of one length: a late one of the first could
/// pass for the second.
TEST_F(Engine, TellsTheRepliesApartAfterARefusalToo) {
    auto setup = unit(1);
    auto profile = make_profile();
    profile->points[2].address = 20;
    profile->points.push_back(profile->points[2]);
    profile->points[3].name = "other";
    profile->points[3].address = 22;
    setup.profile = profile;
    setup.watched.push_back({"spare", 13});
    setup.watched.push_back({"other", 14});
    make({setup});
    line.units[1] = {};
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        bool const touches = request.address <= 17 && request.address + request.count > 16;
        return touches ? std::optional(Failure{Fault::refused, 2}) : std::nullopt;
    };
    run_for(10s);
    line.asked.clear();
    run_for(10s);
    std::map<std::uint16_t, std::set<std::uint16_t>> addresses;
    for (auto const& request : line.asked) addresses[request.count].insert(request.address);
    EXPECT_EQ(addresses.size(), 2U);
    for (auto const& [count, from] : addresses) EXPECT_EQ(from.size(), 1U) << count;
    for (Channel channel = 11; channel <= 14; ++channel)
        EXPECT_GE(kept.count(channel, Quality::good), 18U);
}

TEST_F(Engine, AsksABusyDeviceAgainSoonAndKeepsItsGrid) {
    make({unit(1)});
    line.units[1] = {};
    int count = 0;
    line.fault = [&](modbus::Request const&) -> std::optional<Failure> {
        return ++count == 3 ? std::optional(Failure{Fault::refused, 6}) : std::nullopt;
    };
    run_for(5s - 1ms);
    EXPECT_EQ(kept.count(12, Quality::good), 5U);
    EXPECT_EQ(line.asked_at[3] - line.asked_at[2], 100ms + line.latency);
    EXPECT_EQ(line.asked_at[4] - line.asked_at[0], 3s);
}

TEST_F(Engine, TakesAGatewaysWordThatAUnitIsDead) {
    make({unit(1), unit(2)});
    line.units[1] = {};
    line.fault = [&](modbus::Request const& request) -> std::optional<Failure> {
        return request.unit == 2 ? std::optional(Failure{Fault::refused, 11}) : std::nullopt;
    };
    run_for(500ms);
    EXPECT_EQ(engine->health().units.at(1).state, UnitState::dead);
    run_for(9500ms - 1ms);
    EXPECT_EQ(kept.count(12, Quality::good), 10U);
    EXPECT_LE(asked_of(2), 5U);
}

TEST_F(Engine, OpensThePortAnewWhenNobodyAnswers) {
    make({unit(1), unit(2)});
    run_for(20s);
    EXPECT_GE(line.closed, 1);
}

TEST_F(Engine, LetsASnapshotJumpTheQueue) {
    std::vector<UnitSetup> units;
    for (std::uint8_t number = 1; number <= 20; ++number) {
        units.push_back(unit(number));
        line.units[number] = {};
    }
    make(units);
    line.latency = 100ms;  // twice as much as the line can do
    run_for(3050ms);
    set_energy(20, 1);
    std::optional<SnapshotResult> result;
    line.asked.clear();
    engine->submit(Snapshot{20, clock.now() + 2s, [&](SnapshotResult r) { result = r; }});
    engine->step();
    ASSERT_TRUE(result);
    ASSERT_TRUE(*result);
    EXPECT_EQ(line.asked.size(), 1U);
    ASSERT_EQ((*result)->size(), 2U);
    EXPECT_EQ((**result)[1].value, 1);
    EXPECT_EQ(kept.of(202).back(), (**result)[1]);
}

TEST_F(Engine, TriesASnapshotAgainUntilItsDeadline) {
    make({unit(1)});
    line.units[1] = {};
    run_for(2s);
    int failures = 1;
    line.fault = [&](modbus::Request const&) -> std::optional<Failure> {
        return failures-- > 0 ? std::optional(Failure{Fault::timeout}) : std::nullopt;
    };
    std::optional<SnapshotResult> result;
    engine->submit(Snapshot{1, clock.now() + 5s, [&](SnapshotResult r) { result = r; }});
    run_for(3s);
    ASSERT_TRUE(result);
    EXPECT_TRUE(*result);

    line.units.clear();
    result.reset();
    engine->submit(Snapshot{1, clock.now() + 5s, [&](SnapshotResult r) { result = r; }});
    run_for(6s);
    ASSERT_TRUE(result);
    ASSERT_FALSE(*result);
    EXPECT_EQ(result->error().fault, Fault::timeout);
}

/// Whoever waits learns it soon, and everybody else is read meanwhile.
TEST_F(Engine, TriesASnapshotOfADeadUnitTwice) {
    make({unit(1), unit(2)});
    line.units[2] = {};
    line.max_late = Duration{};  // as on TCP
    run_for(60s);
    ASSERT_EQ(engine->health().units.at(0).state, UnitState::dead);
    line.asked.clear();
    std::optional<SnapshotResult> result;
    engine->submit(Snapshot{1, clock.now() + 20s, [&](SnapshotResult r) { result = r; }});
    run_for(2s);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->error().fault, Fault::timeout);
    EXPECT_EQ(asked_of(1), 2U);
    run_for(5s);
    EXPECT_LE(asked_of(1), 3U) << "they are probes, and the twentieth of the line is theirs too";
    EXPECT_GE(asked_of(2), 5U);
}

TEST_F(Engine, SendsNoExpiredAndNoForbiddenCommand) {
    make({unit(1)});
    line.units[1] = {};
    run_for(1s);
    std::vector<Fault> faults;
    auto const note = [&](modbus::Outcome outcome) { faults.push_back(outcome.error().fault); };
    line.asked.clear();
    engine->submit(Exchange{{1, Function::write_coil, 3, 1, {0xFF00}}, clock.now(), note});
    engine->submit(Exchange{{1, Function::write_coil, 8, 1, {0xFF00}}, clock.now() + 1s, note});
    engine->submit(Exchange{{2, Function::write_coil, 3, 1, {0xFF00}}, clock.now() + 1s, note});
    engine->submit(Exchange{{1, Function::write_register, 3, 1, {1}}, clock.now() + 1s, note});
    run_for(100ms);
    EXPECT_EQ(faults, (std::vector<Fault>{Fault::expired, Fault::forbidden, Fault::forbidden,
                                          Fault::forbidden}));
    for (auto const& request : line.asked) EXPECT_TRUE(modbus::is_read(request.function));

    bool written = false;
    engine->submit(Exchange{{1, Function::write_coil, 3, 1, {0xFF00}},
                            clock.now() + 1s,
                            [&](modbus::Outcome outcome) { written = outcome.has_value(); }});
    run_for(100ms);
    EXPECT_TRUE(written);
}

TEST_F(Engine, EndsWaitingCommandsWhenItStops) {
    make({unit(1)});
    std::optional<SnapshotResult> result;
    engine->submit(Snapshot{1, clock.now() + 5s, [&](SnapshotResult r) { result = r; }});
    engine->cancel_commands();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->error().fault, Fault::expired);
}

TEST(ProblemsOf, ListsWhatIsWrongWithALine) {
    LineSetup setup;
    setup.name = "a";
    UnitSetup unit;
    unit.profile = make_profile();
    unit.watched = {{"power", 1}, {"nothing", 2}};
    setup.units = {unit, unit};
    setup.units[1].period = {};
    auto const problems = problems_of(setup);
    EXPECT_EQ(problems.size(), 6U);
}

}  // namespace
}  // namespace karkhana::poller
