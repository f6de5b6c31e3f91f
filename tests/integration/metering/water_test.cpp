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
        shop.boot();
        http::Router metering;
        add_routes(metering, shop.daemon->services, shop.daemon->run);
        for (auto const& route : metering.routes())
            if (shop.workshop.router.match(route.method, route.pattern).route == nullptr)
                shop.workshop.router.add(route);
        channel = shop.channel_of("Water");
        began = shop.workshop.clock.now();
        shop.run_for(20min);
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
    std::int64_t continued() { return shop.daemon->meters.believed(channel)->continued(); }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Channel channel = 0;
    Instant began;
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
