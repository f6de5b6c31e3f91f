#pragma once

#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/store/store.hpp"

namespace karkhana::app {

/// What does not hold of the meters that were exchanged: each leaves the continued register where
/// the old one ended, by what both of them showed.
std::vector<std::string> verify_exchanges(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::app
