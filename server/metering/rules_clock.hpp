#pragma once

#include <optional>

#include "server/base/time.hpp"

namespace karkhana::metering {

/// Tells when somebody, or a time server, has set the wall clock: it went another way than the
/// clock that nobody sets.
class ClockWatch {
public:
    /// More than this between two looks is no drift.
    static constexpr Duration drift = std::chrono::seconds(5);

    /// `speed`: seconds of the wall clock in one of the other.
    explicit ClockWatch(int speed = 1) : speed_(speed) {}

    /// How far it was set since the last look, forward or back; nothing when it was not.
    std::optional<Duration> look(Instant wall, Monotonic steady);

private:
    struct Look {
        Instant wall;
        Monotonic steady;
    };
    int speed_;
    std::optional<Look> last_;
};

}  // namespace karkhana::metering
