#pragma once

#include "server/base/random.hpp"
#include "server/billing/ledger.hpp"
#include "server/recycling/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::recycling {

/// Scrap bought is in the wallet of who brought it at once, so that it pays what is bought. Tipping
/// fees and sales wait for the next bill. What was weighed for nothing books nothing. Errors: those
/// of billing::add_item.
Result<bool> book_deal(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       Ticket const& ticket, Material const& material);
/// Books the opposite of what the ticket booked: another one stands in its place, and is booked
/// first. A line of an issued bill is given back with the next one. Errors: `on_a_draft`;
/// `wallet_short` where the money for the scrap is spent.
Result<bool> take_back(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       Ticket const& ticket, std::string const& reason, Instant now);
/// What the journal must hold of scrap bought, as all tickets say it; without ids and numbers.
std::vector<billing::JournalEntry> scrap_entries(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::recycling
