#include "server/billing/rating.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <tuple>

#include "server/metering/session.hpp"

namespace karkhana::billing {
namespace {

constexpr std::array<std::string_view, 5> kBases = {"kwh", "piece", "used_minute", "session",
                                                    "minimum"};
constexpr std::array<std::string_view, 3> kWindows = {"any", "peak", "off_peak"};

constexpr int kDay = 24 * 60;

template <class Enum, std::size_t n>
std::optional<Enum> parse(std::array<std::string_view, n> const& names, std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

/// The moments inside the interval where the tariff changes.
std::vector<Instant> tariff_boundaries(RateCard const& card, Zone const& zone, Interval during) {
    int const from = card.peak_from_minute % kDay, to = card.peak_to_minute % kDay;
    if (from == to) return {};  // always or never peak
    std::vector<Instant> all;
    auto const last = local_day(zone, during.end);
    for (auto day = local_day(zone, during.start); day <= last; day += std::chrono::days{1})
        for (int minute : {std::min(from, to), std::max(from, to)})
            if (auto const at = at_minute(zone, day, minute); during.start < at && at < during.end)
                all.push_back(at);
    return all;
}

/// The interval cut at the tariff's boundaries; each piece lies in one window.
std::vector<Interval> cut(RateCard const& card, Zone const& zone, Interval during) {
    std::vector<Interval> pieces;
    Instant from = during.start;
    for (auto at : tariff_boundaries(card, zone, during)) {
        pieces.push_back({from, at});
        from = at;
    }
    pieces.push_back({from, during.end});
    return pieces;
}

bool holds(Window window, bool peak) {
    return window == Window::any || (window == Window::peak) == peak;
}

bool applies(Component const& component, Usage const& usage) {
    return component.machine_kind.empty() || component.machine_kind == usage.machine_kind;
}

/// Adds the energy of the usage that falls in the component's window. It is a difference between
/// the registers where the window begins and ends: those in between cancel out, and how far they
/// may be believed is of no account.
void measure_energy(Term& term, RateCard const& card, Usage const& usage, Zone const& zone) {
    auto const rests_on = [&](Quality quality) {
        term.quality = metering::worse(term.quality, quality);
    };
    UsagePart const* before = nullptr;
    for (auto const& part : usage.parts) {
        bool const held = holds(term.window, in_peak(card, zone, part.during.start));
        if (held && (before == nullptr || part.seam)) rests_on(part.at_start);
        if (held && part.seam) rests_on(part.at_end);
        if (!held && before != nullptr) rests_on(before->at_end);
        if (held) term.quantity += part.energy.wh;
        before = held ? &part : nullptr;
    }
    if (before != nullptr) rests_on(before->at_end);
}

/// Adds energy or seconds of the usage that fall in the component's window.
void measure(Term& term, RateCard const& card, Usage const& usage, Zone const& zone) {
    if (term.basis == Basis::kwh) return measure_energy(term, card, usage, zone);
    Duration used{0};
    for (auto const& stretch : running_of(usage.during, usage.halts))
        for (auto const& piece : cut(card, zone, stretch))
            if (holds(term.window, in_peak(card, zone, piece.start))) used += piece.length();
    term.quantity = std::chrono::floor<std::chrono::seconds>(used).count();
}

Term priced(Component const& component, RateCard const& card, Usage const& usage,
            Zone const& zone) {
    Term term{component.sequence,
              component.basis,
              component.window,
              component.label,
              0,
              component.price,
              {},
              Quality::good};
    switch (component.basis) {
    case Basis::kwh:
    case Basis::used_minute: measure(term, card, usage, zone); break;
    case Basis::piece: term.quantity = usage.pieces.value_or(0); break;
    case Basis::session:
    case Basis::minimum: term.quantity = 1; break;
    }
    term.amount = price_of(term.price, term.quantity, units_per_price(term.basis));
    return term;
}

/// True if the price of this usage's energy depends on the hour.
bool has_energy_windows(RateCard const& card, Usage const& usage) {
    return std::ranges::any_of(card.components, [&](Component const& component) {
        return applies(component, usage) && component.basis == Basis::kwh &&
               component.window != Window::any;
    });
}

/// A part with energy must lie on one side of every boundary: what it holds cannot be divided.
bool straddles(RateCard const& card, Zone const& zone, UsagePart const& part) {
    return part.energy.wh != 0 && !tariff_boundaries(card, zone, part.during).empty();
}

}  // namespace

std::string_view name_of(Basis basis) { return kBases.at(static_cast<std::size_t>(basis)); }
std::string_view name_of(Window window) { return kWindows.at(static_cast<std::size_t>(window)); }
std::optional<Basis> basis_of(std::string_view name) { return parse<Basis>(kBases, name); }
std::optional<Window> window_of(std::string_view name) { return parse<Window>(kWindows, name); }

std::string_view unit_of(Basis basis) {
    constexpr std::array<std::string_view, 5> units = {"Wh", "piece", "s", "session", "session"};
    return units.at(static_cast<std::size_t>(basis));
}

std::int64_t units_per_price(Basis basis) {
    if (basis == Basis::kwh) return 1000;
    return basis == Basis::used_minute ? 60 : 1;
}

bool in_peak(RateCard const& card, Zone const& zone, Instant at) {
    int const minute = minute_of_day(zone, at);
    int const from = card.peak_from_minute, to = card.peak_to_minute;
    if (from <= to) return from <= minute && minute < to;
    return minute >= from || minute < to;
}

Result<void> check(RateCard const& card) {
    if (card.components.empty()) return refuse(ErrorKind::invalid, "no_components");
    if (card.peak_from_minute % 15 != 0 || card.peak_to_minute % 15 != 0)
        return refuse(ErrorKind::invalid, "peak_grid",
                      "the peak begins and ends on a quarter of an hour");
    std::set<std::tuple<std::string, Basis, Window>> seen;
    for (auto const& component : card.components) {
        if (component.basis == Basis::minimum && component.window != Window::any)
            return refuse(ErrorKind::invalid, "minimum_window");
        if (!seen.insert({component.machine_kind, component.basis, component.window}).second)
            return refuse(ErrorKind::invalid, "duplicate_component");
    }
    return {};
}

Result<std::vector<Term>> rate(RateCard const& card, Usage const& usage, Zone const& zone) {
    bool const windows = has_energy_windows(card, usage);
    for (auto const& part : usage.parts)
        if (windows && straddles(card, zone, part))
            return refuse(ErrorKind::conflict, "unsplit_usage",
                          "no register was kept at a boundary of the tariff");
    std::vector<Term> terms;
    for (auto const& component : card.components) {
        if (!applies(component, usage) || component.basis == Basis::minimum) continue;
        auto term = priced(component, card, usage, zone);
        if (term.quantity != 0) terms.push_back(std::move(term));
    }
    if (cut_short(usage.during, usage.halts)) return terms;
    Money so_far = total_of(terms);
    for (auto const& component : card.components) {
        if (!applies(component, usage) || component.basis != Basis::minimum) continue;
        auto term = priced(component, card, usage, zone);
        if (term.amount <= so_far) continue;
        term.amount = term.amount - so_far;
        so_far += term.amount;
        terms.push_back(std::move(term));
    }
    return terms;
}

Money total_of(std::vector<Term> const& terms) {
    Money total;
    for (auto const& term : terms) total += term.amount;
    return total;
}

Usage expected_usage(RateCard const& card, Zone const& zone, std::string machine_kind,
                     Interval during, std::int64_t expected_w, std::optional<std::int64_t> pieces) {
    Usage usage{std::move(machine_kind), during, {}, pieces};
    for (auto const& piece : cut(card, zone, during))
        usage.parts.push_back(
            {piece,
             {divide_half_away(Wide{expected_w} * piece.length().count(), 3'600'000'000)},
             Quality::estimated,
             Quality::estimated});
    return usage;
}

}  // namespace karkhana::billing
