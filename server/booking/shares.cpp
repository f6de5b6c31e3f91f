#include "server/booking/shares.hpp"

#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

// $2 and $3 are the range, $4 is now. No booking is longer than a week, $5 is a week before $2.
// What was missed was kept for its party to the end; what ended early was not.
constexpr std::string_view query =
    "WITH piece AS ("
    "SELECT enterprise_id, CASE WHEN start_us < $2 THEN $2 ELSE start_us END AS since, "
    "CASE WHEN state <> 'missed' AND ended_us < end_us THEN ended_us ELSE end_us END AS until, "
    "1 AS booked FROM booking WHERE facility_id = $1 AND start_us > $5 AND start_us < $3 "
    "AND state NOT IN ('pending', 'cancelled', 'released') "
    "UNION ALL SELECT enterprise_id, CASE WHEN start_at < $2 THEN $2 ELSE start_at END, "
    "coalesce(stop_at, $4), 0 FROM usage_session WHERE facility_id = $1 "
    "AND enterprise_id IS NOT NULL AND start_at < $3 AND (stop_at IS NULL OR stop_at > $2)), "
    "clipped AS (SELECT enterprise_id, booked, "
    "CASE WHEN until > $3 THEN $3 ELSE until END - since AS length FROM piece) "
    "SELECT e.enterprise_id, e.name_en, e.name_bn, e.women_led, e.membership, "
    "CAST(sum(CASE WHEN c.booked = 1 THEN c.length ELSE 0 END) AS bigint), "
    "CAST(sum(CASE WHEN c.booked = 0 THEN c.length ELSE 0 END) AS bigint) "
    "FROM clipped c JOIN enterprise e ON e.facility_id = $1 AND e.enterprise_id = c.enterprise_id "
    "WHERE c.length > 0 GROUP BY e.enterprise_id, e.name_en, e.name_bn, e.women_led, e.membership "
    "ORDER BY e.name_en, e.enterprise_id";

}  // namespace

std::vector<UseOf> uses_in(store::Reader& reader, FacilityId const& facility, Interval range,
                           Instant now) {
    return reader.all(
        query,
        [](store::Row const& row) {
            return UseOf{.enterprise = row.id<EnterpriseId>(0),
                         .name = {row.text(1), row.text(2)},
                         .women_led = row.integer(3) != 0,
                         .membership = row.text(4),
                         .time = {Duration{row.integer(5)}, Duration{row.integer(6)}}};
        },
        facility, range.start, range.end, now, range.start - longest_booking);
}

}  // namespace karkhana::booking
