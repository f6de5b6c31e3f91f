#pragma once

#include <optional>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/result.hpp"
#include "server/metering/rules_split.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// The register of a meter at both ends of an interval. Error: `no_readings` (invalid) when nothing
/// at all is known of the meter.
struct Ends {
    Knot from;
    Knot to;
};
Result<Ends> ends_of(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                     Channel channel, Interval during);

/// Where the energy that passed a meter in the interval went: sessions of each kind, what is behind
/// other meters, idle, unattributed, each from registers. They sum to register end minus register
/// start, exactly. Error: `no_readings` (invalid) when nothing at all is known of the meter.
Result<Balance> balance(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                        Channel channel, Interval during);

/// What of the site's energy went through one machine: its own meters, and its part of a shared
/// one.
struct MachineEnergy {
    MachineId machine;
    Balance used;
};
/// What nobody behind a shared meter used.
struct SharedIdle {
    Channel channel = 0;
    Energy idle;
};
/// Where the energy of the facility went. All parts sum to what the meters of the site counted;
/// without such a meter there is no telling of a remainder.
struct FacilityBalance {
    Interval during;
    std::optional<Energy> site;
    std::vector<MachineEnergy> machines;
    std::vector<SharedIdle> shared;
    std::optional<Energy> remainder;  ///< lights, losses; below zero when meters disagree
};
FacilityBalance facility_balance(store::Store& ledger, store::Store& telemetry,
                                 FacilityId const& facility, Interval during);

/// All that a balance says is somebody's or something's, but for what other meters counted.
Energy sum_of(Balance const& balance);

}  // namespace karkhana::metering
