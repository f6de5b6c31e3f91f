#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/base/result.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

struct Payment {
    PaymentId id;
    std::int64_t sequence = 0;  ///< without gaps in a facility: the receipt's number
    InvoiceId invoice;
    EnterpriseId enterprise;
    Money amount;
    std::optional<std::string> reference;
    Instant received_at;
    PersonId received_by;
};

/// "BHAIRAB/R/000017"
std::string receipt_text(facility::Facility const& facility, Payment const& payment);

/// Takes cash for a final invoice and books it. Errors: `not_found`, `not_final`, `overpaid`.
Result<Payment> receive_cash(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             InvoiceId const& invoice, Money amount,
                             std::optional<std::string> reference, PersonId const& by, Instant now);
/// What the ledger says of a payment for an invoice of this number; without an id.
JournalEntry entry_of(Payment const& payment, std::string const& invoice_number);
/// Newest first, before `cursor` (a sequence; 0: from the newest).
std::vector<Payment> list_payments(store::Reader& reader, FacilityId const& facility,
                                   Interval during, std::int64_t cursor, int limit);

}  // namespace karkhana::billing
