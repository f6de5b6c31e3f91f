#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/metering/alarms.hpp"
#include "server/metering/meter.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// The worst that is told of a device itself; coils that switch no machine are `uncommanded`.
std::string_view told_of(DeviceHealth const& health);

/// Tells the listeners when a device answers, is slow or has fallen silent, keeps what it says its
/// serial number is, and notes when another meter is in its place that nobody has announced.
/// What is wrong with what a meter says (`stranger`, `disagrees`, `frozen`, `unproved`) is an alarm
/// of each machine behind it until a person has seen it.
class DeviceWatch {
public:
    DeviceWatch(Services const& services, Alarms& alarms, std::vector<Device> const& devices,
                std::vector<Point> const& points);

    /// About once a second, from one thread.
    void look();

private:
    struct Known {
        Device device;
        std::string state = "never_seen";
        std::string alarm;
        std::vector<int> coils = {};  ///< closed, and of no machine
        std::string heard;            ///< the serial number it said last
        std::vector<Channel> counters = {};
        std::vector<MachineId> machines = {};  ///< behind it
        std::string doubt = "";                ///< the alarm that its machines have
    };

    void doubt(Known& known, DeviceHealth const& health);
    void take_serial(store::Writer& writer, Device const& device, std::string const& serial);

    Services services_;
    Alarms& alarms_;
    std::map<DeviceId, Known> known_;
};

}  // namespace karkhana::metering
