#include "server/billing/rate_cards.hpp"

#include <stdexcept>

namespace karkhana::billing {
namespace {

constexpr std::string_view kCards =
    "SELECT rate_card_id, name, version, effective_from, peak_from_minute, peak_to_minute, source "
    "FROM rate_card WHERE facility_id = $1 ORDER BY effective_from";
constexpr std::string_view kComponents =
    "SELECT rate_card_id, sequence, machine_kind, basis, tariff_window, price_e4, label_en, "
    "label_bn FROM rate_component WHERE facility_id = $1 ORDER BY rate_card_id, sequence";
constexpr std::string_view kInsertCard =
    "INSERT INTO rate_card (facility_id, rate_card_id, name, version, effective_from, "
    "peak_from_minute, peak_to_minute, source, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kInsertComponent =
    "INSERT INTO rate_component (facility_id, rate_card_id, sequence, machine_kind, basis, "
    "tariff_window, price_e4, label_en, label_bn) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kLastVersion =
    "SELECT COALESCE(MAX(version), 0) FROM rate_card WHERE facility_id = $1";

RateCard read_card(store::Row const& row) {
    RateCard card;
    card.id = row.id<RateCardId>(0);
    card.name = row.text(1);
    card.version = static_cast<int>(row.integer(2));
    card.effective_from = row.at(3);
    card.peak_from_minute = static_cast<int>(row.integer(4));
    card.peak_to_minute = static_cast<int>(row.integer(5));
    card.source = row.text(6);
    return card;
}

Component read_component(store::Row const& row) {
    auto const basis = basis_of(row.text(3));
    auto const window = window_of(row.text(4));
    if (!basis || !window) throw std::runtime_error("a stored rate component is unreadable");
    return {static_cast<int>(row.integer(1)), row.text(2), *basis, *window, Rate{row.integer(5)},
            {row.text(6), row.text(7)}};
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
    reader.each(
        kComponents,
        [&](store::Row const& row) {
            auto const id = row.id<RateCardId>(0);
            for (auto& card : cards)
                if (card.id == id) card.components.push_back(read_component(row));
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
                   card.peak_from_minute, card.peak_to_minute, card.source, now);
    int sequence = 0;
    for (auto& component : card.components) {
        component.sequence = ++sequence;
        writer.execute(kInsertComponent, facility, card.id, component.sequence,
                       component.machine_kind, name_of(component.basis), name_of(component.window),
                       component.price, component.label.en, component.label.bn);
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
