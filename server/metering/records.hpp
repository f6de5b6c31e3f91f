#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/metering/meter.hpp"
#include "server/metering/session.hpp"
#include "server/store/store.hpp"

/// What metering keeps in the ledger, to read. Writing is in sessions.hpp and devices.hpp.
namespace karkhana::metering {

std::optional<UsageSession> find_session(store::Reader& reader, FacilityId const& facility,
                                         SessionId const& id);
/// Closed sessions with an enterprise that have no charge yet are found by billing itself.
/// What was read of a session before it was corrected: every version but the last, by time.
std::vector<Register> replaced_registers(store::Reader& reader, UsageSession const& session);
/// Sessions of the interval with registers, in two queries whatever their number.
std::vector<UsageSession> sessions_between(store::Reader& reader, FacilityId const& facility,
                                           Interval during);
/// Those that are not closed: open and closing; at most one a machine.
std::vector<UsageSession> open_sessions(store::Reader& reader, FacilityId const& facility);
/// Of one booking, by start, with registers.
std::vector<UsageSession> sessions_of_booking(store::Reader& reader, FacilityId const& facility,
                                              BookingId const& booking);
/// Their ids alone.
std::vector<SessionId> session_ids_of_booking(store::Reader& reader, FacilityId const& facility,
                                              BookingId const& booking);
std::vector<Point> list_points(store::Reader& reader, FacilityId const& facility);
std::vector<Device> list_devices(store::Reader& reader, FacilityId const& facility);
/// What the device of a channel is called; empty where there is no such channel.
std::string device_name_of(store::Reader& reader, FacilityId const& facility, Channel channel);

}  // namespace karkhana::metering
