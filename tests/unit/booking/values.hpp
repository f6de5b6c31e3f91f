#pragma once

#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/booking/rules_policy.hpp"

/// A small workshop as values, and short ways to say times.
namespace karkhana::booking::tests {

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
/// "2026-11-21 10:00" in Dhaka.
inline Instant dhaka(std::string const& text) {
    return at(text.substr(0, 10) + "T" + text.substr(11) + ":00+06:00");
}
inline Zone zone(std::string_view name) { return Zone::find(name).value(); }

template <class AnyId>
AnyId numbered_id(std::uint8_t number) {
    AnyId id;
    id.uuid.bytes[15] = number;
    return id;
}

/// Saturday to Thursday 09:00-17:00; on Friday it is closed.
inline std::vector<facility::OpeningHours> workshop_hours() {
    std::vector<facility::OpeningHours> hours;
    for (int const weekday : {1, 2, 3, 4, 6, 7}) hours.push_back({weekday, 9 * 60, 17 * 60});
    return hours;
}

inline facility::Machine laser() {
    return {.id = numbered_id<MachineId>(1),
            .slug = "laser-1",
            .name = {"Laser 1", "লেজার ১"},
            .kind = "laser",
            .grid_minutes = 15,
            .min_minutes = 30,
            .max_minutes = 240,
            .buffer_minutes = 0,
            .horizon_days = 30};
}

/// It is Saturday the 21st of November 2026, 08:00 in Dhaka.
inline World saturday() {
    return {.zone = zone("Asia/Dhaka"),
            .now = dhaka("2026-11-21 08:00"),
            .hours = workshop_hours(),
            .outages = {},
            .suspended = false,
            .settings = {}};
}

/// The codes alone, in order, separated by spaces.
inline std::string codes(std::vector<Violation> const& violations) {
    std::string text;
    for (auto const& violation : violations)
        text += (text.empty() ? "" : " ") + std::string(name_of(violation.rule));
    return text;
}

}  // namespace karkhana::booking::tests
