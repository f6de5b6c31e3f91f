#include "server/costs/rules_recovery.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>

#include "server/costs/rules_bill.hpp"

namespace karkhana::costs {
namespace {

constexpr std::array<std::string_view, 8> cost_names = {
    "electricity", "operators", "maintenance", "depreciation", "loan", "rent", "material", "other"};

/// Costs of one machine, or of none.
struct Sums {
    Money running;
    Money depreciation;
    Money loan;

    Money capital() const { return std::max(depreciation, loan); }
    Money not_counted() const { return std::min(depreciation, loan); }
};

std::optional<Rate> price(Money cost, std::int64_t use, std::int64_t per) {
    if (use <= 0) return std::nullopt;
    return Rate{divide_half_away(Wide{cost.poisha} * 10'000 * per, use)};
}

}  // namespace

std::string_view name_of(Head head) { return cost_names.at(static_cast<std::size_t>(head)); }

std::optional<Head> entered_head_of(std::string_view name) {
    auto const found = std::ranges::find(cost_names, name);
    if (found == cost_names.end()) return std::nullopt;
    auto const head = static_cast<Head>(found - cost_names.begin());
    if (head == Head::electricity || head == Head::material) return std::nullopt;
    return head;
}

Result<Month> parse_month(std::string_view text) {
    int year = 0, month = 0;
    auto const digits = [&](std::size_t from, std::size_t count, int& into) {
        auto const* const end = text.data() + from + count;
        return std::from_chars(text.data() + from, end, into).ptr == end;
    };
    bool const sound = text.size() == 7 && text[4] == '-' && digits(0, 4, year) &&
                       digits(5, 2, month) && year >= 2000 && month >= 1 && month <= 12;
    if (!sound) return refuse(ErrorKind::invalid, "bad_month", "a month like 2026-11");
    return Month{year} * 12 + month - 1;
}

std::string to_text(Month month) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04lld-%02lld", static_cast<long long>(month / 12),
                  static_cast<long long>(month % 12 + 1));
    return text.data();
}

Money CostEntry::within(Month first, Month last) const {
    auto const months = std::min(to, last) - std::max(from, first) + 1;
    return {months > 0 ? monthly.poisha * months : 0};
}

Recovery recover(std::vector<Term> const& income, std::vector<Term> const& costs,
                 std::vector<MachineUse> const& uses) {
    Recovery found;
    for (auto const& term : income) found.income += term.amount;
    std::map<std::optional<MachineId>, Sums> sums;
    for (auto const& term : costs) {
        auto& of = sums[term.machine];
        if (term.name == name_of(Head::material))
            found.unallocated += term.amount;
        else if (term.name == name_of(Head::depreciation))
            of.depreciation += term.amount;
        else if (term.name == name_of(Head::loan))
            of.loan += term.amount;
        else
            of.running += term.amount;
    }
    for (auto const& [machine, of] : sums) found.not_counted += of.not_counted();
    auto const house = sums[std::nullopt].running + sums[std::nullopt].capital();
    std::vector<std::int64_t> weights;
    for (auto const& use : uses) weights.push_back(use.used_seconds);
    std::vector<std::int64_t> parts(uses.size(), 0);
    if (std::ranges::any_of(weights, [](auto weight) { return weight > 0; }))
        parts = parted(house, weights);
    else
        found.unallocated += house;
    found.cost = found.unallocated;
    for (std::size_t i = 0; i < uses.size(); ++i) {
        auto const& of = sums[uses[i].machine];
        MachineCost one{uses[i], of.running, of.capital(), {parts[i]}, {}};
        one.break_even = {price(one.cost(), one.use.used_seconds, 3600),
                          price(one.cost(), one.use.energy.wh, 1000),
                          price(one.cost(), one.use.pieces, 1)};
        found.cost += one.cost();
        found.machines.push_back(one);
    }
    if (found.cost.poisha > 0)
        found.recovery_e4 = divide_half_away(Wide{found.income.poisha} * 10'000, found.cost.poisha);
    return found;
}

}  // namespace karkhana::costs
