#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/base/result.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/money_ids.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// What of a payment an invoice takes, or an opening balance.
struct Allocation {
    InvoiceId invoice;        ///< of an opening balance its ME's id
    EnterpriseId enterprise;  ///< whose invoice it is: of a merged record too
    std::string number;
    Money amount;
    bool opening = false;
};

struct Payment {
    PaymentId id;
    std::int64_t sequence = 0;  ///< without gaps in a facility: the receipt's number
    EnterpriseId enterprise;
    std::string method;  ///< cash, bkash, nagad, rocket, bank, wallet or vds
    Money amount;        ///< what changed hands
    Money rounding;      ///< of it, beyond what was due: cash is rounded to the whole taka
    Money wallet_vat;    ///< of what the wallet takes as an advance
    std::optional<std::string> reference;
    std::optional<ClaimId> claim;
    std::optional<StatementLineId> statement_line;  ///< it was seen there before it was applied
    Instant received_at;
    PersonId received_by;
    std::vector<Allocation> allocations{};

    Money allocated() const;
    /// What no invoice takes.
    Money to_wallet() const { return amount - rounding - allocated(); }
};

/// "BHAIRAB/R/000017"
std::string receipt_text(facility::Facility const& facility, Payment const& payment);

/// The whole taka nearest to what is due, half away from zero.
Money rounded_to_taka(Money due);

struct Receipt {
    EnterpriseId enterprise;
    std::string method;
    Money amount;
    std::optional<std::string> reference{};
    /// What it pays, in this order; nullopt: whatever is due, an opening balance first, then the
    /// oldest; none: the wallet.
    std::optional<std::vector<InvoiceId>> invoices{};
    std::optional<ClaimId> claim{};
    std::optional<StatementLineId> statement_line{};
};

/// Takes money and books it. What the invoices do not take goes into the wallet; cash that is what
/// is due rounded to the taka settles it. Errors: `not_found`, `not_final`; `overpaid` where it is
/// of the wallet or withheld VAT, which pay what is due at most; `wallet_short`;
/// `wallet_of_another` where a wallet would pay the bill of another ME.
Result<Payment> receive(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                        Receipt const& receipt, PersonId const& by, Instant now);
/// Cash for one invoice.
Result<Payment> receive_cash(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             InvoiceId const& invoice, Money amount,
                             std::optional<std::string> reference, PersonId const& by, Instant now);
/// Takes a payment back: a cheque that bounced, a receipt for somebody else. Errors: `not_found`,
/// `already_reversed`, `wallet_short` where what it brought to the wallet is spent, `advance_used`
/// where a bill has taken the VAT of the advance that it was.
Result<Payment> reverse_payment(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                PaymentId const& id, std::string const& reason, PersonId const& by,
                                Instant now);

/// What the ledger says of a payment; without an id.
JournalEntry entry_of(Payment const& payment);
/// Newest first, before `cursor` (a sequence; 0: from the newest).
std::vector<Payment> list_payments(store::Reader& reader, FacilityId const& facility,
                                   Interval during, std::int64_t cursor, int limit);
std::optional<Payment> find_payment(store::Reader& reader, FacilityId const& facility,
                                    PaymentId const& id);

struct Reversal {
    PaymentId payment;
    std::string reason;
    Instant at;
};
std::vector<Reversal> list_reversals(store::Reader& reader, FacilityId const& facility);

/// Says that so much of an invoice is settled by a document.
void allocate(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
              std::string_view kind, Uuid const& document, Money amount, Instant at);

}  // namespace karkhana::billing
