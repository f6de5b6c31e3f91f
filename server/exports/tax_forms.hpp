#pragma once

#include <cstdint>
#include <string>

#include "server/exports/billed.hpp"

/// The layouts of the tax forms: Mushak-6.3 (tax invoice), 6.9 (turnover tax) and 6.7 (credit
/// note). Nobody has approved them, and they say so: "layout".
namespace karkhana::exports {

/// How many columns the table of a tax invoice has: eleven tell the rate of the supplementary duty
/// beside its amount, ten only the amount. Both are in circulation.
enum class Columns { ten, eleven };

Printed mushak_6_3(Billed const& billed, Columns columns);
/// Without a column of tax.
Printed mushak_6_9(Billed const& billed);
/// Precondition: the document has a credit.
Printed mushak_6_7(Billed const& billed);

/// "15%", "7.5%"
Text percent_text(std::int64_t rate_e4);
/// Thirteen digits as "123456789-0123"; any other number as it is; a dash for none.
std::string bin_text(std::string const& bin);

}  // namespace karkhana::exports
