#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_bays.hpp"

/// New times for bookings that an outage took.
namespace karkhana::booking {

enum class Remedy {
    move,    ///< the whole of one that has not begun
    extend,  ///< the same one goes on longer, by what it lost
    rest,    ///< what is left of one that had begun, as a booking of its own
    again,   ///< the whole of one that was cancelled for the outage
    none,    ///< nothing is free within two weeks
};
std::string_view name_of(Remedy remedy);
std::optional<Remedy> remedy_of(std::string_view name);

/// A booking with an outage that overlaps it.
struct Displaced {
    Booking booking;
    facility::Outage outage;
};

struct Proposed {
    BookingId booking;
    OutageId outage;
    int place = 1;  ///< in which order they were served
    Remedy remedy = Remedy::none;
    std::optional<MachineId> machine;
    std::optional<Interval> during;
};

/// How long after an outage the first proposal begins: machines are looked over first.
constexpr std::chrono::minutes after_outage{5};
/// How far ahead a time is sought.
constexpr std::chrono::days reslot_reach{14};

/// Whether it lost enough (five minutes) and it is time to propose: of a cut that devices see, once
/// it is over; of what is planned at once, but to one that has begun only when it is over, and when
/// the machine stood still in it.
bool due(Displaced const& displaced, Instant now);
/// Running and paused ones first, then by start, then by when they were booked.
void put_in_order(std::vector<Displaced>& displaced);
/// One proposal each, in this order; what one gets, the next ones do not. Nothing begins before the
/// outage is over and five minutes have gone by, but on another machine of the kind when the outage
/// is of one machine. A time on its own machine goes before one on another unless that comes on an
/// earlier day, or is the very hour.
std::vector<Proposed> propose(Zone const& zone, std::vector<Bay> bays,
                              std::span<Displaced const> in_order, Instant now);

}  // namespace karkhana::booking
