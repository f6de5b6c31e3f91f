#pragma once

#include <string>

#include "server/base/random.hpp"
#include "server/billing/gather.hpp"

/// What is rated by the month of an ME: tiers over all of its sessions, the least that a month
/// costs, and memberships.
namespace karkhana::billing {

/// Adds what the month has become to what is to be kept and taken back; changes nothing. The whole
/// month is rated anew each time: as long as none of it is on a final bill, its items are replaced;
/// after that the difference is billed with reference to the first line that was issued, or given
/// back line by line. The least of a month and memberships wait until the month is over; they are
/// rated anew by what the ME was when its bill was made.
/// `issued_only`: of a month before, those MEs whose bill of it is final; the rest waits for a run
/// of that month. Errors: those of rate_period.
Result<void> gather_month(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                          std::string const& period, bool issued_only, Instant now,
                          Gathered& gathered);

}  // namespace karkhana::billing
