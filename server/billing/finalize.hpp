#pragma once

#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/random.hpp"
#include "server/billing/document.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// Gives the number, freezes, chains and posts to the ledger, all in the transaction of `writer`.
/// Errors: `not_found`, `already_final`, `empty_invoice`, `unknown_tax_code`,
/// `unresolved_readings` of a bill that is held for want of a reading.
Result<Invoice> finalize(store::Writer& writer, facility::Facility const& seller, Zone const& zone,
                         IdSource& ids, InvoiceId const& id, Instant now);
/// The same for many, in this order, all or none.
Result<std::vector<Invoice>> finalize_all(store::Writer& writer, facility::Facility const& seller,
                                          Zone const& zone, IdSource& ids,
                                          std::vector<InvoiceId> const& drafts, Instant now);
/// What the ledger says of a final invoice or credit note; without an id.
JournalEntry entry_of(Invoice const& invoice, InvoiceDocument const& document);

}  // namespace karkhana::billing
