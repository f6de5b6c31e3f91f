#pragma once

#include <string>

#include "server/base/random.hpp"
#include "server/billing/gather.hpp"

/// What is rated by the month of an ME: tiers over all of its sessions, the least that a month
/// costs, and memberships.
namespace karkhana::billing {

/// Adds what the month has become to what is to be kept and taken back; changes nothing. The whole
/// month is rated anew each time: as long as none of it is on a final bill, its items are replaced;
/// after that the difference is an adjustment of the first line that was issued. The least of a
/// month and memberships wait until the month is over.
/// `issued_only`: of a month before, what of it is on a final bill already; the rest waits for a
/// run of that month. Errors: those of rate_period.
Result<void> gather_month(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                          std::string const& period, bool issued_only, Instant now,
                          Gathered& gathered);

}  // namespace karkhana::billing
