#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/facility/rules.hpp"
#include "server/store/store.hpp"

/// What was ticked before a machine was started, kept with the session.
namespace karkhana::metering {

struct Ticked {
    std::string tick;  ///< of booking::tick_names
    facility::Name by;
    Instant at;
};
void keep_ticks(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                std::vector<std::string_view> const& ticks, PersonId const& person, Instant at);
/// Of each of the sessions, in one query.
std::map<SessionId, std::vector<Ticked>> ticks_of(store::Reader& reader, FacilityId const& facility,
                                                  std::vector<SessionId> const& sessions);

}  // namespace karkhana::metering
