#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_settings.hpp"

/// How much an ME has booked already. Whose hands clicked does not matter.
namespace karkhana::booking {

/// Time that counts against quotas, of one ME.
struct Spent {
    MachineId machine;
    Interval during;
};

/// Whether a booking in this state counts: what was released or cancelled in time does not, what
/// was missed does.
bool counts(State state);
/// What a booking spends: until it was stopped, when it ended early; all of it when nobody came.
Interval spent_of(State state, Interval during, std::optional<Instant> ended_at);

struct Use {
    std::int64_t minutes = 0;  ///< by their share of the window, rounded down once
    std::int64_t count = 0;    ///< of those that begin in it
};
Use used_in(Interval window, std::span<Spent const> spent);

/// The local week that contains the instant; `week_starts` is an ISO weekday.
Interval week_of(Zone const& zone, Instant at, int week_starts);

/// A limit that a wish goes beyond.
struct Exceeded {
    std::string_view unit;  ///< minutes or count
    std::int64_t limit = 0;
    std::int64_t used = 0;   ///< without the wish
    std::int64_t asked = 0;  ///< by the wish, in this window
    Interval window;
};
enum class Quota { daily, weekly, future };
/// The first window of the wish in which it goes beyond a quota in force. A quota counts the
/// machines that its setting is for: one, those of a group, or all; each of them holds, whatever
/// the others say.
std::optional<Exceeded> exceeded(facility::Book const& book, Quota quota, Scope const& scope,
                                 std::span<Spent const> spent, Interval wish, Instant now);

}  // namespace karkhana::booking
