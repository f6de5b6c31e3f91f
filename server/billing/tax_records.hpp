#pragma once

#include "server/billing/tax.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// All regimes and codes of a facility; two queries.
TaxTable read_taxes(store::Reader& reader, FacilityId const& facility);
/// Both throw ConstraintViolated{unique} when another begins at the same moment.
void insert_tax_setting(store::Writer& writer, FacilityId const& facility,
                        TaxSetting const& setting, PersonId const& by, Instant now);
void insert_tax_code(store::Writer& writer, FacilityId const& facility, TaxCode const& code,
                     PersonId const& by, Instant now);

}  // namespace karkhana::billing
