#include "server/billing/tax.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace karkhana::billing {
namespace {

constexpr std::array<std::string_view, 3> kRegimes = {"none", "turnover", "vat"};
constexpr std::array<std::string_view, 2> kTaxRoundings = {"line", "invoice"};
constexpr std::int64_t kWholeValue = 10'000;

template <class Enum, std::size_t n>
std::optional<Enum> word_of(std::array<std::string_view, n> const& names, std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

/// The tax of an amount before rounding, as numerator over a denominator that the rate decides.
struct Exact {
    Wide numerator;
    Wide denominator;
};

Exact exact_tax(Wide amount, std::int64_t rate_e4, bool inclusive) {
    return {amount * rate_e4, inclusive ? Wide{kWholeValue} + rate_e4 : Wide{kWholeValue}};
}

/// The tax of all lines of one rate rounded once, and parted so that the parts sum to it: each the
/// whole poisha it has, what is left to those with the largest remainder, the first of equals.
void part_tax(std::vector<Taxable> const& lines, std::vector<std::size_t> const& group,
              bool inclusive, std::vector<LineTax>& taxes) {
    Wide sum = 0;
    auto const rate = taxes[group.front()].rate_e4;
    for (auto const i : group) sum += lines[i].amount.poisha;
    auto const whole = exact_tax(sum, rate, inclusive);
    std::int64_t left = divide_half_away(whole.numerator, whole.denominator);
    std::vector<std::pair<Wide, std::size_t>> remainders;
    for (auto const i : group) {
        auto const exact = exact_tax(lines[i].amount.poisha, rate, inclusive);
        // Rounded down, of a discount too, so that what is left is never less than nothing.
        Wide remainder = exact.numerator % exact.denominator;
        if (remainder < 0) remainder += exact.denominator;
        taxes[i].tax = {
            static_cast<std::int64_t>((exact.numerator - remainder) / exact.denominator)};
        left -= taxes[i].tax.poisha;
        remainders.emplace_back(remainder, i);
    }
    std::ranges::stable_sort(remainders,
                             [](auto const& a, auto const& b) { return a.first > b.first; });
    for (auto const& [remainder, i] : remainders) {
        if (left <= 0) break;
        taxes[i].tax += Money{1};
        --left;
    }
}

}  // namespace

std::string_view name_of(Regime regime) { return kRegimes.at(static_cast<std::size_t>(regime)); }
std::string_view name_of(TaxRounding rounding) {
    return kTaxRoundings.at(static_cast<std::size_t>(rounding));
}
std::optional<Regime> regime_of(std::string_view name) { return word_of<Regime>(kRegimes, name); }
std::optional<TaxRounding> tax_rounding_of(std::string_view name) {
    return word_of<TaxRounding>(kTaxRoundings, name);
}

TaxSetting setting_at(TaxTable const& table, Instant at) {
    TaxSetting found;
    for (auto const& setting : table.settings)
        if (setting.effective_from <= at) found = setting;
    return found;
}

TaxCode const* code_at(TaxTable const& table, std::string_view code, Instant at) {
    TaxCode const* found = nullptr;
    for (auto const& each : table.codes)
        if (each.code == code && each.effective_from <= at) found = &each;
    return found;
}

Result<std::vector<LineTax>> taxes_of(TaxTable const& table, Instant at,
                                      std::vector<Taxable> const& lines) {
    auto const setting = setting_at(table, at);
    if (setting.regime != Regime::vat) return std::vector<LineTax>{};
    std::vector<std::int64_t> rates;
    for (auto const& line : lines) {
        auto const* code = code_at(table, line.code, at);
        if (code == nullptr && line.code != kExempt)
            return refuse(ErrorKind::conflict, "unknown_tax_code",
                          "no rate of tax is known for " + line.code);
        rates.push_back(code == nullptr ? 0 : code->rate_e4);
    }
    return taxes_at(setting, lines, rates);
}

std::vector<LineTax> taxes_at(TaxSetting const& setting, std::vector<Taxable> const& lines,
                              std::vector<std::int64_t> const& rates_e4) {
    std::vector<LineTax> taxes;
    std::map<std::int64_t, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto const exact = exact_tax(lines[i].amount.poisha, rates_e4.at(i), setting.inclusive);
        taxes.push_back(
            {lines[i].code, rates_e4[i], {divide_half_away(exact.numerator, exact.denominator)}});
        groups[rates_e4[i]].push_back(i);
    }
    if (setting.rounding == TaxRounding::invoice)
        for (auto const& [rate, group] : groups) part_tax(lines, group, setting.inclusive, taxes);
    return taxes;
}

Money tax_given_back(TaxedLine const& line, Money given) {
    auto const tax_of = [&](Money amount) {
        auto const exact = exact_tax(amount.poisha, line.tax.rate_e4, line.inclusive);
        return Money{divide_half_away(exact.numerator, exact.denominator)};
    };
    if (given < line.amount) return std::min(tax_of(given), line.tax.tax);
    return line.tax.tax + tax_of(given - line.amount);
}

Money tax_within(Money gross, std::int64_t rate_e4) {
    return {divide_half_away(Wide{gross.poisha} * rate_e4, Wide{kWholeValue} + rate_e4)};
}

}  // namespace karkhana::billing
