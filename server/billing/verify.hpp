#pragma once

#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/ledger.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// One thing that does not hold, as a sentence that names it.
using Finding = std::string;

/// Every rated session again from its registers and its rate card: the same charges, to the poisha.
std::vector<Finding> verify_charges(store::Reader& reader, FacilityId const& facility,
                                    Zone const& zone);
/// Totals, canonical texts, numbers without gaps, and the hash chain of every final invoice.
std::vector<Finding> verify_invoices(store::Reader& reader, facility::Facility const& facility);
/// Every entry sums to zero, the sequence has no gap, every final invoice and every document of
/// money is booked once with its amount, and what each enterprise owes is invoices minus what is
/// settled of them; and what verify_money finds. `others`: what rooms that this one does not know
/// say that they booked.
std::vector<Finding> verify_ledger(store::Reader& reader, FacilityId const& facility,
                                   std::vector<JournalEntry> const& others = {});

}  // namespace karkhana::billing
