#pragma once

#include <vector>

#include "server/metering/meters.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {

/// What each counter was at when the daemon last ran, from whichever knows of the further one:
/// the journal, the quarters of an hour, the registers of sessions or the events of the meter.
std::vector<Remembered> recall(store::Store& ledger, store::Store& telemetry,
                               FacilityId const& facility, std::vector<Point> const& points);

}  // namespace karkhana::metering
