#pragma once

#include <boost/json/object.hpp>

#include "server/base/calendar.hpp"
#include "server/maintenance/records.hpp"
#include "server/maintenance/rules_reliability.hpp"
#include "server/maintenance/tickets.hpp"

namespace karkhana::maintenance {

/// The contract's MaintenancePlan, Ticket and Reliability.
boost::json::object plan_json(WatchedPlan const& watched, Instant now, Zone const& zone);
boost::json::object service_json(Service const& service, Zone const& zone);
boost::json::object ticket_json(Ticket const& ticket, Zone const& zone);
boost::json::object reliability_json(Reliability const& found);

}  // namespace karkhana::maintenance
