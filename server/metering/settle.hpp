#pragma once

#include <optional>

#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Parts what a shared meter counted since its last cut among the sessions behind it, each piece
/// between two quarters of an hour by itself, and keeps a register with its part for each of them.
/// `cut` is what the meter says now. `ending` gets it as its STOP; a session that waits for its
/// meter gets its STOP where it ended, and is closed when it waits for no other. Returns the cut as
/// it was kept: never before or below the one before it.
Register settle(store::Writer& writer, Services const& services, Zone const& zone,
                SharedMeter const& meter, Register cut, std::optional<SessionId> const& ending);

/// Closes a session of which all STOP registers are kept.
void close_whole(store::Writer& writer, FacilityId const& facility, SessionId const& id, Instant at,
                 std::optional<std::int64_t> quantity);

/// Locks the machines that share a meter with this one, and itself, in the one order that nobody
/// waits in a circle.
void lock_with_sharers(store::Writer& writer, FacilityId const& facility,
                       MachineMeters const& meters, MachineId const& machine);

}  // namespace karkhana::metering
