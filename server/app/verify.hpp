#pragma once

#include <string>
#include <vector>

#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::app {

struct Verified {
    std::int64_t sessions = 0, invoices = 0, entries = 0;
    std::vector<std::string> findings;  ///< what does not hold, the first first
};

/// Recomputes a facility from its raw registers up: the words of every register say its value, no
/// two sessions have the same watt-hour, the series agrees, registers of a session rise and make
/// its energy, charges follow from them, invoices from the
/// charges, the chains from the invoices, the ledger from the documents, the audit trail and the
/// log of the queue from themselves.
/// `series` is where the quarters of an hour are; nullptr leaves the comparison with them out.
Verified verify_facility(store::Store& ledger, store::Store* series,
                         facility::Facility const& facility);

}  // namespace karkhana::app
