#include "server/billing/wallet.hpp"

#include <algorithm>
#include <map>

#include "server/billing/runs.hpp"
#include "server/people/merged_sql.hpp"

namespace karkhana::billing {
namespace {

// The accounts first, by name: each is one seek in the index.
constexpr std::string_view kWallets =
    "SELECT p.account, CAST(SUM(p.amount_poisha) AS BIGINT) "
    "FROM (SELECT CAST(enterprise_id AS TEXT) AS id FROM " KARKHANA_MERGED_INTO " AS g) AS m "
    "CROSS JOIN (SELECT 'liabilities:wallet:' AS prefix UNION ALL "
    "SELECT 'liabilities:wallet-held:' UNION ALL SELECT 'assets:vat-advance:') AS x "
    "CROSS JOIN journal_posting p WHERE p.facility_id = $1 AND p.account = x.prefix || m.id "
    "GROUP BY p.account ORDER BY p.account";
constexpr std::string_view kInsertHold =
    "INSERT INTO wallet_hold (facility_id, hold_id, enterprise_id, amount_poisha, reason, made_at, "
    "made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kInsertHoldEnd =
    "INSERT INTO wallet_hold_end (facility_id, hold_id, payment_id, ended_at, ended_by) "
    "VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kHolds =
    "SELECT h.hold_id, h.enterprise_id, h.amount_poisha, h.reason, h.made_at, e.ended_at, "
    "e.payment_id FROM wallet_hold h LEFT JOIN wallet_hold_end e "
    "ON e.facility_id = h.facility_id AND e.hold_id = h.hold_id "
    "WHERE h.facility_id = $1 AND h.enterprise_id = COALESCE($2, h.enterprise_id) "
    "ORDER BY h.hold_id";
constexpr std::string_view kInsertRefund =
    "INSERT INTO wallet_refund (facility_id, refund_id, enterprise_id, amount_poisha, vat_poisha, "
    "reason, refunded_at, refunded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kRefunds =
    "SELECT refund_id, enterprise_id, amount_poisha, vat_poisha, reason, refunded_at "
    "FROM wallet_refund WHERE facility_id = $1";
constexpr std::string_view kInsertMove =
    "INSERT INTO wallet_move (facility_id, move_id, from_enterprise_id, to_enterprise_id, "
    "amount_poisha, moved_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kMoves =
    "SELECT move_id, from_enterprise_id, to_enterprise_id, amount_poisha, moved_at "
    "FROM wallet_move WHERE facility_id = $1";
constexpr std::string_view kAvailable = "liabilities:wallet:";

JournalEntry money_entry(std::string kind, Uuid const& document, Instant at,
                         std::vector<Posting> postings, std::string memo = {}) {
    JournalEntry entry;
    entry.kind = std::move(kind);
    entry.document = document.text();
    entry.memo = std::move(memo);
    entry.booked_at = at;
    entry.postings = std::move(postings);
    return entry;
}

/// The accounts of the ME and of those merged into it, credit positive.
std::map<std::string, Money> wallet_accounts(store::Reader& reader, FacilityId const& facility,
                                             EnterpriseId const& enterprise) {
    std::map<std::string, Money> found;
    reader.each(
        kWallets, [&](store::Row const& row) { found[row.text(0)] = -row.money(1); }, facility,
        enterprise);
    return found;
}

void book_as(store::Writer& writer, FacilityId const& facility, IdSource& ids, JournalEntry entry) {
    entry.id = ids.make<EntryId>();
    book(writer, facility, std::move(entry));
}

}  // namespace

Wallet wallet_of(store::Reader& reader, FacilityId const& facility,
                 EnterpriseId const& enterprise) {
    Wallet wallet;
    for (auto const& [name, amount] : wallet_accounts(reader, facility, enterprise)) {
        if (name.starts_with(kAvailable))
            wallet.available += amount;
        else if (name.starts_with("assets:"))
            wallet.vat_accounted += -amount;
        else
            wallet.held += amount;
    }
    return wallet;
}

Result<bool> gather_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                           EnterpriseId const& enterprise, Money amount, Instant now) {
    if (amount == Money{}) return true;
    lock_billing(writer, facility);
    auto accounts = wallet_accounts(writer, facility, enterprise);
    auto missing = amount - accounts[account::wallet(enterprise)];
    for (auto const& [name, there] : accounts) {
        if (missing <= Money{}) break;
        if (!name.starts_with(kAvailable) || there <= Money{} ||
            name == account::wallet(enterprise))
            continue;
        auto const from = EnterpriseId::parse(name.substr(kAvailable.size())).value();
        WalletMove const move{ids.make<WalletMoveId>(), from, enterprise, std::min(there, missing),
                              now};
        writer.execute(kInsertMove, facility, move.id, from, enterprise, move.amount, now);
        book_as(writer, facility, ids, entry_of(move));
        missing = missing - move.amount;
    }
    if (missing > Money{})
        return refuse(ErrorKind::conflict, "wallet_short", "the wallet does not hold so much",
                      "/amount");
    return true;
}

JournalEntry entry_of_hold(Hold const& hold) {
    return money_entry("wallet_hold", hold.id.uuid, hold.made_at,
                       {{account::wallet(hold.enterprise), hold.amount},
                        {account::wallet_held(hold.enterprise), -hold.amount}},
                       hold.reason);
}

JournalEntry entry_of_hold_end(Hold const& hold) {
    return money_entry("wallet_hold_end", hold.id.uuid, hold.ended_at.value(),
                       {{account::wallet_held(hold.enterprise), hold.amount},
                        {account::wallet(hold.enterprise), -hold.amount}},
                       hold.reason);
}

JournalEntry entry_of(Refund const& refund) {
    return money_entry("wallet_refund", refund.id.uuid, refund.at,
                       {{account::wallet(refund.enterprise), refund.amount},
                        {std::string{account::cash}, -refund.amount},
                        {std::string{account::vat_output}, refund.vat},
                        {account::vat_advance(refund.enterprise), -refund.vat}},
                       refund.reason);
}

JournalEntry entry_of(WalletMove const& move) {
    return money_entry(
        "wallet_move", move.id.uuid, move.at,
        {{account::wallet(move.from), move.amount}, {account::wallet(move.to), -move.amount}});
}

std::vector<Hold> list_holds(store::Reader& reader, FacilityId const& facility,
                             std::optional<EnterpriseId> const& enterprise) {
    return reader.all(
        kHolds,
        [](store::Row const& row) {
            return Hold{
                row.id<HoldId>(0), row.id<EnterpriseId>(1),   row.money(2), row.text(3), row.at(4),
                row.maybe_at(5),   row.maybe_id<PaymentId>(6)};
        },
        facility, enterprise);
}

Result<Hold> hold_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                         EnterpriseId const& enterprise, Money amount, std::string const& reason,
                         PersonId const& by, Instant now) {
    auto enough = gather_wallet(writer, facility, ids, enterprise, amount, now);
    if (!enough) return tl::make_unexpected(enough.error());
    Hold const hold{ids.make<HoldId>(), enterprise, amount, reason, now, {}, {}};
    writer.execute(kInsertHold, facility, hold.id, enterprise, amount, reason, now, by);
    book_as(writer, facility, ids, entry_of_hold(hold));
    return hold;
}

Result<Hold> end_hold(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                      HoldId const& id, std::optional<InvoiceId> const& invoice, Money amount,
                      PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    auto const holds = list_holds(writer, facility, std::nullopt);
    auto const found = std::ranges::find(holds, id, &Hold::id);
    if (found == holds.end()) return refuse(ErrorKind::not_found, "not_found");
    auto hold = *found;
    if (hold.ended_at) return refuse(ErrorKind::conflict, "hold_ended");
    if (amount > hold.amount) return refuse(ErrorKind::invalid, "more_than_held", "", "/amount");
    hold.ended_at = now;
    book_as(writer, facility, ids, entry_of_hold_end(hold));
    if (invoice) {
        auto const paid = receive(writer, facility, ids,
                                  {.enterprise = hold.enterprise,
                                   .method = "wallet",
                                   .amount = amount,
                                   .reference = hold.reason,
                                   .invoices = std::vector{*invoice}},
                                  by, now);
        if (!paid) return tl::make_unexpected(paid.error());
        hold.payment = paid->id;
    }
    writer.execute(kInsertHoldEnd, facility, id, hold.payment, now, by);
    return hold;
}

Result<Refund> refund_wallet(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             EnterpriseId const& enterprise, Money amount,
                             std::string const& reason, PersonId const& by, Instant now) {
    auto enough = gather_wallet(writer, facility, ids, enterprise, amount, now);
    if (!enough) return tl::make_unexpected(enough.error());
    if (balance_of(writer, facility, account::cash) < amount)
        return refuse(ErrorKind::conflict, "cash_short", "the drawer does not hold so much",
                      "/amount");
    auto const settings = money_settings(writer, facility);
    auto const accounted = balance_of(writer, facility, account::vat_advance(enterprise));
    auto const vat = std::clamp(accounted, Money{}, vat_inside(amount, settings.wallet_vat_rate));
    Refund const refund{ids.make<RefundId>(), enterprise, amount, vat, reason, now};
    writer.execute(kInsertRefund, facility, refund.id, enterprise, amount, vat, reason, now, by);
    book_as(writer, facility, ids, entry_of(refund));
    return refund;
}

std::vector<Refund> list_refunds(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kRefunds,
        [](store::Row const& row) {
            return Refund{row.id<RefundId>(0), row.id<EnterpriseId>(1),
                          row.money(2),        row.money(3),
                          row.text(4),         row.at(5)};
        },
        facility);
}

std::vector<WalletMove> list_wallet_moves(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kMoves,
        [](store::Row const& row) {
            return WalletMove{row.id<WalletMoveId>(0), row.id<EnterpriseId>(1),
                              row.id<EnterpriseId>(2), row.money(3), row.at(4)};
        },
        facility);
}

}  // namespace karkhana::billing
