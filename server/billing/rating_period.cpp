#include "server/billing/rating_period.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "server/metering/session.hpp"

namespace karkhana::billing {

MonthShare share_of_month(std::chrono::year_month month,
                          std::optional<std::chrono::local_days> joined,
                          std::optional<std::chrono::local_days> left) {
    std::chrono::local_days const first{month / 1};
    std::chrono::local_days const last{month / std::chrono::last};
    auto const from = std::max(first, joined.value_or(first));
    auto const to = std::min(last, left.value_or(last));
    int const days = std::max(0, static_cast<int>((to - from).count()) + 1);
    return {days, static_cast<int>((last - first).count()) + 1};
}

Money prorate(Money amount, MonthShare share) {
    return {divide_half_away(Wide{amount.poisha} * share.days, share.of)};
}

Result<std::vector<Term>> rate_period(RateCard const& card, std::vector<Usage> const& month,
                                      Zone const& zone) {
    std::vector<Term> terms;
    Usage whole;
    if (!month.empty()) whole.classes = month.back().classes;
    for (auto const& component : card.components) {
        auto const basis = component.basis;
        if (component.scope != Scope::month || basis == Basis::minimum) continue;
        if (basis == Basis::discount) continue;  // of the whole, in the end
        std::optional<Term> sum;
        for (auto const& usage : month) {
            if (!holds_for(card, component, usage)) continue;
            if (auto const split = check_split(card, usage, zone); !split)
                return tl::make_unexpected(split.error());
            auto term = measured(component, card, usage, zone);
            if (!sum) {
                sum = std::move(term);
                continue;
            }
            sum->quantity += term.quantity;
            sum->quality = metering::worse(sum->quality, term.quality);
        }
        if (sum) price(terms, component, std::move(*sum));
    }
    add_discounts(terms, card, whole, zone);
    return terms;
}

std::optional<Term> month_minimum(RateCard const& card, std::vector<PriceClass> const& classes,
                                  Money charged, MonthShare share) {
    std::optional<Term> found;
    Usage whole;
    whole.classes = classes;
    for (auto const& component : card.components) {
        if (component.basis != Basis::minimum || component.scope != Scope::month) continue;
        if (!holds_for(card, component, whole)) continue;
        auto const least = prorate(price_of(component.price, 1, 1), share);
        if (least <= charged || (found && least - charged <= found->amount)) continue;
        found = Term{.component = component.sequence,
                     .basis = component.basis,
                     .label = component.label,
                     .quantity = 1,
                     .price = {least.poisha * 10'000},
                     .amount = least - charged,
                     .unit = "month",
                     .income = component.income,
                     .tax_code = component.tax_code,
                     .card = card.id};
    }
    return found;
}

std::vector<Drawn> draw_down(std::vector<PackLeft> packs, std::vector<Term> const& terms) {
    std::vector<Drawn> drawn;
    std::map<std::string, Money> asked;
    for (auto const& term : terms) asked[term.tax_code] += term.amount;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        auto const& term = terms[i];
        if (term.unit == "block" || term.amount <= Money{}) continue;
        std::int64_t rest = term.quantity;
        Money unpaid = term.amount;
        for (std::size_t k = 0; k < packs.size() && rest > 0; ++k) {
            auto const taken = packs[k].of == term.basis ? std::min(packs[k].quantity, rest) : 0;
            if (taken <= 0) continue;
            packs[k].quantity -= taken;
            rest -= taken;
            auto const remains = price_of(term.price, rest, term.priced_per());
            auto& most = asked[term.tax_code];
            auto const paid = std::clamp(unpaid - remains, Money{}, std::max(most, Money{}));
            drawn.push_back({i, k, taken, paid});
            most = most - paid;
            unpaid = remains;
        }
    }
    return drawn;
}

}  // namespace karkhana::billing
