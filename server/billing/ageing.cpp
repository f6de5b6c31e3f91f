#include "server/billing/ageing.hpp"

#include <algorithm>

#include "server/billing/disputes.hpp"
#include "server/people/merged_sql.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kOpenAt =
    "SELECT i.invoice_id, i.enterprise_id, i.number_text, i.issued_at, i.total_poisha - "
    "CAST(COALESCE(SUM(a.amount_poisha), 0) AS BIGINT) FROM invoice i LEFT JOIN allocation a "
    "ON a.facility_id = i.facility_id AND a.invoice_id = i.invoice_id AND a.at <= $2 "
    "WHERE i.facility_id = $1 AND i.state = 'final' AND i.kind = 'invoice' "
    "AND i.issued_at <= $2 "
    "GROUP BY i.invoice_id, i.enterprise_id, i.number_text, i.issued_at, i.total_poisha "
    "HAVING i.total_poisha > COALESCE(SUM(a.amount_poisha), 0) UNION ALL "
    "SELECT o.enterprise_id, o.enterprise_id, NULL, o.at, o.amount_poisha - "
    "CAST(COALESCE(SUM(a.amount_poisha), 0) AS BIGINT) FROM opening_due o "
    "LEFT JOIN opening_allocation a ON a.facility_id = o.facility_id "
    "AND a.enterprise_id = o.enterprise_id AND a.at <= $2 "
    "WHERE o.facility_id = $1 AND o.at <= $2 GROUP BY o.enterprise_id, o.at, o.amount_poisha "
    "HAVING o.amount_poisha > COALESCE(SUM(a.amount_poisha), 0) ORDER BY 4, 1";
// The accounts first, by name: each is one seek in the index.
constexpr std::string_view kAccountLines =
    "SELECT COALESCE(e.effective_at, e.booked_at), e.kind, e.document_id, e.memo, "
    "CAST(SUM(p.amount_poisha) AS BIGINT) "
    "FROM (SELECT CAST(enterprise_id AS TEXT) AS id FROM " KARKHANA_MERGED_INTO " AS g) AS m "
    "CROSS JOIN (SELECT 'assets:receivable:' AS prefix UNION ALL SELECT 'liabilities:wallet:' "
    "UNION ALL SELECT 'liabilities:wallet-held:') AS x "
    "CROSS JOIN journal_posting p CROSS JOIN journal_entry e "
    "WHERE p.facility_id = $1 AND p.account = x.prefix || m.id "
    "AND e.facility_id = p.facility_id AND e.sequence = p.sequence "
    "GROUP BY e.sequence, e.effective_at, e.booked_at, e.kind, e.document_id, e.memo "
    "ORDER BY 1, e.sequence";

}  // namespace

std::size_t bucket_of(Instant issued, Instant at) {
    for (std::size_t bucket = 0; bucket < 3; ++bucket)
        if (at - issued <= std::chrono::days{30 * (static_cast<int>(bucket) + 1)}) return bucket;
    return 3;
}

std::vector<OpenInvoice> open_invoices(store::Reader& reader, FacilityId const& facility,
                                       Instant at) {
    auto found = reader.all(
        kOpenAt,
        [](store::Row const& row) {
            return OpenInvoice{row.id<InvoiceId>(0),
                               row.id<EnterpriseId>(1),
                               row.maybe_text(2).value_or(""),
                               row.at(3),
                               row.money(4),
                               {},
                               row.is_null(2)};
        },
        facility, at);
    auto const disputed = disputed_at(reader, facility, at);
    for (auto& invoice : found)
        if (auto const some = disputed.find(invoice.id); some != disputed.end())
            invoice.disputed = std::min(some->second, invoice.due);
    return found;
}

std::map<EnterpriseId, Aged> ageing_of(std::vector<OpenInvoice> const& open, Instant at) {
    std::map<EnterpriseId, Aged> found;
    for (auto const& invoice : open) {
        auto& aged = found[invoice.enterprise];
        aged.buckets.at(bucket_of(invoice.issued_at, at)) += invoice.due;
        aged.disputed += invoice.disputed;
    }
    return found;
}

AccountStatement statement_of(store::Reader& reader, FacilityId const& facility,
                              EnterpriseId const& enterprise, Interval during) {
    AccountStatement statement;
    reader.each(
        kAccountLines,
        [&](store::Row const& row) {
            AccountLine line{row.at(0), row.text(1), row.text(2), row.text(3), row.money(4), {}};
            if (line.at >= during.end || line.amount == Money{}) return;
            line.balance = statement.closing += line.amount;
            if (line.at < during.start)
                statement.opening = statement.closing;
            else
                statement.lines.push_back(std::move(line));
        },
        facility, enterprise);
    return statement;
}

}  // namespace karkhana::billing
