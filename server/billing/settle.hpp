#pragma once

#include <vector>

#include "server/base/random.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/store/store.hpp"

/// What a document settles the moment it is issued.
namespace karkhana::billing {

/// A credit note pays what is still due of the invoice that it corrects, and the rest of it goes
/// into the wallet; of an invoice that VAT is not due again which was due of an advance.
void settle_issued(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                   Invoice const& issued, Instant now);
/// What the ledger must say of all that; without ids.
std::vector<JournalEntry> entries_of_settled(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing
