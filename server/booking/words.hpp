#pragma once

#include "server/booking/rules_policy.hpp"

/// What is said to people when a booking is refused, in Bangla and English.
namespace karkhana::booking {

Violation said_in_past(World const& world, Instant start);
Violation said_closed(World const& world, Instant start);
Violation said_outage(World const& world, facility::Outage const& outage);
Violation said_out_of_order();
Violation said_grid(int grid_minutes);
Violation said_too_short(std::int64_t min_minutes, std::int64_t minutes);
Violation said_too_long(std::int64_t max_minutes, std::int64_t minutes);
Violation said_too_far(int horizon_days, std::chrono::local_days last_day);
Violation said_too_soon(std::int64_t notice_minutes);
Violation said_suspended();
/// `longest_end` is said when the wish was to stay longer.
Violation said_slot_taken(World const& world, Interval taken, std::optional<Instant> longest_end);

}  // namespace karkhana::booking
