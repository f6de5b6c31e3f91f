#include <utility>

#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// "17:00" as minutes; "24:00" and later name the next day.
std::optional<int> minute_of(std::string const& text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    int value = 0;
    for (std::size_t i : {0U, 1U, 3U, 4U}) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    int const hours = value / 100, minutes = value % 100;
    if (hours > 47 || minutes > 59) return std::nullopt;
    return hours * 60 + minutes;
}

void read_opening(Table& table, Config& out) {
    for (auto& hours : table.tables("opening")) {
        auto const days = hours.integers("weekdays", 1, 7);
        int const from = require_minute(hours, "from"), to = require_minute(hours, "to");
        if (days.empty()) hours.complain("weekdays", "needs days, 1 is Monday");
        if (to <= from)
            return hours.complain("to", "closes before it opens; after midnight is 25:00");
        for (auto const day : days) out.opening_hours.push_back({static_cast<int>(day), from, to});
    }
    auto sound = facility::valid_hours(out.opening_hours);
    if (!sound) return table.complain("opening", sound.error().detail);
    out.opening_hours = std::move(*sound);
}

}  // namespace

int require_minute(Table& table, std::string_view key) {
    auto const text = table.require_text(key);
    auto const minute = minute_of(text);
    if (!minute && !text.empty()) table.complain(key, "not a time of day like 17:00");
    return minute.value_or(0);
}

facility::Name read_name(Table& table, std::string const& prefix) {
    auto en = table.text(prefix + "_en").value_or("");
    auto bn = table.text(prefix + "_bn").value_or("");
    if (en.empty() && bn.empty()) table.complain(prefix + "_en", "a name in one language at least");
    if (en.empty()) en = bn;
    if (bn.empty()) bn = en;
    return {std::move(en), std::move(bn)};
}

void complain(Table& table, Error const& error) {
    auto const key = std::string_view{error.field}.substr(error.field.empty() ? 0 : 1);
    table.complain(key.substr(0, key.find('/')), error.detail);
}

InputConfig read_input(Table& table) {
    return {table.require_text("device"), table.require_text("point")};
}

std::optional<Table> read_facility(Table& root, Config& out) {
    auto table = root.require_table("facility");
    out.facility.slug = table.require_text("slug");
    auto const slug = facility::valid_slug(out.facility.slug);
    if (!slug && !out.facility.slug.empty()) complain(table, slug.error());
    out.facility.name = read_name(table);
    if (table.has("address_en") || table.has("address_bn"))
        out.facility.address = read_name(table, "address");
    out.facility.zone = table.text("zone").value_or("Asia/Dhaka");
    if (!Zone::find(out.facility.zone)) table.complain("zone", "no such time zone");
    auto const bills = table.text("estimated_bills").value_or("share");
    if (bills != "share" && bills != "lower_bound")
        table.complain("estimated_bills", "share or lower_bound");
    if (bills == "lower_bound") out.estimated_bills = metering::EstimatedBills::lower_bound;
    read_opening(table, out);
    auto mains = table.table("mains");
    if (mains) out.mains = read_input(*mains);
    return mains;
}

}  // namespace karkhana::app
