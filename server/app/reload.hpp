#pragma once

#include <string>
#include <vector>

#include "server/app/load.hpp"

namespace karkhana::app {

/// Why a running facility cannot go over to another configuration without a restart. Empty when
/// only what registers mean has changed: profiles, numbers of units and serial numbers, word order,
/// ratios of transformers, and how a line is reached. Whatever else the file says waits for the
/// next start.
std::vector<std::string> reasons_to_restart(Loaded const& running, Loaded const& wanted);

/// The settings that the wanted configuration says otherwise and that are read at the start alone,
/// each with its line. Their values stay unsaid: there are passwords among them.
std::vector<std::string> settings_that_wait(Loaded const& running, Loaded const& wanted);

/// The devices of the ledger as they are by the wanted configuration: where it says another serial
/// number, that is the meter's.
std::vector<metering::Device> renumbered(std::vector<metering::Device> devices,
                                         Loaded const& running, Loaded const& wanted);

}  // namespace karkhana::app
