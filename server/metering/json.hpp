#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/facility/rules.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/meter.hpp"
#include "server/metering/ports.hpp"
#include "server/metering/rules_split.hpp"
#include "server/metering/series.hpp"
#include "server/metering/session.hpp"
#include "server/metering/ticks.hpp"
#include "server/people/audit.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

/// What metering keeps, as the contract shows it.
namespace karkhana::metering {

/// What sessions refer to, read once for all that are shown.
struct SessionNames {
    Zone zone;
    std::map<MachineId, facility::Machine> machines;
    std::map<EnterpriseId, people::Enterprise> enterprises;
    std::map<Channel, Point> points;
    std::map<DeviceId, Device> devices;
    std::map<SessionId, std::vector<Register>> replaced;  ///< versions that were corrected since
    std::vector<Exchange> exchanges;
    std::map<PersonId, facility::Name> people;  ///< who said what a register says
    std::vector<people::AuditRecord> corrections;
    std::map<SessionId, std::vector<Ticked>> ticks;
};
SessionNames names_for(store::Reader& reader, FacilityId const& facility,
                       std::vector<UsageSession> const& sessions);

/// With the serial number of the meter that stood there then.
boost::json::object register_json(Register const& reg, SessionNames const& names);
boost::json::object session_json(UsageSession const& session, SessionNames const& names);
boost::json::object point_json(Point const& point);
boost::json::object device_json(Device const& device, DeviceHealth const& health, Zone const& zone);
boost::json::object balance_json(Channel channel, Balance const& balance, Zone const& zone);
boost::json::object facility_balance_json(FacilityBalance const& balance,
                                          SessionNames const& names);

/// Readings as a table: when, what the meter said and what it makes of the continued register, and
/// how good it is, in our word and in the codes of IEC 61968-9 and Green Button.
std::string readings_csv(Point const& point, CarriedSteps const& carried, Zone const& zone,
                         std::vector<Sample> const& samples);

/// The text of a Trace: thousands of numbers, so it is written straight away.
std::string trace_text(Channel channel, Unit unit, Trace const& trace, Zone const& zone);

}  // namespace karkhana::metering
