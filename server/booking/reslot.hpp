#pragma once

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
/// As the reason of `proposeBooking` says it, as JSON.
std::string in_words(ProposalId const& id, Proposed const& proposed);
/// The times that would be proposed; writes nothing.
std::vector<Proposed> proposals_for(Services const& services, store::Reader& reader,
                                    FacilityId const& facility,
                                    std::vector<Displaced> const& in_order, Instant now);

}  // namespace karkhana::booking
