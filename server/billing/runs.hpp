#pragma once

#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/document.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/items.hpp"
#include "server/billing/tax.hpp"
#include "server/store/store.hpp"

/// Billing runs: what a month has to be billed, onto drafts.
namespace karkhana::billing {

/// What a run has before it: all that waits to be billed, and how it is taxed.
struct RunInput {
    std::vector<Charge> charges;
    std::vector<Item> items;
    TaxTable taxes;
    Instant at;                      ///< whose regime and rates of tax hold
    Instant until;                   ///< the end of the month
    bool for_revenue = true;         ///< else bills say what it was worth, and ask for nothing
    std::vector<Skipped> left = {};  ///< what its own month bills: `own_month`
};
/// Charges of the month and those that came late, and the items from before its end. A facility
/// that is not for revenue at the end of the month charges no tax.
RunInput run_input(store::Reader& reader, FacilityId const& facility, Interval during, Instant now);
/// Of what came late this month bills what its own month can no longer: the bills of that are
/// final, and it was for revenue as this one is, or neither. The rest is left to a run of its own
/// month, whenever that is asked for.
void leave_to_own_month(store::Reader& reader, FacilityId const& facility, Interval during,
                        RunInput& input);

/// One draft that a billing run makes or adds to: a bill, or a credit note for one invoice.
struct Draft {
    std::optional<InvoiceId> id;  ///< the draft there is already
    EnterpriseId enterprise;
    std::optional<InvoiceId> refers_to;  ///< of a credit note: what it corrects
    std::vector<Charge> there;           ///< lines that the draft has already
    std::ptrdiff_t items_there = 0;      ///< how many items it has already
    std::vector<Charge> charges;         ///< to be put onto it, in order of their lines
    std::vector<Item> items;             ///< all of the bill's, after the charges
    /// Of a facility that is not for revenue the last item: what the rest is worth, taken off
    /// again.
    std::optional<Item> shadow = {};
    std::vector<ItemId> stale = {};  ///< shadows that no longer hold
    Money before;                    ///< what the draft there is comes to
    Money total;                     ///< of the whole bill afterwards, with its tax
    Money tax;

    int first_line() const { return static_cast<int>(std::ssize(there)) + 1; }
    std::int64_t line_count() const {
        return std::ssize(there) + std::ssize(charges) + std::ssize(items) + (shadow ? 1 : 0);
    }
};
/// What a run does to a bill: lines there were, came and went.
struct LineChange {
    std::int64_t before = 0;
    std::int64_t added = 0;
    std::int64_t gone = 0;
};
LineChange change_of(Draft const& draft);
/// What a run over this would do; changes nothing. Who has nothing to pay gets no bill; what
/// corrects an invoice downwards goes onto a credit note for that invoice, never onto a bill.
/// Errors: `unknown_tax_code`.
Result<std::vector<Draft>> plan_run(store::Reader& reader, FacilityId const& facility,
                                    RunInput input, std::string const& period_name,
                                    std::optional<EnterpriseId> const& only);
/// Does what was planned; returns the invoices touched. Precondition: lock_billing in the same
/// transaction before the plan was made.
std::vector<InvoiceId> apply_run(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                 std::string const& period_name, std::vector<Draft> const& plan,
                                 Instant now);

/// Numbers the items of these drafts anew and sums them up, after some were taken back.
/// Errors: `unknown_tax_code`.
Result<void> refresh_drafts(store::Writer& writer, FacilityId const& facility,
                            std::set<InvoiceId> const& drafts, Instant now);

/// PostgreSQL: runs and finalisations of one facility queue up from here to the COMMIT, so that no
/// charge is put onto two invoices or onto one that has just become final. SQLite has one writer.
void lock_billing(store::Writer& writer, FacilityId const& facility);

}  // namespace karkhana::billing
