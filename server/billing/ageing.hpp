#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "server/billing/ledger.hpp"
#include "server/billing/payments.hpp"

/// Who owes what since when, and the statement of one account.
namespace karkhana::billing {

/// Of one ME at a moment; what records merged into it owe stands with them.
struct Aged {
    std::array<Money, 4> buckets{};  ///< to 30 days old, to 60, to 90, and older
    Money disputed;                  ///< of them, in lines that are not accepted
    Money total() const { return buckets[0] + buckets[1] + buckets[2] + buckets[3]; }
};
/// 0 for thirty days and less, 3 for more than ninety.
std::size_t bucket_of(Instant issued, Instant at);

struct OpenInvoice {
    InvoiceId id;  ///< of an opening balance its ME's id
    EnterpriseId enterprise;
    std::string number;
    Instant issued_at;
    Money due;
    Money disputed;
    bool opening = false;  ///< it was owed before there was this ledger
};
/// What was issued and not settled then, opening balances with it, oldest first; three queries.
std::vector<OpenInvoice> open_invoices(store::Reader& reader, FacilityId const& facility,
                                       Instant at);
std::map<EnterpriseId, Aged> ageing_of(std::vector<OpenInvoice> const& open, Instant at);

/// A line of the statement of an ME's account: what it owes grows by it, or shrinks.
struct AccountLine {
    Instant at;
    std::string kind;
    std::string document;
    std::string memo;
    Money amount;
    Money balance;
};
struct AccountStatement {
    Money opening;
    std::vector<AccountLine> lines;
    Money closing;
};
/// Its receivable and wallet together, with those of records merged into it; one query.
AccountStatement statement_of(store::Reader& reader, FacilityId const& facility,
                              EnterpriseId const& enterprise, Interval during);

}  // namespace karkhana::billing
