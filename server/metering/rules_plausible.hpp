#pragma once

#include <cstdint>
#include <optional>

#include "server/base/time.hpp"

/// Whether an energy counter goes together with the power that the same meter shows.
namespace karkhana::metering {

/// Power adds up to energy, as well as it can be known: between two readings it lay anywhere
/// between them.
class PowerSum {
public:
    /// False when nothing is known of the time since the last reading: too long ago, or the wall
    /// clock was set meanwhile. The sum begins anew then.
    bool take(Instant at, Monotonic heard, std::int64_t w);
    void clear();
    /// Whether the power is known up to here, but for the last step.
    bool reaches(Instant at) const;

    std::int64_t wh() const;      ///< the mean between readings
    std::int64_t least() const;   ///< at the lower of each two
    std::int64_t spread() const;  ///< how far the truth may be from `wh`, as the readings go
    /// Whether so much can have flowed: a load that comes and goes between two readings was at the
    /// lowest or the highest of all of them.
    bool can_be(std::int64_t wh) const;

private:
    struct Last {
        Instant at;
        Monotonic heard;
        std::int64_t w = 0;
    };
    struct Pace {
        Duration wall;
        Duration real;
    };
    bool steady(Duration wall, Duration real) const;

    std::optional<Last> last_;
    std::optional<Pace> pace_;
    // In W x microseconds.
    std::int64_t twice_ = 0;
    std::int64_t least_ = 0;
    std::int64_t spread_ = 0;
    std::int64_t micros_ = 0;
    std::int64_t lowest_w_ = 0;
    std::int64_t highest_w_ = 0;
};

enum class Finding {
    none,
    frozen,     ///< it stands still though energy flows
    moving,     ///< it counts again
    disagrees,  ///< over a quarter of an hour it counted something else than the power says
    agrees,     ///< after it disagreed
};

/// One counter against the power of its meter. Not thread-safe.
class CounterWatch {
public:
    void power(Instant at, Monotonic heard, std::int64_t w);
    /// A value of the continued register that was believed, and the smallest step it could take.
    Finding counter(Instant at, std::int64_t wh, std::int64_t resolution);
    /// The register went on from elsewhere: another meter, a reset.
    void restart();

    bool frozen() const { return frozen_; }
    bool disagrees() const { return disagrees_; }

private:
    struct Mark {
        Instant at;
        std::int64_t wh = 0;
    };
    Finding compare(Mark const& now, std::int64_t resolution);

    std::optional<Mark> moved_;   ///< where it moved last
    std::optional<Mark> window_;  ///< where the quarter of an hour began
    PowerSum since_moved_;
    PowerSum in_window_;
    bool frozen_ = false;
    bool disagrees_ = false;
};

}  // namespace karkhana::metering
