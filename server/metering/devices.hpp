#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/random.hpp"
#include "server/metering/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// A point as the configuration and the device's profile say it.
struct PointSetup {
    std::string name;  ///< of the profile: energy_active_import, active_power, contact, ...
    Unit unit = Unit::count;
    bool counter = false;
    bool billing = false;
    std::int64_t modulus = 0;
    std::int64_t resolution = 1;
    std::string form = "";  ///< how words become the value; kept with each register
};

/// A device as configured. Its name is what it is known by from one start to the next.
struct DeviceSetup {
    std::string name;
    std::string line;
    std::string endpoint;
    int unit = 1;
    std::string profile;
    std::string serial;  ///< empty: whatever the device said last stays
    std::optional<MachineId> machine;
    std::vector<PointSetup> points;
    MeterRole role = MeterRole::machine;
    Split share = Split::rated_power;      ///< of a shared meter
    std::vector<MachineId> machines = {};  ///< behind a shared meter
};

/// Brings the ledger's devices and points up to the configuration: what is new is added, what is
/// there keeps its id and its channel number. Returns all points, by channel. A device that is
/// configured no more stays, because readings and bills refer to it, but loses its machine.
std::vector<Point> configure_devices(store::Writer& writer, IdSource& ids,
                                     FacilityId const& facility,
                                     std::vector<DeviceSetup> const& setups);

/// Keeps what the serial number of a device is: what it said first, or that of the meter that took
/// its place (see exchange.hpp). `told`: by the meter itself.
void save_serial(store::Writer& writer, FacilityId const& facility, DeviceId const& device,
                 std::string_view serial, bool told);

/// The energy and the power of each machine: one counter of each of its meters, and of several
/// billing grade comes first, then the lowest channel. What is not billing grade counts alone or
/// not at all. A machine behind a shared meter has that one too, unless it has one of its own.
MeterPlan machine_meters(std::vector<Point> const& points);
/// The meter of a shared room counts for everybody in it, and is parted as one of several machines
/// is, by time.
void share_rooms(MeterPlan& plan, std::set<MachineId> const& rooms);

}  // namespace karkhana::metering
