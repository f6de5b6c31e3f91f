#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/billing/rating.hpp"

/// Value added tax: which regime holds when, and what of a bill is tax. Rates and regimes are data
/// with their source; the law's rounding is not sourced, so it is a setting.
namespace karkhana::billing {

/// none: a plain bill; turnover: enlisted, a bill without a tax column; vat: a tax invoice.
enum class Regime { none, turnover, vat };
/// Each line's tax rounded, as an inspector multiplies it; or the tax of all lines of a rate, whose
/// rest goes to the lines with the largest remainder, so that the column foots either way.
enum class TaxRounding { line, invoice };

std::string_view name_of(Regime regime);
std::string_view name_of(TaxRounding rounding);
std::optional<Regime> regime_of(std::string_view name);
std::optional<TaxRounding> tax_rounding_of(std::string_view name);

/// The tax regime of a facility from a moment on.
struct TaxSetting {
    Instant effective_from;
    Regime regime = Regime::none;
    TaxRounding rounding = TaxRounding::line;
    bool inclusive = false;  ///< the prices contain the tax
    std::string bin;         ///< of the seller
    std::string source;      ///< who said so, or which paper
};
struct TaxCode {
    std::string code;
    Instant effective_from;
    std::int64_t rate_e4 = 0;  ///< 10^-4 of the value: 1500 is 15 %
    Label label;
    std::string service_code;  ///< of the law's table, as S099.20
    std::string source;
};
/// What is known of taxes, by effective_from.
struct TaxTable {
    std::vector<TaxSetting> settings;
    std::vector<TaxCode> codes;
};
/// The one that holds at a moment; without any, the regime is none.
TaxSetting setting_at(TaxTable const& table, Instant at);
TaxCode const* code_at(TaxTable const& table, std::string_view code, Instant at);

inline constexpr std::string_view kStandardTax = "standard";
inline constexpr std::string_view kExempt = "exempt";

/// A line before its tax. The amount is the price: with the tax in it where prices are inclusive.
struct Taxable {
    Money amount;
    std::string code;
};
struct LineTax {
    std::string code;
    std::int64_t rate_e4 = 0;
    Money tax;

    bool operator==(LineTax const&) const = default;
};

/// The tax of each line, in order; empty where the regime has no tax. `exempt` needs no rate.
/// Errors: `unknown_tax_code` when no rate of a line's code holds at that moment.
Result<std::vector<LineTax>> taxes_of(TaxTable const& table, Instant at,
                                      std::vector<Taxable> const& lines);
/// The same for rates that are known.
std::vector<LineTax> taxes_at(TaxSetting const& setting, std::vector<Taxable> const& lines,
                              std::vector<std::int64_t> const& rates_e4);

/// An issued line, as far as credit notes give it back.
struct TaxedLine {
    Money amount;
    LineTax tax;
    bool inclusive = false;
};
/// The tax of so much of a line, given back in however many parts: by its rate, never more than the
/// line was issued with, and of the whole line exactly that. What was billed of it later is taxed
/// by itself. The tax of one part is that of all parts so far less that of those before.
Money tax_given_back(TaxedLine const& line, Money given);

/// The tax in a price that contains it: 15 % in Tk 115.00 is Tk 15.00.
Money tax_within(Money gross, std::int64_t rate_e4);

}  // namespace karkhana::billing
