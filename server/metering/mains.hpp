#pragma once

#include <optional>

#include "server/metering/meters.hpp"

namespace karkhana::metering {

/// What the input of the mains said last.
struct Mains {
    bool off = false;
    Reading reading;
    Unit unit = Unit::flag;
};

/// Below this a phase of 230 V is dead: what is left is induced.
constexpr std::int64_t dead_below_mv = 50'000;

/// Whether a value says that there is no power: a flag that is 0, a voltage near none.
bool says_off(Unit unit, std::int64_t value);

/// Nothing when the input has not been heard for five seconds: then it tells nothing about now.
std::optional<Mains> mains_of(Meters const& meters, Channel channel);

}  // namespace karkhana::metering
