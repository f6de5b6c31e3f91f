#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/exports/bill.hpp"
#include "server/exports/paper.hpp"

/// The layouts of the tax forms: Mushak-6.3 (tax invoice), 6.9 (turnover tax) and 6.7 (credit note).
/// Nobody has approved them, and they say so: "layout".
namespace karkhana::exports {

struct TaxParty {
    Text name;
    std::string bin;  ///< thirteen digits, or empty
    Text address;
};

struct TaxedLine {
    Text what;
    Text unit;
    Text quantity;
    Text price;  ///< of a unit, without tax; may be empty
    Money net;
    std::int64_t rate_e4 = 0;  ///< 1500 is 15 %
    Money tax;
};

struct TaxForm {
    std::string number;
    Instant issued_at;
    Zone zone;
    TaxParty seller;
    TaxParty buyer;
    Text destination;
    std::vector<TaxedLine> lines;
    Money net;
    Money tax;
    Money total;
    std::vector<Text> notes;
    Proof proof;
};

/// How many columns the table of a tax invoice has: eleven tell the rate of the supplementary duty
/// beside its amount, ten only the amount. Both are in circulation.
enum class Columns { ten, eleven };

Printed mushak_6_3(TaxForm const& form, Columns columns);
/// Without a column of tax.
Printed mushak_6_9(TaxForm const& form);

/// What a credit note takes back. Its amounts are positive.
struct Credit {
    std::string invoice;  ///< number of the tax invoice
    Instant invoice_issued_at;
    Text reason;
};
Printed mushak_6_7(TaxForm const& form, Credit const& credit);

/// "15%", "7.5%"
Text percent_text(std::int64_t rate_e4);
/// Thirteen digits as "123456789-0123"; any other number as it is.
std::string bin_text(std::string const& bin);

}  // namespace karkhana::exports
