#pragma once

/// SQL: what of invoice `i` is settled, by payments, waivers and whatever else is allocated to it.
#define KARKHANA_SETTLED                                                                           \
    "(SELECT CAST(COALESCE(SUM(a.amount_poisha), 0) AS BIGINT) FROM allocation a "                 \
    "WHERE a.facility_id = i.facility_id AND a.invoice_id = i.invoice_id)"

/// SQL: what of opening balance `o` is settled.
#define KARKHANA_OPENING_SETTLED                                                                   \
    "(SELECT CAST(COALESCE(SUM(a.amount_poisha), 0) AS BIGINT) FROM opening_allocation a "         \
    "WHERE a.facility_id = o.facility_id AND a.enterprise_id = o.enterprise_id)"
