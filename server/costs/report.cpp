#include "server/costs/report.hpp"

#include <chrono>

namespace karkhana::costs {
namespace {

/// How far a bill reaches beyond the month that it counts in, at most.
constexpr std::chrono::days reach{100};

Instant month_start(Zone const& zone, Month month) {
    std::chrono::year_month_day const first{
        std::chrono::year{static_cast<int>(month / 12)},
        std::chrono::month{static_cast<unsigned>(month % 12 + 1)}, std::chrono::day{1}};
    return at_minute(zone, std::chrono::local_days{first}, 0);
}

void add_bill(std::vector<Term>& terms, UtilityBill const& bill, DemandBy by) {
    auto const source = "utility-bill/" + bill.id.text() + "/" + std::to_string(bill.version);
    for (auto const& share : allocate(bill, by))
        if (share.total() != Money{})
            terms.push_back(
                {std::string{name_of(Head::electricity)}, share.machine, share.total(), source});
}

}  // namespace

Interval months_interval(Zone const& zone, Month first, Month last) {
    return {month_start(zone, first), month_start(zone, last + 1)};
}

Month month_of(Zone const& zone, UtilityBill const& bill) {
    auto const middle = bill.during.start + bill.during.length() / 2;
    std::chrono::year_month_day const day{local_day(zone, middle)};
    return Month{static_cast<int>(day.year())} * 12 + static_cast<unsigned>(day.month()) - 1;
}

Report report_of(store::Reader& reader, FacilityId const& facility, Zone const& zone, Month first,
                 Month last) {
    Report report{.during = months_interval(zone, first, last)};
    auto [income, material] = booked_between(reader, facility, report.during);
    report.income = std::move(income);
    auto const settings = cost_settings(reader, facility);
    auto const around = Interval{report.during.start - reach, report.during.end + reach};
    for (auto const& bill : bills_within(reader, facility, around)) {
        auto const month = month_of(zone, bill);
        if (month < first || month > last) continue;
        add_bill(report.costs, bill, setting_at(settings, bill.during.start).demand_by);
    }
    for (auto const& cost : list_costs(reader, facility))
        if (auto const amount = cost.within(first, last); amount != Money{})
            report.costs.push_back({std::string{name_of(cost.head)}, cost.machine, amount,
                                    "cost/" + cost.id.text() + "/" + std::to_string(cost.version)});
    report.costs.insert(report.costs.end(), material.begin(), material.end());
    report.recovery =
        recover(report.income, report.costs, uses_between(reader, facility, report.during));
    return report;
}

std::optional<MachinePrice> EnergyPrices::of(MachineId const& machine, Instant at) const {
    for (auto const& bill : bills) {
        if (!bill.during.contains(at)) continue;
        for (auto const& share : allocate(bill, setting_at(settings, bill.during.start).demand_by))
            if (share.machine == machine && share.used.wh > 0)
                return MachinePrice{share.total(), share.used, bill.id};
    }
    return std::nullopt;
}

EnergyPrices energy_prices(store::Reader& reader, FacilityId const& facility, Interval during) {
    return {bills_within(reader, facility, during), cost_settings(reader, facility)};
}

}  // namespace karkhana::costs
