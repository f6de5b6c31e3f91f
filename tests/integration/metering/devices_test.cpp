#include <gtest/gtest.h>

#include "server/metering/device_watch.hpp"
#include "server/people/audit.hpp"
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
    bool says(std::string_view serial) {
        return shop.store.write([&](store::Writer& writer) {
            return save_serial(writer, shop.workshop.facility, device.id, serial,
                               shop.workshop.clock.now());
        });
    }
    std::vector<people::AuditRecord> exchanges() {
        auto found = shop.store.read([&](store::Reader& reader) {
            return people::list_audit(reader, shop.workshop.facility, 0, 50);
        });
        std::erase_if(found, [](auto const& each) { return each.event.action != "exchangeMeter"; });
        return found;
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Device device;
};
KARKHANA_ON_BOTH_ENGINES(Devices);

TEST_P(Devices, AreKnownByWhatTheySayOfThemselves) {
    EXPECT_FALSE(says("123")) << "as it was configured";
    EXPECT_TRUE(exchanges().empty());
    EXPECT_TRUE(says("456"));
    EXPECT_FALSE(says("456"));
    auto const found = exchanges();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].event.person);
    EXPECT_EQ(found[0].event.subject, "device/" + device.id.text());
    EXPECT_EQ(found[0].event.before, R"({"serial":"123"})");
    EXPECT_EQ(found[0].event.after, R"({"serial":"456"})");
}

TEST_P(Devices, AreToldOfWhenTheyFallSilentOrAreExchanged) {
    std::vector<DeviceHealth> health(1);
    health[0].device = device.id;
    auto& services = shop.daemon->services;
    services.health = [&] { return health; };
    DeviceWatch watch{services, {device}};
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
    EXPECT_TRUE(exchanges().empty());
    health[0].serial = "456";
    watch.look();
    watch.look();
    EXPECT_EQ(exchanges().size(), 1U);
}

}  // namespace
}  // namespace karkhana::metering
