#pragma once

#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/store/store.hpp"

namespace karkhana::app {

/// What does not hold of the registers that sessions rest on. The words of each say its value, by
/// the form they were read in. On one meter no session begins, in time or in watt-hours, before
/// the one before it ended. What was read at START and STOP lies between the quarters of an hour
/// that the series kept before and after; without `series` that is not asked.
std::vector<std::string> verify_registers(store::Store& ledger, store::Store* series,
                                          FacilityId const& facility);

}  // namespace karkhana::app
