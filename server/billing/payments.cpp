#include "server/billing/payments.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>

#include "server/billing/claims.hpp"
#include "server/billing/money_settings.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/settled_sql.hpp"
#include "server/billing/wallet.hpp"
#include "server/people/merged_sql.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_PAYMENT_COLUMNS                                                                   \
    "SELECT p.payment_id, p.sequence, p.enterprise_id, p.method, p.amount_poisha, "                \
    "p.rounding_poisha, p.wallet_vat_poisha, p.reference, p.claim_id, p.statement_line_id, "       \
    "p.received_at, p.received_by FROM payment p WHERE p.facility_id = $1 "
#define KARKHANA_ALLOCATIONS                                                                       \
    "SELECT a.document_id, a.invoice_id, i.enterprise_id, i.number_text, a.amount_poisha "         \
    "FROM payment p JOIN allocation a ON a.facility_id = p.facility_id "                           \
    "AND a.document_id = p.payment_id AND a.kind = 'payment' "                                     \
    "JOIN invoice i ON i.facility_id = a.facility_id AND i.invoice_id = a.invoice_id "             \
    "WHERE p.facility_id = $1 "
constexpr std::string_view kListOfOpenings =
    "SELECT a.document_id, a.enterprise_id, a.amount_poisha FROM payment p "
    "JOIN opening_allocation a ON a.facility_id = p.facility_id "
    "AND a.document_id = p.payment_id AND a.kind = 'payment' WHERE p.facility_id = $1 "
    "AND p.sequence >= $2 AND p.sequence <= $3 ORDER BY p.sequence, a.enterprise_id";
constexpr std::string_view kInsertPayment =
    "INSERT INTO payment (facility_id, payment_id, sequence, enterprise_id, method, "
    "amount_poisha, rounding_poisha, wallet_vat_poisha, reference, claim_id, statement_line_id, "
    "received_at, received_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
constexpr std::string_view kListPayments =
    KARKHANA_PAYMENT_COLUMNS "AND p.received_at >= $2 AND p.received_at < $3 AND p.sequence < $4 "
                             "ORDER BY p.sequence DESC LIMIT $5";
constexpr std::string_view kListAllocations = KARKHANA_ALLOCATIONS
    "AND p.sequence >= $2 AND p.sequence <= $3 ORDER BY p.sequence, i.issued_at, i.invoice_id";
constexpr std::string_view kFindPayment = KARKHANA_PAYMENT_COLUMNS "AND p.payment_id = $2";
constexpr std::string_view kInsertAllocation =
    "INSERT INTO allocation (facility_id, invoice_id, kind, document_id, amount_poisha, at) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kInsertOfOpening =
    "INSERT INTO opening_allocation (facility_id, enterprise_id, kind, document_id, "
    "amount_poisha, at) VALUES ($1, $2, $3, $4, $5, $6)";
// What was owed before there was this ledger comes first.
constexpr std::string_view kOpenOf =
    "SELECT i.invoice_id AS id, i.enterprise_id, i.number_text, i.total_poisha - " KARKHANA_SETTLED
    ", i.issued_at AS at FROM invoice i "
    "WHERE i.facility_id = $1 AND i.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND i.state = 'final' AND i.kind = 'invoice' UNION ALL "
    "SELECT o.enterprise_id, o.enterprise_id, NULL, o.amount_poisha - " KARKHANA_OPENING_SETTLED
    ", 0 FROM opening_due o "
    "WHERE o.facility_id = $1 AND o.enterprise_id IN " KARKHANA_MERGED_INTO "ORDER BY at, id";
constexpr std::string_view kCountsFor =
    "SELECT 1 FROM " KARKHANA_MERGED_INTO "AS g WHERE g.enterprise_id = $3";
constexpr std::string_view kInsertReversal =
    "INSERT INTO payment_reversal (facility_id, payment_id, reason, reversed_at, reversed_by) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (facility_id, payment_id) DO NOTHING";
constexpr std::string_view kReversals =
    "SELECT payment_id, reason, reversed_at FROM payment_reversal WHERE facility_id = $1";

Payment read_payment(store::Row const& row) {
    return {row.id<PaymentId>(0),
            row.integer(1),
            row.id<EnterpriseId>(2),
            row.text(3),
            row.money(4),
            row.money(5),
            row.money(6),
            row.maybe_text(7),
            row.maybe_id<ClaimId>(8),
            row.maybe_id<StatementLineId>(9),
            row.at(10),
            row.id<PersonId>(11)};
}

void read_allocations(store::Reader& reader, FacilityId const& facility,
                      std::vector<Payment>& payments) {
    if (payments.empty()) return;
    std::map<PaymentId, Payment*> by_id;
    for (auto& payment : payments) by_id[payment.id] = &payment;
    reader.each(
        kListOfOpenings,
        [&](store::Row const& row) {
            if (auto const found = by_id.find(row.id<PaymentId>(0)); found != by_id.end())
                found->second->allocations.push_back(
                    {row.id<InvoiceId>(1), row.id<EnterpriseId>(1), "", row.money(2), true});
        },
        facility, payments.back().sequence, payments.front().sequence);
    reader.each(
        kListAllocations,
        [&](store::Row const& row) {
            if (auto const found = by_id.find(row.id<PaymentId>(0)); found != by_id.end())
                found->second->allocations.push_back({row.id<InvoiceId>(1), row.id<EnterpriseId>(2),
                                                      row.maybe_text(3).value_or(""),
                                                      row.money(4)});
        },
        facility, payments.back().sequence, payments.front().sequence);
}

/// Whether two records are of one ME: the same, or one was merged into the other.
bool are_one(store::Reader& reader, FacilityId const& facility, EnterpriseId const& one,
             EnterpriseId const& other) {
    return one == other || reader.exists(kCountsFor, facility, one, other) ||
           reader.exists(kCountsFor, facility, other, one);
}

/// What may be paid, in order, with what is due of each.
Result<std::vector<Allocation>> payable(store::Reader& reader, FacilityId const& facility,
                                        Receipt const& receipt) {
    std::vector<Allocation> open;
    if (!receipt.invoices) {
        reader.each(
            kOpenOf,
            [&](store::Row const& row) {
                if (row.money(3) > Money{})
                    open.push_back({row.id<InvoiceId>(0), row.id<EnterpriseId>(1),
                                    row.maybe_text(2).value_or(""), row.money(3), row.is_null(2)});
            },
            facility, receipt.enterprise);
        return open;
    }
    auto const found = find_invoices(reader, facility, *receipt.invoices);
    if (found.size() != receipt.invoices->size()) return refuse(ErrorKind::not_found, "not_found");
    for (auto const& invoice : found) {
        if (!invoice.final) return refuse(ErrorKind::conflict, "not_final");
        if (receipt.method == "wallet" &&
            !are_one(reader, facility, receipt.enterprise, invoice.enterprise))
            return refuse(ErrorKind::conflict, "wallet_of_another", "a wallet pays its own bills");
        if (invoice.due() > Money{})
            open.push_back({invoice.id, invoice.enterprise, invoice.number_text, invoice.due()});
    }
    return open;
}

std::string debit_of(Payment const& payment) {
    if (payment.method == "cash") return std::string{account::cash};
    if (payment.method == "wallet") return account::wallet(payment.enterprise);
    if (payment.method == "vds") return std::string{account::vds};
    if (payment.statement_line) return std::string{account::unmatched};
    return account::bank(payment.method);
}

}  // namespace

Money Payment::allocated() const {
    Money sum;
    for (auto const& one : allocations) sum += one.amount;
    return sum;
}

std::string receipt_text(facility::Facility const& facility, Payment const& payment) {
    std::string slug = facility.slug;
    for (char& c : slug)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return fmt::format("{}/R/{:06}", slug, payment.sequence);
}

Money rounded_to_taka(Money due) { return {divide_half_away(due.poisha, 100) * 100}; }

JournalEntry entry_of(Payment const& payment) {
    JournalEntry entry;
    entry.kind = "payment";
    entry.document = payment.id.text();
    entry.booked_at = payment.received_at;
    entry.postings = {{debit_of(payment), payment.amount},
                      {std::string{account::rounding}, -payment.rounding}};
    for (auto const& one : payment.allocations) {
        if (!one.opening) entry.memo += (entry.memo.empty() ? "" : " ") + one.number;
        entry.postings.push_back({account::receivable(one.enterprise), -one.amount});
    }
    entry.postings.push_back({account::wallet(payment.enterprise), -payment.to_wallet()});
    entry.postings.push_back({account::vat_advance(payment.enterprise), payment.wallet_vat});
    entry.postings.push_back({std::string{account::vat_output}, -payment.wallet_vat});
    return entry;
}

void allocate(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
              std::string_view kind, Uuid const& document, Money amount, Instant at) {
    writer.execute(kInsertAllocation, facility, invoice, kind, document.text(), amount, at);
}

namespace {

void allocate_one(store::Writer& writer, FacilityId const& facility, Allocation const& one,
                  std::string_view kind, Uuid const& document, Money amount, Instant at) {
    if (one.opening)
        writer.execute(kInsertOfOpening, facility, one.enterprise, kind, document.text(), amount,
                       at);
    else
        allocate(writer, facility, one.invoice, kind, document, amount, at);
}

}  // namespace

Result<Payment> receive(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                        Receipt const& receipt, PersonId const& by, Instant now) {
    // First of all: concurrent payments queue up here, so that nothing is paid or spent twice.
    lock_billing(writer, facility);
    Payment payment{ids.make<PaymentId>(),
                    next_number(writer, facility, "payment"),
                    receipt.enterprise,
                    receipt.method,
                    receipt.amount,
                    {},
                    {},
                    receipt.reference,
                    receipt.claim,
                    receipt.statement_line,
                    now,
                    by};
    auto open = payable(writer, facility, receipt);
    if (!open) return tl::make_unexpected(open.error());
    Money due;
    for (auto const& one : *open) due += one.amount;
    bool const brings_nothing = receipt.method == "wallet" || receipt.method == "vds";
    if (brings_nothing && receipt.amount > due)
        return refuse(ErrorKind::invalid, "overpaid", "more than what is due", "/amount");
    if (receipt.method == "cash" && receipt.amount == rounded_to_taka(due))
        payment.rounding = receipt.amount - due;
    if (receipt.method == "wallet")
        if (auto enough =
                gather_wallet(writer, facility, ids, receipt.enterprise, receipt.amount, now);
            !enough)
            return tl::make_unexpected(enough.error());
    Money left = payment.amount - payment.rounding;
    for (auto& one : *open) {
        if (left == Money{}) break;
        one.amount = std::min(one.amount, left);
        left = left - one.amount;
        payment.allocations.push_back(std::move(one));
    }
    if (auto const settings = money_settings(writer, facility); settings.wallet_is_advance)
        payment.wallet_vat = vat_inside(left, settings.wallet_vat_rate);
    writer.execute(kInsertPayment, facility, payment.id, payment.sequence, payment.enterprise,
                   payment.method, payment.amount, payment.rounding, payment.wallet_vat,
                   payment.reference, payment.claim, payment.statement_line, now, by);
    for (auto const& one : payment.allocations)
        allocate_one(writer, facility, one, "payment", payment.id.uuid, one.amount, now);
    auto entry = entry_of(payment);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    return payment;
}

Result<Payment> receive_cash(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             InvoiceId const& id, Money amount,
                             std::optional<std::string> reference, PersonId const& by,
                             Instant now) {
    auto const invoice = find_invoice(writer, facility, id);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    return receive(writer, facility, ids,
                   {.enterprise = invoice->enterprise,
                    .method = "cash",
                    .amount = amount,
                    .reference = std::move(reference),
                    .invoices = std::vector{id}},
                   by, now);
}

Result<Payment> reverse_payment(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                PaymentId const& id, std::string const& reason, PersonId const& by,
                                Instant now) {
    lock_billing(writer, facility);
    auto const payment = find_payment(writer, facility, id);
    if (!payment) return refuse(ErrorKind::not_found, "not_found");
    if (writer.execute(kInsertReversal, facility, id, reason, now, by) == 0)
        return refuse(ErrorKind::conflict, "already_reversed");
    if (auto enough =
            gather_wallet(writer, facility, ids, payment->enterprise, payment->to_wallet(), now);
        !enough)
        return tl::make_unexpected(enough.error());
    if (balance_of(writer, facility, account::vat_advance(payment->enterprise)) <
        payment->wallet_vat)
        return refuse(ErrorKind::conflict, "advance_used", "its VAT is on a bill already");
    for (auto const& one : payment->allocations)
        allocate_one(writer, facility, one, "reversal", id.uuid, -one.amount, now);
    auto entry = reversed(entry_of(*payment), now);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    if (payment->claim) claim_reversed(writer, facility, ids, *payment->claim, reason, by, now);
    return *payment;
}

std::vector<Payment> list_payments(store::Reader& reader, FacilityId const& facility,
                                   Interval during, std::int64_t cursor, int limit) {
    auto const before = cursor == 0 ? std::numeric_limits<std::int64_t>::max() : cursor;
    auto found =
        reader.all(kListPayments, read_payment, facility, during.start, during.end, before, limit);
    read_allocations(reader, facility, found);
    return found;
}

std::optional<Payment> find_payment(store::Reader& reader, FacilityId const& facility,
                                    PaymentId const& id) {
    auto found = reader.all(kFindPayment, read_payment, facility, id);
    if (found.empty()) return std::nullopt;
    read_allocations(reader, facility, found);
    return std::move(found.front());
}

std::vector<Reversal> list_reversals(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kReversals,
        [](store::Row const& row) {
            return Reversal{row.id<PaymentId>(0), row.text(1), row.at(2)};
        },
        facility);
}

#undef KARKHANA_PAYMENT_COLUMNS
#undef KARKHANA_ALLOCATIONS

}  // namespace karkhana::billing
