#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/exports/table.hpp"
#include "server/store/store.hpp"

namespace karkhana::exports {

/// One month of the facility.
struct Month {
    FacilityId facility;
    Zone zone;
    std::string period;  ///< "2026-11"
    Interval during;     ///< that month, local
};

/// The final invoices of that month of use, by number.
Table invoices_table(store::Reader& reader, Month const& month);
/// The payments received in it.
Table payments_table(store::Reader& reader, Month const& month);
/// The sessions that ended in it, with their registers and what was charged for them.
Table usage_table(store::Reader& reader, Month const& month);
/// Every register of these sessions in every version, with its quality in our word and in the codes
/// of IEC 61968-9 and Green Button.
Table registers_table(store::Reader& reader, Month const& month);
/// The postings booked in it: one row each, those of an entry together.
Table journal_table(store::Reader& reader, Month const& month);

/// Every ME that was not merged into another, as an import reads it.
Table enterprises_table(store::Reader& reader, Month const& month);

/// "invoices", "payments", "usage", "registers", "journal", "enterprises"; nullopt for any other
/// name.
std::optional<Table> find_table(std::string_view name, store::Reader& reader, Month const& month);

}  // namespace karkhana::exports
