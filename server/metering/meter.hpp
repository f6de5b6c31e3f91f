#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/reading.hpp"
#include "server/metering/session.hpp"

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
    bool serial_told = false;  ///< by the meter itself
};

/// What a device measures: one machine (or none), several, or the whole site.
enum class MeterRole { machine, shared, site };
constexpr std::string_view name_of(MeterRole role) {
    constexpr std::array<std::string_view, 3> names = {"machine", "shared", "site"};
    return names.at(static_cast<std::size_t>(role));
}

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
    MeterRole role = MeterRole::machine;
    Split share = Split::rated_power;      ///< how a shared meter's energy is parted
    std::vector<MachineId> machines = {};  ///< behind a shared meter, in order

    bool operator==(Point const&) const = default;
};

/// The points of a machine that its sessions rest on.
struct MachineMeter {
    MachineId machine;
    std::vector<Channel> energy = {};    ///< its use is the sum of them
    std::vector<Channel> power = {};     ///< what it draws is the sum of them
    std::vector<Channel> evidence = {};  ///< whatever tells its power
    /// In use, it goes on being so until it draws less; empty: as soon as it is not busy any more.
    std::optional<std::int64_t> idle_below_w = {};
    std::optional<Channel> runs = {};  ///< the input that tells whether a cycle of it is on

    bool counts(Channel channel) const { return std::ranges::count(energy, channel) > 0; }
};

/// A meter that several machines are behind.
struct SharedMeter {
    Channel channel = 0;
    Split split = Split::rated_power;
    std::vector<MachineId> machines;  ///< those that have no meter of their own
    std::vector<Channel> less;        ///< the meters of those that have
};

/// Which channels tell of what.
struct MeterPlan {
    std::vector<MachineMeter> machines;
    std::vector<SharedMeter> shared;
};

}  // namespace karkhana::metering
