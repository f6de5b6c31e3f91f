#pragma once

#include "server/base/ids.hpp"
#include "server/base/result.hpp"
#include "server/metering/rules_split.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// Where the energy that passed a meter in the interval went: sessions, idle, unattributed, each
/// from registers. They sum to register end minus register start, exactly.
/// Error: `no_readings` (invalid) when nothing at all is known of the meter.
Result<Balance> balance(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                        Channel channel, Interval during);

}  // namespace karkhana::metering
