#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace karkhana {

using Duration = std::chrono::microseconds;
/// UTC, microseconds since 1970. Shown in the facility's zone, never stored in it.
using Instant = std::chrono::sys_time<Duration>;
/// Never steps. All device and request deadlines are on it.
using Monotonic = std::chrono::steady_clock::time_point;

constexpr std::int64_t micros(Instant at) { return at.time_since_epoch().count(); }
/// What is not a whole minute is left out.
constexpr std::int64_t whole_minutes(Duration length) {
    return std::chrono::duration_cast<std::chrono::minutes>(length).count();
}
constexpr Instant instant(std::int64_t micros_since_1970) {
    return Instant{Duration{micros_since_1970}};
}

/// Half-open [start, end): two bookings may touch.
struct Interval {
    Instant start;
    Instant end;

    auto operator<=>(Interval const&) const = default;
    constexpr bool empty() const { return end <= start; }
    constexpr Duration length() const { return end - start; }
    constexpr bool contains(Instant at) const { return start <= at && at < end; }
    constexpr bool overlaps(Interval other) const { return start < other.end && other.start < end; }
};

}  // namespace karkhana
