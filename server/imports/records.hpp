#pragma once

#include <vector>

#include "server/imports/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::imports {

/// The opening balances that are booked; by enterprise.
std::vector<Balance> booked_balances(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::imports
