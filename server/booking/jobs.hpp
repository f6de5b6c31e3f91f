#pragma once

#include <vector>

#include "server/base/clock.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// Ends the bookings of every facility that nobody started: missed after the grace time, but
/// cancelled when an outage took them, completed when the party came and never switched on. Looks
/// at all that are overdue, so a job that slept catches up, and each is ended once, whoever else
/// runs the job at the same time. Returns those that it ended, as they are now.
std::vector<Booking> mark_missed(store::Store& store, WallClock const& clock,
                                 Settings const& settings);

}  // namespace karkhana::booking
