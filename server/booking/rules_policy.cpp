#include "server/booking/rules_policy.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "server/booking/words.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 26> kRuleNames{"in_past",
                                                      "closed",
                                                      "outage",
                                                      "grid",
                                                      "too_short",
                                                      "too_long",
                                                      "too_far",
                                                      "too_soon",
                                                      "not_authorised",
                                                      "operator_busy",
                                                      "reserved_hours",
                                                      "daily_quota",
                                                      "weekly_quota",
                                                      "future_quota",
                                                      "gap",
                                                      "trial_used",
                                                      "no_trials",
                                                      "suspended",
                                                      "membership_over",
                                                      "overdue",
                                                      "low_balance",
                                                      "co_resource",
                                                      "capacity",
                                                      "power_budget",
                                                      "slot_taken",
                                                      "waited_for"};

bool fits_grid(Zone const& zone, int grid_minutes, Instant at) {
    auto const local = zone.to_local(at);
    auto const since_midnight = local - std::chrono::floor<days>(local);
    return since_midnight % minutes{grid_minutes} == Duration::zero();
}

std::optional<Interval> first_taken(Place const& place, Interval during) {
    auto const wanted = occupied(place.machine, during);
    auto const found =
        std::ranges::find_if(place.taken, [&](Interval taken) { return taken.overlaps(wanted); });
    if (found == place.taken.end()) return std::nullopt;
    return *found;
}

/// One question a rule about time; each adds what it finds.
struct TimeCheck {
    World const& world;
    Place const& place;
    Ask const& ask;
    Limits const& limits;
    std::vector<Violation> found{};

    facility::Machine const& machine() const { return place.machine; }
    Interval during() const { return ask.during; }
    bool keeps_start() const { return ask.held && ask.held->start == ask.during.start; }

    void in_past() {
        if (keeps_start() ? during().end <= world.now : during().start < world.now)
            found.push_back(said_in_past(world, during().start));
    }
    void closed() {
        if (gives_back(ask)) return;
        // Of a length that is refused anyhow the first week is looked at, not a thousand years.
        Interval const asked{during().start,
                             std::min(during().end, during().start + longest_booking)};
        if (auto const shut = facility::why_closed(world.zone(), world.opening(), asked))
            found.push_back(said_closed(world, *shut));
    }
    void outage() {
        if (gives_back(ask)) return;
        // An outage that a running booking has behind it does not forbid to stay longer.
        Interval const ahead{std::max(during().start, std::min(world.now, during().end)),
                             during().end};
        if (machine().out_of_order) return found.push_back(said_out_of_order());
        auto const first = std::ranges::find_if(world.outages, [&](facility::Outage const& each) {
            return forbids(world, each, machine().id) && each.during.overlaps(ahead);
        });
        if (first != world.outages.end()) found.push_back(said_outage(world, *first));
    }
    void grid() {
        bool const start_fits =
            keeps_start() || fits_grid(world.zone(), limits.grid_minutes, during().start);
        if (!start_fits || during().length() % minutes{limits.grid_minutes} != Duration::zero())
            found.push_back(said_grid(limits.grid_minutes));
    }
    void length() {
        auto const asked = whole_minutes(during().length());
        if (during().length() < minutes{limits.min_minutes})
            found.push_back(said_too_short(limits.min_minutes, asked));
        if (during().length() > longest_of(limits))
            found.push_back(said_too_long(longest_of(limits).count(), asked));
    }
    void notice() {
        if (gives_back(ask) || keeps_start()) return;
        auto const last = local_day(world.zone(), world.now) + days{limits.horizon_days};
        if (local_day(world.zone(), during().start) > last)
            found.push_back(said_too_far(limits.horizon_days, last));
        auto const notice = ask.change ? limits.notice_change : limits.notice_create;
        if (during().start >= world.now && during().start < world.now + notice)
            found.push_back(said_too_soon(notice.count()));
    }
    void slot() {
        auto const taken = first_taken(place, during());
        if (!taken) return;
        auto const longest =
            keeps_start() ? longest_end(world, place, during().start) : std::nullopt;
        found.push_back(said_slot_taken(world, *taken, longest));
    }
};

}  // namespace

std::string_view name_of(Rule rule) { return kRuleNames.at(static_cast<std::size_t>(rule)); }

std::optional<Rule> rule_of(std::string_view name) {
    auto const found = std::ranges::find(kRuleNames, name);
    if (found == kRuleNames.end()) return std::nullopt;
    return static_cast<Rule>(found - kRuleNames.begin());
}

Interval occupied(facility::Machine const& machine, Interval during) {
    return {during.start - minutes{machine.setup_minutes},
            during.end + minutes{machine.buffer_minutes}};
}

bool concerns(facility::Outage const& outage, MachineId const& machine) {
    return !outage.machine || *outage.machine == machine;
}

bool bridged(facility::Book const& book, facility::Outage const& outage) {
    return outage.kind == "load_shedding" && book.facility.generator_w > 0;
}

bool forbids(World const& world, facility::Outage const& outage, MachineId const& machine) {
    return !bridged(*world.book, outage) && concerns(outage, machine);
}

bool displaces(facility::Book const& book, facility::Outage const& outage,
               MachineId const& machine) {
    bool const came = outage.source == facility::OutageSource::seen;
    return (came || !bridged(book, outage)) && concerns(outage, machine);
}

bool gives_back(Ask const& ask) {
    return ask.held && ask.held->start <= ask.during.start && ask.during.end <= ask.held->end;
}

minutes longest_of(Limits const& limits) {
    return std::min(minutes{limits.max_minutes}, longest_booking);
}

Scope scope_at(World const& world, facility::Machine const& machine, Instant start) {
    auto const& profile = facility::profile_on(world.opening(), local_day(world.zone(), start));
    return {.machine = machine.id,
            .membership = world.party ? world.party->membership : "",
            .season = profile.slug,
            .at = start};
}

Limits limits_at(World const& world, facility::Machine const& machine, Instant start) {
    return limits_for(*world.book, machine, scope_at(world, machine, start));
}

std::vector<Violation> check_policy(World const& world, Place const& place, Ask const& ask) {
    auto const limits = limits_at(world, place.machine, ask.during.start);
    TimeCheck check{world, place, ask, limits};
    check.in_past();
    check.closed();
    check.outage();
    check.grid();
    check.length();
    check.notice();
    // What is longer than any booking is refused; its days need not be counted.
    if (ask.during.length() <= longest_booking)
        std::ranges::move(check_party(world, place, ask, limits), std::back_inserter(check.found));
    check.slot();
    return std::move(check.found);
}

std::optional<Instant> longest_end(World const& world, Place const& place, Instant start) {
    auto const limits = limits_at(world, place.machine, start);
    auto const open = facility::open_intervals(world.zone(), world.opening(),
                                               {start, start + longest_of(limits)});
    if (open.empty() || open.front().start != start) return std::nullopt;
    Instant limit = open.front().end;
    auto const ahead = std::max(start, world.now);
    for (auto const& outage : world.outages)
        if (forbids(world, outage, place.machine.id) && outage.during.end > ahead)
            limit = std::min(limit, std::max(outage.during.start, start));
    for (auto const& taken : place.taken)
        if (taken.end > start)
            limit = std::min(limit, taken.start - minutes{place.machine.buffer_minutes});
    auto const steps = (limit - start) / minutes{limits.grid_minutes};
    auto const end = start + steps * minutes{limits.grid_minutes};
    if (steps <= 0 || end - start < minutes{limits.min_minutes}) return std::nullopt;
    return end;
}

Result<void> check_presence(Settings const& settings, Interval during, Instant now) {
    if (now < during.start - settings.check_in_early)
        return refuse(ErrorKind::conflict, "too_early", "the booking does not begin yet");
    if (now >= during.end) return refuse(ErrorKind::conflict, "too_late", "the booking is over");
    return {};
}

}  // namespace karkhana::booking
