#pragma once

/// SQL: the ids of ME $2 of facility $1 and of every record that was merged into it, so that what
/// one record did is not forgotten when it goes on under another.
#define KARKHANA_MERGED_INTO                                                                       \
    "(WITH RECURSIVE one AS (SELECT enterprise_id FROM enterprise WHERE facility_id = $1 "         \
    "AND enterprise_id = $2 UNION ALL SELECT e.enterprise_id FROM one CROSS JOIN enterprise e "    \
    "WHERE e.facility_id = $1 AND e.merged_into = one.enterprise_id) "                             \
    "SELECT enterprise_id FROM one) "

/// SQL, before a SELECT: `kept`, the same for many, `among` being `= $2` or what else names them:
/// each record (`enterprise_id`) and for whom it counts (`kept_id`).
#define KARKHANA_WITH_MERGED(among)                                                                \
    "WITH RECURSIVE kept AS (SELECT enterprise_id, enterprise_id AS kept_id FROM enterprise "      \
    "WHERE facility_id = $1 AND enterprise_id " among                                              \
    "UNION ALL SELECT e.enterprise_id, kept.kept_id FROM kept CROSS JOIN enterprise e "            \
    "WHERE e.facility_id = $1 AND e.merged_into = kept.enterprise_id) "
