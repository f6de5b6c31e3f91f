#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/booking/api.hpp"
#include "server/metering/meters.hpp"
#include "server/metering/ports.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// What running machines and showing them needs; app wires it. The references outlive everything
/// that is given them.
struct Services {
    store::Store& ledger;
    store::Store& telemetry;
    WallClock const& clock;
    MonotonicClock const& monotonic;
    IdSource& ids;        ///< from a thread-safe Random
    FacilityId facility;  ///< whose devices this daemon reads and switches
    Meters& meters;
    MeterPort& meter_port;
    ContactPort& contacts;
    booking::Services const& booking;
    Publish publish;
    std::function<std::vector<DeviceHealth>()> health;
    /// Whether anybody listens to events; may stay empty.
    std::function<bool()> listening;
    LinePort const* lines = nullptr;  ///< nothing where no line is read
};

/// Which channels tell of a machine; fixed once the devices are configured.
class MachineMeters {
public:
    explicit MachineMeters(std::vector<MachineMeter> const& meters) {
        for (auto const& meter : meters) meters_[meter.machine] = meter;
    }
    MachineMeter of(MachineId const& machine) const {
        auto const found = meters_.find(machine);
        return found == meters_.end() ? MachineMeter{machine, {}, {}} : found->second;
    }
    /// Whether the energy of any machine is counted there.
    bool counts(Channel channel) const {
        return std::ranges::any_of(
            meters_, [&](auto const& entry) { return entry.second.energy == channel; });
    }

private:
    std::map<MachineId, MachineMeter> meters_;
};

}  // namespace karkhana::metering
