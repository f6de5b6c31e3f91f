#include <gtest/gtest.h>

#include "server/metering/device_watch.hpp"
#include "server/metering/handlers.hpp"
#include "server/metering/sessions.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

class Devices : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        device = shop.store
                     .read([&](store::Reader& reader) {
                         return list_devices(reader, shop.workshop.facility);
                     })
                     .at(0);
    }
    std::vector<MeterEvent> strangers() {
        return shop.store.read([&](store::Reader& reader) {
            auto found = events_between(reader, shop.workshop.facility, shop.unit(laser).energy,
                                        {Instant{}, shop.workshop.clock.now() + 1h});
            std::erase_if(found, [](auto const& each) { return each.kind != "stranger"; });
            return found;
        });
    }
    std::string serial() {
        return shop.store
            .read(
                [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); })
            .at(0)
            .serial;
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Device device;
};
KARKHANA_ON_BOTH_ENGINES(Devices);

TEST_P(Devices, OfAnotherFacilityDoNotShowTheCountersOfThisOne) {
    shop.run_for(3s);
    auto const elsewhere = shop.workshop.ids.make<FacilityId>();
    ledger().write([&](store::Writer& writer) {
        facility::insert_facility(writer,
                                  {.id = elsewhere,
                                   .slug = "elsewhere",
                                   .name = {"Elsewhere", "অন্যত্র"},
                                   .address = {},
                                   .zone = "Asia/Dhaka"},
                                  shop.workshop.clock.now());
        configure_devices(writer, shop.workshop.ids, elsewhere,
                          {{.name = "meter",
                            .line = "line",
                            .endpoint = "127.0.0.1:1502",
                            .profile = "eastron_sdm120",
                            .serial = "9",
                            .machine = std::nullopt,
                            .points = {{"energy_import", Unit::wh, true, true, 0, 1}}}});
        return true;
    });
    http::Request request;
    request.principal = shop.workshop.desk;
    auto const counters = [&] {
        auto const answer = json_of(list_devices(shop.daemon->services, request));
        return answer.at("items").at(0).at("counters").as_array().size();
    };
    EXPECT_EQ(counters(), 1U);
    request.principal->facility = elsewhere;
    EXPECT_EQ(counters(), 0U);
}

TEST_P(Devices, AreKnownByWhatTheySayFirst) {
    ledger().write(
        [&](store::Writer& writer) { return writer.execute("UPDATE device SET serial = ''"); });
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    health[0].serial = "456";
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    watch.look();
    EXPECT_EQ(serial(), "456");
    EXPECT_TRUE(strangers().empty());
}

TEST_P(Devices, ThatHaveToldTheirNumberAreKnownToTellOne) {
    auto const told = [&] { return shop.first_device().serial_told; };
    EXPECT_FALSE(told()) << "the configuration says one";
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    watch.look();
    EXPECT_FALSE(told());
    health[0].serial = "123";
    watch.look();
    EXPECT_TRUE(told());
    shop.boot_with([](auto&) {});
    EXPECT_TRUE(told());
    shop.boot_with([](auto& setups) { setups.at(0).serial = "124"; });
    EXPECT_FALSE(told()) << "that one has not";
    EXPECT_EQ(serial(), "124");
}

TEST_P(Devices, AreToldOfWhenTheyFallSilentOrAreStrangers) {
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    auto const event = [&](std::string const& state) {
        return std::pair<std::string, std::string>{
            "meter", R"({"device_id":")" + device.id.text() + R"(","state":")" + state +
                         R"(","machine_id":")" + laser.text() + R"("})"};
    };
    watch.look();
    EXPECT_TRUE(shop.daemon->published.empty()) << "it has not been asked yet";
    health[0].state = "good";
    health[0].serial = "123";
    watch.look();
    watch.look();
    health[0].state = "silent";
    watch.look();
    EXPECT_EQ(shop.daemon->published, (std::vector{event("good"), event("silent")}));
    EXPECT_TRUE(strangers().empty());
    health[0].serial = "456";
    watch.look();
    watch.look();
    ASSERT_EQ(strangers().size(), 1U);
    EXPECT_EQ(strangers()[0].note, "456");
    EXPECT_EQ(serial(), "123") << "nobody has said that it may take its place";
}

TEST_P(Devices, ACoilThatNobodyHereHasClosedIsAnAlarmOfItsBoardAlone) {
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    for (auto const& coils : {std::vector{4}, std::vector{4, 7}}) {
        health[0].coils = coils;
        watch.look();
        watch.look();
    }
    ASSERT_EQ(shop.daemon->published.size(), 2U) << "a second coil is news, the same one is none";
    auto const event = boost::json::parse(shop.daemon->published[1].second).as_object();
    EXPECT_EQ(event.at("alarm"), "uncommanded");
    EXPECT_EQ(event.at("coils"), (boost::json::array{4, 7}));
    EXPECT_TRUE(shop.store.read([&](store::Reader& reader) {
        return list_alarms(reader, shop.workshop.facility, 0, 10).empty();
    })) << "it is no doubt about the meter of a machine";
}

TEST_P(Devices, ACoilHidesNoStranger) {
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    health[0].alarm = "stranger";
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    watch.look();
    health[0].coils = {4};
    watch.look();
    EXPECT_EQ(told_of(health[0]), "uncommanded") << "the worse one is told of the device";
    auto const alarms = shop.store.read(
        [&](store::Reader& reader) { return list_alarms(reader, shop.workshop.facility, 0, 10); });
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_EQ(alarms[0].kind, "stranger");
    EXPECT_FALSE(alarms[0].cleared) << "it is still another meter";
}

TEST_P(Devices, WhatIsWrongWithWhatAMeterSaysIsAnAlarmOfItsMachine) {
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, shop.daemon->run.alarms(), {device}, shop.points()};
    auto const lasts = [&](std::string_view kind) {
        return shop.store.read([&](store::Reader& reader) {
            return lasting_alarm(reader, shop.workshop.facility, laser, kind).has_value();
        });
    };
    auto const on_board = [&] {
        return shop.store
            .read([&](store::Reader& reader) {
                return live_board(services, shop.daemon->run, reader, shop.workshop.facility);
            })
            .machines.at(0)
            .alarm;
    };
    health[0].alarm = "unproved";
    watch.look();
    EXPECT_TRUE(lasts("unproved"));
    EXPECT_EQ(on_board(), "unproved");
    health[0].alarm = "stranger";
    watch.look();
    EXPECT_FALSE(lasts("unproved"));
    EXPECT_TRUE(lasts("stranger"));
    EXPECT_EQ(on_board(), "stranger");
    health[0].alarm = "unproved";
    watch.look();
    EXPECT_FALSE(lasts("stranger"));
    EXPECT_EQ(on_board(), "stranger") << "until a person has seen it";
    auto const booking = shop.here(laser, 1h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    shop.run_for(2min);
    shop.unit(laser).glitch = shop.unit(laser).shown_wh();
    shop.run_for(30min);
    watch.look();
    EXPECT_TRUE(lasts("frozen")) << "which is worse than a number that is not told";
    EXPECT_EQ(on_board(), "stranger");
}

}  // namespace
}  // namespace karkhana::metering
