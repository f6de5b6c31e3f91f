#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/quantities.hpp"

namespace karkhana::exports {

/// A table as RFC 4180 says it: UTF-8 with a byte order mark, which spreadsheets need to see that
/// it is Bangla, and CRLF after every row.
class Csv {
public:
    explicit Csv(std::vector<std::string_view> const& heads);

    /// What people entered. A spreadsheet would run a text that begins like a formula, so such a
    /// text gets a ' in front.
    Csv& text(std::string_view words);
    /// Digits, a point and a minus of our own making.
    Csv& number(std::string_view digits);
    Csv& number(std::int64_t number);
    /// "-1234.50"
    Csv& amount(Money money);
    /// Watt-hours as kWh, "12.345".
    Csv& kwh(Energy energy);
    Csv& empty();
    void end_row();

    std::string take() { return std::move(out_); }

private:
    void cell(std::string_view content);

    std::string out_;
    bool row_begun_ = false;
};

}  // namespace karkhana::exports
