#pragma once

#include <map>
#include <vector>

#include "server/booking/rules_presence.hpp"
#include "server/metering/session.hpp"
#include "server/store/store.hpp"

/// Use of machines that nobody started: by which reading it was seen, and whose it is found to be.
namespace karkhana::metering {

/// The power by which the session was opened.
void keep_rise(store::Writer& writer, FacilityId const& facility, SessionId const& session,
               std::int64_t watts, Instant at);
/// Sessions that power opened, that nobody has assigned, and that were on after `since`; one query.
std::vector<booking::PowerUse> power_uses(store::Reader& reader, FacilityId const& facility,
                                          Instant since);
/// Those that are open, with the booking that they are of and that waits to run; one query.
std::map<SessionId, BookingId> claimed_uses(store::Reader& reader, FacilityId const& facility);
/// It is the booking's from its beginning. False when somebody has said meanwhile whose it was.
bool give_session(store::Writer& writer, UsageSession const& session, BookingId const& booking,
                  EnterpriseId const& enterprise);

}  // namespace karkhana::metering
