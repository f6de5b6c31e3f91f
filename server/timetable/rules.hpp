#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/facility/rules.hpp"
#include "server/ical/occurrences.hpp"

namespace karkhana::timetable {

/// How far ahead outages are made of a timetable.
constexpr std::chrono::days looked_ahead{60};
/// More outages than that in the days ahead are a mistake.
constexpr std::size_t most_outages = 1000;

/// What a timetable says: iCalendar, or lines "2026-11-24,18:00,19:30,Feeder 7" whose reason may be
/// left out and of which the first may be a heading. An end that is not after its start is on the
/// next day. Errors: those of read_calendar, `bad_csv` with the line.
Result<std::vector<ical::Event>> read_table(std::string_view content);

/// A timetable of one outage, or of one that comes back by the rule (RFC 5545), as iCalendar in the
/// wall time of the zone. Precondition: parse_rule takes the rule, or it is empty.
std::string entered_table(Zone const& zone, Interval first, std::string_view rule,
                          std::string_view reason);

struct Planned {
    Interval during;
    std::string reason;

    bool operator==(Planned const&) const = default;
};
/// The outages of the days ahead, by start; of those that are alike the first. Errors:
/// `too_many_dates`.
Result<std::vector<Planned>> planned(std::vector<ical::Event> const& events, Zone const& zone,
                                     Instant now);

/// An outage that was made of the timetable.
struct Kept {
    Interval during;
    OutageId outage;

    bool operator==(Kept const&) const = default;
};
/// What has begun ends sooner or later than it was planned.
struct Changed {
    Kept kept;
    Instant until;

    bool operator==(Changed const&) const = default;
};
struct Update {
    std::vector<Planned> add;
    std::vector<Kept> drop;
    std::vector<Changed> change;
};
/// What makes `kept` what is wanted. What has begun is not undone: it ends when it is now planned
/// to, and now when it is planned no more.
Update update_of(std::vector<Kept> const& kept, std::vector<Planned> const& wanted, Instant now);

}  // namespace karkhana::timetable
