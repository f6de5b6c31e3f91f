#pragma once

#include "server/base/calendar.hpp"
#include "server/costs/rules_bill.hpp"
#include "server/store/store.hpp"

namespace karkhana::costs {

/// What went through the main meter, the machines and the house between the two readings of a
/// bill, by its windows. No register is made up in between: the main meter's are those that were
/// read on quarters of an hour nearest to the utility's readings. Reads both databases.
Measured measure(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                 Zone const& zone, UtilityBill const& bill);

}  // namespace karkhana::costs
