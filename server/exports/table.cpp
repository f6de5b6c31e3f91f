#include "server/exports/table.hpp"

namespace karkhana::exports {

Table::Table(std::vector<std::string_view> heads) : heads_(std::move(heads)) {}

Table& Table::text(std::string_view words) { return add({Kind::text, std::string{words}}); }

Table& Table::number(std::int64_t number) { return add({Kind::number, {}, number}); }

Table& Table::amount(Money money) { return add({Kind::amount, {}, money.poisha}); }

Table& Table::kwh(Energy energy) { return add({Kind::kwh, {}, energy.wh}); }

Table& Table::empty() { return add({}); }

void Table::end_row() { row_begun_ = false; }

Table& Table::add(Cell cell) {
    if (!row_begun_) rows_.emplace_back();
    row_begun_ = true;
    rows_.back().push_back(std::move(cell));
    return *this;
}

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

}  // namespace karkhana::exports
