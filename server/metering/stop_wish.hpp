#pragma once

#include <map>
#include <optional>

#include "server/booking/booking.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

/// A stop that was asked for and waits until the machine has ended its cycle. It outlives the
/// daemon, because somebody was told that it was accepted.
struct StopWish {
    BookingId booking;
    booking::State target = booking::State::completed;  ///< or paused
    Instant asked;
    std::optional<PersonId> person;
    std::optional<std::int64_t> quantity;  ///< good pieces, when it is the end
};

/// Keeps the wish; a later one takes the place of an earlier one.
void keep_wish(store::Writer& writer, FacilityId const& facility, StopWish const& wish);
void drop_wish(store::Writer& writer, FacilityId const& facility, BookingId const& booking);
std::optional<StopWish> find_wish(store::Reader& reader, FacilityId const& facility,
                                  BookingId const& booking);
std::map<BookingId, StopWish> stop_wishes(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::metering
