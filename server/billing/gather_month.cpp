#include "server/billing/gather_month.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "server/billing/charges.hpp"
#include "server/billing/document.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/rated_sessions.hpp"
#include "server/billing/rating_period.hpp"
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
constexpr std::string_view kPayers =
    "SELECT enterprise_id, membership, women_led, created_at FROM enterprise "
    "WHERE facility_id = $1 AND merged_into IS NULL AND created_at < $2";
constexpr std::size_t kAtOnce = 500;

/// Who pays by the month: what it is, and how much of the month it was there.
struct MonthPayer {
    std::vector<PriceClass> classes;
    MonthShare share;
};
using Payers = std::map<EnterpriseId, MonthPayer>;
using Uses = std::map<std::pair<EnterpriseId, RateCardId>, std::vector<Usage>>;
using TermsOf = std::map<EnterpriseId, std::vector<Term>>;

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

Payers month_payers(store::Reader& reader, FacilityId const& facility, Month const& month) {
    std::chrono::year_month_day const first{local_day(month.zone, month.during.start)};
    auto const of = first.year() / first.month();
    Payers payers;
    reader.each(
        kPayers,
        [&](store::Row const& row) {
            auto& payer = payers[row.id<EnterpriseId>(0)];
            if (auto const level = price_class_of(row.text(1))) payer.classes.push_back(*level);
            if (row.flag(2)) payer.classes.push_back(PriceClass::women_led);
            payer.share = share_of_month(of, local_day(month.zone, row.at(3)), std::nullopt);
        },
        facility, month.during.end);
    return payers;
}

/// Every rated use of the month, by who pays and by which card.
Uses uses_of(store::Reader& reader, FacilityId const& facility, Month const& month) {
    Uses uses;
    auto const all = rated_between(reader, facility, month.during);
    for (std::size_t from = 0; from < all.size(); from += kAtOnce) {
        std::vector<SessionId> const some(
            all.begin() + static_cast<std::ptrdiff_t>(from),
            all.begin() + static_cast<std::ptrdiff_t>(std::min(from + kAtOnce, all.size())));
        std::map<SessionId, RatedSession> rated;
        for (auto& one : find_rated(reader, facility, some))
            rated.emplace(one.session, std::move(one));
        auto halts = kept_halts(reader, facility, some);
        for (auto const& session : metering::find_sessions(reader, facility, some)) {
            auto const& as = rated.at(session.id);
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
void add_membership(RateCard const& card, MonthPayer const& payer, std::vector<Term>& terms) {
    for (auto const& component : card.components) {
        if (component.basis != Basis::membership) continue;
        auto const of = component.price_class == PriceClass::everybody ? PriceClass::member
                                                                       : component.price_class;
        if (std::ranges::find(payer.classes, of) == payer.classes.end()) continue;
        auto term = membership_term(component, card, payer.share);
        if (term.amount > Money{}) terms.push_back(std::move(term));
        return;
    }
}

/// What each ME owes for its month beside its sessions.
Result<TermsOf> due_of(store::Reader& reader, FacilityId const& facility,
                       std::vector<RateCard> const& cards, Month const& month) {
    TermsOf due;
    std::map<EnterpriseId, Money> charged;
    for (auto const& [whose, uses] : uses_of(reader, facility, month)) {
        auto terms = rate_period(*card_by_id(cards, whose.second), uses, month.zone);
        if (!terms) return tl::make_unexpected(terms.error());
        charged[whose.first] += total_of(*terms);
        std::ranges::move(*terms, std::back_inserter(due[whose.first]));
    }
    auto const* card = card_at(cards, month.during.start);
    if (!month.over || card == nullptr) return due;
    reader.each(
        kCharged, [&](store::Row const& row) { charged[row.id<EnterpriseId>(0)] += row.money(1); },
        facility, month.during.start, month.during.end);
    for (auto const& [enterprise, payer] : month_payers(reader, facility, month)) {
        auto& terms = due[enterprise];
        add_membership(*card, payer, terms);
        auto const least = month_minimum(*card, payer.classes, charged[enterprise], payer.share);
        if (least) terms.push_back(*least);
    }
    return due;
}

Item month_item(EnterpriseId const& enterprise, Term const& term, Month const& month,
                std::size_t number, IdSource& ids, Instant now) {
    Item item;
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

/// A discount of the month takes its part off what is taxed alike: a line cannot be less than
/// nothing.
std::vector<Term> without_discounts(std::vector<Term> terms) {
    auto const less = [](Term const& term) { return term.amount < Money{}; };
    if (std::ranges::none_of(terms, less)) return terms;
    std::map<std::string, Term> whole;
    for (auto const& term : terms) {
        auto const [place, fresh] = whole.try_emplace(tax_code_of(term), term);
        if (!fresh) place->second.amount += term.amount;
        place->second.quantity = place->second.per = 1;
        place->second.unit = "tariff";
    }
    std::vector<Term> left;
    for (auto& [code, term] : whole) {
        term.price = {term.amount.poisha * 10'000};
        left.push_back(std::move(term));
    }
    return left;
}

bool alike(Item const& a, Item const& b) {
    return a.label == b.label && a.quantity == b.quantity && a.unit == b.unit && a.per == b.per &&
           a.price == b.price && a.amount == b.amount && a.income == b.income &&
           a.tax_code == b.tax_code;
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

/// While nothing of it is issued: the items become what is due.
void replace(MonthItems const& there, std::vector<Item> wanted, Gathered& gathered) {
    if (std::ranges::equal(there.waiting, wanted, alike)) return;
    std::ranges::copy(there.waiting, std::back_inserter(gathered.gone));
    std::ranges::move(wanted, std::back_inserter(gathered.fresh));
}

/// What a bill must not change afterwards: an ME may be of another class today, or merged.
bool stays(Item const& item) { return item.unit == kMembershipUnit || item.unit == kLeastUnit; }

/// After that: what the use of the month is due less what was issued for it, as one adjustment. A
/// membership and the least of a month stay as they were issued; those that were not yet are.
void adjust(store::Reader& reader, FacilityId const& facility, MonthItems const& issued,
            MonthItems const& adjusted, std::vector<Item> const& wanted, Month const& month,
            IdSource& ids, Instant now, Gathered& gathered) {
    Money difference;
    Item const* first = nullptr;
    for (auto const& item : wanted) {
        auto const alike_unit = [&](Item const& other) { return other.unit == item.unit; };
        bool const there = std::ranges::any_of(issued.billed, alike_unit) ||
                           std::ranges::any_of(issued.waiting, alike_unit);
        if (!stays(item))
            difference += item.amount;
        else if (!there)
            gathered.fresh.push_back(item);
    }
    Money left;
    for (auto const& item : issued.billed) {
        if (stays(item)) continue;
        if (first == nullptr) first = &item;
        difference = difference - item.amount;
        left +=
            left_of(item.amount, item.line, adjustments_of(reader, facility, item.invoice.value()));
    }
    if (first == nullptr) return;
    for (auto const& item : adjusted.billed) difference = difference - item.amount;
    difference = std::max(difference, -left);
    bool const said = adjusted.waiting.size() == (difference == Money{} ? 0 : 1) &&
                      (difference == Money{} || adjusted.waiting[0].amount == difference);
    if (said) return;
    std::ranges::copy(adjusted.waiting, std::back_inserter(gathered.gone));
    if (difference == Money{}) return;
    auto item = *first;
    item.id = ids.make<ItemId>();
    item.source = "adjustment";
    item.refers_invoice = item.invoice;
    item.refers_line = item.line;
    item.source_id =
        fmt::format("period/{}/{}/{}", month.period, item.enterprise.text(), adjusted.said + 1);
    item.quantity = item.per = 1;
    item.unit = "correction";
    item.amount = difference;
    item.price = {difference.poisha * 10'000};
    item.note = "The month was rated anew.";
    item.created_at = now;
    item.invoice.reset();
    gathered.fresh.push_back(std::move(item));
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
    auto const final = [](auto const& of) { return !of.second.billed.empty(); };
    if (issued_only && std::ranges::none_of(issued, final)) return {};
    auto due = due_of(reader, facility, cards, month);
    if (!due) return tl::make_unexpected(due.error());
    for (auto const& [enterprise, items] : issued) due->try_emplace(enterprise);
    auto adjusted = items_of_month(reader, facility, "adjustment", "period/" + period + "/");
    for (auto& [enterprise, terms] : *due) {
        auto const found = issued.find(enterprise);
        MonthItems const there = found == issued.end() ? MonthItems{} : found->second;
        std::vector<Item> wanted;
        for (auto const& term : without_discounts(std::move(terms)))
            if (term.amount > Money{})
                wanted.push_back(
                    month_item(enterprise, term, month, there.said + wanted.size() + 1, ids, now));
        if (there.billed.empty() && !issued_only) replace(there, std::move(wanted), gathered);
        if (!there.billed.empty())
            adjust(reader, facility, there, adjusted[enterprise], wanted, month, ids, now,
                   gathered);
    }
    return {};
}

}  // namespace karkhana::billing
