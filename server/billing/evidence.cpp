#include "server/billing/evidence.hpp"

namespace karkhana::billing {

std::vector<metering::Held> held_by_bills(store::Reader& reader, FacilityId const& facility,
                                          Instant before) {
    return reader.all(
        "SELECT DISTINCT r.channel, s.start_at, s.stop_at FROM usage_session s "
        "JOIN usage_register r ON r.facility_id = s.facility_id AND r.session_id = s.session_id "
        "LEFT JOIN invoice_session i "
        "ON i.facility_id = s.facility_id AND i.session_id = s.session_id "
        "LEFT JOIN invoice v ON v.facility_id = i.facility_id AND v.invoice_id = i.invoice_id "
        "WHERE s.facility_id = $1 AND s.start_at < $2 AND s.enterprise_id IS NOT NULL "
        "AND (v.state IS NULL OR v.state <> 'final' OR v.total_poisha > "
        "(SELECT COALESCE(SUM(a.amount_poisha), 0) FROM allocation a "
        "WHERE a.facility_id = v.facility_id AND a.invoice_id = v.invoice_id) "
        "OR EXISTS (SELECT 1 FROM dispute d WHERE d.facility_id = v.facility_id "
        "AND d.invoice_id = v.invoice_id AND NOT EXISTS (SELECT 1 FROM dispute_step e "
        "WHERE e.facility_id = d.facility_id AND e.dispute_id = d.dispute_id "
        "AND e.state = 'settled')))",
        [&](store::Row const& row) {
            auto const start = row.at(1);
            // A session that is open still has all its time before it.
            auto const stop = row.is_null(2) ? std::max(start, before) : row.at(2);
            return metering::Held{static_cast<Channel>(row.integer(0)), {start, stop}};
        },
        facility, before);
}

}  // namespace karkhana::billing
