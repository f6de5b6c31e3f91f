#pragma once

#include <optional>

#include "server/metering/ports.hpp"
#include "server/recycling/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::recycling {

/// Asks the weighing indicator now: its weight and whether that is stable, in one frame. `device`:
/// which, where there are several. Errors: `no_indicator`, `indicator_silent`, `not_stable`.
Result<Weighed> weigh(store::Store& ledger, metering::MeterPort& port, FacilityId const& facility,
                      std::optional<DeviceId> const& device);

}  // namespace karkhana::recycling
