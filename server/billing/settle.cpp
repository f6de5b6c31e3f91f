#include "server/billing/settle.hpp"

#include <algorithm>

#include "server/billing/payments.hpp"
#include "server/billing/wallet.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kInsertAdvanceVat =
    "INSERT INTO advance_vat (facility_id, invoice_id, amount_poisha, used_at) "
    "VALUES ($1, $2, $3, $4)";
constexpr std::string_view kAdvanceVat =
    "SELECT i.invoice_id, i.enterprise_id, i.number_text, v.used_at, v.amount_poisha "
    "FROM advance_vat v JOIN invoice i ON i.facility_id = v.facility_id "
    "AND i.invoice_id = v.invoice_id WHERE v.facility_id = $1";
constexpr std::string_view kCredits =
    "SELECT i.invoice_id, i.enterprise_id, i.number_text, i.issued_at, i.total_poisha - "
    "CAST(COALESCE(SUM(a.amount_poisha), 0) AS BIGINT) FROM invoice i LEFT JOIN allocation a "
    "ON a.facility_id = i.facility_id AND a.document_id = i.invoice_id "
    "AND a.kind = 'credit_note' WHERE i.facility_id = $1 AND i.state = 'final' "
    "AND i.kind = 'credit_note' GROUP BY i.invoice_id, i.enterprise_id, i.number_text, "
    "i.issued_at, i.total_poisha";

JournalEntry settled_entry(std::string kind, InvoiceId const& document, std::string number,
                           Instant at, std::vector<Posting> postings) {
    JournalEntry entry;
    entry.kind = std::move(kind);
    entry.document = document.text();
    entry.memo = std::move(number);
    entry.booked_at = at;
    entry.postings = std::move(postings);
    return entry;
}

JournalEntry credit_entry(InvoiceId const& id, EnterpriseId const& enterprise, std::string number,
                          Instant at, Money rest) {
    return settled_entry(
        "credit", id, std::move(number), at,
        {{account::receivable(enterprise), rest}, {account::wallet(enterprise), -rest}});
}

JournalEntry advance_entry(InvoiceId const& id, EnterpriseId const& enterprise, std::string number,
                           Instant at, Money used) {
    return settled_entry(
        "advance_vat", id, std::move(number), at,
        {{std::string{account::vat_output}, used}, {account::vat_advance(enterprise), -used}});
}

void book_new(store::Writer& writer, FacilityId const& facility, IdSource& ids,
              JournalEntry entry) {
    entry.id = ids.make<EntryId>();
    book(writer, facility, std::move(entry));
}

}  // namespace

void settle_issued(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                   Invoice const& issued, Instant now) {
    if (!issued.credit_note) {
        auto const accounted =
            balance_of(writer, facility, account::vat_advance(issued.enterprise));
        auto const used = std::clamp(accounted, Money{}, std::max(issued.tax, Money{}));
        if (used == Money{}) return;
        writer.execute(kInsertAdvanceVat, facility, issued.id, used, now);
        book_new(writer, facility, ids,
                 advance_entry(issued.id, issued.enterprise, issued.number_text, now, used));
        return;
    }
    Money rest = issued.total;
    auto const corrected = issued.refers_to ? find_invoice(writer, facility, *issued.refers_to)
                                            : std::optional<Invoice>{};
    if (corrected && corrected->enterprise == issued.enterprise)
        if (auto const part = std::min(rest, corrected->due()); part > Money{}) {
            allocate(writer, facility, corrected->id, "credit_note", issued.id.uuid, part, now);
            rest = rest - part;
        }
    if (rest > Money{})
        book_new(writer, facility, ids,
                 credit_entry(issued.id, issued.enterprise, issued.number_text, now, rest));
}

std::vector<JournalEntry> entries_of_settled(store::Reader& reader, FacilityId const& facility) {
    std::vector<JournalEntry> found;
    auto const each = [&](std::string_view sql, auto const& entry) {
        reader.each(
            sql,
            [&](store::Row const& row) {
                if (row.money(4) > Money{})
                    found.push_back(entry(row.id<InvoiceId>(0), row.id<EnterpriseId>(1),
                                          row.text(2), row.at(3), row.money(4)));
            },
            facility);
    };
    each(kAdvanceVat, advance_entry);
    each(kCredits, credit_entry);
    return found;
}

}  // namespace karkhana::billing
