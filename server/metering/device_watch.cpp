#include "server/metering/device_watch.hpp"

#include <boost/json/serialize.hpp>

#include "server/metering/devices.hpp"

namespace karkhana::metering {
namespace {

std::string event_of(Device const& device, std::string_view state) {
    boost::json::object event{{"device_id", device.id.text()}, {"state", state}};
    if (device.machine) event["machine_id"] = device.machine->text();
    return boost::json::serialize(event);
}

}  // namespace

DeviceWatch::DeviceWatch(Services const& services, std::vector<Device> const& devices)
    : services_(services) {
    for (auto const& device : devices) known_[device.id].device = device;
}

void DeviceWatch::look() {
    for (auto const& health : services_.health()) {
        auto const found = known_.find(health.device);
        if (found == known_.end()) continue;
        auto& [device, state] = found->second;
        if (health.state != state) {
            state = health.state;
            services_.publish(services_.facility, "meter", event_of(device, state));
        }
        if (health.serial.empty() || health.serial == device.serial) continue;
        services_.ledger.write([&](store::Writer& writer) {
            return save_serial(writer, services_.facility, found->first, health.serial,
                               services_.clock.now());
        });
        device.serial = health.serial;
    }
}

}  // namespace karkhana::metering
