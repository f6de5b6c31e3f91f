#include "server/booking/rules_availability.hpp"

#include <algorithm>
#include <iterator>

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

minutes longest_of(facility::Machine const& machine) {
    return std::min(minutes{machine.max_minutes}, longest_booking);
}

bool grants(facility::Machine const& machine, Duration length) {
    return length >= minutes{machine.min_minutes} && length <= longest_of(machine) &&
           length % minutes{machine.grid_minutes} == Duration::zero();
}

/// The length nearest to the wanted one that the machine grants.
Duration granted_length(facility::Machine const& machine, Duration wanted) {
    minutes const grid{machine.grid_minutes};
    auto const up = [&](Duration length) { return (length + grid - Duration{1}) / grid * grid; };
    Duration const least = up(minutes{machine.min_minutes});
    Duration const most = longest_of(machine) / grid * grid;
    return std::clamp(Duration{up(wanted)}, least, std::max(least, most));
}

/// What keeps a machine from being used, by start.
std::vector<Interval> obstacles(World const& world, Place const& place) {
    minutes const buffer{place.machine.buffer_minutes};
    std::vector<Interval> found;
    // A booking needs its clean-up to be over when the next begins: the same as a longer obstacle.
    for (auto const taken : place.taken) found.push_back({taken.start - buffer, taken.end});
    for (auto const& outage : world.outages)
        if (concerns(outage, place.machine.id)) found.push_back(outage.during);
    std::ranges::sort(found);
    return found;
}

/// Where the machine is open and nothing is in the way, by start.
std::vector<Interval> free_stretches(World const& world, Place const& place, Interval range) {
    auto const blocked = obstacles(world, place);
    std::vector<Interval> found;
    for (auto const& open : facility::open_intervals(world.zone, world.hours, range)) {
        auto from = open.start;
        for (auto const& obstacle : blocked) {
            if (obstacle.start >= open.end) break;
            if (obstacle.end <= from) continue;
            if (from < obstacle.start) found.push_back({from, obstacle.start});
            from = obstacle.end;
        }
        if (from < open.end) found.push_back({from, open.end});
    }
    return found;
}

/// The times of the grid from `first` on, in order, for as long as `take` wants more.
template <class Take>
void walk_grid(Zone const& zone, int grid_minutes, Instant first, Take&& take) {
    for (auto day = local_day(zone, first);; day += days{1}) {
        auto const [midnight, next] = day_interval(zone, day);
        // Only on a day on which the clocks change is a local time not what it seems.
        bool const plain = zone.offset_at(midnight) == zone.offset_at(next);
        for (int minute = 0; minute < 24 * 60; minute += grid_minutes) {
            auto const at = plain ? midnight + minutes{minute} : at_minute(zone, day, minute);
            bool const exists = plain || minute_of_day(zone, at) == minute;
            if (exists && at >= first && !take(at)) return;
        }
    }
}

/// Starts are asked of the rules in these bounds.
Interval start_bounds(World const& world, facility::Machine const& machine, Interval window) {
    auto const beyond = local_day(world.zone, world.now) + days{machine.horizon_days + 1};
    return {std::max({window.start, world.now, world.now + world.settings.notice}),
            std::min(window.end, at_minute(world.zone, beyond, 0))};
}

Duration distance(Instant a, Instant b) { return a < b ? b - a : a - b; }

std::vector<Candidate> nearest(World const& world, Place const& place, Interval wanted,
                               Interval window) {
    auto const length = granted_length(place.machine, wanted.length());
    std::vector<Candidate> found;
    for (auto const start : free_starts(world, place, length, window))
        found.push_back({&place.machine, {start, start + length}});
    auto const nearer = [&](Candidate const& a, Candidate const& b) {
        return distance(a.during.start, wanted.start) < distance(b.during.start, wanted.start);
    };
    std::ranges::stable_sort(found, nearer);
    found.resize(std::min(found.size(), alternatives_offered));
    return found;
}

/// First starts of free stretches and full hours: enough to see every price of a day.
std::vector<Instant> telling_starts(Zone const& zone, std::vector<Instant> const& starts,
                                    Duration grid) {
    std::vector<Instant> found;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        bool const after_gap = i == 0 || starts[i] - starts[i - 1] > grid;
        if (after_gap || minute_of_day(zone, starts[i]) % 60 == 0) found.push_back(starts[i]);
    }
    return found;
}

}  // namespace

std::vector<Instant> free_starts(World const& world, Place const& place, Duration length,
                                 Interval window) {
    std::vector<Instant> found;
    auto const& machine = place.machine;
    auto const bounds = start_bounds(world, machine, window);
    if (world.suspended || machine.out_of_order || bounds.empty() || !grants(machine, length))
        return found;
    auto const stretches = free_stretches(world, place, {bounds.start, bounds.end + length});
    auto stretch = stretches.begin();
    if (stretch == stretches.end()) return found;
    walk_grid(world.zone, machine.grid_minutes, bounds.start, [&](Instant at) {
        if (at >= bounds.end) return false;
        while (stretch != stretches.end() && stretch->end < at + length) ++stretch;
        if (stretch == stretches.end()) return false;
        if (stretch->start <= at) found.push_back(at);
        return true;
    });
    return found;
}

std::array<Interval, 2> search_windows(World const& world, facility::Machine const& wished,
                                       Interval wanted) {
    auto const latest = world.now + days{wished.horizon_days};
    auto const anchor = std::clamp(wanted.start, world.now, latest);
    auto const since = [&](Duration before) { return std::max(anchor - before, world.now); };
    return {Interval{since(hours{6}), anchor + hours{6}},
            Interval{since(days{2}), anchor + days{7}}};
}

Interval search_range(std::span<facility::Machine const> machines, Interval wanted,
                      Interval window) {
    Duration tail{};
    for (auto const& machine : machines)
        tail = std::max(tail,
                        granted_length(machine, wanted.length()) + minutes{machine.buffer_minutes});
    return {window.start, window.end + tail};
}

std::vector<Candidate> alternatives(World const& world, std::span<Place const> places,
                                    Interval wanted, Interval window) {
    if (places.empty()) return {};
    auto found = nearest(world, places.front(), wanted, window);
    std::vector<Candidate> others;
    for (auto const& place : places.subspan(1))
        std::ranges::copy(nearest(world, place, wanted, window), std::back_inserter(others));
    std::ranges::stable_sort(others, [&](Candidate const& a, Candidate const& b) {
        return distance(a.during.start, wanted.start) < distance(b.during.start, wanted.start);
    });
    if (!others.empty()) found.resize(std::min(found.size(), alternatives_offered - 1));
    for (auto const& other : others)
        if (found.size() < alternatives_offered) found.push_back(other);
    return found;
}

std::vector<Candidate> shorter_extension(World const& world, Place const& place, Interval held) {
    auto const end = longest_end(world, place, held.start);
    if (!end || *end <= held.end) return {};
    return {{&place.machine, {held.start, *end}}};
}

std::vector<Offer> find_times(World const& world, std::span<Place const> places, Interval day,
                              Duration length, PriceOf const& price_of) {
    std::vector<Offer> offers;
    Money dearest{};
    for (auto const& place : places) {
        auto const starts = free_starts(world, place, length, day);
        for (auto const start :
             telling_starts(world.zone, starts, minutes{place.machine.grid_minutes})) {
            Interval const during{start, start + length};
            offers.push_back({{&place.machine, during}, price_of(place.machine, during)});
            dearest = std::max(dearest, offers.back().price);
        }
    }
    std::ranges::stable_sort(offers, [](Offer const& a, Offer const& b) {
        if (a.price != b.price) return a.price < b.price;
        return a.candidate.during.start < b.candidate.during.start;
    });
    offers.resize(std::min(offers.size(), alternatives_offered));
    for (auto& offer : offers) offer.cheaper = offer.price < dearest;
    return offers;
}

Board board_of(World const& world, facility::Machine const& machine,
               std::span<Booking const> bookings) {
    Board board;
    Interval const ahead{world.now, world.now + days{1}};
    Place place{machine, {}};
    for (auto const& booking : bookings) {
        bool const on = booking.state == State::running || booking.state == State::paused;
        if (on || booking.during.contains(world.now)) board.now = &booking;
        if (booking.during.start > world.now && !board.next) board.next = &booking;
        place.taken.push_back({booking.during.start, booking.occupied_until});
    }
    // What the board calls free can be used up to then; who books has a clean-up of its own.
    place.machine.buffer_minutes = 0;
    if (machine.out_of_order || board.now) return board;
    auto const stretches = free_stretches(world, place, ahead);
    if (!stretches.empty() && stretches.front().start == world.now)
        board.free_until = stretches.front().end;
    return board;
}

}  // namespace karkhana::booking
