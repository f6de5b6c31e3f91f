#include "server/booking/rules_series.hpp"

#include <algorithm>
#include <array>

#include "server/booking/rules_holds.hpp"

namespace karkhana::booking {
namespace {

constexpr std::array<std::string_view, 3> clash_names{"skip", "move", "refuse"};

tl::unexpected<Error> refused(std::string_view code, std::string detail) {
    return refuse(ErrorKind::invalid, code, std::move(detail), "/rule");
}

/// No time near a date helps where it is the day that is too far, or gone.
bool can_be_moved(std::vector<Violation> const& violations) {
    return std::ranges::none_of(violations, [](Violation const& each) {
        return each.rule == Rule::too_far || each.rule == Rule::in_past ||
               each.rule == Rule::suspended || each.rule == Rule::membership_over;
    });
}

std::vector<SeriesSlot> slots_near(World const& world, std::span<Place const> places,
                                   Ask const& ask) {
    std::vector<SeriesSlot> found;
    for (auto const window : search_windows(world, places.front().machine, ask.during)) {
        found.clear();
        for (auto const& each : alternatives(world, places, ask, window))
            found.push_back({*each.machine, each.during});
        if (found.size() == alternatives_offered) break;
    }
    return found;
}

/// The world after the booking is made.
void take(World& world, std::vector<Place>& places, Ask ask, SeriesSlot const& slot) {
    auto const place = std::ranges::find(places, slot.machine.id,
                                         [](Place const& each) { return each.machine.id; });
    ask.during = slot.during;
    if (may_hold(*world.book, slot.machine))
        for (auto& hold : plan_holds(world, *place, ask).holds) world.held.push_back(hold);
    auto const taken = occupied(slot.machine, slot.during);
    place->taken.insert(std::ranges::upper_bound(place->taken, taken), taken);
    if (world.party) world.party->spent.push_back({slot.machine.id, slot.during});
}

}  // namespace

std::string_view name_of(Clash clash) { return clash_names.at(static_cast<std::size_t>(clash)); }

std::optional<Clash> clash_of(std::string_view name) {
    for (auto const clash : {Clash::skip, Clash::move, Clash::refuse})
        if (name_of(clash) == name) return clash;
    return std::nullopt;
}

Result<std::vector<SeriesDate>> dates_of(Zone const& zone, SeriesTimes const& times, Instant last) {
    using std::chrono::floor;
    using std::chrono::seconds;
    if (!times.rule.ends()) return refused("series_endless", "a series ends by COUNT or by UNTIL");
    auto const start = floor<seconds>(zone.to_local(times.start));
    auto const rule = ical::in_zone(times.rule, zone);
    // One more than there may be, and far enough to see one that is too late.
    auto const most = static_cast<std::size_t>(ical::most_dates) + 1;
    auto const far = floor<seconds>(zone.to_local(last)) + std::chrono::years{10};
    auto const walls = ical::expand(rule, start, far, most);
    if (walls.empty()) return refused("series_empty", "the rule falls on no date");
    std::vector<SeriesDate> dates;
    for (auto const wall : walls) {
        auto const at = zone.from_local(wall);
        dates.push_back({at, {at, at + times.length}});
    }
    if (dates.size() == most || dates.back().during.start > last)
        return refused("series_too_long", "a series has " + std::to_string(ical::most_dates) +
                                              " dates at most, the last within a year of the day "
                                              "until which can be booked");
    return dates;
}

std::vector<PlannedDate> plan_series(World world, std::vector<Place> places, Ask const& like,
                                     std::span<SeriesDate const> dates, Clash clash,
                                     PriceOf const& price_of) {
    std::vector<PlannedDate> planned;
    for (auto const& date : dates) {
        auto ask = like;
        ask.during = date.during;
        auto const machine = places.front().machine;
        ask.price = price_of(machine, date.during);
        PlannedDate one{.date = date, .violations = check_policy(world, places.front(), ask)};
        if (one.violations.empty())
            one.slot = SeriesSlot{machine, date.during};
        else if (can_be_moved(one.violations))
            one.alternatives = slots_near(world, places, ask);
        if (clash == Clash::move && !one.alternatives.empty()) one.slot = one.alternatives.front();
        if (one.slot) take(world, places, ask, *one.slot);
        planned.push_back(std::move(one));
    }
    return planned;
}

Interval shifted(Zone const& zone, Interval during, SeriesShift const& shift) {
    auto const day = local_day(zone, during.start);
    auto const start =
        shift.start_minute ? at_minute(zone, day, *shift.start_minute) : during.start;
    return {start, start + (shift.length ? Duration{*shift.length} : during.length())};
}

}  // namespace karkhana::booking
