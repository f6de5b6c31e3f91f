#pragma once

/// SQL: the ids of ME $2 of facility $1 and of every record that was merged into it, so that what
/// one record did is not forgotten when it goes on under another.
#define KARKHANA_MERGED_INTO                                                                       \
    "(WITH RECURSIVE one AS (SELECT enterprise_id FROM enterprise WHERE facility_id = $1 "         \
    "AND enterprise_id = $2 UNION ALL SELECT e.enterprise_id FROM one CROSS JOIN enterprise e "    \
    "WHERE e.facility_id = $1 AND e.merged_into = one.enterprise_id) "                             \
    "SELECT enterprise_id FROM one) "
