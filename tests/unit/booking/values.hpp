#pragma once

#include <memory>
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

/// It is Saturday the 21st of November 2026, 08:00 in Dhaka. Nobody in particular asks.
inline World saturday() {
    auto const book = std::make_shared<facility::Book>(facility::Book{
        .facility = {.id = numbered_id<FacilityId>(1), .slug = "workshop", .zone = "Asia/Dhaka"},
        .zone = zone("Asia/Dhaka"),
        .opening = facility::OpeningPlan::weekly(workshop_hours()),
        .machines = {laser()}});
    return {.book = book, .now = dhaka("2026-11-21 08:00")};
}

/// Changes the book of the world.
template <class Change>
void edit(World& world, Change&& change) {
    auto book = std::make_shared<facility::Book>(*world.book);
    change(*book);
    world.book = std::move(book);
}
inline void set_hours(World& world, std::vector<facility::OpeningHours> hours) {
    edit(world, [&](facility::Book& book) {
        book.opening = facility::OpeningPlan::weekly(std::move(hours));
    });
}
inline void set_zone(World& world, std::string_view name) {
    edit(world, [&](facility::Book& book) { book.zone = zone(name); });
}
/// A setting for all, from always on.
inline void set(World& world, std::string name, std::optional<std::int64_t> value) {
    edit(world, [&](facility::Book& book) {
        book.settings.push_back({.name = std::move(name),
                                 .machine = {},
                                 .group = {},
                                 .membership = "",
                                 .season = "",
                                 .value = value,
                                 .from = instant(0)});
    });
}
inline Party& party_of(World& world) {
    if (!world.party) world.party = Party{};
    return *world.party;
}

/// What a booking of that time breaks; `held`: a change of one that holds it on this machine.
inline std::vector<Violation> check(World const& world, Place const& place, Interval during,
                                    std::optional<Interval> held) {
    return check_policy(world, place, {.during = during, .held = held, .change = held.has_value()});
}

/// The codes alone, in order, separated by spaces.
inline std::string codes(std::vector<Violation> const& violations) {
    std::string text;
    for (auto const& violation : violations)
        text += (text.empty() ? "" : " ") + std::string(name_of(violation.rule));
    return text;
}

}  // namespace karkhana::booking::tests
