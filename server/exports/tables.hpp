#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/store/store.hpp"

namespace karkhana::exports {

/// One table of one month of the facility, as CSV.
struct Month {
    FacilityId facility;
    Zone zone;
    std::string period;  ///< "2026-11"
    Interval during;     ///< that month, local
};

/// The final invoices of that month of use, by number.
std::string invoices_csv(store::Reader& reader, Month const& month);
/// The payments received in it.
std::string payments_csv(store::Reader& reader, Month const& month);
/// The sessions that ended in it, with their registers and what was charged for them.
std::string usage_csv(store::Reader& reader, Month const& month);
/// Every register of these sessions in every version, with its quality in our word and in the codes
/// of IEC 61968-9 and Green Button.
std::string registers_csv(store::Reader& reader, Month const& month);
/// The postings booked in it: one row each, those of an entry together.
std::string journal_csv(store::Reader& reader, Month const& month);

/// "invoices", "payments", "usage", "registers", "journal"; nullopt for any other name.
std::optional<std::string> table_csv(std::string_view name, store::Reader& reader,
                                     Month const& month);

}  // namespace karkhana::exports
