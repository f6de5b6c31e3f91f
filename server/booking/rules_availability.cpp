#include "server/booking/rules_availability.hpp"

#include <algorithm>
#include <iterator>

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

bool grants(Limits const& limits, Duration length) {
    return length >= minutes{limits.min_minutes} && length <= longest_of(limits) &&
           length % minutes{limits.grid_minutes} == Duration::zero();
}

/// What keeps a machine from being used, by start.
std::vector<Interval> obstacles(World const& world, Place const& place) {
    minutes const setup{place.machine.setup_minutes}, buffer{place.machine.buffer_minutes};
    std::vector<Interval> found;
    // A booking needs its set-up after what was before and its clean-up before what comes next: the
    // same as a longer obstacle.
    for (auto const taken : place.taken) found.push_back({taken.start - buffer, taken.end + setup});
    for (auto const& outage : world.outages)
        if (forbids(world, outage, place.machine.id)) found.push_back(outage.during);
    std::ranges::sort(found);
    return found;
}

/// Where it is open and nothing is in the way, by start.
std::vector<Interval> free_stretches(std::vector<Interval> const& opened,
                                     std::vector<Interval> const& blocked) {
    std::vector<Interval> found;
    auto first = blocked.begin();
    for (auto const& open : opened) {
        auto from = open.start;
        // What ends before this is open ends before the next too; what began long ago may not.
        while (first != blocked.end() && first->end <= open.start) ++first;
        for (auto at = first; at != blocked.end() && at->start < open.end; ++at) {
            if (at->end <= from) continue;
            if (from < at->start) found.push_back({from, at->start});
            from = at->end;
        }
        if (from < open.end) found.push_back({from, open.end});
    }
    return found;
}

/// The times of the grid from `first` on with their minute of the day, in order, for as long as
/// `take` wants more.
template <class Take>
void walk_grid(Zone const& zone, int grid_minutes, Instant first, Take&& take) {
    for (auto day = local_day(zone, first);; day += days{1}) {
        auto const [midnight, next] = day_interval(zone, day);
        // Only on a day on which the clocks change is a local time not what it seems.
        bool const plain = zone.offset_at(midnight) == zone.offset_at(next);
        for (int minute = 0; minute < 24 * 60; minute += grid_minutes) {
            auto const at = plain ? midnight + minutes{minute} : at_minute(zone, day, minute);
            bool const exists = plain || minute_of_day(zone, at) == minute;
            if (exists && at >= first && !take(at, minute)) return;
        }
    }
}

/// Starts are asked of the rules in these bounds.
Interval start_bounds(World const& world, Limits const& limits, Interval window) {
    auto const beyond = local_day(world.zone(), world.now) + days{limits.horizon_days + 1};
    return {std::max({window.start, world.now, world.now + limits.notice_create}),
            std::min(window.end, at_minute(world.zone(), beyond, 0))};
}

Duration distance(Instant a, Instant b) { return a < b ? b - a : a - b; }

std::vector<Candidate> nearest(World const& world, Place const& place, Ask const& wish,
                               Interval window) {
    auto const wanted = wish.during;
    auto const length =
        granted_length(limits_at(world, place.machine, wanted.start), wanted.length());
    std::vector<Candidate> found;
    for (auto const start : free_starts(world, place, length, window, wish))
        found.push_back({&place.machine, {start, start + length}});
    auto const nearer = [&](Candidate const& a, Candidate const& b) {
        return distance(a.during.start, wanted.start) < distance(b.during.start, wanted.start);
    };
    std::ranges::stable_sort(found, nearer);
    found.resize(std::min(found.size(), alternatives_offered));
    return found;
}

}  // namespace

Duration granted_length(Limits const& limits, Duration wanted) {
    minutes const grid{limits.grid_minutes};
    auto const up = [&](Duration length) { return (length + grid - Duration{1}) / grid * grid; };
    Duration const least = up(minutes{limits.min_minutes});
    Duration const most = longest_of(limits) / grid * grid;
    return std::clamp(Duration{up(wanted)}, least, std::max(least, most));
}

std::vector<LimitSpan> limit_spans(World const& world, facility::Machine const& machine,
                                   Interval range) {
    if (range.empty()) return {};
    std::vector<Instant> cuts{range.start};
    auto const cut = [&](Instant at) {
        if (range.contains(at)) cuts.push_back(at);
    };
    for (auto const& setting : world.book->settings) cut(setting.from);
    if (!world.book->settings.empty())
        for (auto const& period : world.opening().periods) {
            cut(at_minute(world.zone(), period.first, 0));
            cut(at_minute(world.zone(), period.last + days{1}, 0));
        }
    std::ranges::sort(cuts);
    cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    cuts.push_back(range.end);
    std::vector<LimitSpan> found;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
        found.push_back({{cuts[i], cuts[i + 1]}, limits_at(world, machine, cuts[i])});
    return found;
}

void each_start(World const& world, Place const& place, std::vector<Interval> const& open,
                Duration length, Interval window, std::function<bool(Start const&)> const& visit) {
    if (place.machine.out_of_order) return;
    bool goes_on = true;
    auto const stretches = free_stretches(open, obstacles(world, place));
    for (auto const& [span, limits] : limit_spans(world, place.machine, window)) {
        auto const bounds = start_bounds(world, limits, span);
        if (!goes_on) return;
        if (bounds.empty() || !grants(limits, length)) continue;
        auto stretch = stretches.begin();
        walk_grid(world.zone(), limits.grid_minutes, bounds.start, [&](Instant at, int minute) {
            if (at >= bounds.end) return false;
            while (stretch != stretches.end() && stretch->end < at + length) ++stretch;
            if (stretch == stretches.end()) return false;
            if (stretch->start <= at) goes_on = visit({at, minute, limits});
            return goes_on;
        });
    }
}

std::vector<Instant> free_starts(World const& world, Place const& place, Duration length,
                                 Interval window, Ask const& like) {
    std::vector<Instant> found;
    if (window.empty()) return found;
    auto const open = facility::open_intervals(world.zone(), world.opening(),
                                               {window.start, window.end + length});
    auto ask = like;
    // Another time is asked for like a new one.
    ask.held.reset();
    each_start(world, place, open, length, window, [&](Start const& start) {
        ask.during = {start.at, start.at + length};
        if (check_party(world, place, ask, start.limits).empty()) found.push_back(start.at);
        return true;
    });
    return found;
}

std::array<Interval, 2> search_windows(World const& world, facility::Machine const& wished,
                                       Interval wanted) {
    auto const latest = world.now + days{limits_at(world, wished, wanted.start).horizon_days};
    auto const anchor = std::clamp(wanted.start, world.now, latest);
    auto const since = [&](Duration before) { return std::max(anchor - before, world.now); };
    return {Interval{since(hours{6}), anchor + hours{6}},
            Interval{since(days{2}), anchor + days{7}}};
}

Interval search_range(World const& world, std::span<facility::Machine const> machines,
                      Interval wanted, Interval window) {
    auto range = window;
    for (auto const& machine : machines) {
        auto const limits = limits_at(world, machine, wanted.start);
        auto const last = window.end + granted_length(limits, wanted.length());
        auto const [from, until] = occupied(machine, {window.start, last});
        range = {std::min(range.start, from), std::max(range.end, until)};
    }
    return range;
}

std::vector<Candidate> alternatives(World const& world, std::span<Place const> places,
                                    Ask const& wish, Interval window) {
    if (places.empty()) return {};
    auto found = nearest(world, places.front(), wish, window);
    std::vector<Candidate> others;
    for (auto const& place : places.subspan(1))
        std::ranges::copy(nearest(world, place, wish, window), std::back_inserter(others));
    auto const wanted = wish.during.start;
    std::ranges::stable_sort(others, [&](Candidate const& a, Candidate const& b) {
        return distance(a.during.start, wanted) < distance(b.during.start, wanted);
    });
    if (!others.empty()) found.resize(std::min(found.size(), alternatives_offered - 1));
    for (auto const& other : others)
        if (found.size() < alternatives_offered) found.push_back(other);
    return found;
}

std::vector<Candidate> shorter_extension(World const& world, Place const& place, Ask const& wish) {
    auto const held = wish.held.value();
    auto const longest = longest_end(world, place, held.start);
    if (!longest) return {};
    auto const limits = limits_at(world, place.machine, held.start);
    auto ask = wish;
    for (auto end = *longest; end > held.end; end -= minutes{limits.grid_minutes}) {
        ask.during = {held.start, end};
        if (check_party(world, place, ask, limits).empty()) return {{&place.machine, ask.during}};
    }
    return {};
}

}  // namespace karkhana::booking
