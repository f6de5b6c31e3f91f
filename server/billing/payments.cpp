#include "server/billing/payments.hpp"

#include <fmt/format.h>
#include <limits>

namespace karkhana::billing {
namespace {

constexpr std::string_view kInsertPayment =
    "INSERT INTO payment (facility_id, payment_id, sequence, invoice_id, enterprise_id, method, "
    "amount_poisha, reference, received_at, received_by) "
    "VALUES ($1, $2, $3, $4, $5, 'cash', $6, $7, $8, $9)";
constexpr std::string_view kListPayments =
    "SELECT payment_id, sequence, invoice_id, enterprise_id, amount_poisha, reference, "
    "received_at, received_by FROM payment WHERE facility_id = $1 AND received_at >= $2 "
    "AND received_at < $3 AND sequence < $4 ORDER BY sequence DESC LIMIT $5";

Payment read_payment(store::Row const& row) {
    return {row.id<PaymentId>(0),
            row.integer(1),
            row.id<InvoiceId>(2),
            row.id<EnterpriseId>(3),
            row.money(4),
            row.maybe_text(5),
            row.at(6),
            row.id<PersonId>(7)};
}

}  // namespace

std::string receipt_text(facility::Facility const& facility, Payment const& payment) {
    std::string slug = facility.slug;
    for (char& c : slug)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return fmt::format("{}/R/{:06}", slug, payment.sequence);
}

JournalEntry entry_of(Payment const& payment, std::string const& invoice_number) {
    JournalEntry entry;
    entry.kind = "payment";
    entry.document = payment.id.text();
    entry.memo = invoice_number;
    entry.booked_at = payment.received_at;
    entry.postings = {{std::string{account::cash}, payment.amount},
                      {account::receivable(payment.enterprise), -payment.amount}};
    return entry;
}

Result<Payment> receive_cash(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             InvoiceId const& id, Money amount,
                             std::optional<std::string> reference, PersonId const& by,
                             Instant now) {
    // The counter first: its row lock puts concurrent payments in a queue, so that what is still
    // due cannot be paid twice.
    auto const sequence = next_number(writer, facility, "payment");
    auto const invoice = find_invoice(writer, facility, id);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    if (!invoice->final) return refuse(ErrorKind::conflict, "not_final");
    if (amount > invoice->total - invoice->paid)
        return refuse(ErrorKind::invalid, "overpaid", "more than what is due", "/amount");
    Payment const payment{ids.make<PaymentId>(), sequence, id, invoice->enterprise, amount,
                          std::move(reference),  now,      by};
    writer.execute(kInsertPayment, facility, payment.id, sequence, id, payment.enterprise, amount,
                   payment.reference, now, by);
    auto entry = entry_of(payment, invoice->number_text);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    return payment;
}

std::vector<Payment> list_payments(store::Reader& reader, FacilityId const& facility,
                                   Interval during, std::int64_t cursor, int limit) {
    auto const before = cursor == 0 ? std::numeric_limits<std::int64_t>::max() : cursor;
    return reader.all(kListPayments, read_payment, facility, during.start, during.end, before,
                      limit);
}

}  // namespace karkhana::billing
