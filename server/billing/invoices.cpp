#include "server/billing/invoices.hpp"

#include <map>

#include "server/billing/settled_sql.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_INVOICE_COLUMNS                                                                   \
    "SELECT i.invoice_id, i.enterprise_id, i.period, i.state, i.total_poisha, i.series, "          \
    "i.fiscal_year, i.number, i.number_text, i.issued_at, i.previous_hash, i.hash, "               \
    "i.created_at, i.version, " KARKHANA_SETTLED ", i.kind, i.refers_to, i.tax_poisha, i.reason"
constexpr std::string_view kFind =
    KARKHANA_INVOICE_COLUMNS " FROM invoice i WHERE i.facility_id = $1 AND i.invoice_id = $2";
constexpr std::string_view kFindManySqlite =
    KARKHANA_INVOICE_COLUMNS " FROM invoice i WHERE i.facility_id = $1 "
                             "AND i.invoice_id IN (SELECT value FROM json_each($2))";
constexpr std::string_view kFindManyPostgres = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.invoice_id = ANY(CAST($2 AS uuid[]))";
constexpr std::string_view kListInvoices = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.enterprise_id = COALESCE($2, i.enterprise_id) "
    "AND i.state = COALESCE($3, i.state) AND i.invoice_id < $4 "
    "ORDER BY i.invoice_id DESC LIMIT $5";
constexpr std::string_view kFinal =
    KARKHANA_INVOICE_COLUMNS " FROM invoice i WHERE i.facility_id = $1 AND i.state = 'final' "
                             "ORDER BY i.series, i.fiscal_year, i.number";
constexpr std::string_view kFinalOf = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.state = 'final' AND i.period = $2 "
    "ORDER BY i.series, i.fiscal_year, i.number";
constexpr std::string_view kIssued = KARKHANA_INVOICE_COLUMNS
    ", i.canonical FROM invoice i WHERE i.facility_id = $1 AND i.state = 'final' "
    "ORDER BY i.series, i.fiscal_year, i.number";
constexpr std::string_view kDrafts = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.state = 'draft' AND i.period = $2 "
    "ORDER BY i.kind DESC, i.enterprise_id, i.invoice_id";
constexpr std::string_view kCreditDrafts = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.refers_to IS NOT NULL AND i.state = 'draft'";
constexpr std::string_view kCreditDraft = KARKHANA_INVOICE_COLUMNS
    " FROM invoice i WHERE i.facility_id = $1 AND i.refers_to = $2 AND i.state = 'draft'";
#undef KARKHANA_INVOICE_COLUMNS
constexpr std::string_view kLastIssued =
    "SELECT MAX(issued_at) FROM invoice WHERE facility_id = $1 AND state = 'final'";
constexpr std::string_view kCanonical =
    "SELECT canonical FROM invoice WHERE facility_id = $1 AND invoice_id = $2 "
    "AND state = 'final'";
// From the invoices on: SQLite takes a CROSS JOIN as it is written.
#define KARKHANA_SESSION_LINES                                                                     \
    "SELECT n.invoice_id, COUNT(*) FROM invoice_session n CROSS JOIN charge c "                    \
    "WHERE n.facility_id = $1 AND c.facility_id = n.facility_id "                                  \
    "AND c.session_id = n.session_id AND n.invoice_id "
#define KARKHANA_ITEM_LINES                                                                        \
    " GROUP BY n.invoice_id UNION ALL SELECT n.invoice_id, COUNT(*) FROM invoice_item n "          \
    "WHERE n.facility_id = $1 AND n.invoice_id "
#define KARKHANA_OF_SQLITE "IN (SELECT value FROM json_each($2))"
#define KARKHANA_OF_POSTGRES "= ANY(CAST($2 AS uuid[]))"
constexpr std::string_view kLinesSqlite =
    KARKHANA_SESSION_LINES KARKHANA_OF_SQLITE KARKHANA_ITEM_LINES KARKHANA_OF_SQLITE
    " GROUP BY n.invoice_id";
constexpr std::string_view kLinesPostgres =
    KARKHANA_SESSION_LINES KARKHANA_OF_POSTGRES KARKHANA_ITEM_LINES KARKHANA_OF_POSTGRES
    " GROUP BY n.invoice_id";
#undef KARKHANA_OF_POSTGRES
#undef KARKHANA_OF_SQLITE
#undef KARKHANA_ITEM_LINES
#undef KARKHANA_SESSION_LINES
constexpr std::string_view kHasLines =
    "SELECT 1 FROM invoice_session WHERE facility_id = $1 AND invoice_id = $2 UNION ALL "
    "SELECT 1 FROM invoice_item WHERE facility_id = $1 AND invoice_id = $2 LIMIT 1";
constexpr std::string_view kHeads =
    "SELECT series, fiscal_year, last_number, last_hash FROM invoice_series "
    "WHERE facility_id = $1 ORDER BY series, fiscal_year";
constexpr std::string_view kLastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

Invoice read_invoice(store::Row const& row) {
    Invoice invoice;
    invoice.id = row.id<InvoiceId>(0);
    invoice.enterprise = row.id<EnterpriseId>(1);
    invoice.period = row.text(2);
    invoice.final = row.text(3) == "final";
    invoice.total = row.money(4);
    invoice.series = row.maybe_text(5).value_or("");
    invoice.fiscal_year = row.maybe_text(6).value_or("");
    invoice.number = row.maybe_integer(7).value_or(0);
    invoice.number_text = row.maybe_text(8).value_or("");
    invoice.issued_at = row.maybe_at(9);
    invoice.previous_hash = row.maybe_text(10).value_or("");
    invoice.hash = row.maybe_text(11).value_or("");
    invoice.created_at = row.at(12);
    invoice.version = row.integer(13);
    invoice.paid = row.money(14);
    invoice.credit_note = row.text(15) == "credit_note";
    invoice.refers_to = row.maybe_id<InvoiceId>(16);
    invoice.tax = row.money(17);
    invoice.reason = row.text(18);
    return invoice;
}

}  // namespace

Result<Interval> period_interval(Zone const& zone, std::string_view period) {
    auto const first = parse_date(std::string{period} + "-01");
    if (period.size() != 7 || !first)
        return refuse(ErrorKind::invalid, "bad_period", "not a month like 2026-11", "period");
    std::chrono::year_month_day const day{*first};
    auto const next = std::chrono::local_days{(day.year() / day.month() + std::chrono::months{1}) /
                                              std::chrono::day{1}};
    return Interval{at_minute(zone, *first, 0), at_minute(zone, next, 0)};
}

std::string period_of(Zone const& zone, Instant at) {
    return to_date(local_day(zone, at)).substr(0, 7);
}

std::optional<Invoice> find_invoice(store::Reader& reader, FacilityId const& facility,
                                    InvoiceId const& id) {
    return reader.first(kFind, read_invoice, facility, id);
}

std::vector<Invoice> find_invoices(store::Reader& reader, FacilityId const& facility,
                                   std::vector<InvoiceId> const& ids) {
    std::map<InvoiceId, Invoice> found;
    reader.each(
        reader.is_postgres() ? kFindManyPostgres : kFindManySqlite,
        [&](store::Row const& row) {
            auto invoice = read_invoice(row);
            found.emplace(invoice.id, std::move(invoice));
        },
        facility, store::id_list(reader, ids));
    std::vector<Invoice> invoices;
    for (auto const& id : ids)
        if (auto const one = found.find(id); one != found.end())
            invoices.push_back(std::move(one->second));
    return invoices;
}

std::optional<std::string> find_canonical(store::Reader& reader, FacilityId const& facility,
                                          InvoiceId const& id) {
    return reader.first(
        kCanonical, [](store::Row const& row) { return row.text(0); }, facility, id);
}

std::map<InvoiceId, std::int64_t> line_counts(store::Reader& reader, FacilityId const& facility,
                                              std::vector<InvoiceId> const& ids) {
    std::map<InvoiceId, std::int64_t> counts;
    reader.each(
        reader.is_postgres() ? kLinesPostgres : kLinesSqlite,
        [&](store::Row const& row) { counts[row.id<InvoiceId>(0)] += row.integer(1); }, facility,
        store::id_list(reader, ids));
    return counts;
}

std::vector<Invoice> list_invoices(store::Reader& reader, FacilityId const& facility,
                                   InvoiceFilter const& filter) {
    std::optional<std::string> state;
    if (filter.final) state = *filter.final ? "final" : "draft";
    std::string_view const before = filter.before.empty() ? kLastId : filter.before;
    return reader.all(kListInvoices, read_invoice, facility, filter.enterprise, state, before,
                      filter.limit);
}

std::vector<Invoice> final_invoices(store::Reader& reader, FacilityId const& facility) {
    return reader.all(kFinal, read_invoice, facility);
}

std::vector<Invoice> final_invoices_of(store::Reader& reader, FacilityId const& facility,
                                       std::string const& period) {
    return reader.all(kFinalOf, read_invoice, facility, period);
}

std::vector<Invoice> draft_invoices_of(store::Reader& reader, FacilityId const& facility,
                                       std::string const& period) {
    return reader.all(kDrafts, read_invoice, facility, period);
}

std::optional<Instant> last_issued_at(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            kLastIssued, [](store::Row const& row) { return row.maybe_at(0); }, facility)
        .value();
}

void each_issued(store::Reader& reader, FacilityId const& facility,
                 std::function<void(Invoice const&, std::string const& canonical)> const& work) {
    reader.each(
        kIssued, [&](store::Row const& row) { work(read_invoice(row), row.text(19)); }, facility);
}

std::vector<Invoice> credit_drafts(store::Reader& reader, FacilityId const& facility) {
    return reader.all(kCreditDrafts, read_invoice, facility);
}

std::optional<Invoice> credit_draft_of(store::Reader& reader, FacilityId const& facility,
                                       InvoiceId const& invoice) {
    return reader.first(kCreditDraft, read_invoice, facility, invoice);
}

bool has_lines(store::Reader& reader, FacilityId const& facility, InvoiceId const& invoice) {
    return reader.exists(kHasLines, facility, invoice);
}

std::vector<SeriesHead> series_heads(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kHeads,
        [](store::Row const& row) {
            return SeriesHead{row.text(0), row.text(1), row.integer(2), row.text(3)};
        },
        facility);
}

}  // namespace karkhana::billing
