#pragma once

#include <span>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/facility/rules_book.hpp"

namespace karkhana::booking {

/// Somebody stays over the end, and whoever comes next should know.
struct Warning {
    BookingId next;
    BookingId running;

    bool operator==(Warning const&) const = default;
};

constexpr std::chrono::minutes warned_before{15};

/// For each booking that runs past its end, the next of its machine that begins within a quarter of
/// an hour or has begun, unless it is of the same ME. In a shared room nobody waits for a seat that
/// another has. `live` are live bookings by start.
std::vector<Warning> overruns(facility::Book const& book, std::span<Booking const> live,
                              Instant now);

}  // namespace karkhana::booking
