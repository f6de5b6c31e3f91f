#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/facility/rules.hpp"

/// When a facility is open: hours by weekday under a profile (normal, Ramadan, Eid), breaks within
/// them, and days that are like no other.
namespace karkhana::facility {

/// Minutes after local midnight; over 1440 is on the next day.
struct Span {
    int from_minute = 0;
    int until_minute = 0;

    bool operator==(Span const&) const = default;
};

/// Prayer, lunch: every week, within the open hours.
struct Break {
    int weekday = 1;
    Span span;
    Name name;

    bool operator==(Break const&) const = default;
};

struct Profile {
    ProfileId id;
    std::string slug;  ///< normal, ramadan, eid, ...
    Name name;
    std::vector<OpeningHours> hours;
    std::vector<Break> breaks;
};

/// From the first day to the last, both included, another profile holds.
struct Period {
    std::chrono::local_days first;
    std::chrono::local_days last;
    std::size_t profile = 0;  ///< where in the plan's list
};

/// A holiday when there are no spans, else a day with hours of its own, and without breaks.
struct SpecialDay {
    std::chrono::local_days day;
    Name name;
    std::vector<Span> spans;
    std::string source;  ///< which list it was read from; empty: entered by hand
};

struct OpeningPlan {
    std::vector<Profile> profiles;    ///< the first holds where no period says otherwise
    std::vector<Period> periods;      ///< by first day, apart from each other
    std::vector<SpecialDay> special;  ///< by day

    /// The same hours every week.
    static OpeningPlan weekly(std::vector<OpeningHours> hours);
};

/// Precondition: the plan has a profile.
Profile const& profile_on(OpeningPlan const& plan, std::chrono::local_days day);

/// When it is open within the range: in order, apart from each other, clipped to it. A shift over
/// midnight is of the day on which it began.
std::vector<Interval> open_intervals(Zone const& zone, OpeningPlan const& plan, Interval range);
/// True if all of the interval is. An empty one is not.
bool is_open(Zone const& zone, OpeningPlan const& plan, Interval during);

struct Shut {
    enum class Why { hours, holiday, pause };
    Why why = Why::hours;
    Name label;     ///< of the holiday or the break; empty of hours
    Interval part;  ///< the first part that is not open
};
/// The first part of the interval that is not open, and why; nullopt when all of it is.
std::optional<Shut> why_closed(Zone const& zone, OpeningPlan const& plan, Interval during);

/// The profile with its hours as `valid_hours` wants them and every break inside a day. Errors:
/// those of valid_hours, valid_slug and complete, `bad_break`, `breaks_overlap`.
Result<Profile> valid_profile(Profile profile);
/// Errors: `bad_period` (the end before the beginning, longer than a year), `periods_overlap`.
Result<std::vector<Period>> valid_periods(std::vector<Period> periods);
/// Errors: those of complete, `bad_hours`.
Result<SpecialDay> valid_special_day(SpecialDay day);

}  // namespace karkhana::facility
