#include "server/billing/month_payers.hpp"

#include "server/billing/payers.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kMonthPayers =
    "SELECT enterprise_id, membership, women_led, created_at FROM enterprise "
    "WHERE facility_id = $1 AND merged_into IS NULL AND created_at < $2";
constexpr std::string_view kRatedMonth =
    "SELECT enterprise_id, classes, days, month_days FROM rated_month "
    "WHERE facility_id = $1 AND period = $2";
constexpr std::string_view kKeepPayer =
    "INSERT INTO rated_month (facility_id, period, enterprise_id, classes, days, month_days) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility_id, period, enterprise_id) "
    "DO UPDATE SET classes = $4, days = $5, month_days = $6";

}  // namespace

MonthPayers payers_today(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         Interval month) {
    std::chrono::year_month_day const first{local_day(zone, month.start)};
    auto const of = first.year() / first.month();
    MonthPayers payers;
    reader.each(
        kMonthPayers,
        [&](store::Row const& row) {
            auto& payer = payers[row.id<EnterpriseId>(0)];
            if (auto const level = price_class_of(row.text(1))) payer.classes.push_back(*level);
            if (row.flag(2)) payer.classes.push_back(PriceClass::women_led);
            payer.share = share_of_month(of, local_day(zone, row.at(3)), std::nullopt);
        },
        facility, month.end);
    return payers;
}

MonthPayers payers_then(store::Reader& reader, FacilityId const& facility,
                        std::string const& period) {
    MonthPayers payers;
    reader.each(
        kRatedMonth,
        [&](store::Row const& row) {
            payers[row.id<EnterpriseId>(0)] = {
                read_classes(row.text(1)),
                {static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3))}};
        },
        facility, period);
    return payers;
}

void keep_payers(store::Writer& writer, FacilityId const& facility, std::string const& period,
                 MonthPayers const& payers) {
    for (auto const& [enterprise, payer] : payers)
        writer.execute(kKeepPayer, facility, period, enterprise, classes_text(payer.classes),
                       payer.share.days, payer.share.of);
}

}  // namespace karkhana::billing
