#pragma once

#include "server/booking/rules_policy.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// What an enterprise owes by its final invoices, and since when, against what its wallet holds,
/// less what it used or booked and is not billed for yet; with the records merged into it. One
/// query.
booking::Account account_of(store::Reader& reader, FacilityId const& facility,
                            EnterpriseId const& enterprise, Instant now);

}  // namespace karkhana::billing
