#pragma once

#include "server/booking/booking.hpp"
#include "server/booking/rules_terms.hpp"

namespace karkhana::booking {

/// Whether a pending booking has held its slot long enough. Exactly at the end it is over.
bool hold_is_over(Booking const& booking, Instant now);
/// Until when an answer to an offer, or to who asks for approval, is waited for: so long, but not
/// into the slot, and never less than ten minutes.
Instant answer_until(Duration hold, Interval slot, Instant now);
/// Whether the booking was made so short a time ago that it is undone as if it had never been.
bool may_undo(Terms const& terms, Booking const& booking, Instant now);

}  // namespace karkhana::booking
