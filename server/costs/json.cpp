#include "server/costs/json.hpp"

#include <boost/json/array.hpp>

#include "server/http/json.hpp"

namespace karkhana::costs {
namespace {

namespace json = boost::json;

std::int64_t seconds(Duration length) {
    return std::chrono::floor<std::chrono::seconds>(length).count();
}

json::value wh_or_null(std::optional<Energy> const& energy) {
    return energy ? json::value(energy->wh) : json::value(nullptr);
}

json::value price_or_null(std::optional<Rate> const& rate) {
    return rate ? json::value(rate->e4) : json::value(nullptr);
}

json::object line_json(BillLine const& line) {
    return {{"head", name_of(line.head)},
            {"window", name_of(line.window)},
            {"energy_wh", wh_or_null(line.energy)},
            {"register_from_wh", http::or_null(line.register_from)},
            {"register_to_wh", http::or_null(line.register_to)},
            {"multiplier", line.multiplier},
            {"amount", http::to_json(line.amount)},
            {"label", line.label}};
}

json::object reconciliation_json(UtilityBill const& bill, CostSetting const& setting,
                                 Zone const& zone) {
    auto const found = reconcile(bill, setting.tolerance_e4);
    return {{"billed_wh", found.billed.wh},
            {"machines_wh", found.machines.wh},
            {"site_wh", wh_or_null(found.site)},
            {"remainder_wh", wh_or_null(found.remainder)},
            {"difference_wh", found.difference.wh},
            {"difference_e4", found.difference_e4},
            {"tolerance_e4", setting.tolerance_e4},
            {"flagged", found.flagged},
            {"measured_from", to_rfc3339(bill.measured.during.start, zone)},
            {"measured_to", to_rfc3339(bill.measured.during.end, zone)},
            {"gap_from_seconds", seconds(found.gap_from)},
            {"gap_to_seconds", seconds(found.gap_to)}};
}

json::object share_json(Share const& share) {
    return {{"machine_id", http::or_null(share.machine)},
            {"used_wh", share.used.wh},
            {"energy", http::to_json(share.energy)},
            {"demand", http::to_json(share.demand)},
            {"pf_surcharge", http::to_json(share.pf_surcharge)},
            {"vat", http::to_json(share.vat)},
            {"other", http::to_json(share.other)},
            {"total", http::to_json(share.total())}};
}

json::object machine_json(MachineCost const& machine) {
    auto const& use = machine.use;
    return {{"machine_id", use.machine.text()},
            {"used_seconds", use.used_seconds},
            {"own_use_seconds", use.own_use_seconds},
            {"own_use_wh", use.own_use.wh},
            {"booked_seconds", use.booked_seconds},
            {"energy_wh", use.energy.wh},
            {"pieces", use.pieces},
            {"charged", http::to_json(use.charged)},
            {"running", http::to_json(machine.running)},
            {"capital", http::to_json(machine.capital)},
            {"overhead", http::to_json(machine.overhead)},
            {"cost", http::to_json(machine.cost())},
            {"break_even", json::object{{"hour_e4", price_or_null(machine.break_even.hour)},
                                        {"kwh_e4", price_or_null(machine.break_even.kwh)},
                                        {"piece_e4", price_or_null(machine.break_even.piece)}}}};
}

}  // namespace

json::object bill_json(UtilityBill const& bill, CostSetting const& setting, Zone const& zone) {
    json::array lines, shares;
    for (auto const& line : bill.lines) lines.push_back(line_json(line));
    for (auto const& share : allocate(bill, setting.demand_by)) shares.push_back(share_json(share));
    return {{"id", bill.id.text()},
            {"version", bill.version},
            {"paper_number", bill.paper_number},
            {"from", to_date(local_day(zone, bill.during.start))},
            {"to", to_date(local_day(zone, bill.during.end))},
            {"sanctioned_w", http::or_null(bill.sanctioned_w)},
            {"peak_from_minute", bill.peak_from_minute},
            {"peak_to_minute", bill.peak_to_minute},
            {"lines", std::move(lines)},
            {"total", http::to_json(bill.total)},
            {"source", bill.source},
            {"reason", bill.reason},
            {"created_at", to_rfc3339(bill.created_at, zone)},
            {"reconciliation", reconciliation_json(bill, setting, zone)},
            {"demand_by", name_of(setting.demand_by)},
            {"shares", std::move(shares)}};
}

json::object cost_json(CostEntry const& cost, Zone const& zone) {
    return {{"id", cost.id.text()},
            {"version", cost.version},
            {"head", name_of(cost.head)},
            {"machine_id", http::or_null(cost.machine)},
            {"month_from", to_text(cost.from)},
            {"month_to", to_text(cost.to)},
            {"monthly", http::to_json(cost.monthly)},
            {"source", cost.source},
            {"reason", cost.reason},
            {"created_at", to_rfc3339(cost.created_at, zone)}};
}

json::object term_json(Term const& term) {
    return {{"name", term.name},
            {"machine_id", http::or_null(term.machine)},
            {"amount", http::to_json(term.amount)},
            {"source", term.source}};
}

json::object recovery_json(Recovery const& found) {
    json::array machines;
    for (auto const& machine : found.machines) machines.push_back(machine_json(machine));
    return {{"income", http::to_json(found.income)},
            {"cost", http::to_json(found.cost)},
            {"recovery_e4", http::or_null(found.recovery_e4)},
            {"not_counted", http::to_json(found.not_counted)},
            {"unallocated", http::to_json(found.unallocated)},
            {"machines", std::move(machines)}};
}

}  // namespace karkhana::costs
