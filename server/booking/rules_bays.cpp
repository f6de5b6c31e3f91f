#include "server/booking/rules_bays.hpp"

#include <algorithm>
#include <ranges>

#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::minutes;

/// The times of the grid, asked for in order: of each local day the midnight is looked up once.
class Grid {
public:
    Grid(Zone const& zone, int grid_minutes) : zone_(zone), step_(minutes{grid_minutes}) {}

    /// The first one that is not before `at`.
    Instant from(Instant at) {
        if (!day_.contains(at)) day_ = day_interval(zone_, local_day(zone_, at));
        return day_.start + (at - day_.start + step_ - Duration{1}) / step_ * step_;
    }

private:
    Zone const& zone_;
    Duration step_;
    Interval day_{};
};

bool is_shared(Bay const& bay) { return bay.machine.seats > 1; }

/// What a booking would hold.
Busy held_in(Bay const& bay, Interval during, int people) {
    if (is_shared(bay)) return {during, people};
    return {occupied(bay.machine, during), 1};
}

/// When a room has not so many seats left, by start.
std::vector<Interval> full_times(Bay const& bay, int people) {
    std::vector<std::pair<Instant, int>> steps;
    for (auto const& [during, seats] : bay.busy) {
        steps.emplace_back(during.start, seats);
        steps.emplace_back(during.end, -seats);
    }
    std::ranges::sort(steps);
    std::vector<Interval> found;
    int taken = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        taken += steps[i].second;
        bool const last = i + 1 == steps.size() || steps[i + 1].first != steps[i].first;
        if (!last || i + 1 == steps.size() || taken + people <= bay.machine.seats) continue;
        found.push_back({steps[i].first, steps[i + 1].first});
    }
    return found;
}

/// `blocked`: intervals by start, with which what is wanted may not overlap.
template <class Blocked>
std::optional<Interval> first_between(Zone const& zone, Bay const& bay, Blocked const& blocked,
                                      Duration length, Interval window) {
    Grid grid{zone, bay.machine.grid_minutes};
    Duration const setup = minutes{is_shared(bay) ? 0 : bay.machine.setup_minutes};
    auto next = std::ranges::begin(blocked);
    auto const none = std::ranges::end(blocked);
    for (auto const& open : bay.open) {
        auto const until = std::min(open.end, window.end);
        auto const from = std::max(open.start, window.start);
        if (from + length > until) continue;
        auto start = grid.from(from);
        while (start + length <= until) {
            Interval const during{start, start + length};
            auto const needed = held_in(bay, during, 1).during;
            while (next != none && (*next).end <= needed.start) ++next;
            if (next == none || (*next).start >= needed.end) return during;
            start = grid.from((*next).end + setup);
        }
    }
    return std::nullopt;
}

}  // namespace

Instant aligned(Zone const& zone, int grid_minutes, Instant at) {
    return Grid{zone, grid_minutes}.from(at);
}

std::vector<Interval> without_outages(std::vector<Interval> open,
                                      std::vector<facility::Outage> const& outages,
                                      MachineId const& machine) {
    for (auto const& outage : outages) {
        if (!concerns(outage, machine)) continue;
        std::vector<Interval> left;
        for (auto const& part : open) {
            Interval const before{part.start, std::min(part.end, outage.during.start)};
            Interval const after{std::max(part.start, outage.during.end), part.end};
            if (!before.empty()) left.push_back(before);
            if (!after.empty()) left.push_back(after);
        }
        open = std::move(left);
    }
    std::ranges::sort(open);
    return open;
}

Duration on_grid(facility::Machine const& machine, Duration length) {
    Duration const grid = minutes{machine.grid_minutes};
    auto const least = std::max(length, Duration{minutes{machine.min_minutes}});
    return (least + grid - Duration{1}) / grid * grid;
}

Busy busy_by(facility::Machine const& machine, Booking const& booking) {
    if (machine.seats > 1) return {booking.during, booking.people};
    return {{booking.occupied_from, booking.occupied_until}, 1};
}

std::optional<Interval> first_fit(Zone const& zone, Bay const& bay, Duration length,
                                  Interval window, int people) {
    if (bay.machine.out_of_order) return std::nullopt;
    if (!is_shared(bay))
        return first_between(zone, bay, bay.busy | std::views::transform(&Busy::during), length,
                             window);
    if (people > bay.machine.seats) return std::nullopt;
    return first_between(zone, bay, full_times(bay, people), length, window);
}

bool fits(Bay const& bay, Interval during, std::optional<Busy> own, int people) {
    if (bay.machine.out_of_order) return false;
    bool const open = std::ranges::any_of(bay.open, [&](Interval const& part) {
        return part.start <= during.start && during.end <= part.end;
    });
    if (!open) return false;
    auto const needed = held_in(bay, during, people);
    auto const overlaps = [&](Interval const& each) { return each.overlaps(needed.during); };
    if (!is_shared(bay))
        return std::ranges::none_of(bay.busy, [&](Busy const& each) {
            return overlaps(each.during) && each != own.value_or(Busy{});
        });
    auto room = bay;
    if (own) let_go(room, *own);
    return people <= bay.machine.seats && std::ranges::none_of(full_times(room, people), overlaps);
}

void take(Bay& bay, Interval during, int people) { take(bay, held_in(bay, during, people)); }

void take(Bay& bay, Busy busy) {
    bay.busy.insert(std::ranges::upper_bound(bay.busy, busy.during.start, {},
                                             [](Busy const& each) { return each.during.start; }),
                    busy);
}

bool let_go(Bay& bay, Busy const& busy) {
    auto const found = std::ranges::find(bay.busy, busy);
    if (found == bay.busy.end()) return false;
    bay.busy.erase(found);
    return true;
}

}  // namespace karkhana::booking
