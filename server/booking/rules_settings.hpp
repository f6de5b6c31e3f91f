#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/facility/rules_book.hpp"

/// The numbers of the rules: which of many settings is in force.
namespace karkhana::booking {

/// For which booking a number is asked.
struct Scope {
    MachineId machine;
    std::string membership;
    std::string season;  ///< the slug of the opening profile of the booking's day
    Instant at;          ///< when the booking begins
};

/// A number that may be set, with its bounds.
struct SettingName {
    std::string_view name;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::string_view unit;  ///< minutes, days, count, percent, poisha, grams, flag, roles
};
/// Every name that there is, besides `work.<type>.seconds`. A machine's own columns are what holds
/// where nothing is set.
std::vector<SettingName> const& setting_names();
SettingName const* find_setting_name(std::string_view name);

/// The setting in force: that of the machine goes before that of a group, that before the one of
/// all; then the one of the class before the one of every class, then that of the season, then the
/// latest. nullptr when none is.
facility::Setting const* in_force(facility::Book const& book, std::string_view name,
                                  Scope const& scope);

/// Of the machine, of each of its groups and of all the one in force: for limits that hold side by
/// side.
std::vector<facility::Setting const*> each_in_force(facility::Book const& book,
                                                    std::string_view name, Scope const& scope);

/// The numbers for one machine, party and day.
struct Limits {
    int grid_minutes = 15;
    int min_minutes = 15;
    int max_minutes = 240;
    int horizon_days = 30;
    std::chrono::minutes notice_create{0};
    std::chrono::minutes notice_change{0};
    std::chrono::minutes notice_cancel{0};
    std::chrono::minutes gap{0};
    std::chrono::minutes grace{15};
    std::chrono::minutes approval_hold{120};
    std::optional<std::int64_t> daily_minutes, daily_count;
    std::optional<std::int64_t> weekly_minutes, weekly_count;
    std::optional<std::int64_t> future_minutes, future_count;
    enum class Approval { none, always, first_time } approval = Approval::none;
    bool needs_authorisation = false;
    int least_age = 0;
    bool trials = true;  ///< whether it may be tried out
    std::optional<std::int64_t> overdue_days, overdue_poisha, least_balance_poisha;
    std::optional<std::int64_t> missed_most;
    int missed_days = 30;
};
Limits limits_for(facility::Book const& book, facility::Machine const& machine, Scope const& scope);

/// Who of the staff may let a booking pass this rule (setting `override.<rule>`); by default the
/// manager alone.
struct Overriders {
    bool operator_may = false;
    bool manager_may = true;
};
Overriders overriders_of(facility::Book const& book, std::string_view rule, Scope const& scope);

}  // namespace karkhana::booking
