#pragma once

#include "server/booking/rules_shares.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// What each ME booked and used within the range, by name, in one query; who had nothing is left
/// out. A booking counts with the part of it in the range, from its begin to its end or to when it
/// was given back; what was not used counts too, what was cancelled in time, released or is not
/// confirmed does not. A job counts with the part of it in the range, one under way until `now`.
/// Women-led and membership are as they are today.
std::vector<UseOf> uses_in(store::Reader& reader, FacilityId const& facility, Interval range,
                           Instant now);

}  // namespace karkhana::booking
