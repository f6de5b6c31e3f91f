#pragma once

#include <cstddef>
#include <vector>

#include "server/ical/read.hpp"

namespace karkhana::ical {

/// One date of an event. Pointers are into the events given.
struct Occurrence {
    Event const* event = nullptr;
    Interval during;
    /// When it would be if it had not been moved: with the UID it says which one it is.
    Instant named;
};

/// The instant that a calendar's time means to whoever is in `local`. A day begins at midnight.
Instant instant_of(Time const& time, Zone const& local);

/// What the events come to within the window: by start, without cancelled, excepted and empty ones;
/// one that was moved is where it is now. Whole days are days of `local`. Errors: `too_many_dates`.
Result<std::vector<Occurrence>> occurrences(std::vector<Event> const& events, Zone const& local,
                                            Interval window, std::size_t most);

}  // namespace karkhana::ical
