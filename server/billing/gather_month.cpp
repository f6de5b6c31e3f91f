#include "server/billing/gather_month.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <ranges>
#include <set>
#include <utility>

#include "server/billing/charges.hpp"
#include "server/billing/document.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/late_corrections.hpp"
#include "server/billing/month_payers.hpp"
#include "server/billing/rated_sessions.hpp"
#include "server/billing/rating_period.hpp"
#include "server/billing/words.hpp"
#include "server/facility/records.hpp"
#include "server/metering/find_sessions.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kMonthSource = "period_rate";
constexpr std::string_view kMembershipUnit = "membership";
constexpr std::string_view kLeastUnit = "month";
constexpr std::string_view kCharged =
    "SELECT r.enterprise_id, CAST(SUM(c.amount_poisha) AS BIGINT) FROM rated_session r "
    "JOIN charge c ON c.facility_id = r.facility_id AND c.session_id = r.session_id "
    "WHERE r.facility_id = $1 AND r.stopped_at >= $2 AND r.stopped_at < $3 "
    "GROUP BY r.enterprise_id";
// What was corrected after a bill and is no charge: of uses that ended in the month.
constexpr std::string_view kCorrected =
    "SELECT enterprise_id, CAST(SUM(amount_poisha) AS BIGINT) FROM billable_item "
    "WHERE facility_id = $1 AND source = 'adjustment' AND source_id LIKE 'register/%' "
    "AND state <> 'withdrawn' AND happened_at >= $2 AND happened_at < $3 GROUP BY enterprise_id";
constexpr std::size_t kAtOnce = 500;

using Uses = std::map<std::pair<EnterpriseId, RateCardId>, std::vector<Usage>>;

/// What is to be billed, and of which prices it is the sum where a discount was taken off.
struct Due {
    Term term;
    std::string parts;
};
using DueOf = std::map<EnterpriseId, std::vector<Due>>;

struct Month {
    std::string period;
    Interval during;
    Zone zone;
    bool over = false;
};

bool by_the_month(RateCard const& card) {
    return std::ranges::any_of(card.components, [](Component const& component) {
        return component.scope == Scope::month || component.basis == Basis::membership;
    });
}

/// Every rated use of the month, by who pays and by which card.
Uses uses_of(store::Reader& reader, FacilityId const& facility, Month const& month) {
    Uses uses;
    auto const late = sessions_corrected_late(reader, facility);
    auto const all = rated_between(reader, facility, month.during);
    for (std::size_t from = 0; from < all.size(); from += kAtOnce) {
        std::vector<SessionId> const some(
            all.begin() + static_cast<std::ptrdiff_t>(from),
            all.begin() + static_cast<std::ptrdiff_t>(std::min(from + kAtOnce, all.size())));
        std::map<SessionId, RatedSession> rated;
        for (auto& one : find_rated(reader, facility, some))
            rated.emplace(one.session, std::move(one));
        auto halts = kept_halts(reader, facility, some);
        for (auto& session : metering::find_sessions(reader, facility, some)) {
            auto const& as = rated.at(session.id);
            if (std::ranges::binary_search(late, session.id))
                session = with_late(std::move(session),
                                    late_corrections_of(reader, facility, session.id));
            uses[{as.enterprise, as.card}].push_back(
                usage_of({session, as.machine_kind, std::move(halts[session.id]), as.payer}));
        }
    }
    return uses;
}

Term membership_term(Component const& component, RateCard const& card, MonthShare share) {
    auto const amount = prorate(price_of(component.price, 1, 1), share);
    return {.component = component.sequence,
            .basis = component.basis,
            .label = component.label,
            .quantity = 1,
            .price = {amount.poisha * 10'000},
            .amount = amount,
            .unit = std::string{kMembershipUnit},
            .income = component.income,
            .tax_code = component.tax_code,
            .card = card.id};
}

/// Of the classes that a membership is sold to; everybody's price is for members.
void add_membership(RateCard const& card, MonthPayer const& payer, std::vector<Due>& terms) {
    for (auto const& component : card.components) {
        if (component.basis != Basis::membership) continue;
        auto const of = component.price_class == PriceClass::everybody ? PriceClass::member
                                                                       : component.price_class;
        if (std::ranges::find(payer.classes, of) == payer.classes.end()) continue;
        auto term = membership_term(component, card, payer.share);
        if (term.amount > Money{}) terms.push_back({std::move(term), ""});
        return;
    }
}

/// "Machine time Tk 900.00, Women-led −Tk 180.00 · মেশিন সময় ৳৯০০.০০, ..."
void add_part(std::map<std::string, std::pair<std::string, std::string>>& parts, Term const& term) {
    auto& [en, bn] = parts[tax_code_of(term)];
    auto const add = [&](std::string& text, std::string const& label, Language language) {
        bool const less = term.amount < Money{};
        text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", label, less ? "−" : "",
                            taka_text(less ? -term.amount : term.amount, language));
    };
    add(en, term.label.en, Language::en);
    add(bn, term.label.bn, Language::bn);
}

/// A discount of the month takes its part off what is taxed alike: a line cannot be less than
/// nothing. The line says of what it is the sum.
std::vector<Due> without_discounts(std::vector<Term> terms) {
    std::vector<Due> left;
    auto const less = [](Term const& term) { return term.amount < Money{}; };
    if (std::ranges::none_of(terms, less)) {
        for (auto& term : terms) left.push_back({std::move(term), ""});
        return left;
    }
    std::map<std::string, Term> whole;
    std::map<std::string, std::pair<std::string, std::string>> parts;
    for (auto const& term : terms) {
        add_part(parts, term);
        auto const [place, fresh] = whole.try_emplace(tax_code_of(term), term);
        if (!fresh) place->second.amount += term.amount;
        place->second.quantity = place->second.per = 1;
        place->second.unit = "tariff";
    }
    for (auto& [code, term] : whole) {
        term.price = {term.amount.poisha * 10'000};
        left.push_back({std::move(term), parts[code].first + " · " + parts[code].second});
    }
    return left;
}

/// What each ME owes for its month beside its sessions.
Result<DueOf> due_of(store::Reader& reader, FacilityId const& facility,
                     std::vector<RateCard> const& cards, Month const& month,
                     MonthPayers const& payers) {
    DueOf due;
    std::map<EnterpriseId, Money> charged;
    for (auto const& [whose, uses] : uses_of(reader, facility, month)) {
        auto terms = rate_period(*card_by_id(cards, whose.second), uses, month.zone);
        if (!terms) return tl::make_unexpected(terms.error());
        charged[whose.first] += total_of(*terms);
        std::ranges::move(without_discounts(std::move(*terms)),
                          std::back_inserter(due[whose.first]));
    }
    auto const* card = card_at(cards, month.during.start);
    if (!month.over || card == nullptr) return due;
    for (auto const sql : {kCharged, kCorrected})
        reader.each(
            sql, [&](store::Row const& row) { charged[row.id<EnterpriseId>(0)] += row.money(1); },
            facility, month.during.start, month.during.end);
    for (auto const& [enterprise, payer] : payers) {
        auto& terms = due[enterprise];
        add_membership(*card, payer, terms);
        auto const least = month_minimum(*card, payer.classes, charged[enterprise], payer.share);
        if (least) terms.push_back({*least, ""});
    }
    return due;
}

Item month_item(EnterpriseId const& enterprise, Due const& due, Month const& month,
                std::size_t number, IdSource& ids, Instant now) {
    auto const& term = due.term;
    Item item;
    item.note = due.parts;
    item.id = ids.make<ItemId>();
    item.enterprise = enterprise;
    item.source = kMonthSource;
    item.source_id = fmt::format("{}/{}/{}", month.period, enterprise.text(), number);
    item.happened_at = month.during.end - Duration{1};
    item.label = term.label;
    item.quantity = term.quantity;
    item.unit = term.unit.empty() ? std::string{unit_of(term.basis)} : term.unit;
    item.per = term.priced_per();
    item.price = term.price;
    item.amount = term.amount;
    // What tops up is an amount of its own, not the price of a quantity.
    if (price_of(item.price, item.quantity, item.per) != item.amount) {
        item.quantity = item.per = 1;
        item.price = {item.amount.poisha * 10'000};
    }
    item.income = term.account();
    item.tax_code = tax_code_of(term);
    item.created_at = now;
    return item;
}

bool alike(Item const& a, Item const& b) {
    return a.label == b.label && a.quantity == b.quantity && a.unit == b.unit && a.per == b.per &&
           a.price == b.price && a.amount == b.amount && a.income == b.income &&
           a.tax_code == b.tax_code && a.note == b.note;
}

/// What there is already of one ME's month.
struct MonthItems {
    std::vector<Item> waiting, billed;
    std::size_t said = 0;  ///< with those withdrawn
};
std::map<EnterpriseId, MonthItems> items_of_month(store::Reader& reader, FacilityId const& facility,
                                                  std::string_view source,
                                                  std::string const& prefix) {
    std::map<EnterpriseId, MonthItems> found;
    for (auto& item : items_with_prefix(reader, facility, source, prefix)) {
        auto& of = found[item.enterprise];
        ++of.said;
        if (item.state == "withdrawn") continue;
        (item.state == "billed" ? of.billed : of.waiting).push_back(std::move(item));
    }
    return found;
}

/// A membership, the least of a month, and use are rated anew each by itself, and what is taxed
/// alike together.
struct Group {
    std::vector<Item> wanted, waiting, billed, adjusting;
    Money adjusted;  ///< by what is billed or given back already
};
using Groups = std::map<std::pair<std::string, std::string>, Group>;

bool is_use(Item const& item) { return item.unit != kMembershipUnit && item.unit != kLeastUnit; }

std::pair<std::string, std::string> group_of(Item const& item) {
    return {is_use(item) ? "" : item.unit, item.tax_code};
}

Groups groups_of(std::vector<Item> wanted, MonthItems const& there, MonthItems const& adjusted) {
    Groups groups;
    for (auto& item : wanted) groups[group_of(item)].wanted.push_back(std::move(item));
    for (auto const& item : there.waiting) groups[group_of(item)].waiting.push_back(item);
    for (auto const& item : there.billed) groups[group_of(item)].billed.push_back(item);
    auto const corrected_by = [&](Item const& item) -> Group* {
        for (auto const& billed : there.billed)
            if (billed.invoice == item.refers_invoice && billed.line == item.refers_line)
                return &groups.at(group_of(billed));
        return nullptr;
    };
    for (auto const& item : adjusted.billed)
        if (auto* const group = corrected_by(item)) group->adjusted += item.amount;
    for (auto const& item : adjusted.waiting)
        if (auto* const group = corrected_by(item)) group->adjusting.push_back(item);
    return groups;
}

/// While nothing of it is issued: the items become what is due.
void replace(Group const& group, Gathered& gathered) {
    if (std::ranges::equal(group.waiting, group.wanted, alike)) return;
    std::ranges::copy(group.waiting, std::back_inserter(gathered.gone));
    std::ranges::copy(group.wanted, std::back_inserter(gathered.fresh));
}

/// So much of which issued line.
using Change = std::pair<Item const*, Money>;

/// More is a line that refers to the first one; less is given back from the last one on, of none
/// more than is left of it.
std::vector<Change> changes_of(store::Reader& reader, FacilityId const& facility,
                               Group const& group, Money difference) {
    if (difference == Money{}) return {};
    if (difference > Money{}) return {{&group.billed.front(), difference}};
    std::vector<Change> changes;
    for (auto const& item : std::views::reverse(group.billed)) {
        auto others = adjustments_of(reader, facility, item.invoice.value());
        std::erase_if(others, [&](Item const& other) {
            return std::ranges::find(group.adjusting, other.id, &Item::id) != group.adjusting.end();
        });
        auto const taken = std::min(-difference, left_of(item.amount, item.line, others));
        if (taken == Money{}) continue;
        changes.emplace_back(&item, -taken);
        difference += taken;
    }
    return changes;
}

Item adjustment_of(Item const& billed, Money amount, std::string source_id, IdSource& ids,
                   Instant now) {
    auto item = billed;
    item.id = ids.make<ItemId>();
    item.source = "adjustment";
    item.refers_invoice = item.invoice;
    item.refers_line = item.line;
    item.source_id = std::move(source_id);
    item.quantity = item.per = 1;
    item.unit = "correction";
    item.amount = amount;
    item.price = {amount.poisha * 10'000};
    item.note = "The month was rated anew.";
    item.created_at = now;
    item.invoice.reset();
    return item;
}

/// After that: what is due less what was issued for it. `said`: how many adjustments there are.
void adjust(store::Reader& reader, FacilityId const& facility, Group const& group,
            Month const& month, std::size_t& said, IdSource& ids, Instant now, Gathered& gathered) {
    auto difference = -group.adjusted;
    for (auto const& item : group.wanted) difference += item.amount;
    for (auto const& item : group.billed) difference = difference - item.amount;
    auto const changes = changes_of(reader, facility, group, difference);
    bool const same =
        std::ranges::equal(changes, group.adjusting, [](Change const& change, Item const& item) {
            return change.first->invoice == item.refers_invoice &&
                   change.first->line == item.refers_line && change.second == item.amount;
        });
    if (same) return;
    std::ranges::copy(group.adjusting, std::back_inserter(gathered.gone));
    for (auto const& [billed, amount] : changes)
        gathered.fresh.push_back(adjustment_of(
            *billed, amount,
            fmt::format("period/{}/{}/{}", month.period, billed->enterprise.text(), ++said), ids,
            now));
}

/// By what each ME's month is rated. Whose bill is final stays as it was then; where that is not
/// known, what was issued beside its use stays.
struct MonthRates {
    MonthPayers payers;
    std::set<EnterpriseId> billed;   ///< whose bill of the month is final
    std::set<EnterpriseId> unknown;  ///< as what they were rated then
};

MonthRates rates_of(store::Reader& reader, FacilityId const& facility, Month const& month,
                    std::map<EnterpriseId, MonthItems> const& issued, Gathered& gathered,
                    bool issued_only) {
    MonthRates rates;
    for (auto const& bill : final_invoices_of(reader, facility, month.period))
        if (!bill.credit_note) rates.billed.insert(bill.enterprise);
    for (auto const& [enterprise, items] : issued)
        if (!items.billed.empty()) rates.billed.insert(enterprise);
    if (!month.over || (issued_only && rates.billed.empty())) return rates;
    auto const then = payers_then(reader, facility, month.period);
    rates.payers = payers_today(reader, facility, month.zone, month.during);
    for (auto const& enterprise : rates.billed)
        if (auto const kept = then.find(enterprise); kept != then.end())
            rates.payers[enterprise] = kept->second;
    for (auto const& [enterprise, items] : issued)
        if (!then.contains(enterprise) &&
            std::ranges::any_of(items.billed, [](Item const& item) { return !is_use(item); }))
            rates.unknown.insert(enterprise);
    auto& kept = gathered.payers[month.period];
    for (auto const& [enterprise, payer] : rates.payers) {
        auto const there = then.find(enterprise);
        if (issued_only && !rates.billed.contains(enterprise)) continue;
        if (!rates.unknown.contains(enterprise) && (there == then.end() || there->second != payer))
            kept.emplace(enterprise, payer);
    }
    return rates;
}

}  // namespace

Result<void> gather_month(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                          std::string const& period, bool issued_only, Instant now,
                          Gathered& gathered) {
    auto const cards = list_rate_cards(reader, facility);
    if (std::ranges::none_of(cards, by_the_month)) return {};
    auto const zone = facility::zone_of(reader, facility);
    auto const during = period_interval(zone, period).value();
    Month const month{period, during, zone, during.end <= now};
    auto const issued = items_of_month(reader, facility, kMonthSource, period + "/");
    auto const rates = rates_of(reader, facility, month, issued, gathered, issued_only);
    if (issued_only && rates.billed.empty()) return {};
    auto due = due_of(reader, facility, cards, month, rates.payers);
    if (!due) return tl::make_unexpected(due.error());
    for (auto const& [enterprise, items] : issued) due->try_emplace(enterprise);
    auto adjusted = items_of_month(reader, facility, "adjustment", "period/" + period + "/");
    for (auto const& [enterprise, terms] : *due) {
        if (issued_only && !rates.billed.contains(enterprise)) continue;
        auto const found = issued.find(enterprise);
        MonthItems const there = found == issued.end() ? MonthItems{} : found->second;
        std::vector<Item> wanted;
        for (auto const& one : terms)
            if (one.term.amount > Money{})
                wanted.push_back(
                    month_item(enterprise, one, month, there.said + wanted.size() + 1, ids, now));
        auto said = adjusted[enterprise].said;
        for (auto const& [of, group] : groups_of(std::move(wanted), there, adjusted[enterprise])) {
            if (group.billed.empty())
                replace(group, gathered);
            else if (of.first.empty() || !rates.unknown.contains(enterprise))
                adjust(reader, facility, group, month, said, ids, now, gathered);
        }
    }
    return {};
}

}  // namespace karkhana::billing
