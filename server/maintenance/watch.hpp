#pragma once

#include "server/maintenance/api.hpp"

namespace karkhana::maintenance {

/// Looks at every plan of the facility: writes down that staff are warned of one, and sets time
/// aside for one that is due; keeps machines with an open breakdown from being booked. What it has
/// done before it does not do again. Returns how many changes it made.
int watch(Services const& services, FacilityId const& facility);

}  // namespace karkhana::maintenance
