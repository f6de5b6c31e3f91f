#pragma once

#include <vector>

#include "server/booking/queue.hpp"
#include "server/booking/rules_reslot.hpp"
#include "server/store/store.hpp"

/// Closures with what they did to whom, and bookings that lost their time without an outage.
namespace karkhana::booking {

struct Closure {
    ClosureId id;
    OutageId outage;
    std::string kind;  ///< flood, cyclone, strike, other
    bool moves = false;
    std::string reason;
    PersonId by;
    Instant at;
    std::int64_t bookings = 0;
};
void insert_closure(store::Writer& writer, FacilityId const& facility, Closure const& closure);
/// Where the booking was before the closure.
struct ClosureFate {
    BookingId booking;
    bool moved = false;
    MachineId machine;
    Interval during;
};
void insert_fate(store::Writer& writer, FacilityId const& facility, ClosureId const& closure,
                 ClosureFate const& fate);
/// Withdrawn, and its bookings are not offered back yet.
struct Reopened {
    ClosureId id;
    OutageId outage;
};
std::vector<Reopened> reopened_closures(store::Reader& reader, FacilityId const& facility);
/// False when somebody was faster.
bool note_reopened(store::Writer& writer, FacilityId const& facility, ClosureId const& closure,
                   Instant now);
/// By where they were, the first ones first.
std::vector<ClosureFate> fates_of(store::Reader& reader, FacilityId const& facility,
                                  ClosureId const& closure);
/// Those whom nothing was told since, and what came of it: bookings of which another time was
/// taken.
std::vector<BookingId> taken_of(store::Reader& reader, FacilityId const& facility,
                                OutageId const& outage);
void drop_proposals_of(store::Writer& writer, FacilityId const& facility, OutageId const& outage);

/// Who is at work in a closure that has begun, and was not told of it; one query.
struct AtWork {
    BookingId booking;
    OutageId outage;
    std::string reason;
    Interval during;  ///< of the closure
};
std::vector<AtWork> at_work_in_closures(store::Reader& reader, FacilityId const& facility,
                                        Instant now);
/// False when they were told before.
bool note_told(store::Writer& writer, FacilityId const& facility, OutageId const& outage,
               BookingId const& booking, Instant now);

/// Live bookings ahead that have not begun, without those let pass by somebody who knew that it is
/// closed then.
struct BookedAhead {
    BookingId id;
    Interval during;
};
std::vector<BookedAhead> bookings_ahead(store::Reader& reader, FacilityId const& facility,
                                        Instant now);
/// Those of which the operator whom they hold is not on shift for all of it, or not there any more.
std::vector<BookingId> without_operators(store::Reader& reader, FacilityId const& facility,
                                         Instant now);
/// Of these, who has a proposal already, or has declined one for this, or taken it.
std::vector<BookingId> spoken_for(store::Reader& reader, FacilityId const& facility, Cause cause,
                                  std::vector<BookingId> const& bookings);
/// Proposals for a cause that is no more: of all but these bookings. How many.
std::int64_t drop_unfounded(store::Writer& writer, FacilityId const& facility, Cause cause,
                            std::vector<BookingId> const& founded);
bool any_unfounded(store::Reader& reader, FacilityId const& facility, Cause cause,
                   std::vector<BookingId> const& founded);

}  // namespace karkhana::booking
