#pragma once

#include "server/http/router.hpp"
#include "server/metering/run.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// machines, usage sessions, points, meters and devices; and start, pause and stop of bookings.
void add_routes(http::Router& router, Services const& services, RunControl& run);

}  // namespace karkhana::metering
