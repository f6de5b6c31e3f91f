#include "server/billing/runs.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kLock =
    "SELECT 1 FROM facility WHERE facility_id = $1 FOR NO KEY UPDATE";
constexpr std::string_view kInsertInvoice =
    "INSERT INTO invoice (facility_id, invoice_id, enterprise_id, period, state, total_poisha, "
    "created_at, version) VALUES ($1, $2, $3, $4, 'draft', $5, $6, 1)";
constexpr std::string_view kSetTotal =
    "UPDATE invoice SET total_poisha = $3, version = version + 1 "
    "WHERE facility_id = $1 AND invoice_id = $2";
/// All sessions of a draft at once, each with the line it begins at.
#define KARKHANA_PUT_ON                                                                            \
    "INSERT INTO invoice_session (facility_id, invoice_id, first_line, session_id) "               \
    "SELECT $1, $2, $3 + CAST(COALESCE(SUM(s.lines) OVER (ORDER BY s.stopped_at, s.session_id "    \
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT), s.session_id "              \
    "FROM (SELECT r.session_id AS session_id, r.stopped_at AS stopped_at, COUNT(*) AS lines "      \
    "FROM rated_session r JOIN charge c "                                                          \
    "ON c.facility_id = r.facility_id AND c.session_id = r.session_id "                            \
    "WHERE r.facility_id = $1 AND r.session_id "
#define KARKHANA_EACH_ONCE " GROUP BY r.session_id, r.stopped_at) AS s"
constexpr std::string_view kPutOnSqlite =
    KARKHANA_PUT_ON "IN (SELECT value FROM json_each($4))" KARKHANA_EACH_ONCE;
constexpr std::string_view kPutOnPostgres =
    KARKHANA_PUT_ON "= ANY(CAST($4 AS uuid[]))" KARKHANA_EACH_ONCE;
#undef KARKHANA_EACH_ONCE
#undef KARKHANA_PUT_ON

bool in_order(Charge const& a, Charge const& b) {
    return std::tie(a.enterprise, a.stopped_at, a.session, a.sequence) <
           std::tie(b.enterprise, b.stopped_at, b.session, b.sequence);
}

std::vector<SessionId> sessions_of(std::vector<Charge> const& charges) {
    std::vector<SessionId> sessions;
    for (auto const& charge : charges)
        if (sessions.empty() || sessions.back() != charge.session)
            sessions.push_back(charge.session);
    return sessions;
}

void put_on(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
            Draft const& draft) {
    auto const sessions = sessions_of(draft.charges);
    auto const put = writer.execute(writer.is_postgres() ? kPutOnPostgres : kPutOnSqlite, facility,
                                    invoice, draft.first_line, store::id_list(writer, sessions));
    if (put != std::ssize(sessions))
        throw std::logic_error("the sessions of a run are not those that were planned");
}

}  // namespace

void lock_billing(store::Writer& writer, FacilityId const& facility) {
    if (writer.is_postgres()) writer.exists(kLock, facility);
}

std::vector<Draft> plan_run(store::Reader& reader, FacilityId const& facility,
                            std::vector<Charge> charges, std::string const& period_name,
                            std::optional<EnterpriseId> const& only) {
    std::ranges::sort(charges, in_order);
    std::map<EnterpriseId, Draft> drafts;
    for (auto& charge : charges) {
        if (only && charge.enterprise != *only) continue;
        auto& draft = drafts[charge.enterprise];
        draft.enterprise = charge.enterprise;
        draft.total += charge.term.amount;
        draft.charges.push_back(std::move(charge));
    }
    auto const begun = draft_invoices_of(reader, facility, period_name);
    std::vector<InvoiceId> ids;
    for (auto const& invoice : begun) ids.push_back(invoice.id);
    auto const lines = charges_of_invoices(reader, facility, ids);
    for (auto const& invoice : begun) {
        auto const found = drafts.find(invoice.enterprise);
        if (found == drafts.end()) continue;
        auto const there = lines.find(invoice.id);
        found->second.id = invoice.id;
        found->second.total += invoice.total;
        if (there != lines.end())
            found->second.first_line = 1 + static_cast<int>(there->second.size());
    }
    std::vector<Draft> plan;
    for (auto& [enterprise, draft] : drafts)
        if (draft.total > Money{}) plan.push_back(std::move(draft));
    return plan;
}

std::vector<InvoiceId> apply_run(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                 std::string const& period_name, std::vector<Draft> const& plan,
                                 Instant now) {
    std::vector<InvoiceId> touched;
    for (auto const& draft : plan) {
        auto const id = draft.id ? *draft.id : ids.make<InvoiceId>();
        if (draft.id)
            writer.execute(kSetTotal, facility, id, draft.total);
        else
            writer.execute(kInsertInvoice, facility, id, draft.enterprise, period_name, draft.total,
                           now);
        put_on(writer, facility, id, draft);
        touched.push_back(id);
    }
    return touched;
}

}  // namespace karkhana::billing
