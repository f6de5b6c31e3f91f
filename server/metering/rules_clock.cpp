#include "server/metering/rules_clock.hpp"

#include <utility>

namespace karkhana::metering {

std::optional<Duration> ClockWatch::look(Instant wall, Monotonic steady) {
    auto const last = std::exchange(last_, Look{wall, steady});
    if (!last) return std::nullopt;
    auto const passed = std::chrono::duration_cast<Duration>(steady - last->steady) * speed_;
    auto const set = (wall - last->wall) - passed;
    return set > drift || set < -drift ? std::optional{set} : std::nullopt;
}

}  // namespace karkhana::metering
