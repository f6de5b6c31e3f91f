#include "server/billing/waivers.hpp"

#include <algorithm>

#include "server/billing/money_settings.hpp"
#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kInsertWaiver =
    "INSERT INTO waiver (facility_id, waiver_id, invoice_id, enterprise_id, amount_poisha, reason, "
    "asked_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kInsertDecision =
    "INSERT INTO waiver_decision (facility_id, waiver_id, granted, decided_at, decided_by) "
    "VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kWaivers =
    "SELECT w.waiver_id, w.invoice_id, w.enterprise_id, i.number_text, w.amount_poisha, w.reason, "
    "w.asked_at, w.asked_by, d.granted, d.decided_at FROM waiver w JOIN invoice i "
    "ON i.facility_id = w.facility_id AND i.invoice_id = w.invoice_id LEFT JOIN waiver_decision d "
    "ON d.facility_id = w.facility_id AND d.waiver_id = w.waiver_id "
    "WHERE w.facility_id = $1 AND ($2 = 0 OR d.waiver_id IS NULL) ORDER BY w.waiver_id DESC";
constexpr std::string_view kGrantedAlone =
    "SELECT CAST(COALESCE(SUM(w.amount_poisha), 0) AS BIGINT) FROM waiver w "
    "JOIN waiver_decision d ON d.facility_id = w.facility_id AND d.waiver_id = w.waiver_id "
    "WHERE w.facility_id = $1 AND w.invoice_id = $2 AND d.granted = 1 "
    "AND d.decided_by = w.asked_by";

Result<bool> fits_due(store::Reader& reader, FacilityId const& facility, InvoiceId const& id,
                      Money amount) {
    auto const invoice = find_invoice(reader, facility, id);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    if (!invoice->final) return refuse(ErrorKind::conflict, "not_final");
    if (amount > invoice->due())
        return refuse(ErrorKind::invalid, "overpaid", "more than what is due", "/amount");
    return true;
}

void decide(store::Writer& writer, FacilityId const& facility, IdSource& ids, Waiver& waiver,
            bool granted, PersonId const& by, Instant now) {
    waiver.granted = granted;
    waiver.decided_at = now;
    writer.execute(kInsertDecision, facility, waiver.id, granted, now, by);
    if (!granted) return;
    allocate(writer, facility, waiver.invoice, "waiver", waiver.id.uuid, waiver.amount, now);
    auto entry = entry_of(waiver);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
}

}  // namespace

JournalEntry entry_of(Waiver const& waiver) {
    JournalEntry entry;
    entry.kind = "waiver";
    entry.document = waiver.id.text();
    entry.memo = waiver.number;
    entry.booked_at = waiver.decided_at.value();
    entry.postings = {{std::string{account::waived}, waiver.amount},
                      {account::receivable(waiver.enterprise), -waiver.amount}};
    return entry;
}

std::vector<Waiver> list_waivers(store::Reader& reader, FacilityId const& facility,
                                 bool undecided_only) {
    return reader.all(
        kWaivers,
        [](store::Row const& row) {
            Waiver waiver{row.id<WaiverId>(0), row.id<InvoiceId>(1), row.id<EnterpriseId>(2),
                          row.text(3),         row.money(4),         row.text(5),
                          row.at(6),           row.id<PersonId>(7)};
            if (!row.is_null(8)) waiver.granted = row.flag(8);
            waiver.decided_at = row.maybe_at(9);
            return waiver;
        },
        facility, undecided_only ? 1 : 0);
}

Result<Waiver> ask_waiver(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          InvoiceId const& invoice, Money amount, std::string const& reason,
                          PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    if (auto fits = fits_due(writer, facility, invoice, amount); !fits)
        return tl::make_unexpected(fits.error());
    auto const whose = find_invoice(writer, facility, invoice).value();
    Waiver waiver{ids.make<WaiverId>(),
                  invoice,
                  whose.enterprise,
                  whose.number_text,
                  amount,
                  reason,
                  now,
                  by};
    writer.execute(kInsertWaiver, facility, waiver.id, invoice, waiver.enterprise, amount, reason,
                   now, by);
    auto const alone = writer.first(
        kGrantedAlone, [](store::Row const& row) { return row.money(0); }, facility, invoice);
    if (*alone + amount <= money_settings(writer, facility).waiver_limit)
        decide(writer, facility, ids, waiver, true, by, now);
    return waiver;
}

Result<Waiver> decide_waiver(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             WaiverId const& id, bool granted, PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    auto const all = list_waivers(writer, facility, false);
    auto const found = std::ranges::find(all, id, &Waiver::id);
    if (found == all.end()) return refuse(ErrorKind::not_found, "not_found");
    auto waiver = *found;
    if (waiver.granted) return refuse(ErrorKind::conflict, "wrong_state");
    if (granted && waiver.asked_by == by)
        return refuse(ErrorKind::conflict, "same_person", "another person grants what one asks");
    if (granted)
        if (auto fits = fits_due(writer, facility, waiver.invoice, waiver.amount); !fits)
            return tl::make_unexpected(fits.error());
    decide(writer, facility, ids, waiver, granted, by, now);
    return waiver;
}

}  // namespace karkhana::billing
