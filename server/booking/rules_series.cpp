#include "server/booking/rules_series.hpp"

#include <algorithm>
#include <array>

#include "server/booking/rules_holds.hpp"

namespace karkhana::booking {
namespace {

constexpr std::array<std::string_view, 3> clash_names{"skip", "move", "refuse"};
constexpr std::array<std::string_view, 7> weekday_codes{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

tl::unexpected<Error> refused(std::string_view code, std::string detail) {
    return refuse(ErrorKind::invalid, code, std::move(detail), "/rule");
}

/// The parts of "FREQ=WEEKLY;BYDAY=SU,TU", or of "SU,TU".
std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        parts.push_back(text.substr(0, text.find(at)));
        text.remove_prefix(std::min(parts.back().size() + 1, text.size()));
    }
    return parts;
}

bool is_weekly(std::string_view rule) {
    auto const parts = split(rule, ';');
    return std::ranges::find(parts, std::string_view{"FREQ=WEEKLY"}) != parts.end();
}

/// ISO weekdays of "SU,TU"; nullopt when it says something else, or one twice.
std::optional<std::vector<int>> weekdays_of(std::string_view list) {
    std::vector<int> found;
    for (auto const code : split(list, ',')) {
        auto const known = std::ranges::find(weekday_codes, code);
        if (known == weekday_codes.end()) return std::nullopt;
        auto const weekday = static_cast<int>(known - weekday_codes.begin()) + 1;
        if (std::ranges::find(found, weekday) != found.end()) return std::nullopt;
        found.push_back(weekday);
    }
    return found;
}

int iso_weekday(std::chrono::local_days day) {
    return static_cast<int>(std::chrono::weekday{day}.iso_encoding());
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

Result<DaysMoved> days_moved(std::string_view rule, int first_weekday, std::string_view to,
                             int week_starts) {
    auto const refused_weekdays = [](std::string_view code, std::string detail) {
        return refuse(ErrorKind::invalid, code, std::move(detail), "/weekdays");
    };
    auto old = std::optional{std::vector{first_weekday}};
    for (auto const part : split(rule, ';'))
        if (part.starts_with("BYDAY=")) old = weekdays_of(part.substr(part.find('=') + 1));
    if (!is_weekly(rule) || !old)
        return refused_weekdays("not_weekly", "it does not come back by weekdays");
    auto wanted = weekdays_of(to);
    if (!wanted || wanted->empty())
        return refused_weekdays("bad_weekdays", "weekdays as SU,TU, none twice");
    if (wanted->size() != old->size())
        return refused_weekdays("weekdays_differ", "as many days a week as it has");
    auto const place = [&](int weekday) { return (weekday - week_starts + 7) % 7; };
    std::ranges::sort(*old, {}, place);
    std::ranges::sort(*wanted, {}, place);
    DaysMoved moved{};
    for (std::size_t i = 0; i < old->size(); ++i)
        moved.at(static_cast<std::size_t>(old->at(i) - 1)) =
            place(wanted->at(i)) - place(old->at(i));
    return moved;
}

std::string rule_held_on(std::string_view rule, std::span<std::chrono::local_days const> days) {
    if (!is_weekly(rule)) return std::string(rule);
    std::string byday;
    for (auto const day : days) {
        auto const code = weekday_codes.at(static_cast<std::size_t>(iso_weekday(day) - 1));
        if (byday.find(code) == byday.npos)
            byday += (byday.empty() ? "BYDAY=" : ",") + std::string(code);
    }
    std::string found;
    for (auto const part : split(rule, ';'))
        if (!part.starts_with("BYDAY=")) found += std::string(part) + ";";
    return found + byday;
}

Interval shifted(Zone const& zone, SeriesDate const& date, SeriesShift const& shift) {
    auto const& during = date.during;
    auto day = local_day(zone, during.start);
    if (shift.days) {
        auto const of_rule = local_day(zone, date.occurrence);
        auto const weekday = static_cast<std::size_t>(iso_weekday(of_rule) - 1);
        day = of_rule + std::chrono::days{shift.days->at(weekday)};
    }
    auto const minute = shift.start_minute.value_or(minute_of_day(zone, during.start));
    auto const start =
        shift.start_minute || shift.days ? at_minute(zone, day, minute) : during.start;
    return {start, start + (shift.length ? Duration{*shift.length} : during.length())};
}

}  // namespace karkhana::booking
