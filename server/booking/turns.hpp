#pragma once

#include <span>
#include <vector>

#include "server/booking/decide.hpp"
#include "server/booking/rules_waitlist.hpp"

/// Whose turn it is now, for the job that offers the time and for whoever would book it before.
namespace karkhana::booking {

/// Of everybody who waits.
std::vector<Turn> turns_now(Services const& services, store::Reader& reader,
                            FacilityId const& facility, Instant now);

/// The turns of other MEs at the machines, among those whose window the wish overlaps: what is free
/// is theirs first, also when nobody has come to offer it yet. One query when nobody waits.
std::vector<Turn> turns_in_the_way(Services const& services, store::Reader& reader,
                                   BookOf const& book, std::span<facility::Machine const> machines,
                                   Wish const& wish, Instant now);

/// The booking that the entry would be given.
Booking offered_booking(Services const& services, store::Reader& reader, WaitlistEntry const& entry,
                        Slot const& slot, Instant now);
/// What the rules say against it.
Codes against_offer(Services const& services, store::Reader& reader, WaitlistEntry const& entry,
                    Booking const& offered, Instant now);

}  // namespace karkhana::booking
