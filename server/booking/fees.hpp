#pragma once

#include <optional>

#include "server/booking/api.hpp"
#include "server/booking/rules_fee.hpp"
#include "server/store/store.hpp"

/// What it costs to give up time that was booked.
namespace karkhana::booking {

/// What a cancel now would cost; nullopt: it is in time, or an outage took the slot.
std::optional<Fee> fee_of_cancel(store::Reader& reader, facility::Book const& book,
                                 Booking const& booking, Terms const& terms, Instant now);
/// What it would cost to change the booking now; nullopt besides: all of its time is held on to.
std::optional<Fee> fee_of_change(store::Reader& reader, facility::Book const& book,
                                 Booking const& before, Booking const& after, Terms const& terms,
                                 Instant now);

}  // namespace karkhana::booking
