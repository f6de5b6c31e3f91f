#pragma once

#include <span>
#include <vector>

#include "server/base/reading.hpp"
#include "server/metering/chunk.hpp"

/// Which readings may go. Registers of sessions and of quarters of an hour stay for ever, so no
/// bill rests on the readings alone; but they are what a dispute is settled with.
namespace karkhana::metering {

/// A stretch of a channel whose readings somebody may still want to see as proof.
struct Held {
    Channel channel = 0;
    Interval during;
};

/// Hours from `from` up to, not including, `to`.
struct Hours {
    Hour from = 0;
    Hour to = 0;

    bool operator==(Hours const&) const = default;
};

/// The hours of a channel from `first` and before `before` that nothing holds, in order. An hour
/// that a held stretch touches is held, and so is the one on either side: a boundary is judged by
/// the readings around it.
std::vector<Hours> forgettable(Channel channel, Hour first, Hour before,
                               std::span<Held const> held);

}  // namespace karkhana::metering
