#include "server/exports/csv.hpp"

#include <algorithm>
#include <array>

namespace karkhana::exports {
namespace {

/// What a cell that is a formula begins with, also in full width, as East Asian editions read it.
constexpr std::array<std::string_view, 11> kFormulaBegins = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                             "\n", "＝", "＋", "－", "＠"};

bool like_formula(std::string_view words) {
    return std::ranges::any_of(kFormulaBegins,
                               [&](std::string_view begin) { return words.starts_with(begin); });
}

/// A number of hundredths or thousandths with a point, never rounded.
std::string with_point(std::int64_t number, std::size_t decimals) {
    bool const negative = number < 0;
    auto const magnitude = static_cast<std::uint64_t>(number);
    std::string digits = std::to_string(negative ? 0 - magnitude : magnitude);
    if (digits.size() <= decimals) digits = std::string(decimals + 1 - digits.size(), '0') + digits;
    std::string_view const all = digits;
    std::string out{negative ? "-" : ""};
    out += all.substr(0, all.size() - decimals);
    out += '.';
    out += all.substr(all.size() - decimals);
    return out;
}

}  // namespace

Csv::Csv(std::vector<std::string_view> const& heads) : out_("\xEF\xBB\xBF") {
    for (auto const head : heads) cell(head);
    end_row();
}

Csv& Csv::text(std::string_view words) {
    if (!like_formula(words)) {
        cell(words);
        return *this;
    }
    std::string harmless{"'"};
    cell(harmless.append(words));
    return *this;
}

Csv& Csv::number(std::string_view digits) {
    cell(digits);
    return *this;
}

Csv& Csv::number(std::int64_t number) {
    cell(std::to_string(number));
    return *this;
}

Csv& Csv::amount(Money money) {
    cell(with_point(money.poisha, 2));
    return *this;
}

Csv& Csv::kwh(Energy energy) {
    cell(with_point(energy.wh, 3));
    return *this;
}

Csv& Csv::empty() {
    cell("");
    return *this;
}

void Csv::end_row() {
    out_ += "\r\n";
    row_begun_ = false;
}

void Csv::cell(std::string_view content) {
    if (row_begun_) out_ += ',';
    row_begun_ = true;
    if (content.find_first_of(",\"\r\n") == std::string_view::npos) {
        out_ += content;
        return;
    }
    out_ += '"';
    for (char c : content) {
        if (c == '"') out_ += '"';
        out_ += c;
    }
    out_ += '"';
}

}  // namespace karkhana::exports
