#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
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
    EstimatedBills estimated_bills = EstimatedBills::share;
};

/// Which channels tell of a machine; fixed once the devices are configured.
class MachineMeters {
public:
    explicit MachineMeters(MeterPlan plan) : shared_(std::move(plan.shared)) {
        for (auto const& meter : plan.machines) meters_[meter.machine] = meter;
    }
    MachineMeter of(MachineId const& machine) const {
        auto const found = meters_.find(machine);
        return found == meters_.end() ? MachineMeter{machine} : found->second;
    }
    /// Whether the energy of any machine is counted there.
    bool counts(Channel channel) const {
        return std::ranges::any_of(meters_,
                                   [&](auto const& entry) { return entry.second.counts(channel); });
    }
    /// Null when the channel is that of one machine alone.
    SharedMeter const* shared(Channel channel) const {
        auto const found = std::ranges::find(shared_, channel, &SharedMeter::channel);
        return found == shared_.end() ? nullptr : &*found;
    }

private:
    std::map<MachineId, MachineMeter> meters_;
    std::vector<SharedMeter> shared_;
};

}  // namespace karkhana::metering
