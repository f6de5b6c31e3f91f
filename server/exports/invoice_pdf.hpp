#pragma once

#include <string>

#include "server/base/text.hpp"
#include "server/billing/document.hpp"

namespace karkhana::exports {

/// What stands on a bill beside what was issued.
struct Standing {
    std::string hash;
    std::string previous_hash;  ///< empty for the first of a series
    Money paid;
};

/// The bill as A4 in PDF. The same document, standing and language give the same bytes.
/// Precondition: the document's time zone is known.
std::string invoice_pdf(billing::InvoiceDocument const& document, Standing const& standing,
                        Language language);

}  // namespace karkhana::exports
