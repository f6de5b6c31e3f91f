#include "devices/profiles/exact.hpp"

#include "server/base/quantities.hpp"

namespace karkhana::profiles {
namespace {

constexpr std::int64_t digits_most = 1'000'000'000'000;

std::optional<Scale> reduced(Wide numerator, Wide denominator) {
    if (denominator == 0) return std::nullopt;
    Wide a = numerator;
    Wide b = denominator;
    while (b != 0) {
        Wide const rest = a % b;
        a = b;
        b = rest;
    }
    numerator /= a;
    denominator /= a;
    if (numerator > digits_most || denominator > digits_most) return std::nullopt;
    return Scale{static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

}  // namespace

std::optional<Scale> exact(std::string_view text) {
    Wide numerator = 0;
    Wide denominator = 1;
    int digits = 0;
    bool after_point = false;
    if (auto const bar = text.find('/'); bar != std::string_view::npos) {
        auto const above = exact(text.substr(0, bar));
        auto const below = exact(text.substr(bar + 1));
        if (!above || !below || text.find('/', bar + 1) != std::string_view::npos)
            return std::nullopt;
        return reduced(Wide{above->numerator} * below->denominator,
                       Wide{above->denominator} * below->numerator);
    }
    for (char const c : text) {
        if (c == '.' && !after_point && digits > 0) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 12) return std::nullopt;
        numerator = numerator * 10 + (c - '0');
        if (after_point) denominator *= 10;
    }
    if (digits == 0 || text.back() == '.') return std::nullopt;
    return reduced(numerator, denominator);
}

std::optional<Scale> product(Scale a, Scale b) {
    return reduced(Wide{a.numerator} * b.numerator, Wide{a.denominator} * b.denominator);
}

std::optional<NamedUnit> named_unit(std::string_view name) {
    struct Row {
        std::string_view name;
        NamedUnit unit;
    };
    static constexpr Row rows[] = {
        {"Wh", {Unit::wh, 1}},
        {"kWh", {Unit::wh, 1000}},
        {"MWh", {Unit::wh, 1'000'000}},
        {"W", {Unit::w, 1}},
        {"kW", {Unit::w, 1000}},
        {"mV", {Unit::mv, 1}},
        {"V", {Unit::mv, 1000}},
        {"mA", {Unit::ma, 1}},
        {"A", {Unit::ma, 1000}},
        {"mHz", {Unit::mhz, 1}},
        {"Hz", {Unit::mhz, 1000}},
        {"permille", {Unit::permille, 1}},
        {"%", {Unit::permille, 10}},
        {"1", {Unit::permille, 1000}},
        {"g", {Unit::g, 1}},
        {"kg", {Unit::g, 1000}},
        {"ml", {Unit::ml, 1}},
        {"l", {Unit::ml, 1000}},
        {"m3", {Unit::ml, 1'000'000}},
        {"count", {Unit::count, 1}},
        {"flag", {Unit::flag, 1}},
        {"VA", {Unit::va, 1}},
        {"kVA", {Unit::va, 1000}},
        {"var", {Unit::var, 1}},
        {"kvar", {Unit::var, 1000}},
        {"VAh", {Unit::vah, 1}},
        {"kVAh", {Unit::vah, 1000}},
        {"varh", {Unit::varh, 1}},
        {"kvarh", {Unit::varh, 1000}},
        {"deg", {Unit::mdeg, 1000}},
        {"degC", {Unit::mdegc, 1000}},
        {"m3/h", {Unit::ml_h, 1'000'000}},
        {"m/s", {Unit::um_s, 1'000'000}},
        {"s", {Unit::second, 1}},
        {"h", {Unit::second, 3600}},
        {"rpm", {Unit::rpm, 1}},
    };
    for (auto const& row : rows)
        if (row.name == name) return row.unit;
    return std::nullopt;
}

}  // namespace karkhana::profiles
