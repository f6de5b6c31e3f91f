#include "server/booking/rules_policy.hpp"

#include <algorithm>
#include <array>

#include "server/booking/words.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::minutes;

std::int64_t whole_minutes(Duration length) { return duration_cast<minutes>(length).count(); }

minutes longest_of(facility::Machine const& machine) {
    return std::min(minutes{machine.max_minutes}, longest_booking);
}

std::chrono::local_days last_day(World const& world, facility::Machine const& machine) {
    return local_day(world.zone, world.now) + days{machine.horizon_days};
}

bool on_grid(World const& world, facility::Machine const& machine, Instant at) {
    auto const local = world.zone.to_local(at);
    auto const since_midnight = local - std::chrono::floor<days>(local);
    return since_midnight % minutes{machine.grid_minutes} == Duration::zero();
}

Interval occupied(facility::Machine const& machine, Interval during) {
    return {during.start, during.end + minutes{machine.buffer_minutes}};
}

std::optional<Interval> first_taken(Place const& place, Interval during) {
    auto const wanted = occupied(place.machine, during);
    auto const found =
        std::ranges::find_if(place.taken, [&](Interval taken) { return taken.overlaps(wanted); });
    if (found == place.taken.end()) return std::nullopt;
    return *found;
}

std::optional<facility::Outage> first_outage(World const& world, facility::Machine const& machine,
                                             Interval during) {
    auto const found = std::ranges::find_if(world.outages, [&](facility::Outage const& outage) {
        return concerns(outage, machine.id) && outage.during.overlaps(during);
    });
    if (found == world.outages.end()) return std::nullopt;
    return *found;
}

/// One question a rule; each adds what it finds.
struct Check {
    World const& world;
    Place const& place;
    Interval during;
    std::optional<Interval> held;
    std::vector<Violation> found{};

    facility::Machine const& machine() const { return place.machine; }
    bool keeps_start() const { return held && held->start == during.start; }
    /// Time is only given back, which no rule about when and who may forbid.
    bool gives_back() const {
        return held && held->start <= during.start && during.end <= held->end;
    }

    void in_past() {
        if (keeps_start() ? during.end <= world.now : during.start < world.now)
            found.push_back(said_in_past(world, during.start));
    }
    void closed() {
        // Of a length that is refused anyhow the first week is looked at, not a thousand years.
        Interval const asked{during.start, std::min(during.end, during.start + longest_booking)};
        if (!gives_back() && !facility::is_open(world.zone, world.hours, asked))
            found.push_back(said_closed(world, during.start));
    }
    void outage() {
        if (gives_back()) return;
        // An outage that a running booking has behind it does not forbid to stay longer.
        Interval const ahead{std::max(during.start, std::min(world.now, during.end)), during.end};
        if (machine().out_of_order)
            found.push_back(said_out_of_order());
        else if (auto const outage = first_outage(world, machine(), ahead))
            found.push_back(said_outage(world, *outage));
    }
    void grid() {
        bool const start_fits = keeps_start() || on_grid(world, machine(), during.start);
        if (!start_fits || during.length() % minutes{machine().grid_minutes} != Duration::zero())
            found.push_back(said_grid(machine().grid_minutes));
    }
    void length() {
        auto const asked = whole_minutes(during.length());
        if (during.length() < minutes{machine().min_minutes})
            found.push_back(said_too_short(machine().min_minutes, asked));
        if (during.length() > longest_of(machine()))
            found.push_back(said_too_long(longest_of(machine()).count(), asked));
    }
    void notice() {
        if (gives_back() || keeps_start()) return;
        auto const last = last_day(world, machine());
        if (local_day(world.zone, during.start) > last)
            found.push_back(said_too_far(machine().horizon_days, last));
        auto const notice = world.settings.notice;
        if (during.start >= world.now && during.start < world.now + notice)
            found.push_back(said_too_soon(whole_minutes(notice)));
    }
    void account() {
        if (world.suspended && !gives_back()) found.push_back(said_suspended());
    }
    void slot() {
        auto const taken = first_taken(place, during);
        if (!taken) return;
        auto const longest = keeps_start() ? longest_end(world, place, during.start) : std::nullopt;
        found.push_back(said_slot_taken(world, *taken, longest));
    }
};

}  // namespace

std::string_view name_of(Rule rule) {
    constexpr std::array<std::string_view, 10> names{
        "in_past",  "closed",  "outage",   "grid",      "too_short",
        "too_long", "too_far", "too_soon", "suspended", "slot_taken"};
    return names.at(static_cast<std::size_t>(rule));
}

bool concerns(facility::Outage const& outage, MachineId const& machine) {
    return !outage.machine || *outage.machine == machine;
}

std::vector<Violation> check_policy(World const& world, Place const& place, Interval during,
                                    std::optional<Interval> held) {
    Check check{world, place, during, held};
    check.in_past();
    check.closed();
    check.outage();
    check.grid();
    check.length();
    check.notice();
    check.account();
    check.slot();
    return std::move(check.found);
}

std::optional<Instant> longest_end(World const& world, Place const& place, Instant start) {
    auto const open = facility::open_intervals(world.zone, world.hours,
                                               {start, start + longest_of(place.machine)});
    if (open.empty() || open.front().start != start) return std::nullopt;
    Instant limit = open.front().end;
    auto const ahead = std::max(start, world.now);
    for (auto const& outage : world.outages)
        if (concerns(outage, place.machine.id) && outage.during.end > ahead)
            limit = std::min(limit, std::max(outage.during.start, start));
    for (auto const& taken : place.taken)
        if (taken.end > start)
            limit = std::min(limit, taken.start - minutes{place.machine.buffer_minutes});
    auto const steps = (limit - start) / minutes{place.machine.grid_minutes};
    auto const end = start + steps * minutes{place.machine.grid_minutes};
    if (steps <= 0 || end - start < minutes{place.machine.min_minutes}) return std::nullopt;
    return end;
}

Result<void> check_presence(Settings const& settings, Interval during, Instant now) {
    if (now < during.start - settings.check_in_early)
        return refuse(ErrorKind::conflict, "too_early", "the booking does not begin yet");
    if (now >= during.end) return refuse(ErrorKind::conflict, "too_late", "the booking is over");
    return {};
}

}  // namespace karkhana::booking
