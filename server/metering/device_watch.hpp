#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/metering/meter.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Tells the listeners when a device answers, is slow or has fallen silent, keeps what it says its
/// serial number is, and notes when another meter is in its place that nobody has announced.
class DeviceWatch {
public:
    DeviceWatch(Services const& services, std::vector<Device> const& devices);

    /// About once a second, from one thread.
    void look();

private:
    struct Known {
        Device device;
        std::string state = "never_seen";
        std::string alarm;
        std::string heard;  ///< the serial number it said last
    };

    void take_serial(store::Writer& writer, Device const& device, std::string const& serial);

    Services services_;
    std::map<DeviceId, Known> known_;
};

}  // namespace karkhana::metering
