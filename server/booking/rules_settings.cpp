#include "server/booking/rules_settings.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace karkhana::booking {
namespace {

constexpr std::int64_t week_minutes = 7 * 24 * 60;
constexpr std::int64_t year_minutes = 366 * 24 * 60;
constexpr std::int64_t much_poisha = 100'000'000'000;

constexpr int operators_bit = 1;
constexpr int managers_bit = 2;

bool meets(facility::Book const& book, facility::Setting const& setting, Scope const& scope) {
    if (setting.machine && *setting.machine != scope.machine) return false;
    if (setting.group && !facility::is_member(book, *setting.group, scope.machine)) return false;
    if (!setting.membership.empty() && setting.membership != scope.membership) return false;
    if (!setting.season.empty() && setting.season != scope.season) return false;
    return setting.from <= scope.at;
}

/// The greater goes before.
auto rank_of(facility::Setting const& setting) {
    int const place = setting.machine ? 2 : setting.group ? 1 : 0;
    return std::tuple{place, !setting.membership.empty(), !setting.season.empty(), setting.from};
}

/// Reads the numbers of one scope.
class Numbers {
public:
    Numbers(facility::Book const& book, Scope const& scope) : book_(book), scope_(scope) {}

    /// Empty: not set, or lifted.
    std::optional<std::int64_t> maybe(std::string_view name) const {
        auto const* const found = in_force(book_, name, scope_);
        return found == nullptr ? std::nullopt : found->value;
    }
    int number(std::string_view name, int otherwise) const {
        return static_cast<int>(maybe(name).value_or(otherwise));
    }
    std::chrono::minutes length(std::string_view name, int otherwise) const {
        return std::chrono::minutes{number(name, otherwise)};
    }

private:
    facility::Book const& book_;
    Scope const& scope_;
};

std::vector<SettingName> const known_settings{
    {"grid_minutes", 1, 1440, "minutes"},
    {"min_minutes", 1, week_minutes, "minutes"},
    {"max_minutes", 1, week_minutes, "minutes"},
    {"horizon_days", 1, 400, "days"},
    {"notice_create", 0, year_minutes, "minutes"},
    {"notice_change", 0, year_minutes, "minutes"},
    {"notice_cancel", 0, year_minutes, "minutes"},
    {"gap_minutes", 0, year_minutes, "minutes"},
    {"grace_minutes", 0, 1440, "minutes"},
    {"trials", 0, 1, "flag"},
    {"approval", 0, 2, "choice"},
    {"approval_hold", 5, 7 * 1440, "minutes"},
    {"daily_minutes", 0, 1440, "minutes"},
    {"daily_count", 0, 1000, "count"},
    {"weekly_minutes", 0, week_minutes, "minutes"},
    {"weekly_count", 0, 1000, "count"},
    {"future_minutes", 0, year_minutes, "minutes"},
    {"future_count", 0, 10'000, "count"},
    {"needs_authorisation", 0, 1, "flag"},
    {"least_age", 0, 100, "years"},
    {"tick_guards", 0, 1, "flag"},
    {"tick_extraction", 0, 1, "flag"},
    {"tick_protection", 0, 1, "flag"},
    {"tick_operator", 0, 1, "flag"},
    {"overdue_days", 0, 3650, "days"},
    {"overdue_poisha", 0, much_poisha, "poisha"},
    {"least_balance_poisha", -much_poisha, much_poisha, "poisha"},
    {"missed_most", 1, 1000, "count"},
    {"missed_days", 1, 3650, "days"},
    {"undo_minutes", 0, 60, "minutes"},
    {"offer_minutes", 5, 1440, "minutes"},
    {"late_1_minutes", 0, year_minutes, "minutes"},
    {"late_1_percent", 0, 100, "percent"},
    {"late_2_minutes", 0, year_minutes, "minutes"},
    {"late_2_percent", 0, 100, "percent"},
    {"late_3_minutes", 0, year_minutes, "minutes"},
    {"late_3_percent", 0, 100, "percent"},
    {"free_late", 0, 1000, "count"},
    {"missed_percent", 0, 100, "percent"},
    {"free_misses", 0, 1000, "count"},
    {"overrun_percent", 0, 1000, "percent"},
    {"overrun_free", 0, 1440, "minutes"},
    {"remind_minutes", 0, 2880, "minutes"},
    {"remind_evening", 0, 1439, "minute_of_day"},
    {"grid_g_per_kwh", 0, 5000, "grams"},
    {"solar_g_per_kwh", 0, 5000, "grams"},
    {"solar_from_minute", 0, 1439, "minute_of_day"},
    {"solar_until_minute", 1, 1440, "minute_of_day"},
    {"override.closed", 0, 3, "roles"},
    {"override.outage", 0, 3, "roles"},
    {"override.grid", 0, 3, "roles"},
    {"override.too_short", 0, 3, "roles"},
    {"override.too_long", 0, 3, "roles"},
    {"override.too_soon", 0, 3, "roles"},
    {"override.too_far", 0, 3, "roles"},
    {"override.daily_quota", 0, 3, "roles"},
    {"override.weekly_quota", 0, 3, "roles"},
    {"override.future_quota", 0, 3, "roles"},
    {"override.gap", 0, 3, "roles"},
    {"override.reserved_hours", 0, 3, "roles"},
    {"override.suspended", 0, 3, "roles"},
    {"override.overdue", 0, 3, "roles"},
    {"override.low_balance", 0, 3, "roles"},
    {"override.membership_over", 0, 3, "roles"},
    {"override.start", 0, 3, "roles"},
    {"override.waited_for", 0, 3, "roles"},
};

}  // namespace

std::vector<SettingName> const& setting_names() { return known_settings; }

SettingName const* find_setting_name(std::string_view name) {
    // How long a piece of some type of work takes: work.<slug>.seconds.
    static SettingName const work{"work.*.seconds", 1, 86'400, "seconds"};
    constexpr std::string_view prefix = "work.", suffix = ".seconds";
    if (name.size() > prefix.size() + suffix.size() && name.starts_with(prefix) &&
        name.ends_with(suffix)) {
        auto const type = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        return facility::valid_slug(type) ? &work : nullptr;
    }
    auto const found = std::ranges::find(setting_names(), name, &SettingName::name);
    return found == setting_names().end() ? nullptr : &*found;
}

facility::Setting const* in_force(facility::Book const& book, std::string_view name,
                                  Scope const& scope) {
    facility::Setting const* best = nullptr;
    for (auto const& setting : book.settings) {
        if (setting.name != name || !meets(book, setting, scope)) continue;
        // Of two that are alike the one entered later counts: the list is in that order.
        if (best == nullptr || rank_of(*best) <= rank_of(setting)) best = &setting;
    }
    return best;
}

std::vector<facility::Setting const*> each_in_force(facility::Book const& book,
                                                    std::string_view name, Scope const& scope) {
    std::map<std::pair<std::optional<MachineId>, std::optional<GroupId>>, facility::Setting const*>
        best;
    for (auto const& setting : book.settings) {
        if (setting.name != name || !meets(book, setting, scope)) continue;
        auto& found = best[{setting.machine, setting.group}];
        if (found == nullptr || rank_of(*found) <= rank_of(setting)) found = &setting;
    }
    std::vector<facility::Setting const*> each;
    for (auto const& [place, setting] : best) each.push_back(setting);
    return each;
}

Limits limits_for(facility::Book const& book, facility::Machine const& machine,
                  Scope const& scope) {
    Numbers const of{book, scope};
    Limits found{.grid_minutes = of.number("grid_minutes", machine.grid_minutes),
                 .min_minutes = of.number("min_minutes", machine.min_minutes),
                 .max_minutes = of.number("max_minutes", machine.max_minutes),
                 .horizon_days = of.number("horizon_days", machine.horizon_days),
                 .notice_create = of.length("notice_create", 0),
                 .notice_change = of.length("notice_change", 0),
                 .notice_cancel = of.length("notice_cancel", 0),
                 .gap = of.length("gap_minutes", 0),
                 .grace = of.length("grace_minutes", 15),
                 .approval_hold = of.length("approval_hold", 120),
                 .daily_minutes = of.maybe("daily_minutes"),
                 .daily_count = of.maybe("daily_count"),
                 .weekly_minutes = of.maybe("weekly_minutes"),
                 .weekly_count = of.maybe("weekly_count"),
                 .future_minutes = of.maybe("future_minutes"),
                 .future_count = of.maybe("future_count"),
                 .approval = static_cast<Limits::Approval>(of.number("approval", 0)),
                 .needs_authorisation = of.number("needs_authorisation", 0) != 0,
                 .least_age = of.number("least_age", 0),
                 .trials = of.number("trials", 1) != 0,
                 .overdue_days = of.maybe("overdue_days"),
                 .overdue_poisha = of.maybe("overdue_poisha"),
                 .least_balance_poisha = of.maybe("least_balance_poisha"),
                 .missed_most = of.maybe("missed_most"),
                 .missed_days = of.number("missed_days", 30)};
    // A grid that does not divide the day would be another one every day.
    if (24 * 60 % found.grid_minutes != 0) found.grid_minutes = machine.grid_minutes;
    return found;
}

Overriders overriders_of(facility::Book const& book, std::string_view rule, Scope const& scope) {
    auto const name = "override." + std::string{rule};
    if (find_setting_name(name) == nullptr) return {false, false};
    auto const bits = Numbers{book, scope}.maybe(name).value_or(managers_bit);
    return {(bits & operators_bit) != 0, (bits & managers_bit) != 0};
}

}  // namespace karkhana::booking
