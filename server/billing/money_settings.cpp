#include "server/billing/money_settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace karkhana::billing {
namespace {

constexpr std::string_view kMoneySettings =
    "SELECT version, wallet_vat, wallet_vat_rate, waiver_limit_poisha, match_days, reminder_days, "
    "grace_days, bangla_qr FROM money_setting WHERE facility_id = $1 ORDER BY version DESC LIMIT 1";
constexpr std::string_view kAddMoneySettings =
    "INSERT INTO money_setting (facility_id, version, wallet_vat, wallet_vat_rate, "
    "waiver_limit_poisha, match_days, reminder_days, grace_days, bangla_qr, set_at, "
    "set_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
    "ON CONFLICT (facility_id, version) DO NOTHING";

}  // namespace

MoneySettings money_settings(store::Reader& reader, FacilityId const& facility) {
    auto const found = reader.first(
        kMoneySettings,
        [](store::Row const& row) {
            return MoneySettings{
                row.integer(0),
                row.text(1) == "advance",
                row.small(2),
                row.money(3),
                row.small(4),
                boost::json::value_to<std::vector<int>>(boost::json::parse(row.text(5))),
                row.small(6),
                row.text(7)};
        },
        facility);
    return found.value_or(MoneySettings{});
}

bool add_money_settings(store::Writer& writer, FacilityId const& facility,
                        MoneySettings const& settings, PersonId const& by, Instant now) {
    auto const days =
        boost::json::array(settings.reminder_days.begin(), settings.reminder_days.end());
    return writer.execute(kAddMoneySettings, facility, settings.version + 1,
                          settings.wallet_is_advance ? "advance" : "deposit",
                          settings.wallet_vat_rate, settings.waiver_limit, settings.match_days,
                          boost::json::serialize(days), settings.grace_days, settings.bangla_qr,
                          now, by) == 1;
}

Money vat_inside(Money amount, int rate) {
    return {divide_half_away(Wide{amount.poisha} * rate, Wide{10'000} + rate)};
}

}  // namespace karkhana::billing
