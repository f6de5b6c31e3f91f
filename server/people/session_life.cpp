#include "server/people/session_life.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "server/people/roles.hpp"

namespace karkhana::people {
namespace {

using Sign = std::pair<std::string_view, std::string_view>;

// Each names itself after those it wants to be taken for: the first that is found is it.
constexpr std::array<Sign, 6> kBrowsers{{{"Edg", "Edge"},
                                         {"OPR/", "Opera"},
                                         {"SamsungBrowser/", "Samsung Internet"},
                                         {"Firefox/", "Firefox"},
                                         {"Chrome/", "Chrome"},
                                         {"Safari/", "Safari"}}};
constexpr std::array<Sign, 7> kSystems{{{"Android", "Android"},
                                        {"iPhone", "iPhone"},
                                        {"iPad", "iPad"},
                                        {"Windows", "Windows"},
                                        {"Mac OS X", "macOS"},
                                        {"CrOS", "ChromeOS"},
                                        {"Linux", "Linux"}}};

std::string_view name_in(std::string_view text, auto const& signs) {
    for (auto const& [sign, name] : signs)
        if (text.find(sign) != std::string_view::npos) return name;
    return {};
}

bool at_desk(std::string const& role) {
    http::Principal who;
    who.roles = {role};
    return role != "operator" && is_staff(who);
}

}  // namespace

Seat seat_of(std::vector<std::string> const& roles, std::string_view how) {
    if (how == "pin") return Seat::shared;
    return std::ranges::any_of(roles, at_desk) ? Seat::desk : Seat::floor;
}

std::chrono::minutes idle_limit(AccessSettings const& settings, Seat seat) {
    if (seat == Seat::desk) return settings.desk_idle;
    return seat == Seat::floor ? settings.floor_idle : settings.shared_idle;
}

std::chrono::hours absolute_limit(AccessSettings const& settings, Seat seat) {
    if (seat == Seat::desk) return settings.desk;
    return seat == Seat::floor ? settings.floor : std::chrono::hours{1};
}

bool session_alive(AccessSettings const& settings, Seat seat, Instant created, Instant last_seen,
                   Instant now) {
    return now < last_seen + idle_limit(settings, seat) &&
           now < created + absolute_limit(settings, seat);
}

std::string device_of(std::string_view user_agent) {
    std::string found{name_in(user_agent, kBrowsers)};
    auto const system = name_in(user_agent, kSystems);
    if (!found.empty() && !system.empty()) found += ", ";
    return found += system;
}

}  // namespace karkhana::people
