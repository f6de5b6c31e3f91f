#pragma once

#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/invoices.hpp"
#include "server/store/store.hpp"

/// Billing runs: charges of a month onto draft invoices.
namespace karkhana::billing {

/// One draft that a billing run makes or adds to.
struct Draft {
    std::optional<InvoiceId> id;  ///< the draft there is already
    EnterpriseId enterprise;
    std::vector<Charge> charges;  ///< to be put onto it, in order of their lines
    int first_line = 1;
    Money total;  ///< of the whole invoice afterwards

    std::int64_t line_count() const { return first_line - 1 + std::ssize(charges); }
};
/// What a run over these charges would do; changes nothing. Enterprises whose charges sum to
/// nothing get no invoice.
std::vector<Draft> plan_run(store::Reader& reader, FacilityId const& facility,
                            std::vector<Charge> charges, std::string const& period_name,
                            std::optional<EnterpriseId> const& only);
/// Does what was planned; returns the invoices touched. Precondition: lock_billing in the same
/// transaction before the plan was made.
std::vector<InvoiceId> apply_run(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                 std::string const& period_name, std::vector<Draft> const& plan,
                                 Instant now);

/// PostgreSQL: runs and finalisations of one facility queue up from here to the COMMIT, so that no
/// charge is put onto two invoices or onto one that has just become final. SQLite has one writer.
void lock_billing(store::Writer& writer, FacilityId const& facility);

}  // namespace karkhana::billing
