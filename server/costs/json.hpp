#pragma once

#include <boost/json/object.hpp>

#include "server/base/calendar.hpp"
#include "server/costs/records.hpp"

/// Costs as the contract has them.
namespace karkhana::costs {

/// With how far the meters are apart, and whose part is what, by the setting.
boost::json::object bill_json(UtilityBill const& bill, CostSetting const& setting,
                              Zone const& zone);
boost::json::object cost_json(CostEntry const& cost, Zone const& zone);
boost::json::object recovery_json(Recovery const& found);
boost::json::object term_json(Term const& term);

}  // namespace karkhana::costs
