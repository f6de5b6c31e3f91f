#pragma once

#include <optional>
#include <string_view>

#include "server/booking/booking.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// Writes a change of a booking to the audit trail, in the transaction of the change. `before` is
/// null when there was none; `action` is the operation or the job; no person: the daemon.
void append_change(store::Writer& writer, std::string_view action, std::optional<PersonId> person,
                   Booking const* before, Booking const& after, std::string_view reason,
                   Instant now);

}  // namespace karkhana::booking
