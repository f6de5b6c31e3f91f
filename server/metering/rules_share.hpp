#pragma once

#include <span>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/metering/rules_split.hpp"
#include "server/metering/session.hpp"

/// Whose energy it was, where one meter counts for several: parts in whole watt-hours that never
/// sum to more than was measured, and to all of it while anybody was at work. metering.md 5.4.
namespace karkhana::metering {

/// A machine that may have drawn some of what the meter counted.
struct Claim {
    std::int64_t rated_w = 0;
    Duration at_work{};  ///< of the piece of time in question
};

/// Parts `total` by `split` (rated_power, time or equal) among those who were at work; one for each
/// claim. Nobody at work: nobody's, so idle. One alone at work has it all, and for certain.
std::vector<Share> shares_of(Energy total, Split split, std::span<Claim const> claims);

/// When a session had the machine at work: between START and STOP but for the time its booking was
/// paused, when the contact is open. `history` is the booking's, empty without one.
std::vector<Interval> at_work(UsageSession const& session,
                              std::vector<booking::Transition> const& history, Instant until);
/// How much of `during` the intervals cover.
Duration within(std::span<Interval const> intervals, Interval during);

/// Of the time between two good values of a meter: the part in question, and all of it.
struct Weights {
    std::int64_t inside = 0;
    std::int64_t all = 0;
    Split split = Split::elapsed;  ///< or evidence

    bool operator==(Weights const&) const = default;
};

/// How a gap in a meter's readings falls on `inside` and on the rest of it: by what the machine is
/// known to have drawn (`power`, in W, by time, of another meter or a drive), as long as that was
/// heard for half of the gap at least; else by when its contact can have been closed (`on`, of a
/// machine that has one): open, it draws nothing to speak of; else by time.
Weights weigh(Interval gap, Interval inside, std::span<Knot const> power,
              std::optional<Interval> const& on);

/// A session's part of `rise`, `certain` of which passed while it was surely on. The rest is shared
/// by the weights, or, by the lower bound, not the session's at all.
Share share_of_gap(Energy rise, Energy certain, Weights const& weights, EstimatedBills bills);

}  // namespace karkhana::metering
