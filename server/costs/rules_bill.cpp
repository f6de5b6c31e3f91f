#include "server/costs/rules_bill.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "server/metering/rules_split.hpp"

namespace karkhana::costs {
namespace {

constexpr std::array<std::string_view, 8> head_names = {
    "energy", "demand", "pf_surcharge", "vat", "meter_rent", "late_fee", "arrears", "other"};
constexpr std::array<std::string_view, 3> window_names = {"any", "peak", "off_peak"};
constexpr std::array<std::string_view, 3> demand_names = {"kwh", "booked", "overhead"};
constexpr std::chrono::days longest_bill{100};

template <class Enum, std::size_t N>
std::optional<Enum> found_in(std::array<std::string_view, N> const& names, std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

bool registers_match(BillLine const& line) {
    if (!line.register_from && !line.register_to) return true;
    if (!line.energy || !line.register_from || !line.register_to) return false;
    auto const rise = Wide{*line.register_to} - *line.register_from;
    return rise * line.multiplier == line.energy->wh;
}

std::optional<Error> wrong_line(BillLine const& line, std::size_t index, bool by_window) {
    auto const at = "/lines/" + std::to_string(index);
    bool const energy = line.head == LineHead::energy;
    if (energy != line.energy.has_value())
        return Error{ErrorKind::invalid, "no_energy", at, "energy lines alone say how much"};
    if (line.window != Window::any && !energy)
        return Error{ErrorKind::invalid, "bad_window", at, "only energy has a window"};
    if (energy && by_window && line.window == Window::any)
        return Error{ErrorKind::invalid, "bad_window", at, "windows or none, not both"};
    if (!registers_match(line))
        return Error{ErrorKind::invalid, "register_does_not_match", at,
                     "difference of the registers times the multiplier"};
    return std::nullopt;
}

using Weights = std::vector<std::int64_t>;

/// A house that meters say is below zero has no part.
Weights energy_weights(std::vector<Use> const& uses, Window window) {
    Weights weights;
    for (auto const& use : uses) {
        auto const wh = window == Window::peak       ? use.peak.wh
                        : window == Window::off_peak ? use.off_peak.wh
                                                     : use.energy().wh;
        weights.push_back(std::max<std::int64_t>(wh, 0));
    }
    return weights;
}

Weights demand_weights(std::vector<Use> const& uses, DemandBy by) {
    if (by == DemandBy::kwh) return energy_weights(uses, Window::any);
    Weights weights(uses.size(), 0);
    for (std::size_t i = 0; by == DemandBy::booked && i < uses.size(); ++i)
        weights[i] = uses[i].booked_ws;
    return weights;
}

void add(std::vector<Share>& shares, Money Share::* field, Money amount, Weights const& weights) {
    auto const parts = parted(amount, weights);
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i].*field += Money{parts[i]};
}

}  // namespace

std::string_view name_of(LineHead head) { return head_names.at(static_cast<std::size_t>(head)); }
std::optional<LineHead> line_head_of(std::string_view name) {
    return found_in<LineHead>(head_names, name);
}
std::string_view name_of(Window window) {
    return window_names.at(static_cast<std::size_t>(window));
}
std::optional<Window> window_of(std::string_view name) {
    return found_in<Window>(window_names, name);
}
std::string_view name_of(DemandBy by) { return demand_names.at(static_cast<std::size_t>(by)); }
std::optional<DemandBy> demand_by_of(std::string_view name) {
    return found_in<DemandBy>(demand_names, name);
}

Energy UtilityBill::energy() const {
    Energy sum;
    for (auto const& line : lines) sum += line.energy.value_or(Energy{});
    return sum;
}

bool UtilityBill::by_window() const {
    return std::ranges::any_of(lines, [](auto const& line) { return line.window != Window::any; });
}

Result<UtilityBill> valid_bill(UtilityBill bill) {
    if (bill.during.empty() || bill.during.length() > longest_bill)
        return refuse(ErrorKind::invalid, "bad_period", "from one reading to the next", "/to");
    if (bill.peak_from_minute >= bill.peak_to_minute)
        return refuse(ErrorKind::invalid, "bad_window", "the peak ends after it begins",
                      "/peak_to_minute");
    Money sum;
    for (std::size_t i = 0; i < bill.lines.size(); ++i) {
        if (auto error = wrong_line(bill.lines[i], i, bill.by_window()))
            return tl::make_unexpected(std::move(*error));
        sum += bill.lines[i].amount;
    }
    if (!std::ranges::count(bill.lines, LineHead::energy, &BillLine::head))
        return refuse(ErrorKind::invalid, "no_energy", "a line of energy", "/lines");
    if (sum != bill.total)
        return refuse(ErrorKind::invalid, "bill_does_not_sum",
                      "the lines come to " + std::to_string(sum.poisha) + " poisha", "/total");
    return bill;
}

Reconciliation reconcile(UtilityBill const& bill, std::int64_t tolerance_e4) {
    Reconciliation found{.billed = bill.energy(), .site = bill.measured.site};
    for (auto const& use : bill.measured.uses)
        if (use.machine) found.machines += use.energy();
    if (found.site) found.remainder = *found.site - found.machines;
    found.difference = found.billed - found.site.value_or(found.machines);
    if (found.billed.wh > 0)
        found.difference_e4 = divide_half_away(Wide{found.difference.wh} * 10'000, found.billed.wh);
    // Without a main meter what is missing is the house; machines cannot use more than was billed.
    bool const apart =
        Wide{std::abs(found.difference.wh)} * 10'000 > Wide{tolerance_e4} * found.billed.wh;
    found.flagged = (found.site || found.difference.wh < 0) && apart;
    if (found.remainder && found.remainder->wh < 0) found.flagged = true;
    found.gap_from = bill.measured.during.start - bill.during.start;
    found.gap_to = bill.measured.during.end - bill.during.end;
    return found;
}

std::vector<std::int64_t> parted(Money amount, std::vector<std::int64_t> const& weights) {
    auto parts = metering::split_by_weight(std::abs(amount.poisha), weights);
    if (amount.poisha < 0)
        for (auto& part : parts) part = -part;
    return parts;
}

std::vector<Share> allocate(UtilityBill const& bill, DemandBy by) {
    auto const& uses = bill.measured.uses;
    std::vector<Share> shares;
    for (auto const& use : uses) shares.push_back({.machine = use.machine, .used = use.energy()});
    Weights house(uses.size(), 0);
    Money vat;
    for (auto const& line : bill.lines) switch (line.head) {
        case LineHead::energy:
            add(shares, &Share::energy, line.amount, energy_weights(uses, line.window));
            break;
        case LineHead::demand:
            add(shares, &Share::demand, line.amount, demand_weights(uses, by));
            break;
        case LineHead::pf_surcharge:
            add(shares, &Share::pf_surcharge, line.amount, demand_weights(uses, by));
            break;
        case LineHead::vat: vat += line.amount; break;
        case LineHead::arrears: break;
        default: add(shares, &Share::other, line.amount, house);
        }
    Weights taxed;
    for (auto const& share : shares)
        taxed.push_back(
            std::max<std::int64_t>((share.energy + share.demand + share.pf_surcharge).poisha, 0));
    add(shares, &Share::vat, vat, taxed);
    return shares;
}

}  // namespace karkhana::costs
