#include "server/billing/tariff_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;

constexpr std::int64_t kMostPrice = 1'000'000'000'000;
constexpr std::int64_t kMostQuantity = 1'000'000'000'000;

json::object component_json(Component const& component) {
    json::object one{
        {"basis", name_of(component.basis)},
        {"window", name_of(component.window)},
        {"price_e4", component.price.e4},
        {"label", json::object{{"en", component.label.en}, {"bn", component.label.bn}}}};
    auto const say = [&](std::string_view key, auto const& value, bool said) {
        if (said) one[key] = value;
    };
    say("machine_kind", component.machine_kind, !component.machine_kind.empty());
    say("price_class", name_of(component.price_class),
        component.price_class != PriceClass::everybody);
    say("per", component.per, component.per != 0);
    say("unit", component.unit, !component.unit.empty());
    say("increment", component.increment, component.increment != 0);
    say("scope", name_of(component.scope), component.scope != Scope::session);
    say("income", component.income, !component.income.empty());
    say("tax_code", component.tax_code, !component.tax_code.empty());
    say("taken_off", component.taken_off, !component.taken_off.empty());
    if (component.basis == Basis::pack)
        one["covers"] = json::object{{"basis", name_of(component.covers)},
                                     {"quantity", component.covers_quantity}};
    say("valid_days", component.valid_days, component.valid_days != 0);
    say("refund_e4", component.refund_e4, component.refund_e4 != 0);
    if (component.tier_model == TierModel::none) return one;
    one["tier_model"] = name_of(component.tier_model);
    json::array tiers;
    for (auto const& tier : component.tiers) {
        json::object shown{{"price_e4", tier.price.e4}};
        if (tier.up_to) shown["up_to"] = *tier.up_to;
        tiers.push_back(std::move(shown));
    }
    one["tiers"] = std::move(tiers);
    return one;
}

/// The word at `key`, or what holds when it is not there.
template <class Enum>
Enum read_word(JsonBody& body, std::string_view key, Enum otherwise,
               std::optional<Enum> (*parse)(std::string_view), std::string_view code) {
    auto const word = body.maybe_text(key, 40);
    if (!word) return otherwise;
    auto const value = parse(*word);
    if (!value) body.fail(code, key, "not one of the words of the contract");
    return value.value_or(otherwise);
}

Component read_component(JsonBody& body) {
    Component component;
    component.machine_kind = body.maybe_text("machine_kind", 40).value_or("");
    auto const basis = basis_of(body.text("basis"));
    auto const window = window_of(body.text("window"));
    component.basis = basis.value_or(Basis::kwh);
    component.window = window.value_or(Window::any);
    component.price = {body.integer("price_e4", 0, kMostPrice)};
    auto label = body.object("label");
    component.label = {label.text("en"), label.text("bn")};
    body.close(label);
    if (!basis) body.fail("unknown_basis", "basis", basis_words());
    if (!window) body.fail("unknown_window", "window", "any, peak or off_peak");
    component.price_class =
        read_word(body, "price_class", PriceClass::everybody, price_class_of, "unknown_class");
    component.per = body.maybe_integer("per", 1, kMostQuantity).value_or(0);
    component.unit = body.maybe_text("unit", 20).value_or("");
    component.increment = body.maybe_integer("increment", 1, kMostQuantity).value_or(0);
    component.scope = read_word(body, "scope", Scope::session, scope_of, "unknown_scope");
    component.income = body.maybe_text("income", 60).value_or("");
    component.tax_code = body.maybe_text("tax_code", 20).value_or("");
    component.taken_off = body.maybe_text("taken_off", 60).value_or("");
    component.tier_model =
        read_word(body, "tier_model", TierModel::none, tier_model_of, "unknown_tier_model");
    for (auto& part : body.objects("tiers", 20)) {
        component.tiers.push_back({part.maybe_integer("up_to", 1, kMostQuantity),
                                   Rate{part.integer("price_e4", 0, kMostPrice)}});
        body.close(part);
    }
    if (component.basis == Basis::pack) {
        auto covers = body.object("covers");
        auto const of = basis_of(covers.text("basis"));
        if (!of) covers.fail("unknown_basis", "basis", basis_words());
        component.covers = of.value_or(Basis::used_minute);
        component.covers_quantity = covers.integer("quantity", 1, kMostQuantity);
        body.close(covers);
        component.valid_days = body.maybe_integer("valid_days", 1, 3650).value_or(0);
        component.refund_e4 = body.maybe_integer("refund_e4", 0, 10'000).value_or(0);
    }
    return component;
}

std::vector<std::chrono::local_days> read_holidays(JsonBody& body) {
    std::vector<std::chrono::local_days> days;
    for (auto& part : body.objects("holidays", 100)) {
        auto const day = parse_date(part.text("day", 10));
        if (!day) part.fail("bad_date", "day", "a day like 2026-12-16");
        days.push_back(day.value_or(std::chrono::local_days{}));
        body.close(part);
    }
    std::ranges::sort(days);
    auto const twice = std::ranges::unique(days);
    days.erase(twice.begin(), twice.end());
    return days;
}

}  // namespace

json::object rate_card_json(RateCard const& card, Zone const& zone) {
    json::array components;
    for (auto const& component : card.components) components.push_back(component_json(component));
    json::array holidays;
    for (auto const& day : card.holidays) holidays.push_back(json::object{{"day", to_date(day)}});
    return {{"id", card.id.text()},
            {"name", card.name},
            {"version", card.version},
            {"effective_from", to_rfc3339(card.effective_from, zone)},
            {"effective_to", card.effective_to ? json::value(to_rfc3339(*card.effective_to, zone))
                                               : json::value(nullptr)},
            {"peak_from_minute", card.peak_from_minute},
            {"peak_to_minute", card.peak_to_minute},
            {"peak_weekdays", card.peak_weekdays},
            {"holidays", std::move(holidays)},
            {"price_lock", name_of(card.price_lock)},
            {"discount_order", name_of(card.discount_order)},
            {"source", card.source},
            {"components", std::move(components)}};
}

Result<RateCard> read_card(JsonBody& body, Instant now) {
    RateCard card;
    card.name = body.text("name", 100);
    card.effective_from = body.at("effective_from");
    card.peak_from_minute = static_cast<int>(body.integer("peak_from_minute", 0, 1440));
    card.peak_to_minute = static_cast<int>(body.integer("peak_to_minute", 0, 1440));
    card.peak_weekdays = static_cast<int>(
        body.maybe_integer("peak_weekdays", 0, kEveryWeekday).value_or(kEveryWeekday));
    card.holidays = read_holidays(body);
    card.price_lock =
        read_word(body, "price_lock", PriceLock::at_start, price_lock_of, "unknown_price_lock");
    card.discount_order = read_word(body, "discount_order", DiscountOrder::after_minimum,
                                    discount_order_of, "unknown_discount_order");
    card.source = body.text("source", 500);
    for (auto& part : body.objects("components", 50)) {
        card.components.push_back(read_component(part));
        body.close(part);
    }
    if (auto error = body.finish()) return tl::make_unexpected(*error);
    if (auto sound = check(card); !sound) return tl::make_unexpected(sound.error());
    // Past prices stay: what was used was used at them.
    if (card.effective_from < now)
        return refuse(ErrorKind::invalid, "in_past", "prices begin in the future",
                      "/effective_from");
    return card;
}

}  // namespace karkhana::billing
