// Devices are looked for on a line at work: simulated ones, over TCP.

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <thread>

#include "devices/modbus/server.hpp"
#include "devices/sim/registers.hpp"
#include "server/app/commissioning.hpp"
#include "server/facility/records.hpp"
#include "server/metering/api_commissioning.hpp"
#include "server/people/audit.hpp"
#include "server/people/records.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

class NoReadings final : public ReadingSink {
public:
    void accept(ReadingFrame) override {}
};

/// A meter (1) and a board (20) that are set up, and a board (7) that is not.
class CommissioningTest : public tests::StoreTest {
protected:
    void SetUp() override {
        config::Problems problems;
        known = load_all_profiles("devices/profiles", "", problems);
        ASSERT_TRUE(problems.empty());
        add_unit(1, "eastron_sdm120", "press");
        add_unit(7, "waveshare_rtu_relay_8ch", "");
        add_unit(20, "waveshare_rtu_relay_8ch", "");
        units.back().relays[0] = "press";
        server = modbus::Server::tcp("127.0.0.1", 0, [this](modbus::Request const& request) {
            for (auto const& unit : units)
                if (unit.unit == request.unit) return sim::answer(unit, world, request);
            return modbus::Answer{.silent = true};
        });
        set_up_lines();
    }
    void TearDown() override { lines->stop(); }

    static sim::Scene scene() {
        sim::Scene scene;
        scene.machines.push_back({"press", "flat", 2'000, 123'456});
        return scene;
    }
    void add_unit(std::uint8_t unit, std::string const& profile, std::string machine) {
        units.push_back({unit, known.at(profile), std::move(machine), 70'000'001, {}});
    }
    void set_up_lines() {
        facility.id = ids.make<FacilityId>();
        facility.slug = "bhairab";
        facility.name = {"Bhairab", "ভৈরব"};
        facility.zone = "Asia/Dhaka";
        press = ids.make<MachineId>();
        config.lines.push_back(
            {.name = "hall", .tcp = "127.0.0.1:" + std::to_string(server->port()), .serial = {}});
        config.devices.push_back({.name = "meter",
                                  .line = "hall",
                                  .unit = 1,
                                  .profile = "eastron_sdm120",
                                  .machine = "press",
                                  .serial = {},
                                  .relays = {}});
        config.devices.push_back({.name = "board",
                                  .line = "hall",
                                  .unit = 20,
                                  .profile = "waveshare_rtu_relay_8ch",
                                  .machine = {},
                                  .serial = {},
                                  .relays = {"press"}});
        metering::Device meter;
        meter.id = ids.make<DeviceId>();
        meter.name = "meter";
        meter.line = "hall";
        meter.unit = 1;
        metering::Point point;
        point.channel = 1;
        point.device = meter.id;
        point.name = "active_power";
        lines.emplace(plan_lines(config, known, {{"press", press}}, {meter}, {point}, 7, 1),
                      std::vector{meter}, sink, wall, clock,
                      [](std::string_view, std::string_view) {});
        commissioning.emplace(*lines, known, clock);
        lines->start();
    }
    std::int64_t polls_of_meter() const { return lines->lines().at(0).units.at(0).exchanges; }
    bool coil(std::uint8_t unit, int address) {
        return commissioning->state({"hall", unit, address}).value().value();
    }

    Profiles known;
    std::vector<sim::SceneUnit> units;
    SystemWallClock wall;
    SystemMonotonicClock clock;
    sim::World world{scene(), clock};
    std::unique_ptr<modbus::Server> server;
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, wall};
    facility::Facility facility;
    MachineId press;
    Config config;
    NoReadings sink;
    std::optional<Lines> lines;
    std::optional<Commissioning> commissioning;
};
KARKHANA_ON_BOTH_ENGINES(CommissioningTest);

TEST_P(CommissioningTest, FindsWhoAnswersWhileTheMeterIsReadOn) {
    auto const before = polls_of_meter();
    auto const found = commissioning->scan("hall", 1, 8);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->at(0).unit, 1);
    EXPECT_EQ(found->at(1).unit, 7);
    EXPECT_GE(polls_of_meter() - before, 4) << "a scan of six silent units takes nine seconds";
    EXPECT_EQ(lines->lines().at(0).units.size(), 3U) << "those that are not there are not listed";
    EXPECT_EQ(commissioning->scan("roof", 1, 8).error().code, "not_found");
}

TEST_P(CommissioningTest, TellsWhatADeviceMayBe) {
    auto const found = commissioning->identify("hall", 1);
    ASSERT_TRUE(found) << found.error().code;
    ASSERT_FALSE(found->candidates.empty());
    auto const is_it = [](auto const& each) { return each.profile == "eastron_sdm120"; };
    EXPECT_TRUE(std::ranges::any_of(found->candidates, is_it));
    EXPECT_FALSE(found->candidates[0].signs.empty());
    EXPECT_EQ(commissioning->identify("hall", 5).error().code, "unit_silent");
}

TEST_P(CommissioningTest, KnowsTheProfilesOfTheLastReload) {
    auto other = *known.at("eastron_sdm120");
    other.device = "sdm120_of_our_own";
    commissioning->know({{other.device, std::make_shared<profiles::Profile const>(other)}});
    auto const found = commissioning->identify("hall", 1);
    ASSERT_TRUE(found) << found.error().code;
    ASSERT_EQ(found->candidates.size(), 1U);
    EXPECT_EQ(found->candidates[0].profile, "sdm120_of_our_own");
}

TEST_P(CommissioningTest, ShowsWhatRegistersMayMean) {
    auto const answer = commissioning->read("hall", {1, 4, 0, 2});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->words.size(), 2U);
    EXPECT_EQ(answer->words[1].address, 1);
    auto const& meanings = answer->words[0].meanings;
    auto const volts = std::ranges::find(meanings, "f32", &metering::WordMeaning::type);
    ASSERT_NE(volts, meanings.end());
    EXPECT_NEAR(std::stod(volts->value), 230.0, 25.0);
    EXPECT_EQ(commissioning->read("hall", {5, 4, 0, 2}).error().code, "unit_silent");
    auto const bits = commissioning->read("hall", {7, 1, 0, 8});
    ASSERT_TRUE(bits);
    EXPECT_EQ(bits->words.size(), 8U);
}

TEST_P(CommissioningTest, NeverTouchesTheContactOfAMachine) {
    for (int const address : {0, 8, 255, 512, 513})
        EXPECT_EQ(commissioning->may_write({"hall", 20, address}).error().code, "coil_of_machine")
            << address;
    EXPECT_TRUE(commissioning->may_write({"hall", 20, 1}));
    EXPECT_TRUE(commissioning->may_write({"hall", 7, 0}));
    EXPECT_EQ(commissioning->may_write({"roof", 7, 0}).error().code, "not_found");
    EXPECT_EQ(commissioning->write({"hall", 20, 0}, true).error().code, "coil_of_machine");
    auto const forced =
        lines->exchange("hall", {{20, modbus::Function::write_coil, 0, 1, {modbus::coil_closed}},
                                 clock.now() + 3s,
                                 {},
                                 500ms,
                                 true});
    ASSERT_FALSE(forced.value());
    EXPECT_EQ(forced->error().fault, modbus::Fault::forbidden) << "the line itself says no as well";
    EXPECT_FALSE(coil(20, 0));
}

TEST_P(CommissioningTest, WritesAFreeCoil) {
    EXPECT_FALSE(coil(7, 3));
    ASSERT_TRUE(commissioning->write({"hall", 7, 3}, true));
    EXPECT_TRUE(coil(7, 3));
    ASSERT_TRUE(commissioning->write({"hall", 7, 3}, false));
    EXPECT_FALSE(coil(7, 3));
    EXPECT_EQ(commissioning->write({"hall", 5, 3}, true).error().code, "unit_silent");
}

/// The same over the API, by a manager.
class CommissioningApi : public CommissioningTest {
protected:
    void SetUp() override {
        CommissioningTest::SetUp();
        manager.id = ids.make<PersonId>();
        manager.login = "manager";
        manager.name = {"Mina", "মিনা"};
        ledger().write([&](store::Writer& writer) {
            facility::insert_facility(writer, facility, wall.now());
            people::insert_person(writer, facility.id, manager, "", wall.now());
            return true;
        });
        metering::add_commission_routes(router, {ledger(), wall, facility.id, *commissioning});
    }
    http::Response post(std::string const& what, std::string body, std::string key = "key-1",
                        std::optional<FacilityId> of = {}) {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/lines/hall/" + what;
        request.headers = {{"content-type", "application/json"},
                           {"idempotency-key", std::move(key)}};
        request.body = std::move(body);
        request.principal =
            http::Principal{of.value_or(facility.id), manager.id, {"manager"}, {}, ""};
        auto match = router.match(request.method, request.path);
        request.params = match.params;
        return match.route->handler(request);
    }
    static boost::json::object object(http::Response const& answer) {
        return boost::json::parse(answer.body).as_object();
    }
    std::vector<people::AuditRecord> trail() {
        return ledger().read(
            [&](store::Reader& reader) { return people::list_audit(reader, facility.id, 0, 10); });
    }
    people::Person manager;
    http::Router router;
};
KARKHANA_ON_BOTH_ENGINES(CommissioningApi);

TEST_P(CommissioningApi, AsksForTheCoilInWordsAndKeepsATrail) {
    auto const wrong = post("write-coil", R"({"unit": 7, "address": 3, "closed": true,
                                              "confirmation": "coil 3 of unit 8"})");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(object(wrong).at("code").as_string(), "wrong_confirmation");
    EXPECT_EQ(post("write-coil", R"({"unit": 20, "address": 0, "closed": true,
                                     "confirmation": "coil 0 of unit 20"})")
                  .status,
              409);
    EXPECT_TRUE(trail().empty());
    EXPECT_FALSE(coil(7, 3));
    std::string const right = R"({"unit": 7, "address": 3, "closed": true,
                                  "confirmation": "coil 3 of unit 7"})";
    auto const written = post("write-coil", right, "key-2");
    ASSERT_EQ(written.status, 200) << written.body;
    EXPECT_TRUE(object(written).at("reads_closed").as_bool());
    ASSERT_EQ(trail().size(), 1U);
    EXPECT_EQ(trail()[0].event.action, "writeCoil");
    EXPECT_EQ(trail()[0].event.person, manager.id);
    ASSERT_TRUE(commissioning->write({"hall", 7, 3}, false));
    auto const again = post("write-coil", right, "key-2");
    ASSERT_EQ(again.status, 200);
    EXPECT_FALSE(object(again).at("reads_closed").as_bool()) << "a repeat only reads";
    EXPECT_EQ(trail().size(), 1U);
}

TEST_P(CommissioningApi, AnswersInBoundsAndOnlyItsOwn) {
    EXPECT_EQ(post("scan", R"({"first_unit": 1, "last_unit": 9})").status, 422);
    EXPECT_EQ(post("scan", R"({"first_unit": 0, "last_unit": 1})").status, 422);
    EXPECT_EQ(post("registers", R"({"unit": 1, "function": 5, "address": 0, "count": 1})").status,
              422);
    EXPECT_EQ(
        post("registers", R"({"unit": 1, "function": 3, "address": 65535, "count": 2})").status,
        422);
    auto const found = post("scan", R"({"first_unit": 7, "last_unit": 7})");
    ASSERT_EQ(found.status, 200);
    EXPECT_EQ(object(found).at("items").as_array().at(0).at("unit").as_int64(), 7);
    EXPECT_EQ(
        post("scan", R"({"first_unit": 7, "last_unit": 7})", "k", ids.make<FacilityId>()).status,
        404);
}

}  // namespace
}  // namespace karkhana::app
