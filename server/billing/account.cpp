#include "server/billing/account.hpp"

#include <algorithm>
#include <chrono>

#include "server/people/merged_sql.hpp"

namespace karkhana::billing {

booking::Account account_of(store::Reader& reader, FacilityId const& facility,
                            EnterpriseId const& enterprise, Instant now) {
    booking::Account account;
    reader.each(
        "SELECT i.total_poisha - coalesce((SELECT CAST(sum(p.amount_poisha) AS bigint) "
        "FROM payment p WHERE p.facility_id = i.facility_id AND p.invoice_id = i.invoice_id), 0), "
        "i.issued_at FROM invoice i WHERE i.facility_id = $1 "
        "AND i.enterprise_id IN " KARKHANA_MERGED_INTO "AND i.state = 'final'",
        [&](store::Row const& row) {
            auto const open = row.money(0);
            account.balance += -open;
            if (open.poisha <= 0) return;
            account.overdue += open;
            auto const age = std::chrono::floor<std::chrono::days>(now - row.at(1));
            account.overdue_days = std::max(account.overdue_days, static_cast<int>(age.count()));
        },
        facility, enterprise);
    return account;
}

}  // namespace karkhana::billing
