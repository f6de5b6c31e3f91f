#include "server/ical/occurrences.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace karkhana::ical {
namespace {

/// More steps than any event of today's calendars takes: 50 years of days.
constexpr std::size_t most_steps = 20'000;

using Named = std::pair<std::string_view, Instant>;

Instant at_offset(LocalTime wall, std::chrono::minutes offset) {
    return Instant{wall.time_since_epoch()} - offset;
}

/// The wall time that an instant has where the event takes place.
LocalTime wall_of(Instant at, Time const& like, Zone const& local) {
    if (like.offset)
        return LocalTime{
            std::chrono::floor<std::chrono::seconds>(at + *like.offset).time_since_epoch()};
    auto const zone = like.zone.empty() ? local : Zone::find(like.zone).value();
    return std::chrono::floor<std::chrono::seconds>(zone.to_local(at));
}

Rule settled(Rule rule, Time const& start, Zone const& local) {
    if (!rule.until_is_utc) return rule;
    rule.until = wall_of(Instant{rule.until->time_since_epoch()}, start, local);
    rule.until_is_utc = false;
    return rule;
}

/// The event's interval when it begins at this wall time.
Interval interval_at(Event const& event, LocalTime wall, Zone const& local) {
    auto start = event.start, end = event.end;
    start.wall = wall;
    auto const begins = instant_of(start, local);
    if (!event.start.day_only) {
        auto const length = instant_of(event.end, local) - instant_of(event.start, local);
        return {begins, begins + length};
    }
    end.wall = wall + (event.end.wall - event.start.wall);
    return {begins, instant_of(end, local)};
}

tl::unexpected<Error> too_many(std::size_t most) {
    return refuse(ErrorKind::too_large, "too_many_dates",
                  "the calendar has more than " + std::to_string(most) + " dates");
}

/// Errors: `too_many_dates`.
Result<std::vector<LocalTime>> walls_of(Event const& event, Zone const& local, Interval window) {
    std::vector<LocalTime> walls{event.start.wall};
    if (event.rule) {
        auto const until = wall_of(window.end, event.start, local) + std::chrono::seconds{1};
        auto const length = event.end.wall - event.start.wall + std::chrono::days{1};
        auto const rule = settled(*event.rule, event.start, local);
        auto const from =
            later_start(rule, event.start.wall, wall_of(window.start, event.start, local) - length);
        walls = expand(rule, from, until, most_steps);
        if (walls.size() == most_steps) return too_many(most_steps);
    }
    for (auto const& more : event.also)
        walls.push_back(wall_of(instant_of(more, local), event.start, local));
    std::ranges::sort(walls);
    auto const [first, last] = std::ranges::unique(walls);
    walls.erase(first, last);
    return walls;
}

}  // namespace

Instant instant_of(Time const& time, Zone const& local) {
    if (time.offset) return at_offset(time.wall, *time.offset);
    if (time.zone.empty()) return local.from_local(time.wall);
    return Zone::find(time.zone).value().from_local(time.wall);
}

Result<std::vector<Occurrence>> occurrences(std::vector<Event> const& events, Zone const& local,
                                            Interval window, std::size_t most) {
    std::set<Named> replaced;
    for (auto const& event : events)
        if (event.instead_of) replaced.emplace(event.uid, instant_of(*event.instead_of, local));
    std::vector<Occurrence> found;
    for (auto const& event : events) {
        if (event.cancelled) continue;
        std::set<Instant> excepted;
        for (auto const& each : event.except) excepted.insert(instant_of(each, local));
        auto const walls = walls_of(event, local, window);
        if (!walls) return tl::make_unexpected(walls.error());
        for (auto const wall : *walls) {
            auto const during = interval_at(event, wall, local);
            auto const named =
                event.instead_of ? instant_of(*event.instead_of, local) : during.start;
            bool const gone = !event.instead_of &&
                              (excepted.contains(named) || replaced.contains({event.uid, named}));
            if (gone || during.empty() || !during.overlaps(window)) continue;
            if (found.size() == most) return too_many(most);
            found.push_back({&event, during, named});
        }
    }
    std::ranges::stable_sort(found, {}, [](Occurrence const& each) { return each.during.start; });
    return found;
}

}  // namespace karkhana::ical
