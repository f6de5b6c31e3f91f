#pragma once

#include <string>

#include "server/base/time.hpp"
#include "server/exports/table.hpp"

namespace karkhana::exports {

/// The table as a workbook of one sheet. Amounts are grouped in lakh and crore and, like energy,
/// have their sum under them: a formula with its value beside it, because many a reader shows what
/// is kept and computes nothing. The same table at the same moment is the same bytes.
std::string xlsx_of(Table const& table, std::string const& name, Instant made_at);

}  // namespace karkhana::exports
