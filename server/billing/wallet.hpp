#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/billing/money_settings.hpp"
#include "server/billing/payments.hpp"

/// Money of an ME that is here before it is due. Records that were merged into it count with it.
namespace karkhana::billing {

struct Wallet {
    Money available;
    Money held;
    Money vat_accounted;  ///< VAT of advances that is on no invoice yet
};
Wallet wallet_of(store::Reader& reader, FacilityId const& facility, EnterpriseId const& enterprise);

/// Makes sure that the ME's own account holds so much, taking from records merged into it what it
/// lacks. Errors: `wallet_short`.
Result<bool> gather_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                           EnterpriseId const& enterprise, Money amount, Instant now);

struct Hold {
    HoldId id;
    EnterpriseId enterprise;
    Money amount;
    std::string reason;
    Instant made_at;
    std::optional<Instant> ended_at;
    std::optional<PaymentId> payment;  ///< what it paid; none: it was let go
};
JournalEntry entry_of_hold(Hold const& hold);
JournalEntry entry_of_hold_end(Hold const& hold);
std::vector<Hold> list_holds(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise);

/// Keeps money of the wallet for something. Errors: `wallet_short`.
Result<Hold> hold_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                         EnterpriseId const& enterprise, Money amount, std::string const& reason,
                         PersonId const& by, Instant now);
/// Ends it, once: pays an invoice with so much of it, and lets the rest go; without an invoice all
/// of it. Errors: `not_found`, `hold_ended`, `more_than_held`, and those of receive.
Result<Hold> end_hold(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                      HoldId const& id, std::optional<InvoiceId> const& invoice, Money amount,
                      PersonId const& by, Instant now);

struct Refund {
    RefundId id;
    EnterpriseId enterprise;
    Money amount;
    Money vat;
    std::string reason;
    Instant at;
};
JournalEntry entry_of(Refund const& refund);
std::vector<Refund> list_refunds(store::Reader& reader, FacilityId const& facility);
/// Gives money of the wallet back in cash. Errors: `wallet_short`, `cash_short`.
Result<Refund> refund_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             EnterpriseId const& enterprise, Money amount,
                             std::string const& reason, PersonId const& by, Instant now);

struct WalletMove {
    WalletMoveId id;
    EnterpriseId from, to;
    Money amount;
    Instant at;
};
JournalEntry entry_of(WalletMove const& move);
std::vector<WalletMove> list_wallet_moves(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing
