#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/booking/booking.hpp"
#include "server/facility/rules.hpp"

/// Where a booking fits on a machine, by its hours, outages and what holds it: what the job
/// proposes after an outage. Whether the ME may have it, the rules of booking say.
namespace karkhana::booking {

/// What holds a machine, or some seats of a room.
struct Busy {
    Interval during;
    int seats = 1;

    bool operator==(Busy const&) const = default;
};

struct Bay {
    facility::Machine machine;
    std::vector<Interval> open;  ///< open and without an outage, by start, apart
    std::vector<Busy> busy;      ///< by bookings, and by what has been promised; by start
};

/// The first time of the grid, which begins at local midnight, that is not before `at`.
Instant aligned(Zone const& zone, int grid_minutes, Instant at);
/// The open times without the outages.
std::vector<Interval> without_outages(std::vector<Interval> open,
                                      std::vector<facility::Outage> const& outages,
                                      MachineId const& machine);
/// The length made a whole number of grid steps, and not less than the machine's shortest.
Duration on_grid(facility::Machine const& machine, Duration length);
/// What the booking holds: all of a machine, with set-up and clean-up, or its seats of a room.
Busy busy_by(facility::Machine const& machine, Booking const& booking);
/// The first time on the grid at which a booking so long fits wholly into the window. `people`: how
/// many seats it takes of a room.
std::optional<Interval> first_fit(Zone const& zone, Bay const& bay, Duration length,
                                  Interval window, int people = 1);
/// Whether the time is open and free of all but `own`.
bool fits(Bay const& bay, Interval during, std::optional<Busy> own = {}, int people = 1);
/// From here on it is taken.
void take(Bay& bay, Interval during, int people = 1);
void take(Bay& bay, Busy busy);
/// No longer. False when it was not held.
bool let_go(Bay& bay, Busy const& busy);

}  // namespace karkhana::booking
