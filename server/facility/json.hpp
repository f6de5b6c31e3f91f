#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/facility/outage_evidence.hpp"
#include "server/facility/rules.hpp"

/// The facility's records as the contract shows them.
namespace karkhana::facility {

boost::json::object name_json(Name const& name);
boost::json::array opening_hours_json(std::vector<OpeningHours> const& hours);
boost::json::object facility_json(Facility const& facility, std::vector<OpeningHours> const& hours);
/// MachineRef: what other records say of a machine.
boost::json::object machine_ref_json(Machine const& machine);
/// Machine without `live`, which metering adds.
boost::json::object machine_json(Machine const& machine);
boost::json::object evidence_json(OutageEvidence const& evidence, Zone const& zone);
boost::json::object outage_json(Outage const& outage, Zone const& zone);

}  // namespace karkhana::facility
