#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/modbus/message.hpp"
#include "devices/poller/traffic.hpp"
#include "server/base/time.hpp"

namespace karkhana::poller {

enum class UnitState : std::uint8_t {
    starting,  ///< not asked yet
    healthy,
    suspect,   ///< the last exchange failed
    dead,      ///< several failed; asked by a rare probe only
    stranger,  ///< answers, but its identity is not the one that was commissioned
};

/// One unit of one line. Counts are since the start of the daemon.
struct UnitHealth {
    std::uint8_t unit = 0;
    UnitState state = UnitState::starting;
    std::optional<Instant> last_good;
    std::optional<std::uint64_t> serial;  ///< as read from the device
    /// Its place has a number, and the device tells none: its readings count, but nothing proves
    /// that they are those of the meter that was commissioned.
    bool unproved = false;
    Duration latency{};       ///< moving average of a whole exchange
    std::uint64_t polls = 0;  ///< exchanges that brought values
    std::uint64_t timeouts = 0;
    std::uint64_t protocol_errors = 0;  ///< frames that did not answer the question
    std::uint64_t exceptions = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t questionable = 0;  ///< values that stayed implausible after two more readings
    std::uint64_t overruns = 0;      ///< periods that passed without their turn
    std::optional<modbus::Failure> last_failure;
};

struct LineHealth {
    std::uint16_t line = 0;
    std::string name;
    std::uint64_t overruns = 0;
    Duration alive{};  ///< time since the start
    std::vector<UnitHealth> units;
    LineTraffic traffic;  ///< of the guests' units too
};

}  // namespace karkhana::poller
