#pragma once

#include "server/booking/rules_policy.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// What an enterprise owes by its final invoices and those of the records merged into it, and
/// since when; one query.
booking::Account account_of(store::Reader& reader, FacilityId const& facility,
                            EnterpriseId const& enterprise, Instant now);

}  // namespace karkhana::billing
