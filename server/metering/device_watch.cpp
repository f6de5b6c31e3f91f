#include "server/metering/device_watch.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <utility>

#include "server/metering/devices.hpp"
#include "server/metering/rules_alarm.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {
namespace {

std::string event_of(Device const& device, DeviceHealth const& health) {
    boost::json::object event{{"device_id", device.id.text()}, {"state", health.state}};
    if (device.machine) event["machine_id"] = device.machine->text();
    if (auto const alarm = told_of(health); !alarm.empty()) event["alarm"] = alarm;
    if (!health.coils.empty()) event["coils"] = boost::json::value_from(health.coils);
    return boost::json::serialize(event);
}

}  // namespace

std::string_view told_of(DeviceHealth const& health) {
    return worse_alarm(health.alarm, health.coils.empty() ? "" : "uncommanded");
}

DeviceWatch::DeviceWatch(Services const& services, Alarms& alarms,
                         std::vector<Device> const& devices, std::vector<Point> const& points)
    : services_(services), alarms_(alarms) {
    for (auto const& device : devices) {
        auto& known = known_[device.id];
        known.device = device;
        if (device.machine) known.machines.push_back(*device.machine);
        for (auto const& point : points) {
            if (point.device != device.id || !point.counter) continue;
            known.counters.push_back(point.channel);
            if (!device.machine) known.machines = point.machines;
        }
    }
}

void DeviceWatch::look() {
    for (auto const& health : services_.health()) {
        auto const found = known_.find(health.device);
        if (found == known_.end()) continue;
        auto& known = found->second;
        if (health.state != known.state || health.alarm != known.alarm ||
            health.coils != known.coils) {
            known.state = health.state;
            known.alarm = health.alarm;
            known.coils = health.coils;
            services_.publish(services_.facility, "meter", event_of(known.device, health));
        }
        doubt(known, health);
        if (health.serial.empty() || health.serial == known.heard) continue;
        services_.ledger.write([&](store::Writer& writer) {
            take_serial(writer, known.device, health.serial);
            return true;
        });
        known.heard = health.serial;
    }
}

/// A meter of the whole site is no machine's: the list of devices tells what is wrong with it. So
/// it does of a coil that switches no machine: that is no doubt about a meter.
void DeviceWatch::doubt(Known& known, DeviceHealth const& health) {
    auto now = health.alarm;
    for (auto const channel : known.counters)
        now = worse_alarm(now, services_.meters.alarm(channel));
    auto const before = std::exchange(known.doubt, now);
    if (now == before) return;
    for (auto const& machine : known.machines) {
        if (!before.empty()) alarms_.clear(machine, before);
        if (!now.empty()) alarms_.raise(machine, now);
    }
}

/// The first number that a device says is its own. Another one later is a meter that nobody has
/// announced: what it counts is not the register's.
void DeviceWatch::take_serial(store::Writer& writer, Device const& device,
                              std::string const& serial) {
    auto const devices = list_devices(writer, services_.facility);
    auto const now = std::ranges::find(devices, device.id, &Device::id);
    if (now == devices.end() || (now->serial == serial && now->serial_told)) return;
    if (now->serial == serial || now->serial.empty())
        return save_serial(writer, services_.facility, device.id, serial, true);
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
