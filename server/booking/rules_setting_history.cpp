#include "server/booking/rules_setting_history.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace karkhana::booking {
namespace {

using facility::Setting;

constexpr std::array<std::string_view, 3> standing_names{"later", "now", "past"};
constexpr std::array<std::string_view, 5> memberships{"", "member", "non_member", "concession",
                                                      "priority"};

bool same_scope(Setting const& one, Setting const& other) {
    return one.name == other.name && one.machine == other.machine && one.group == other.group &&
           one.membership == other.membership && one.season == other.season;
}

std::optional<std::int64_t> own(facility::Machine const& machine, std::string_view name) {
    if (name == "grid_minutes") return machine.grid_minutes;
    if (name == "min_minutes") return machine.min_minutes;
    if (name == "max_minutes") return machine.max_minutes;
    if (name == "horizon_days") return machine.horizon_days;
    return std::nullopt;
}

/// How long work takes, each name once.
std::set<std::string_view> work_settings(facility::Book const& book) {
    std::set<std::string_view> found;
    for (auto const& setting : book.settings)
        if (setting.name.starts_with("work.")) found.insert(setting.name);
    return found;
}

}  // namespace

std::string_view name_of(Standing standing) {
    return standing_names.at(static_cast<std::size_t>(standing));
}

std::vector<Standing> standings(std::vector<Setting> const& settings, Instant now) {
    std::vector<Standing> found;
    for (std::size_t i = 0; i < settings.size(); ++i) {
        auto const& each = settings[i];
        auto standing = each.from > now ? Standing::later : Standing::now;
        for (std::size_t j = 0; j < settings.size(); ++j) {
            auto const& other = settings[j];
            bool const after = other.from > each.from || (other.from == each.from && j > i);
            if (after && other.from <= now && same_scope(each, other)) standing = Standing::past;
        }
        found.push_back(standing);
    }
    return found;
}

Result<Setting> valid_setting(Setting setting, Instant now) {
    auto const* const known = find_setting_name(setting.name);
    if (known == nullptr)
        return refuse(ErrorKind::invalid, "unknown_setting", "There is no such number.", "/name");
    auto const value = setting.value.value_or(known->least);
    if (value < known->least || value > known->most)
        return refuse(ErrorKind::invalid, "out_of_range",
                      "Between " + std::to_string(known->least) + " and " +
                          std::to_string(known->most) + ".",
                      "/value");
    if (setting.name == "grid_minutes" && 24 * 60 % value != 0)
        return refuse(ErrorKind::invalid, "bad_grid", "A day has to be a multiple of it.",
                      "/value");
    if (setting.machine && setting.group)
        return refuse(ErrorKind::invalid, "bad_scope", "A machine or a group, not both.",
                      "/group_id");
    if (std::ranges::find(memberships, setting.membership) == memberships.end())
        return refuse(ErrorKind::invalid, "unknown_membership",
                      "member, non_member, concession or priority.", "/membership");
    if (setting.from < now)
        return refuse(ErrorKind::invalid, "in_past", "It begins now or later.", "/from");
    return setting;
}

std::vector<Explained> explain(facility::Book const& book, facility::Machine const& machine,
                               Scope const& scope) {
    std::vector<Explained> found;
    for (auto const& name : setting_names()) {
        auto const* const setting = in_force(book, name.name, scope);
        auto value = setting == nullptr ? own(machine, name.name) : setting->value;
        // One that is lifted leaves the machine its own.
        if (!value) value = own(machine, name.name);
        found.push_back({name, value, setting});
    }
    for (auto const& work : work_settings(book)) {
        auto const* const setting = in_force(book, work, scope);
        if (setting == nullptr) continue;
        auto name = *find_setting_name(work);
        name.name = work;
        found.push_back({name, setting->value, setting});
    }
    return found;
}

}  // namespace karkhana::booking
