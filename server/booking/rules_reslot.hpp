#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_bays.hpp"
#include "server/booking/rules_policy.hpp"

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

/// What takes a booking its time.
enum class Cause {
    outage,
    closed,       ///< a holiday or other hours, entered after it
    no_operator,  ///< the shift of its operator was taken away
};
std::string_view name_of(Cause cause);

/// A booking with an outage that overlaps it, or as if one did.
struct Displaced {
    Booking booking;
    facility::Outage outage;  ///< without an id when the cause is none
    Cause cause = Cause::outage;
};
/// By hours that were entered after it; nullopt: it keeps its time.
std::optional<Displaced> displaced_by_hours(facility::Book const& book, Booking const& booking);
Displaced without_operator(Booking const& booking);

struct Proposed {
    BookingId booking;
    OutageId outage;
    int place = 1;  ///< in which order they were served
    Remedy remedy = Remedy::none;
    std::optional<MachineId> machine;
    std::optional<Interval> during;
    Cause cause = Cause::outage;
};

/// What the rules of booking say of the times, besides that machine and time are free.
struct Rulebook {
    /// Nothing when the booking may have the time, else when it is worth asking again. Empty:
    /// it may have every time.
    std::function<std::optional<Instant>(Booking const&, Remedy, facility::Machine const&,
                                         Interval)>
        refused_until{};
    /// It is proposed to the booking: to those after it, that is where the booking is.
    std::function<void(Booking const&, Remedy, facility::Machine const&, Interval)> given{};
};

/// What nothing but time changes is not asked again; of a day or week that is used up, the next
/// one; of all else, the next time of the grid.
Instant worth_asking_again(facility::Book const& book, Interval refused,
                           std::span<Violation const> against);
/// Who was cut off keeps its right to the time: when it had to be asked for, and how long the job
/// has become by it, does not count against it.
void forgive_displaced(std::vector<Violation>& against);

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
/// One proposal each, in this order; what one gets, the next ones do not, and nobody gets what the
/// rules refuse. Nothing begins before the
/// outage is over and five minutes have gone by, but on another machine of the kind when the outage
/// is of one machine. A time on its own machine goes before one on another unless that comes on an
/// earlier day, or is the very hour.
std::vector<Proposed> propose(Zone const& zone, std::vector<Bay> bays,
                              std::span<Displaced const> in_order, Instant now,
                              Rulebook const& rules = {});

}  // namespace karkhana::booking
