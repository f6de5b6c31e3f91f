#pragma once

#include <string>

#include "server/billing/document.hpp"
#include "server/exports/paper.hpp"

namespace karkhana::exports {

/// What stands on an issued document beside what was issued.
struct Proof {
    std::string hash;
    std::string previous_hash;  ///< empty for the first of a series
    std::string address;        ///< where anybody may check it
};

/// The document as it was issued, and nothing of today: printed years later it is the same.
/// Precondition: the document's time zone is known.
Printed bill_of(billing::InvoiceDocument const& document, Proof const& proof);

/// When an issued document says it was issued.
Text issued_text(Instant at, Zone const& zone);

}  // namespace karkhana::exports
