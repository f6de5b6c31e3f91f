#pragma once

#include <vector>

#include "server/base/random.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/corrections.hpp"
#include "server/billing/items.hpp"

/// Registers that a person corrects after their bill was issued. What was read, charged and issued
/// stays; what it should have come to is billed or given back as a difference.
namespace karkhana::billing {

/// The session as its late corrections make it, in their order.
/// Precondition: each was accepted by `correct` when it was made.
metering::UsageSession with_late(metering::UsageSession session,
                                 std::vector<Correction> const& corrections);

/// What each issued line of a session would have come to less what it came to; nothing of lines
/// that stay. A term that was not charged at all refers to the session's first line. `charged`: the
/// issued lines of the session, not empty.
struct LineDifference {
    int line = 0;
    Term term;  ///< as it should have been; of one that falls away, as it was
    Money amount;
};
std::vector<LineDifference> differences(std::vector<Charge> const& charged,
                                        std::vector<Term> const& corrected);

std::vector<Correction> late_corrections_of(store::Reader& reader, FacilityId const& facility,
                                            SessionId const& session);
/// Keeps the correction and the items of what it changes, on the bill or credit note to come.
/// `charged`: the lines as issued; `due`: the terms with this correction and those before it.
/// Precondition: lock_billing, and `correct` accepted it.
void keep_late(store::Writer& writer, FacilityId const& facility, IdSource& ids,
               Correction const& correction, std::vector<Charge> const& charged,
               std::vector<Term> const& due, Instant now);

/// Sessions that have late corrections.
std::vector<SessionId> sessions_corrected_late(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing
