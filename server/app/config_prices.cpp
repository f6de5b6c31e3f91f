#include <algorithm>

#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// "14.50" as 10^-4 poisha: up to six decimals, exactly.
std::optional<Rate> price_of_text(std::string const& text) {
    std::int64_t whole = 0;
    int decimals = -1;
    for (char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals >= 6 || whole > 1'000'000'000'000) return std::nullopt;
        whole = whole * 10 + (c - '0');
        if (decimals >= 0) ++decimals;
    }
    for (int i = std::max(decimals, 0); i < 6; ++i) whole *= 10;
    if (text.empty() || text.front() == '.' || decimals == 0) return std::nullopt;
    return Rate{whole};
}

constexpr std::int64_t kMost = 1'000'000'000'000;

/// The word at `key`, or what holds when it is not there.
template <class Enum>
Enum read_word(Table& table, std::string const& key, Enum otherwise,
               std::optional<Enum> (*parse)(std::string_view), std::string const& words) {
    auto const word = table.text(key);
    if (!word) return otherwise;
    auto const value = parse(*word);
    if (!value) table.complain(key, words);
    return value.value_or(otherwise);
}

Rate read_price(Table& table, std::string const& key) {
    auto const price = price_of_text(table.require_text(key));
    if (!price) table.complain(key, "a price like \"14.50\", with up to six decimals");
    return price.value_or(Rate{});
}

/// A discount is "12.5" percent, kept in ten-thousandths; what has tiers has its prices there.
Rate price_of(Table& table, billing::Component const& component) {
    if (component.tier_model != billing::TierModel::none) return {};
    if (component.basis != billing::Basis::discount) return read_price(table, "taka");
    constexpr std::int64_t e4_of_percent = 10'000;  // in a price of taka, which has six decimals
    return {read_price(table, "percent").e4 / e4_of_percent};
}

void read_more(Table& table, billing::Component& component) {
    component.price_class =
        read_word(table, "price_class", billing::PriceClass::everybody, billing::price_class_of,
                  "everybody, member, non_member, concession, priority, women_led or trial");
    component.scope =
        read_word(table, "scope", billing::Scope::session, billing::scope_of, "session or month");
    component.tier_model = read_word(table, "tier_model", billing::TierModel::none,
                                     billing::tier_model_of, "none, graduated, volume or block");
    component.per = table.integer("per", 1, kMost).value_or(0);
    component.unit = table.text("unit").value_or("");
    component.increment = table.integer("increment", 1, kMost).value_or(0);
    component.income = table.text("income").value_or("");
    component.tax_code = table.text("tax_code").value_or("");
    component.taken_off = table.text("taken_off").value_or("");
    component.covers = read_word(table, "covers", billing::Basis::used_minute, billing::basis_of,
                                 billing::basis_words());
    component.covers_quantity = table.integer("covers_quantity", 1, kMost).value_or(0);
    component.valid_days = table.integer("valid_days", 1, 3650).value_or(0);
    component.refund_e4 = table.integer("refund_e4", 0, 10'000).value_or(0);
    for (auto& tier : table.tables("tier"))
        component.tiers.push_back({tier.integer("up_to", 1, kMost), read_price(tier, "taka")});
}

billing::Component read_component(Table& table) {
    billing::Component component;
    component.machine_kind = table.text("machine_kind").value_or("");
    auto const basis = billing::basis_of(table.require_text("basis"));
    auto const window = billing::window_of(table.text("window").value_or("any"));
    if (!basis) table.complain("basis", billing::basis_words());
    if (!window) table.complain("window", "any, peak or off_peak");
    auto const label = read_name(table, "label");
    component.basis = basis.value_or(billing::Basis::kwh);
    component.window = window.value_or(billing::Window::any);
    read_more(table, component);
    component.price = price_of(table, component);
    component.label = {label.en, label.bn};
    return component;
}

std::string words_of(Error const& error) {
    if (error.code == "no_components") return "a rate card without a component has no price";
    if (error.code == "minimum_window") return "a minimum has no window: it is of the whole use";
    if (error.code == "duplicate_component")
        return "two components of one machine_kind, basis and window";
    return error.detail;
}

}  // namespace

void read_rate_card(Table& root, Config& out) {
    auto table = root.table("rate_card");
    if (!table) return;
    billing::RateCard card;
    card.name = table->require_text("name");
    card.source = table->require_text("source");
    card.peak_from_minute = require_minute(*table, "peak_from");
    card.peak_to_minute = require_minute(*table, "peak_to");
    card.price_lock = read_word(*table, "price_lock", billing::PriceLock::at_start,
                                billing::price_lock_of, "at_start, at_use or at_booking");
    card.discount_order = read_word(*table, "discount_order", billing::DiscountOrder::after_minimum,
                                    billing::discount_order_of, "after_minimum or before_minimum");
    card.peak_weekdays = static_cast<int>(table->integer("peak_weekdays", 0, billing::kEveryWeekday)
                                              .value_or(billing::kEveryWeekday));
    for (auto& part : table->tables("holiday")) {
        auto const day = parse_date(part.require_text("day"));
        if (!day) part.complain("day", "a day like \"2026-12-16\"");
        card.holidays.push_back(day.value_or(std::chrono::local_days{}));
    }
    std::ranges::sort(card.holidays);
    for (auto& part : table->tables("component")) {
        card.components.push_back(read_component(part));
        card.components.back().sequence = static_cast<int>(card.components.size());
    }
    if (auto const sound = billing::check(card); !sound)
        table->complain(sound.error().code == "peak_grid" ? "peak_from" : "component",
                        words_of(sound.error()));
    out.rate_card = std::move(card);
}

}  // namespace karkhana::app
