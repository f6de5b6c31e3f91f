#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"
#include "server/ical/recurrence.hpp"

namespace karkhana::ical {

/// A date or a time as a calendar says it. Without zone and offset it is the reader's own time.
struct Time {
    LocalTime wall;
    bool day_only = false;
    std::string zone;                            ///< IANA name, known to base
    std::optional<std::chrono::minutes> offset;  ///< of UTC, where a zone of the text has but one

    bool operator==(Time const&) const = default;
};

/// An event of a calendar. Of one whose UID was said before with another `instead_of`, it is that
/// occurrence alone.
struct Event {
    std::string uid;
    std::int64_t sequence = 0;
    std::string summary;
    std::string description;
    bool cancelled = false;
    Time start;
    Time end;                        ///< not included
    std::optional<Rule> rule;        ///< its end in UTC is not settled yet
    std::vector<Time> also;          ///< RDATE
    std::vector<Time> except;        ///< EXDATE
    std::optional<Time> instead_of;  ///< RECURRENCE-ID
};

constexpr std::size_t longest_calendar = 1 << 20;  ///< bytes
constexpr std::size_t most_events = 5000;
constexpr std::size_t most_rules = 100;  ///< events that repeat, each of which takes work

/// The events of an iCalendar text, in its order. Errors: `calendar_too_large` (bytes, lines,
/// events or rules), `bad_calendar` (not UTF-8, no calendar, too deep), `bad_event` (no start, an
/// end before it, without UID), `unknown_zone`, those of parse_rule; the detail names the event.
Result<std::vector<Event>> read_calendar(std::string_view text);

}  // namespace karkhana::ical
