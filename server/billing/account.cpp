#include "server/billing/account.hpp"

#include <algorithm>
#include <chrono>

#include "server/billing/settled_sql.hpp"
#include "server/people/merged_sql.hpp"

namespace karkhana::billing {
namespace {

/// What is due of each final invoice with its time; without one what the wallets hold, what is used
/// and not on a final invoice yet, and the quotes of what is booked or not rated yet; and what is
/// due of opening balances.
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
    "WHERE t.facility_id = $1 AND t.state = 'waiting' AND substr(t.source_id, 1, 5) <> 'pack/' "
    "AND t.enterprise_id IN " KARKHANA_MERGED_INTO
    "UNION ALL SELECT -CAST(COALESCE(SUM(d.amount_poisha), 0) AS BIGINT), NULL "
    "FROM pack p JOIN pack_draw d ON d.facility_id = p.facility_id AND d.pack_id = p.pack_id "
    "LEFT JOIN invoice_session n ON n.facility_id = d.facility_id AND n.session_id = d.session_id "
    "LEFT JOIN invoice v ON v.facility_id = n.facility_id AND v.invoice_id = n.invoice_id "
    "WHERE p.facility_id = $1 AND p.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND (v.state IS NULL OR v.state = 'draft') "
    "UNION ALL SELECT CAST(COALESCE(SUM(b.quote_poisha), 0) AS BIGINT), NULL FROM booking b "
    "WHERE b.facility_id = $1 AND b.enterprise_id IN " KARKHANA_MERGED_INTO
    "AND b.start_us >= $3 AND (b.live = 1 OR EXISTS (SELECT 1 FROM usage_session s "
    "WHERE s.facility_id = b.facility_id AND s.booking_id = b.booking_id)) "
    "AND NOT EXISTS (SELECT 1 FROM usage_session s JOIN rated_session r "
    "ON r.facility_id = s.facility_id AND r.session_id = s.session_id "
    "WHERE s.facility_id = b.facility_id AND s.booking_id = b.booking_id) "
    "UNION ALL SELECT o.amount_poisha - " KARKHANA_OPENING_SETTLED ", o.at FROM opening_due o "
    "WHERE o.facility_id = $1 AND o.enterprise_id IN " KARKHANA_MERGED_INTO;
/// What was booked earlier and not rated since was not used, or is looked at by somebody.
constexpr std::chrono::days kBookedBack{62};

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
        facility, enterprise, now - kBookedBack);
    return account;
}

}  // namespace karkhana::billing
