#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"

namespace karkhana::people {

/// How long one may be away, and how long a log-in lasts whatever one does.
struct AccessSettings {
    std::chrono::minutes desk_idle{30};
    std::chrono::hours desk{8};
    std::chrono::minutes floor_idle{12 * 60};
    std::chrono::hours floor{7 * 24};
    std::chrono::minutes shared_idle{5};
    bool second_factor = false;  ///< who sits at a desk needs more than a password

    bool operator==(AccessSettings const&) const = default;
};

/// The most that the settings may say.
constexpr std::chrono::hours longest_idle{7 * 24};
constexpr std::chrono::hours longest_session{30 * 24};

/// Where somebody is while logged in decides how long it lasts.
enum class Seat {
    /// The office: money and everybody's records on a screen that others pass by. ASVS 7.3.
    desk,
    /// The wall tablet of the operators and an ME's own phone: half an hour, as in an office, would
    /// stop somebody in the middle of a job, with glue on the hands. They are asked again after a
    /// night; a stolen cookie dies after a week whatever its thief does.
    floor,
    /// A telephone that goes from hand to hand, opened by a PIN.
    shared,
};

/// The strictest seat of all roles. `how` is that of the session: "password", "pin", "passkey".
Seat seat_of(std::vector<std::string> const& roles, std::string_view how);

std::chrono::minutes idle_limit(AccessSettings const& settings, Seat seat);
std::chrono::hours absolute_limit(AccessSettings const& settings, Seat seat);
bool session_alive(AccessSettings const& settings, Seat seat, Instant created, Instant last_seen,
                   Instant now);

/// How old the stored last use may become before it is written again.
constexpr std::chrono::minutes session_touch_interval{1};

/// "Chrome, Android" from a User-Agent; empty: not known.
std::string device_of(std::string_view user_agent);

}  // namespace karkhana::people
