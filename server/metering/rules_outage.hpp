#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/base/reading.hpp"
#include "server/base/time.hpp"

/// What silent meters say of the mains.
namespace karkhana::metering {

/// A meter that has answered since the daemon started.
struct Witness {
    Channel channel = 0;
    std::string line;
    Monotonic heard;      ///< when it answered last
    bool silent = false;  ///< for longer than a lost reply

    bool operator==(Witness const&) const = default;
};

/// Meters that fell silent within this time did so together: as long as a slow line needs to ask
/// each of its units, and a mains needs to go down.
constexpr std::chrono::seconds fall_together{15};

/// The meters whose silence shows that the whole facility is without power, the last one heard
/// first: two or more fell silent together, on two lines or more, and no other meter answers. A
/// meter that was dead before says nothing. One dead meter is its own outage, and so is one line,
/// which may only be torn. Empty: the mains are not known to be off.
std::vector<Witness> common_silence(std::vector<Witness> witnesses);

}  // namespace karkhana::metering
