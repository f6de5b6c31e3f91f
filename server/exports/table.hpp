#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/quantities.hpp"

namespace karkhana::exports {

/// A table before anybody says how it is written.
class Table {
public:
    enum class Kind { empty, text, number, amount, kwh };
    struct Cell {
        Kind kind = Kind::empty;
        std::string text = {};
        std::int64_t number = 0;  ///< as it is; poisha of an amount, watt-hours of kWh
    };
    using Row = std::vector<Cell>;

    explicit Table(std::vector<std::string_view> heads);

    /// What people entered, telephone numbers among it: never a number or a formula.
    Table& text(std::string_view words);
    Table& number(std::int64_t number);
    Table& amount(Money money);
    /// Watt-hours, shown as kWh.
    Table& kwh(Energy energy);
    Table& empty();
    void end_row();

    std::vector<std::string_view> const& heads() const { return heads_; }
    std::vector<Row> const& rows() const { return rows_; }

private:
    Table& add(Cell cell);

    std::vector<std::string_view> heads_;
    std::vector<Row> rows_;
    bool row_begun_ = false;
};

/// A number of hundredths, thousandths and so on with a point, never rounded: "-1234.50".
std::string with_point(std::int64_t number, std::size_t decimals);

}  // namespace karkhana::exports
