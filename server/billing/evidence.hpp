#pragma once

#include <vector>

#include "server/metering/retention.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// Where readings from before `before` may still be wanted as proof: of every session that has a
/// payer and is not on a final invoice paid in full.
std::vector<metering::Held> held_by_bills(store::Reader& reader, FacilityId const& facility,
                                          Instant before);

}  // namespace karkhana::billing
