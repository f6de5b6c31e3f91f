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

billing::Component read_component(Table& table) {
    billing::Component component;
    component.machine_kind = table.text("machine_kind").value_or("");
    auto const basis = billing::basis_of(table.require_text("basis"));
    auto const window = billing::window_of(table.text("window").value_or("any"));
    if (!basis) table.complain("basis", "kwh, piece, used_minute, session or minimum");
    if (!window) table.complain("window", "any, peak or off_peak");
    auto const price = price_of_text(table.require_text("taka"));
    if (!price) table.complain("taka", "a price like \"14.50\", with up to six decimals");
    auto const label = read_name(table, "label");
    component.basis = basis.value_or(billing::Basis::kwh);
    component.window = window.value_or(billing::Window::any);
    component.price = price.value_or(Rate{});
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
