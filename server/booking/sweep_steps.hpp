#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/tale.hpp"

/// The steps of the sweep, each for one facility. They return the bookings that they changed.
namespace karkhana::booking {

/// More in one transaction would let the desk wait.
constexpr std::size_t at_a_time = 500;

/// Runs `part(writer, tale, items)` in a transaction for every so many of the items, and tells what
/// it told.
template <class Item, class Part>
std::vector<Booking> in_parts(Services const& services, FacilityId const& facility, Instant now,
                              std::vector<Item> const& items, Part const& part) {
    std::vector<Booking> changed;
    for (std::size_t from = 0; from < items.size(); from += at_a_time) {
        std::span const some{items.data() + from, std::min(at_a_time, items.size() - from)};
        auto const told = services.store.write([&](store::Writer& writer) {
            Tale tale{facility};
            part(writer, tale, some);
            tale.write(writer, now);
            return tale.bookings();
        });
        changed.insert(changed.end(), told.begin(), told.end());
    }
    return changed;
}

/// Pending bookings whose time to hold is over are released; an offer goes to the next.
std::vector<Booking> end_holds(Services const& services, FacilityId const& facility, Instant now);
/// Who works is there, though they have not said so: checked in, with the reading that shows it.
/// What runs in the time of others is told.
struct Presence {
    std::vector<Booking> changed;
    std::set<BookingId> awaited;  ///< whose machine has just come into use
};
Presence attend_by_power(Services const& services, FacilityId const& facility, Instant now);
/// Who did not come is missed, with its fee; who could not is cancelled.
std::vector<Booking> end_absent(Services const& services, FacilityId const& facility, Instant now,
                                std::set<BookingId> const& awaited);
/// Of a breakdown that is told of later: who did not come or gave up lost nothing by it.
std::vector<Booking> excuse_displaced(Services const& services, FacilityId const& facility,
                                      Instant now);
/// When a slot that was given up is over: whether others used it, and nobody pays for it.
std::vector<Booking> settle_fees(Services const& services, FacilityId const& facility, Instant now);
/// Of those who stayed too long.
void charge_overruns(Services const& services, FacilityId const& facility, Instant now);
std::vector<Booking> warn_of_overruns(Services const& services, FacilityId const& facility,
                                      Instant now);
/// New times for what outages took.
std::vector<Booking> propose_times(Services const& services, FacilityId const& facility,
                                   Instant now);
/// And for what lost its time to the hours, when `hours` are to be looked at, or its operator.
std::vector<Booking> propose_without_outage(Services const& services, FacilityId const& facility,
                                            Instant now, bool hours);
/// What a closure took that is withdrawn since is offered back, or that it is open is told.
std::vector<Booking> offer_back_reopened(Services const& services, FacilityId const& facility,
                                         Instant now);
/// Who is at work when a closure begins is told.
void warn_of_closures(Services const& services, FacilityId const& facility, Instant now);
/// Whose window is over does not wait any more.
void end_waiting(Services const& services, FacilityId const& facility, Instant now);
/// Free times for who waits.
std::vector<Booking> offer_times(Services const& services, FacilityId const& facility, Instant now);

}  // namespace karkhana::booking
