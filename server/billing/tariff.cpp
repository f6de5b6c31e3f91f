#include "server/billing/tariff.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace karkhana::billing {
namespace {

constexpr std::array<std::string_view, kBasisCount> kBases = {
    "kwh",           "piece",       "used_minute", "session",         "minimum", "booked_minute",
    "longer_minute", "busy_minute", "idle_minute", "operator_minute", "setup",   "discount",
    "material",      "membership",  "pack",        "deposit"};
constexpr std::array<std::string_view, kBasisCount> kUnits = {
    "Wh", "piece", "s",     "session", "session", "s",     "s",    "s",
    "s",  "s",     "setup", "poisha",  "piece",   "month", "pack", "deposit"};
constexpr std::array<std::string_view, 3> kWindows = {"any", "peak", "off_peak"};
constexpr std::array<std::string_view, 7> kClasses = {
    "everybody", "member", "non_member", "concession", "priority", "women_led", "trial"};
constexpr std::array<std::string_view, 3> kLocks = {"at_start", "at_use", "at_booking"};
constexpr std::array<std::string_view, 2> kOrders = {"after_minimum", "before_minimum"};
constexpr std::array<std::string_view, 4> kModels = {"none", "graduated", "volume", "block"};
constexpr std::array<std::string_view, 2> kScopes = {"session", "month"};

constexpr int kDay = 24 * 60;
constexpr std::int64_t kAllOfIt = 10'000;  // a discount of everything

template <class Enum, std::size_t n>
std::optional<Enum> parse(std::array<std::string_view, n> const& names, std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

template <std::size_t n, class Enum>
std::string_view word(std::array<std::string_view, n> const& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

bool has_peak(RateCard const& card, std::chrono::local_days day) {
    auto const weekday = std::chrono::weekday{day}.c_encoding();
    return (card.peak_weekdays >> weekday & 1) != 0 &&
           !std::ranges::binary_search(card.holidays, day);
}

bool is_measured(Basis basis) {
    return basis == Basis::kwh || basis == Basis::piece || is_time(basis);
}

/// Bounds rise, and only the last tier goes on for ever, as it must except of blocks.
bool sound_tiers(Component const& component) {
    auto const& tiers = component.tiers;
    if (component.tier_model == TierModel::none) return tiers.empty();
    if (tiers.empty() || !is_measured(component.basis)) return false;
    std::int64_t below = 0;
    for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
        if (tiers[i].up_to.value_or(0) <= below) return false;
        below = *tiers[i].up_to;
    }
    auto const last = tiers.back().up_to;
    if (component.tier_model == TierModel::block) return last.value_or(0) > below;
    return !last.has_value();
}

Result<void> check_component(Component const& component) {
    auto const basis = component.basis;
    bool const windowed = basis == Basis::kwh || is_time(basis);
    if (basis == Basis::minimum && component.window != Window::any)
        return refuse(ErrorKind::invalid, "minimum_window");
    if (!windowed && component.window != Window::any)
        return refuse(ErrorKind::invalid, "window_without_time",
                      "only energy and time are cheaper at one hour than at another");
    if (!sound_tiers(component))
        return refuse(ErrorKind::invalid, "bad_tiers",
                      "tiers of what is measured rise, and the last one is open");
    if (basis == Basis::discount && (component.price.e4 < 1 || component.price.e4 > kAllOfIt))
        return refuse(ErrorKind::invalid, "bad_discount", "a part of what is charged, at most all");
    if (component.increment < 0 || component.per < 0 ||
        (component.increment > 0 && !is_measured(basis)))
        return refuse(ErrorKind::invalid, "bad_increment", "only what is measured is rounded up");
    if (basis == Basis::pack && (component.covers_quantity <= 0 || !is_measured(component.covers)))
        return refuse(ErrorKind::invalid, "bad_pack", "a pack holds energy, time or pieces");
    bool const of_month =
        basis == Basis::minimum ? component.machine_kind.empty() : is_measured(basis);
    if (component.scope == Scope::month && !of_month)
        return refuse(ErrorKind::invalid, "month_of_what",
                      "only what is measured and a minimum of every machine are of a month");
    return {};
}

}  // namespace

std::string_view name_of(Basis basis) { return word(kBases, basis); }
std::string_view name_of(Window window) { return word(kWindows, window); }
std::string_view name_of(PriceClass price_class) { return word(kClasses, price_class); }
std::string_view name_of(PriceLock lock) { return word(kLocks, lock); }
std::string_view name_of(DiscountOrder order) { return word(kOrders, order); }
std::string_view name_of(TierModel model) { return word(kModels, model); }
std::string_view name_of(Scope scope) { return word(kScopes, scope); }
std::optional<Basis> basis_of(std::string_view name) { return parse<Basis>(kBases, name); }
std::optional<Window> window_of(std::string_view name) { return parse<Window>(kWindows, name); }
std::optional<PriceClass> price_class_of(std::string_view name) {
    return parse<PriceClass>(kClasses, name);
}
std::optional<PriceLock> price_lock_of(std::string_view name) {
    return parse<PriceLock>(kLocks, name);
}
std::optional<DiscountOrder> discount_order_of(std::string_view name) {
    return parse<DiscountOrder>(kOrders, name);
}
std::optional<TierModel> tier_model_of(std::string_view name) {
    return parse<TierModel>(kModels, name);
}
std::optional<Scope> scope_of(std::string_view name) { return parse<Scope>(kScopes, name); }

std::string basis_words() {
    std::string words;
    for (auto const name : kBases) words += (words.empty() ? "" : ", ") + std::string{name};
    return words;
}

std::string_view unit_of(Basis basis) { return word(kUnits, basis); }

std::int64_t units_per_price(Basis basis) {
    if (basis == Basis::kwh) return 1000;
    return is_time(basis) ? 60 : 1;
}

std::string_view income_of(Basis basis) {
    switch (basis) {
    case Basis::kwh: return "income:electricity";
    case Basis::operator_minute: return "income:operator";
    case Basis::setup: return "income:setup";
    case Basis::material: return "income:material";
    case Basis::membership: return "income:membership";
    case Basis::discount: return "contra:discount";
    case Basis::pack: return "liabilities:pack";
    case Basis::deposit: return "liabilities:deposit";
    default: return "income:machine-time";
    }
}

bool is_time(Basis basis) {
    return basis == Basis::used_minute || basis == Basis::booked_minute ||
           basis == Basis::longer_minute || basis == Basis::busy_minute ||
           basis == Basis::idle_minute || basis == Basis::operator_minute;
}

bool is_of_use(Basis basis) { return basis < Basis::material; }

Result<void> check(RateCard const& card) {
    if (card.components.empty()) return refuse(ErrorKind::invalid, "no_components");
    if (card.peak_from_minute % 15 != 0 || card.peak_to_minute % 15 != 0)
        return refuse(ErrorKind::invalid, "peak_grid",
                      "the peak begins and ends on a quarter of an hour");
    constexpr std::int64_t quarter = 15LL * 60 * 1'000'000;
    if (card.price_lock == PriceLock::at_use && micros(card.effective_from) % quarter != 0)
        return refuse(ErrorKind::invalid, "price_grid",
                      "prices locked at their use change on a quarter of an hour");
    std::set<std::tuple<std::string, Basis, Window, PriceClass, std::string, Scope, std::string>>
        seen;
    for (auto const& component : card.components) {
        if (auto const sound = check_component(component); !sound) return sound;
        // What is sold is told apart by its name alone.
        auto const what = is_of_use(component.basis) ? component.taken_off : component.label.en;
        if (!seen.insert({component.machine_kind, component.basis, component.window,
                          component.price_class, component.unit, component.scope, what})
                 .second)
            return refuse(ErrorKind::invalid, "duplicate_component");
    }
    return {};
}

bool every_day_alike(RateCard const& card) {
    return card.peak_weekdays == kEveryWeekday && card.holidays.empty();
}

bool has_classes(RateCard const& card) {
    return std::ranges::any_of(card.components, [](Component const& component) {
        return component.price_class != PriceClass::everybody;
    });
}

bool in_peak(RateCard const& card, Zone const& zone, Instant at) {
    int const minute = minute_of_day(zone, at);
    int const from = card.peak_from_minute, to = card.peak_to_minute;
    bool const inside = from <= to ? from <= minute && minute < to : minute >= from || minute < to;
    return inside && (every_day_alike(card) || has_peak(card, local_day(zone, at)));
}

std::vector<Instant> tariff_boundaries(RateCard const& card, Zone const& zone, Interval during) {
    int const from = card.peak_from_minute % kDay, to = card.peak_to_minute % kDay;
    bool const alike = every_day_alike(card);
    bool const always_or_never = from == to;
    if (always_or_never && alike) return {};
    std::array<int, 3> const minutes{0, std::min(from, to), std::max(from, to)};
    std::vector<Instant> all;
    auto const last = local_day(zone, during.end);
    for (auto day = local_day(zone, during.start); day <= last; day += std::chrono::days{1})
        for (std::size_t i = alike || minutes[1] == 0 ? 1 : 0; i < minutes.size(); ++i) {
            auto const at = at_minute(zone, day, minutes[i]);
            if (at <= during.start || at >= during.end) continue;
            if (!all.empty() && all.back() == at) continue;
            if (alike || in_peak(card, zone, at) != in_peak(card, zone, at - Duration{1}))
                all.push_back(at);
        }
    return all;
}

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

}  // namespace karkhana::billing
