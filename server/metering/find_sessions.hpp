#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/metering/session.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// The sessions of these ids with their registers, in two queries whatever their number; by start.
/// One that is not there is left out.
std::vector<UsageSession> find_sessions(store::Reader& reader, FacilityId const& facility,
                                        std::vector<SessionId> const& ids);

/// What is listed, and after which one.
struct SessionPage {
    Instant from{Duration{std::numeric_limits<std::int64_t>::min() / 2}};
    Instant to{Duration{std::numeric_limits<std::int64_t>::max() / 2}};
    std::optional<MachineId> machine;
    std::optional<std::string> kind;
    Instant before_start{Duration{std::numeric_limits<std::int64_t>::max() / 2}};
    std::string before_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    int limit = 0;
};
using SessionPlace = std::pair<Instant, SessionId>;
/// One more than the page, newest first; of one enterprise, or of all.
std::vector<SessionPlace> session_places(store::Reader& reader, FacilityId const& facility,
                                         SessionPage const& wanted,
                                         std::optional<EnterpriseId> const& whose);

}  // namespace karkhana::metering
