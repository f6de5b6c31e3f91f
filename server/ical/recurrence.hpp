#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/result.hpp"

namespace karkhana::ical {

/// Wall time without a zone: what rules are counted in.
using LocalTime = std::chrono::local_seconds;

/// No rule falls on more dates: a booking every day of a year.
constexpr int most_dates = 366;

/// A recurrence rule (RFC 5545 3.3.10) that was checked. An end in UTC is for `in_zone` to settle
/// before the rule is expanded.
struct Rule {
    std::string text;                ///< "FREQ=WEEKLY;BYDAY=SU,TU", upper case, without its UNTIL
    std::optional<int> count;        ///< COUNT
    std::optional<LocalTime> until;  ///< the last time that it may fall on, included
    bool until_is_utc = false;

    bool ends() const { return count || until; }
};

/// Errors: `bad_rule` (no rule of RFC 5545, RSCALE, BYSECOND), `rule_too_often` (SECONDLY,
/// MINUTELY, HOURLY), `rule_too_long` (COUNT above most_dates).
Result<Rule> parse_rule(std::string_view text);

/// The rule with its end in the wall time of the zone.
Rule in_zone(Rule rule, Zone const& zone);

/// A start at or after `start` from which the rule falls on the same times from `from` on: whoever
/// looks at today need not count from 1970. `start` itself when the rule counts its dates or goes
/// by months or years.
LocalTime later_start(Rule const& rule, LocalTime start, LocalTime from);

/// The times before `until` that the rule falls on when it begins at `start`, in order, at most
/// `most` of them. `start` is one of them only if the rule says so.
std::vector<LocalTime> expand(Rule const& rule, LocalTime start, LocalTime until, std::size_t most);

}  // namespace karkhana::ical
