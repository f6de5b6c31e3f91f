#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

/// A workshop that has a water meter besides its machine.
class Water : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.add_water("Water");
        shop.add_feeder({.name = "Pulses"}, {.behind = {}});
        shop.setups().back().points = {{"counter_ch1", Unit::count, true, false, 0, 1},
                                       {"counter_ch2", Unit::count, true, false, 0, 1}};
        shop.boot();
        http::Router metering;
        add_routes(metering, shop.daemon->services, shop.daemon->run);
        for (auto const& route : metering.routes())
            if (shop.workshop.router.match(route.method, route.pattern).route == nullptr)
                shop.workshop.router.add(route);
        channel = shop.channel_of("Water");
        began = shop.workshop.clock.now();
        shop.run_for(20min);
        Reading flow;
        flow.channel = channel + 1;
        flow.value = 3'600'000;
        flow.asked = flow.answered = shop.workshop.clock.now();
        flow.sequence = 1;
        flow.quality = Quality::good;
        shop.daemon->writer.accept({.line = 2, .boot = 7, .readings = {flow}});
        shop.daemon->writer.flush();
    }
    std::string get(std::string const& what) {
        auto const span = "?from=" + to_rfc3339(began, shop.workshop.zone) +
                          "&to=" + to_rfc3339(shop.workshop.clock.now(), shop.workshop.zone);
        auto const answer = shop.workshop.get(shop.workshop.desk, "/api/v1/" + what + span);
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }
    std::string point() const { return "points/" + std::to_string(channel); }
    std::vector<std::string> events() {
        std::vector<std::string> kinds;
        shop.daemon->writer.flush();
        for (auto const& event : shop.store.read([&](store::Reader& reader) {
                 return events_between(reader, shop.workshop.facility, channel,
                                       {began, shop.workshop.clock.now() + 1s});
             }))
            kinds.push_back(event.kind);
        return kinds;
    }
    http::Response exchange(std::string const& values, std::string const& name = "Water") {
        auto const devices = shop.store.read(
            [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); });
        auto const device = std::ranges::find(devices, name, &Device::name)->id;
        return shop.workshop.call(
            shop.workshop.manager, "POST", "/api/v1/devices/" + device.text() + "/exchange",
            R"({"at":")" + to_rfc3339(shop.workshop.clock.now(), shop.workshop.zone) + R"(",)" +
                values + R"(,"serial":"777","reason":"it leaked"})",
            {{"idempotency-key", "exchange-key-" + std::to_string(++keys)}});
    }
    std::int64_t continued() { return shop.daemon->meters.believed(channel)->continued(); }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Channel channel = 0;
    Instant began;
    int keys = 0;
};
KARKHANA_ON_BOTH_ENGINES(Water);

TEST_P(Water, IsKeptShownAndExportedAsWhatItIs) {
    Series series{telemetry(), shop.workshop.facility};
    auto const quarter = series.boundary(channel, booking::dhaka("2026-11-21 10:15"));
    ASSERT_TRUE(quarter);
    EXPECT_EQ(quarter->method, Method::read);
    EXPECT_EQ(quarter->value, 7'000'000 + 15 * 60 * 1000);
    auto const trace = json::parse(get(point() + "/readings")).as_object();
    EXPECT_EQ(trace.at("unit").as_string(), "ml");
    auto const table = get(point() + "/readings.csv");
    EXPECT_NE(table.find("7900000,7900000,ml,good"), table.npos) << table.substr(0, 400);
    auto const devices = json_of(shop.workshop.get(shop.workshop.desk, "/api/v1/devices"));
    for (auto const& device : devices.at("items").as_array()) {
        if (device.at("name").as_string() != "Water") continue;
        auto const& counter = device.at("counters").at(0);
        EXPECT_EQ(counter.at("name").as_string(), "water_total_forward");
        EXPECT_EQ(counter.at("unit").as_string(), "ml");
        EXPECT_EQ(counter.at("value").as_int64(), 7'000'000 + 20 * 60 * 1000);
        auto const& flow = device.at("gauges").at(0);
        EXPECT_EQ(flow.at("name").as_string(), "water_flow");
        EXPECT_EQ(flow.at("unit").as_string(), "ml/h");
        EXPECT_EQ(flow.at("value").as_int64(), 3'600'000);
    }
}

TEST_P(Water, IsGuardedAsEveryCounterIs) {
    auto const before = continued();
    shop.feeder("Water").shown_from -= 6'000'000;
    shop.run_for(2s);
    shop.feeder("Water").shown_from += 6'000'000;
    shop.run_for(3s);
    EXPECT_EQ(continued() - before, 5'000) << "two answers out of reason are no reset";
    EXPECT_TRUE(events().empty());
    shop.feeder("Water").shown_from -= 6'000'000;
    shop.run_for(10s);
    EXPECT_EQ(events(), std::vector<std::string>{"reset"});
    EXPECT_GE(continued() - before, 5'000);
    EXPECT_LE(continued() - before, 15'000);
}

TEST_P(Water, OfAMeterThatWasExchangedGoesOnWhereTheOldOneEnded) {
    auto& meter = shop.feeder("Water");
    auto const final = meter.shown_wh();
    auto const before = continued();
    meter.shown_from = 40 - meter.true_wh();
    auto const values = R"("final_ml":)" + std::to_string(final) + R"(,"initial_ml":)";
    EXPECT_EQ(code_of(exchange(values + "41")), "initial_above_now");
    auto const answer = exchange(values + "40");
    ASSERT_EQ(answer.status, 201) << answer.body;
    auto const shown = json_of(answer);
    EXPECT_EQ(shown.at("final_ml").as_int64(), final);
    EXPECT_EQ(shown.at("initial_ml").as_int64(), 40);
    EXPECT_EQ(shown.at("carried_ml").as_int64(), final - 40);
    shop.run_for(10s);
    EXPECT_EQ(events(), std::vector<std::string>{"exchange"});
    EXPECT_EQ(continued() - before, 10'000);
}

TEST_P(Water, IsExchangedAsWhatItCounts) {
    EXPECT_EQ(code_of(exchange(R"("initial_wh":0)")), "no_counter");
    EXPECT_EQ(code_of(exchange(R"("initial_ml":0,"final_wh":1)")), "missing_field");
    EXPECT_EQ(code_of(exchange(R"("initial_ml":0,"initial_count":1)")), "several_units");
    EXPECT_EQ(code_of(exchange(R"("initial_count":0)", "Pulses")), "which_counter");
    auto const second = R"("initial_count":0,"channel":)";
    EXPECT_EQ(code_of(exchange(second + std::to_string(channel), "Pulses")), "no_counter");
    auto const pulses = shop.channel_of("Pulses");
    ASSERT_EQ(exchange(second + std::to_string(pulses), "Pulses").status, 201);
    EXPECT_EQ(code_of(exchange(second + std::to_string(pulses + 1), "Pulses")), "never_read");
}

TEST_P(Water, IsNoEnergy) {
    EXPECT_EQ(get("meters/" + std::to_string(channel) + "/balance"), "404");
    auto const balance = facility_balance(ledger(), telemetry(), shop.workshop.facility,
                                          {began, shop.workshop.clock.now()});
    EXPECT_FALSE(balance.site);
    ASSERT_EQ(balance.machines.size(), 1U);
    EXPECT_EQ(balance.machines[0].machine, laser);
}

}  // namespace
}  // namespace karkhana::metering
