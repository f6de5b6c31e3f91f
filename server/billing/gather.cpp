#include "server/billing/gather.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <set>

#include "server/billing/gather_month.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/tax.hpp"
#include "server/booking/rules_fee.hpp"
#include "server/facility/records.hpp"

namespace karkhana::billing {
namespace {

using booking::FeeKind;

/// What is settled or withdrawn later waits for a run of its own month.
constexpr std::chrono::days kFeeLateness{62};
constexpr int kMonthsBack = 2;
constexpr std::string_view kFeeSource = "booking_fee";
constexpr std::string_view kSettledFees =
    "SELECT booking_id, kind, number, enterprise_id, amount_poisha, "
    "COALESCE(from_us, made_at), withdrawn_at, reason FROM booking_fee "
    "WHERE facility_id = $1 AND made_at >= $2 AND made_at < $3 AND settled_at IS NOT NULL "
    "AND amount_poisha > 0 ORDER BY booking_id, kind, number";

struct SettledFee {
    std::string source_id;
    FeeKind kind = FeeKind::no_show;
    EnterpriseId enterprise;
    Money amount;
    Instant at;
    bool withdrawn = false;
    std::string reason;
};

std::vector<SettledFee> settled_fees(store::Reader& reader, FacilityId const& facility,
                                     Interval made) {
    return reader.all(
        kSettledFees,
        [](store::Row const& row) {
            return SettledFee{fmt::format("{}/{}/{}", row.text(0), row.text(1), row.integer(2)),
                              booking::fee_kind_of(row.text(1)).value(),
                              row.id<EnterpriseId>(3),
                              row.money(4),
                              row.at(5),
                              !row.is_null(6),
                              row.text(7)};
        },
        facility, made.start, made.end);
}

Label label_of(FeeKind kind) {
    switch (kind) {
    case FeeKind::late_cancel: return {"Cancelled late", "দেরিতে বাতিল"};
    case FeeKind::no_show: return {"Did not come", "আসেননি"};
    case FeeKind::overrun: return {"Stayed too long", "সময়ের বেশি ব্যবহার"};
    case FeeKind::late_change: return {"Changed late", "দেরিতে পরিবর্তন"};
    }
    return {};
}

Item fee_item(SettledFee const& fee, IdSource& ids, Instant now) {
    Item item;
    item.id = ids.make<ItemId>();
    item.enterprise = fee.enterprise;
    item.source = kFeeSource;
    item.source_id = fee.source_id;
    item.happened_at = fee.at;
    item.label = label_of(fee.kind);
    item.unit = "fee";
    item.price = {fee.amount.poisha * 10'000};
    item.amount = fee.amount;
    item.income = "income:no-show";
    item.tax_code = kStandardTax;
    item.created_at = now;
    return item;
}

/// A billed item, given back.
Item given_back(Item const& billed, std::string reason, IdSource& ids, Instant now) {
    Item item = billed;
    item.id = ids.make<ItemId>();
    item.source = "adjustment";
    item.source_id = "item/" + billed.id.text();
    item.happened_at = now;
    item.price = {-billed.price.e4};
    item.amount = -billed.amount;
    item.refers_invoice = billed.invoice;
    item.refers_line = billed.line;
    item.note = std::move(reason);
    item.created_at = now;
    item.invoice.reset();
    return item;
}

/// Fees that are settled become items; of those withdrawn what waits goes, what was billed is given
/// back.
void gather_fees(store::Reader& reader, FacilityId const& facility, IdSource& ids, Interval during,
                 Instant now, Gathered& gathered) {
    auto const fees = settled_fees(reader, facility, {during.start - kFeeLateness, during.end});
    std::vector<std::string> said;
    for (auto const& fee : fees) said.push_back(fee.source_id);
    auto const known = items_of_source(reader, facility, kFeeSource, said);
    std::vector<std::string> returned;
    for (auto const& [id, item] : known) returned.push_back("item/" + item.id.text());
    auto const back = items_of_source(reader, facility, "adjustment", returned);
    for (auto const& fee : fees) {
        auto const there = known.find(fee.source_id);
        if (there == known.end()) {
            if (!fee.withdrawn) gathered.fresh.push_back(fee_item(fee, ids, now));
            continue;
        }
        auto const& item = there->second;
        if (!fee.withdrawn || item.state == "withdrawn") continue;
        if (item.state == "waiting")
            gathered.gone.push_back(item);
        else if (!back.contains("item/" + item.id.text())) {
            auto given = given_back(item, fee.reason, ids, now);
            auto const left = left_of(item.amount, item.line,
                                      adjustments_of(reader, facility, item.invoice.value()));
            if (left == Money{}) continue;
            given.amount = -left;
            given.price = {-left.poisha * 10'000};
            given.quantity = given.per = 1;
            gathered.fresh.push_back(std::move(given));
        }
    }
}

/// "2025-12" of "2026-01".
std::string month_before(std::string const& period) {
    std::chrono::year_month_day const first{parse_date(period + "-01").value()};
    auto const before = std::chrono::local_days{
        (first.year() / first.month() - std::chrono::months{1}) / std::chrono::day{1}};
    return to_date(before).substr(0, 7);
}

}  // namespace

Result<Gathered> gather(store::Reader& reader, FacilityId const& facility, IdSource& ids,
                        std::string const& period, Instant now) {
    auto const during = period_interval(facility::zone_of(reader, facility), period);
    if (!during) return tl::make_unexpected(during.error());
    Gathered gathered;
    gather_fees(reader, facility, ids, *during, now, gathered);
    std::ranges::move(fresh_draws(reader, facility, ids, now), std::back_inserter(gathered.fresh));
    auto month = period;
    for (int back = 0; back <= kMonthsBack; ++back) {
        auto const done = gather_month(reader, facility, ids, month, back > 0, now, gathered);
        if (!done) return tl::make_unexpected(done.error());
        month = month_before(month);
    }
    return gathered;
}

Result<void> keep(store::Writer& writer, FacilityId const& facility, Gathered const& gathered,
                  Instant now) {
    std::set<InvoiceId> drafts;
    for (auto const& [month, payers] : gathered.payers)
        keep_payers(writer, facility, month, payers);
    for (auto const& item : gathered.fresh) add_item(writer, facility, item).value();
    for (auto const& item : gathered.gone) {
        drop_item(writer, facility, item.id);
        if (item.invoice) drafts.insert(*item.invoice);
    }
    return refresh_drafts(writer, facility, drafts, now);
}

std::vector<Item> with(std::vector<Item> waiting, Gathered const& gathered) {
    std::erase_if(waiting, [&](Item const& item) {
        return std::ranges::find(gathered.gone, item.id, &Item::id) != gathered.gone.end();
    });
    waiting.insert(waiting.end(), gathered.fresh.begin(), gathered.fresh.end());
    return waiting;
}

}  // namespace karkhana::billing
