#include "server/billing/account.hpp"

#include <algorithm>
#include <chrono>

#include "server/billing/settled_sql.hpp"
#include "server/people/merged_sql.hpp"

namespace karkhana::billing {
namespace {

/// What is due of each final invoice with its time; then, without one, what the wallets hold and
/// what is used and not on a final invoice yet.
constexpr std::string_view kAccount =
    "SELECT i.total_poisha - " KARKHANA_SETTLED " AS open, i.issued_at AS at FROM invoice i "
    "WHERE i.facility_id = $1 AND i.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND i.state = 'final' AND i.kind = 'invoice' UNION ALL "
    "SELECT CAST(COALESCE(SUM(p.amount_poisha), 0) AS BIGINT), NULL "
    "FROM (SELECT CAST(enterprise_id AS TEXT) AS id FROM " KARKHANA_MERGED_INTO " AS g) AS m "
    "CROSS JOIN journal_posting p WHERE p.facility_id = $1 "
    "AND p.account = 'liabilities:wallet:' || m.id "
    "UNION ALL SELECT CAST(COALESCE(SUM(c.amount_poisha), 0) AS BIGINT), NULL "
    "FROM rated_session r JOIN charge c ON c.facility_id = r.facility_id "
    "AND c.session_id = r.session_id LEFT JOIN invoice_session n "
    "ON n.facility_id = r.facility_id AND n.session_id = r.session_id "
    "LEFT JOIN invoice v ON v.facility_id = n.facility_id AND v.invoice_id = n.invoice_id "
    "WHERE r.facility_id = $1 AND r.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND (v.state IS NULL OR v.state = 'draft') UNION ALL "
    "SELECT CAST(COALESCE(SUM(t.amount_poisha), 0) AS BIGINT), NULL FROM billable_item t "
    "WHERE t.facility_id = $1 AND t.state = 'waiting' "
    "AND t.enterprise_id IN " KARKHANA_MERGED_INTO;

}  // namespace

booking::Account account_of(store::Reader& reader, FacilityId const& facility,
                            EnterpriseId const& enterprise, Instant now) {
    booking::Account account;
    reader.each(
        kAccount,
        [&](store::Row const& row) {
            auto const open = row.money(0);
            account.balance += -open;
            if (row.is_null(1) || open.poisha <= 0) return;
            account.overdue += open;
            auto const age = std::chrono::floor<std::chrono::days>(now - row.at(1));
            account.overdue_days = std::max(account.overdue_days, static_cast<int>(age.count()));
        },
        facility, enterprise);
    return account;
}

}  // namespace karkhana::billing
