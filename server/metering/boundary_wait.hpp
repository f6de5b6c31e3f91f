#pragma once

#include <chrono>
#include <functional>

#include "server/base/clock.hpp"

namespace karkhana::metering {

/// Waits on the real clock for at most so long; false when the program ends.
using Wait = std::function<bool(std::chrono::microseconds)>;

/// Waits until the facility's clock shows `at`, to a fraction of a millisecond, however fast that
/// clock runs: most of the way in one sleep, the rest in ever shorter ones. False when the program
/// ends first.
bool wait_until(WallClock const& clock, MonotonicClock const& monotonic, Instant at,
                Wait const& wait);

}  // namespace karkhana::metering
