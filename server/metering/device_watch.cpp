#include "server/metering/device_watch.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "server/metering/devices.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {
namespace {

std::string event_of(Device const& device, DeviceHealth const& health) {
    boost::json::object event{{"device_id", device.id.text()}, {"state", health.state}};
    if (device.machine) event["machine_id"] = device.machine->text();
    if (!health.alarm.empty()) event["alarm"] = health.alarm;
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
        auto& known = found->second;
        if (health.state != known.state || health.alarm != known.alarm) {
            known.state = health.state;
            known.alarm = health.alarm;
            services_.publish(services_.facility, "meter", event_of(known.device, health));
        }
        if (health.serial.empty() || health.serial == known.heard) continue;
        services_.ledger.write([&](store::Writer& writer) {
            take_serial(writer, known.device, health.serial);
            return true;
        });
        known.heard = health.serial;
    }
}

/// The first number that a device says is its own. Another one later is a meter that nobody has
/// announced: what it counts is not the register's.
void DeviceWatch::take_serial(store::Writer& writer, Device const& device,
                              std::string const& serial) {
    auto const devices = list_devices(writer, services_.facility);
    auto const now = std::ranges::find(devices, device.id, &Device::id);
    if (now == devices.end() || now->serial == serial) return;
    if (now->serial.empty()) return save_serial(writer, services_.facility, device.id, serial);
    for (auto const& point : list_points(writer, services_.facility)) {
        if (point.device != device.id || !point.counter) continue;
        auto const believed = services_.meters.believed(point.channel);
        insert_event(writer, services_.facility,
                     {.channel = point.channel,
                      .at = services_.clock.now(),
                      .kind = "stranger",
                      .carried = believed ? believed->carried : 0,
                      .note = serial});
    }
}

}  // namespace karkhana::metering
