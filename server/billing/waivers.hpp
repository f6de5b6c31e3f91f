#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/billing/payments.hpp"

/// What of an invoice nobody asks for any more.
namespace karkhana::billing {

struct Waiver {
    WaiverId id;
    InvoiceId invoice;
    EnterpriseId enterprise;
    std::string number;  ///< of the invoice
    Money amount;
    std::string reason;
    Instant asked_at;
    PersonId asked_by;
    std::optional<bool> granted{};
    std::optional<Instant> decided_at{};
};
JournalEntry entry_of(Waiver const& waiver);
std::vector<Waiver> list_waivers(store::Reader& reader, FacilityId const& facility,
                                 bool undecided_only);

/// Asks for it; up to the limit of the settings it is granted at once. Errors: `not_found`,
/// `not_final`, `overpaid` where it is more than what is due.
Result<Waiver> ask_waiver(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          InvoiceId const& invoice, Money amount, std::string const& reason,
                          PersonId const& by, Instant now);
/// Errors: `not_found`, `wrong_state`, `same_person`, `overpaid`.
Result<Waiver> decide_waiver(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             WaiverId const& id, bool granted, PersonId const& by, Instant now);

}  // namespace karkhana::billing
