#pragma once

#include <set>
#include <string>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/tale.hpp"

namespace karkhana::booking {

/// Seeks a new time for each and writes the proposals, in the caller's transaction; tells of each
/// that says something new (`proposeBooking`, with the proposal as the reason).
std::vector<Proposed> propose_all(Services const& services, store::Writer& writer, Tale& tale,
                                  FacilityId const& facility, std::vector<Displaced> displaced,
                                  Instant now);
/// Those of the bookings that something displaces, and it is time for.
std::vector<Displaced> displaced_now(Services const& services, store::Reader& reader,
                                     FacilityId const& facility,
                                     std::set<BookingId> const& bookings, Instant now);
/// Those ahead that lost their time to the hours, or their operator.
std::vector<Displaced> lost_ones(Services const& services, store::Reader& reader,
                                 FacilityId const& facility, Instant now);
/// As the reason of `proposeBooking` says it, as JSON.
std::string in_words(ProposalId const& id, Proposed const& proposed);
/// What is said of a closure to who is at work in it, as JSON.
std::string closure_words(MachineId const& machine, Interval during, std::string_view reason);
/// The times that would be proposed; writes nothing.
std::vector<Proposed> proposals_for(Services const& services, store::Reader& reader,
                                    FacilityId const& facility,
                                    std::vector<Displaced> const& in_order, Instant now);

}  // namespace karkhana::booking
