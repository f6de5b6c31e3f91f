#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/billing/ledger.hpp"
#include "server/billing/verify.hpp"

namespace karkhana::billing {

/// What the documents say the journal must hold, by kind and document.
using ExpectedEntries = std::map<std::string, JournalEntry>;

/// Adds what payments, reversals, statements, wallets, waivers and counted drawers must have
/// booked; payments are numbered to `counted` without a gap.
void expect_money(store::Reader& reader, FacilityId const& facility, std::int64_t counted,
                  ExpectedEntries& expected, std::vector<Finding>& findings);
/// Wallets are not below nothing, claims are in the state of their last step and applied claims
/// have their payment, frozen evidence and closing snapshots are as they were, and `entries`, the
/// whole journal, comes to what every month was closed with.
std::vector<Finding> verify_money(store::Reader& reader, FacilityId const& facility,
                                  std::vector<JournalEntry> const& entries);

}  // namespace karkhana::billing
