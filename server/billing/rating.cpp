#include "server/billing/rating.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "server/metering/session.hpp"

namespace karkhana::billing {
namespace {

bool applies(Component const& component, Usage const& usage) {
    bool const of_kind =
        component.machine_kind.empty() || component.machine_kind == usage.machine_kind;
    return of_kind && is_of_use(component.basis) &&
           (component.price_class == PriceClass::everybody ||
            std::ranges::find(usage.classes, component.price_class) != usage.classes.end());
}

bool for_one_thing(Component const& a, Component const& b) {
    return a.basis == b.basis && a.window == b.window && a.scope == b.scope &&
           a.machine_kind == b.machine_kind && a.unit == b.unit && a.taken_off == b.taken_off;
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

Duration length_of(std::vector<Interval> const& times) {
    Duration length{0};
    for (auto const& time : times) length += time.length();
    return length;
}

/// Booked time that the facility could serve: who pauses pays for it all the same.
std::vector<Interval> booked_times(Usage const& usage) {
    auto not_theirs = usage.halts;
    std::erase_if(not_theirs, [](Halt const& halt) { return halt.reason == HaltReason::person; });
    return running_of(usage.booked.value_or(usage.during), not_theirs);
}

std::vector<Interval> times_of(Basis basis, Usage const& usage) {
    auto const running = running_of(usage.during, usage.halts);
    if (basis == Basis::operator_minute && !usage.assisted) return {};
    if (basis == Basis::booked_minute) return booked_times(usage);
    if (basis == Basis::longer_minute) {
        auto booked = booked_times(usage);
        return length_of(booked) > length_of(running) ? booked : running;
    }
    if (basis != Basis::busy_minute && basis != Basis::idle_minute) return running;
    std::vector<Halt> busy;
    for (auto const& time : busy_times(usage)) busy.push_back({time, HaltReason::person});
    std::vector<Interval> times;
    if (basis == Basis::idle_minute) {
        for (auto const& stretch : running)
            for (auto const& idle : running_of(stretch, busy)) times.push_back(idle);
        return times;
    }
    for (auto const& one : busy)
        for (auto const& stretch : running_of(one.during, usage.halts)) times.push_back(stretch);
    return times;
}

void measure_time(Term& term, RateCard const& card, Usage const& usage, Zone const& zone) {
    Duration used{0};
    for (auto const& stretch : times_of(term.basis, usage)) {
        if (term.window == Window::any) {
            used += stretch.length();
            continue;
        }
        for (auto const& piece : cut(card, zone, stretch))
            if (holds(term.window, in_peak(card, zone, piece.start))) used += piece.length();
    }
    term.quantity = std::chrono::floor<std::chrono::seconds>(used).count();
    if (term.basis != Basis::busy_minute && term.basis != Basis::idle_minute) return;
    for (auto const& part : usage.parts)
        term.quality = metering::worse(metering::worse(term.quality, part.at_start), part.at_end);
}

/// How much of the quantity each tier holds, or how often a block is begun.
std::vector<std::pair<std::int64_t, Rate>> by_tier(Component const& component,
                                                   std::int64_t quantity) {
    std::vector<std::pair<std::int64_t, Rate>> parts;
    std::int64_t below = 0;
    for (std::size_t i = 0; i < component.tiers.size() && below < quantity; ++i) {
        auto const& tier = component.tiers[i];
        bool const last = i + 1 == component.tiers.size();
        std::int64_t const up_to = tier.up_to.value_or(quantity);
        std::int64_t const inside = std::min(up_to, quantity) - below;
        if (component.tier_model == TierModel::graduated) parts.emplace_back(inside, tier.price);
        if (component.tier_model == TierModel::block) {
            std::int64_t const whole = up_to - below;
            parts.emplace_back(last ? (quantity - below + whole - 1) / whole : 1, tier.price);
        }
        if (component.tier_model == TierModel::volume && (quantity <= up_to || last))
            parts.emplace_back(quantity, tier.price);
        below = up_to;
    }
    return parts;
}

/// True if the price of this usage's energy depends on the hour.
bool has_energy_windows(RateCard const& card, Usage const& usage) {
    return std::ranges::any_of(card.components, [&](Component const& component) {
        return applies(component, usage) && component.basis == Basis::kwh &&
               component.window != Window::any;
    });
}

bool flows(Basis basis) { return basis == Basis::kwh || is_time(basis); }

/// Adds what is measured or asked once; with `flowing` alone, only energy and time.
void add_use(std::vector<Term>& terms, RateCard const& card, Usage const& usage, Zone const& zone,
             bool flowing) {
    for (auto const& component : card.components) {
        auto const basis = component.basis;
        if (basis == Basis::minimum || basis == Basis::discount) continue;
        if (component.scope == Scope::month || (flowing && !flows(basis))) continue;
        if (holds_for(card, component, usage))
            price(terms, component, measured(component, card, usage, zone));
    }
}

void add_minimums(std::vector<Term>& terms, RateCard const& card, Usage const& usage,
                  Zone const& zone) {
    if (cut_short(usage.during, usage.halts)) return;
    Money so_far = total_of(terms);
    for (auto const& component : card.components) {
        if (component.basis != Basis::minimum || component.scope == Scope::month) continue;
        if (!holds_for(card, component, usage)) continue;
        auto term = measured(component, card, usage, zone);
        term.amount = price_of(term.price, 1, 1) - so_far;
        if (term.amount <= Money{}) continue;
        so_far += term.amount;
        terms.push_back(std::move(term));
    }
}

void finish(std::vector<Term>& terms, RateCard const& card, Usage const& usage, Zone const& zone) {
    bool const discount_first = card.discount_order == DiscountOrder::before_minimum;
    if (discount_first) add_discounts(terms, card, usage, zone);
    add_minimums(terms, card, usage, zone);
    if (!discount_first) add_discounts(terms, card, usage, zone);
}

/// What of the usage falls into the interval; what was booked beyond the use goes with its ends.
Usage slice_of(Usage const& usage, Interval whole) {
    Interval const during{std::max(usage.during.start, whole.start),
                          std::min(usage.during.end, whole.end)};
    Usage slice = usage;
    slice.during = during;
    slice.parts.clear();
    for (auto const& part : usage.parts)
        if (whole.start <= part.during.start && part.during.start < whole.end)
            slice.parts.push_back(part);
    if (usage.booked)
        slice.booked = {std::max(usage.booked->start, whole.start),
                        std::min(usage.booked->end, whole.end)};
    if (slice.booked && slice.booked->end < slice.booked->start)
        slice.booked->end = slice.booked->start;
    if (slice.during.end < slice.during.start) slice.during.end = slice.during.start;
    return slice;
}

}  // namespace

Result<void> check_split(RateCard const& card, Usage const& usage, Zone const& zone) {
    if (!has_energy_windows(card, usage)) return {};
    for (auto const& part : usage.parts)
        if (part.energy.wh != 0 && !tariff_boundaries(card, zone, part.during).empty())
            return refuse(ErrorKind::conflict, "unsplit_usage",
                          "no register was kept at a boundary of the tariff");
    return {};
}

void add_discounts(std::vector<Term>& terms, RateCard const& card, Usage const& usage,
                   Zone const& zone) {
    std::vector<Term> found;
    for (auto const& component : card.components) {
        if (component.basis != Basis::discount || !holds_for(card, component, usage)) continue;
        std::map<std::string, Money> charged;
        for (auto const& term : terms)
            if (component.taken_off.empty() || term.account() == component.taken_off)
                charged[term.tax_code] += term.amount;
        for (auto const& [tax_code, base] : charged) {
            auto term = measured(component, card, usage, zone);
            term.quantity = base.poisha;
            term.amount = -price_of(term.price, base.poisha, 1);
            term.tax_code = tax_code;
            if (term.amount != Money{}) found.push_back(std::move(term));
        }
    }
    terms.insert(terms.end(), found.begin(), found.end());
}

bool holds_for(RateCard const& card, Component const& component, Usage const& usage) {
    if (!applies(component, usage)) return false;
    return std::ranges::none_of(card.components, [&](Component const& other) {
        if (other.price_class == PriceClass::everybody || !for_one_thing(component, other) ||
            !applies(other, usage))
            return false;
        return component.price_class == PriceClass::everybody ||
               other.sequence < component.sequence;
    });
}

Term measured(Component const& component, RateCard const& card, Usage const& usage,
              Zone const& zone) {
    Term term{component.sequence,
              component.basis,
              component.window,
              component.label,
              1,
              component.price,
              {},
              Quality::good,
              component.per,
              component.unit,
              component.income,
              component.tax_code,
              card.id};
    if (term.basis == Basis::piece) term.quantity = usage.pieces.value_or(0);
    if (!flows(term.basis)) return term;
    term.quantity = 0;
    if (term.basis == Basis::kwh)
        measure_energy(term, card, usage, zone);
    else
        measure_time(term, card, usage, zone);
    return term;
}

void price(std::vector<Term>& terms, Component const& component, Term measured) {
    if (measured.quantity == 0) return;
    if (auto const step = component.increment; step > 0)
        measured.quantity = (measured.quantity + step - 1) / step * step;
    if (component.tier_model == TierModel::none) {
        measured.amount = price_of(measured.price, measured.quantity, measured.priced_per());
        terms.push_back(std::move(measured));
        return;
    }
    bool const block = component.tier_model == TierModel::block;
    for (auto const& [quantity, price] : by_tier(component, measured.quantity)) {
        Term term = measured;
        term.quantity = quantity;
        term.price = price;
        if (block) {
            term.per = 1;
            term.unit = "block";
        }
        term.amount = price_of(price, quantity, term.priced_per());
        terms.push_back(std::move(term));
    }
}

Result<std::vector<Term>> rate(RateCard const& card, Usage const& usage, Zone const& zone) {
    if (auto const split = check_split(card, usage, zone); !split)
        return tl::make_unexpected(split.error());
    std::vector<Term> terms;
    add_use(terms, card, usage, zone, false);
    finish(terms, card, usage, zone);
    return terms;
}

Result<std::vector<Term>> rate_at_use(std::vector<RateCard const*> const& versions,
                                      Usage const& usage, Zone const& zone) {
    Instant const ever = std::max(usage.during.end, usage.booked.value_or(usage.during).end);
    Instant from = std::min(usage.during.start, usage.booked.value_or(usage.during).start);
    std::vector<Term> terms;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        bool const last = i + 1 == versions.size();
        Instant const to = last ? ever : versions[i + 1]->effective_from;
        auto const slice = slice_of(usage, {from, to});
        if (auto const split = check_split(*versions[i], slice, zone); !split)
            return tl::make_unexpected(split.error());
        for (auto const& part : slice.parts)
            if (!last && part.energy.wh != 0 && part.during.end > to)
                return refuse(ErrorKind::conflict, "unsplit_usage",
                              "no register was kept where the prices changed");
        add_use(terms, *versions[i], slice, zone, i > 0);
        from = to;
    }
    finish(terms, *versions.front(), usage, zone);
    return terms;
}

Money total_of(std::vector<Term> const& terms) {
    Money total;
    for (auto const& term : terms) total += term.amount;
    return total;
}

std::vector<Interval> busy_times(Usage const& usage) {
    constexpr Wide micros_an_hour = 3'600'000'000;
    std::set<Instant> moments;
    for (auto const& part : usage.parts) {
        moments.insert(part.during.start);
        moments.insert(part.during.end);
    }
    std::vector<Interval> busy;
    std::optional<Instant> from;
    for (auto const& to : moments) {
        Wide watts = 0;  // of all meters together
        for (auto const& part : usage.parts)
            if (from && part.during.start <= *from && to <= part.during.end && !part.during.empty())
                watts += Wide{part.energy.wh} * micros_an_hour / part.during.length().count();
        if (from && watts > 0 && watts >= usage.busy_above_w) {
            if (!busy.empty() && busy.back().end == *from)
                busy.back().end = to;
            else
                busy.push_back({*from, to});
        }
        from = to;
    }
    return busy;
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
