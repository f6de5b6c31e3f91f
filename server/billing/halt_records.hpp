#pragma once

#include <map>
#include <vector>

#include "server/billing/halts.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

using HaltsOf = std::map<SessionId, std::vector<Halt>>;

/// When these sessions stood still, from the history of their bookings and the outages there are;
/// those that have not stopped are left out. Two queries whatever their number.
HaltsOf find_halts(store::Reader& reader, FacilityId const& facility,
                   std::vector<metering::UsageSession> const& sessions);

/// The halts that a session was rated with, once and for all. An outage that is entered, moved or
/// ended afterwards changes no charge, so no invoice either.
void keep_halts(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                std::vector<Halt> const& halts);
HaltsOf kept_halts(store::Reader& reader, FacilityId const& facility,
                   std::vector<SessionId> const& ids);

/// The halts that a session was to be rated with: what was kept, but for the outages, must follow
/// from what happened.
HaltsOf derive_halts_again(store::Reader& reader, FacilityId const& facility,
                           std::vector<metering::UsageSession> const& sessions,
                           HaltsOf const& kept);

}  // namespace karkhana::billing
