#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/base/ids.hpp"
#include "server/base/reading.hpp"

namespace karkhana::metering {

/// A unit on a line, as configured. `serial` is what its identity register said, or entered.
struct Device {
    DeviceId id;
    std::string name;
    std::string line;
    std::string endpoint;  ///< "127.0.0.1:1502", "/dev/serial/by-id/..."
    int unit = 1;
    std::string profile;
    std::string serial;
    std::optional<MachineId> machine;
};

/// One measured quantity of a device.
struct Point {
    Channel channel = 0;
    DeviceId device;
    std::optional<MachineId> machine;
    std::string name;  ///< of the profile: energy_active_import, active_power, contact, ...
    Unit unit = Unit::count;
    bool counter = false;
    bool billing = false;         ///< may be billed: the profile says billing grade
    std::int64_t modulus = 0;     ///< where the counter wraps, in base units; 0: never
    std::int64_t resolution = 1;  ///< the smallest step of the value, in base units
    std::string form = "";        ///< how words become the value
    std::string form_before =
        "";  ///< the same, when it was last read: the profile may have changed
};

/// The points of a machine that its sessions rest on.
struct MachineMeter {
    MachineId machine;
    std::optional<Channel> energy;
    std::optional<Channel> power;
};

}  // namespace karkhana::metering
