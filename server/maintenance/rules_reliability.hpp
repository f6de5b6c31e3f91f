#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/time.hpp"

/// How reliable a machine was, from what was logged: the terms of ISO 22400-2 (planned busy time,
/// availability, mean operating time between failures, mean time to repair).
namespace karkhana::maintenance {

/// A time that the machine stood still because it was broken; without an end while it still does.
struct Breakdown {
    Instant from;
    std::optional<Instant> until;
};

/// What is known of a machine in a range. Nothing has to be in order or clipped.
struct Log {
    Interval range;
    std::vector<Interval> open;     ///< when the facility was
    std::vector<Interval> planned;  ///< maintenance that was announced
    std::vector<Interval> cuts;     ///< of the mains
    std::vector<Breakdown> breakdowns;
};

struct Reliability {
    Duration planned_busy{};    ///< open, without planned maintenance
    Duration down{};            ///< of it, broken
    Duration without_power{};   ///< of it, cut off and not broken
    std::int64_t failures = 0;  ///< that began in the range
    /// (planned busy − down − without power) / planned busy, in parts of ten thousand; empty when
    /// nothing was planned.
    std::optional<std::int64_t> availability;
    /// The same as if the mains had never been cut: (planned busy − down) / planned busy, both
    /// without the cuts.
    std::optional<std::int64_t> availability_with_power;
    /// (planned busy − down) / failures; empty without a failure.
    std::optional<Duration> between_failures;
    /// By the clock, from breaking to working again, of the failures that are over; empty without.
    std::optional<Duration> to_repair;
};

Reliability reliability(Log const& log, Instant now);

}  // namespace karkhana::maintenance
