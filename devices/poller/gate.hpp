#pragma once

#include <optional>

#include "devices/profiles/decode.hpp"
#include "server/base/time.hpp"

namespace karkhana::poller {

/// The last believed value of a counter.
struct CounterMemory {
    std::int64_t value = 0;
    Monotonic at;
};

struct GateLimits {
    std::int64_t max_power_w = 0;  ///< 0: unknown
    int clock_speed = 1;
};

enum class Judgement : std::uint8_t {
    plausible,
    backwards,  ///< smaller than before: a glitch, a reset or a rollover
    too_fast,   ///< more than the machine can have used
};

/// Whether a counter's value can follow the last believed one. What is not plausible is read again
/// before anybody sees it.
Judgement judge(profiles::Point const& point, profiles::Decoded const& decoded,
                std::optional<CounterMemory> const& before, Monotonic now, GateLimits limits);

/// The smallest step the register can show near this value, in base units, at least 1.
std::int64_t resolution_of(profiles::Point const& point, profiles::Decoded const& decoded);

}  // namespace karkhana::poller
