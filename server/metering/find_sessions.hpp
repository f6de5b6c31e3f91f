#pragma once

#include <vector>

#include "server/metering/session.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// The sessions of these ids with their registers, in two queries whatever their number; by start.
/// One that is not there is left out.
std::vector<UsageSession> find_sessions(store::Reader& reader, FacilityId const& facility,
                                        std::vector<SessionId> const& ids);

}  // namespace karkhana::metering
