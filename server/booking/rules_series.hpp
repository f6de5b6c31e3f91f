#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"
#include "server/booking/rules_availability.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/ical/recurrence.hpp"

/// Bookings that come back by a rule: which dates there are, and what becomes of each.
namespace karkhana::booking {

/// What is done with a date that breaks a rule.
enum class Clash {
    skip,    ///< it is left out
    move,    ///< the nearest time that can be had is taken instead
    refuse,  ///< nothing at all is booked
};
std::string_view name_of(Clash clash);
std::optional<Clash> clash_of(std::string_view name);

/// A date of a series: which one it is, and when. Both are told apart once it is moved.
struct SeriesDate {
    Instant occurrence;
    Interval during;

    bool operator==(SeriesDate const&) const = default;
};

struct SeriesTimes {
    ical::Rule rule;
    Instant start;    ///< of the first date
    Duration length;  ///< the same on every date, also where the clocks change
};
/// Goes by the wall clock of the zone. Errors: `series_endless` (neither COUNT nor UNTIL),
/// `series_too_long` (dates after `last`, more than a rule may have), `series_empty` (no date).
Result<std::vector<SeriesDate>> dates_of(Zone const& zone, SeriesTimes const& times, Instant last);

struct SeriesSlot {
    facility::Machine machine;
    Interval during;
};
struct PlannedDate {
    SeriesDate date;
    std::vector<Violation> violations{};     ///< of the date as the rule gives it
    std::vector<SeriesSlot> alternatives{};  ///< where there are violations
    /// Where it is booked; empty: nowhere.
    std::optional<SeriesSlot> slot{};

    bool moved() const { return slot && !violations.empty(); }
};

using PriceOf = std::function<Money(facility::Machine const&, Interval)>;
/// Looks at every date in its order, each after those before it are booked: they count against its
/// quotas and hold their machines. `places[0]` is the wished machine, the others are of its kind;
/// `like` says what every booking is like besides its time and price.
std::vector<PlannedDate> plan_series(World world, std::vector<Place> places, Ask const& like,
                                     std::span<SeriesDate const> dates, Clash clash,
                                     PriceOf const& price_of);

/// By how many days the dates of each weekday move, Monday first.
using DaysMoved = std::array<int, 7>;
/// From the weekdays of a rule by weeks to `to`, as "SU,TU": in each week the first becomes the
/// first. A rule that names none falls on `first_weekday`; weeks begin on `week_starts`; all ISO.
/// Errors: `not_weekly`, `bad_weekdays`, `weekdays_differ` (more or fewer than the rule has).
Result<DaysMoved> days_moved(std::string_view rule, int first_weekday, std::string_view to,
                             int week_starts);
/// A rule by weeks with the weekdays that its dates are held on, in their order; another as it is.
std::string rule_held_on(std::string_view rule, std::span<std::chrono::local_days const> days);

/// Another weekday, another time of the day, another length: how all dates of a series change.
struct SeriesShift {
    std::optional<int> start_minute{};  ///< after local midnight
    std::optional<std::chrono::minutes> length{};
    std::optional<DaysMoved> days{};  ///< from the day of the rule, wherever the date is now
};
Interval shifted(Zone const& zone, SeriesDate const& date, SeriesShift const& shift);

}  // namespace karkhana::booking
