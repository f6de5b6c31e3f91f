#include "server/billing/rate_cards.hpp"

#include <algorithm>
#include <stdexcept>

namespace karkhana::billing {
namespace {

constexpr std::string_view kCards =
    "SELECT rate_card_id, name, version, effective_from, peak_from_minute, peak_to_minute, source, "
    "peak_weekdays, price_lock, discount_order FROM rate_card WHERE facility_id = $1 "
    "ORDER BY effective_from";
constexpr std::string_view kComponents =
    "SELECT rate_card_id, sequence, machine_kind, basis, tariff_window, price_e4, label_en, "
    "label_bn, price_class, per, unit, increment, tier_model, scope, income, tax_code, taken_off, "
    "covers, covers_quantity, valid_days, refund_e4 FROM rate_component WHERE facility_id = $1 "
    "ORDER BY rate_card_id, sequence";
constexpr std::string_view kTiers =
    "SELECT rate_card_id, component, up_to, price_e4 FROM rate_tier WHERE facility_id = $1 "
    "ORDER BY rate_card_id, component, tier";
constexpr std::string_view kHolidays =
    "SELECT rate_card_id, day FROM rate_holiday WHERE facility_id = $1 ORDER BY rate_card_id, day";
constexpr std::string_view kInsertCard =
    "INSERT INTO rate_card (facility_id, rate_card_id, name, version, effective_from, "
    "peak_from_minute, peak_to_minute, source, created_at, peak_weekdays, price_lock, "
    "discount_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr std::string_view kInsertComponent =
    "INSERT INTO rate_component (facility_id, rate_card_id, sequence, machine_kind, basis, "
    "tariff_window, price_e4, label_en, label_bn, price_class, per, unit, increment, tier_model, "
    "scope, income, tax_code, taken_off, covers, covers_quantity, valid_days, refund_e4) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
    "$21, $22)";
constexpr std::string_view kInsertTier =
    "INSERT INTO rate_tier (facility_id, rate_card_id, component, tier, up_to, price_e4) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kInsertHoliday =
    "INSERT INTO rate_holiday (facility_id, rate_card_id, day) VALUES ($1, $2, $3)";
constexpr std::string_view kLastVersion =
    "SELECT COALESCE(MAX(version), 0) FROM rate_card WHERE facility_id = $1";

template <class Value>
Value readable(std::optional<Value> value) {
    if (!value) throw std::runtime_error("a stored rate card is unreadable");
    return *value;
}

RateCard read_card(store::Row const& row) {
    RateCard card;
    card.id = row.id<RateCardId>(0);
    card.name = row.text(1);
    card.version = static_cast<int>(row.integer(2));
    card.effective_from = row.at(3);
    card.peak_from_minute = static_cast<int>(row.integer(4));
    card.peak_to_minute = static_cast<int>(row.integer(5));
    card.source = row.text(6);
    card.peak_weekdays = static_cast<int>(row.integer(7));
    card.price_lock = readable(price_lock_of(row.text(8)));
    card.discount_order = readable(discount_order_of(row.text(9)));
    return card;
}

Component read_component(store::Row const& row) {
    Component component;
    component.sequence = static_cast<int>(row.integer(1));
    component.machine_kind = row.text(2);
    component.basis = readable(basis_of(row.text(3)));
    component.window = readable(window_of(row.text(4)));
    component.price = {row.integer(5)};
    component.label = {row.text(6), row.text(7)};
    component.price_class = readable(price_class_of(row.text(8)));
    component.per = row.integer(9);
    component.unit = row.text(10);
    component.increment = row.integer(11);
    component.tier_model = readable(tier_model_of(row.text(12)));
    component.scope = readable(scope_of(row.text(13)));
    component.income = row.text(14);
    component.tax_code = row.text(15);
    component.taken_off = row.text(16);
    component.covers = readable(basis_of(row.text(17)));
    component.covers_quantity = row.integer(18);
    component.valid_days = row.integer(19);
    component.refund_e4 = row.integer(20);
    return component;
}

void insert_component(store::Writer& writer, FacilityId const& facility, RateCardId const& card,
                      Component const& component) {
    writer.execute(kInsertComponent, facility, card, component.sequence, component.machine_kind,
                   name_of(component.basis), name_of(component.window), component.price,
                   component.label.en, component.label.bn, name_of(component.price_class),
                   component.per, component.unit, component.increment,
                   name_of(component.tier_model), name_of(component.scope), component.income,
                   component.tax_code, component.taken_off, name_of(component.covers),
                   component.covers_quantity, component.valid_days, component.refund_e4);
    int number = 0;
    for (auto const& tier : component.tiers)
        writer.execute(kInsertTier, facility, card, component.sequence, ++number, tier.up_to,
                       tier.price);
}

std::int64_t last_version(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            kLastVersion, [](store::Row const& row) { return row.integer(0); }, facility)
        .value_or(0);
}

}  // namespace

std::vector<RateCard> list_rate_cards(store::Reader& reader, FacilityId const& facility) {
    auto cards = reader.all(kCards, read_card, facility);
    for (std::size_t i = 0; i + 1 < cards.size(); ++i)
        cards[i].effective_to = cards[i + 1].effective_from;
    std::map<RateCardId, RateCard*> places;
    for (auto& card : cards) places.emplace(card.id, &card);
    reader.each(
        kComponents,
        [&](store::Row const& row) {
            places.at(row.id<RateCardId>(0))->components.push_back(read_component(row));
        },
        facility);
    reader.each(
        kTiers,
        [&](store::Row const& row) {
            auto& components = places.at(row.id<RateCardId>(0))->components;
            auto const sequence = static_cast<int>(row.integer(1));
            auto const of = std::ranges::find(components, sequence, &Component::sequence);
            of->tiers.push_back({row.maybe_integer(2), Rate{row.integer(3)}});
        },
        facility);
    reader.each(
        kHolidays,
        [&](store::Row const& row) {
            auto const day = parse_date(row.text(1));
            places.at(row.id<RateCardId>(0))->holidays.push_back(day.value());
        },
        facility);
    return cards;
}

RateCard const* card_at(std::vector<RateCard> const& cards, Instant at) {
    RateCard const* found = nullptr;
    for (auto const& card : cards)
        if (card.effective_from <= at) found = &card;
    return found;
}

RateCard const* card_by_id(std::vector<RateCard> const& cards, RateCardId const& id) {
    for (auto const& card : cards)
        if (card.id == id) return &card;
    return nullptr;
}

RateCard insert_rate_card(store::Writer& writer, FacilityId const& facility, RateCard card,
                          Instant now) {
    card.version = static_cast<int>(last_version(writer, facility)) + 1;
    writer.execute(kInsertCard, facility, card.id, card.name, card.version, card.effective_from,
                   card.peak_from_minute, card.peak_to_minute, card.source, now, card.peak_weekdays,
                   name_of(card.price_lock), name_of(card.discount_order));
    for (auto const& day : card.holidays)
        writer.execute(kInsertHoliday, facility, card.id, to_date(day));
    int sequence = 0;
    for (auto& component : card.components) {
        component.sequence = ++sequence;
        insert_component(writer, facility, card.id, component);
    }
    return card;
}

std::shared_ptr<std::vector<RateCard> const> RateCardCache::get(store::Reader& reader,
                                                                FacilityId const& facility) {
    auto const last = last_version(reader, facility);
    {
        std::lock_guard const lock{mutex_};
        auto const found = kept_.find(facility);
        if (found != kept_.end() && found->second.last_version == last) return found->second.cards;
    }
    auto cards = std::make_shared<std::vector<RateCard> const>(list_rate_cards(reader, facility));
    std::lock_guard const lock{mutex_};
    kept_[facility] = {last, cards};
    return cards;
}

}  // namespace karkhana::billing
