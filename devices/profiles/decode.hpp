#pragma once

#include <span>

#include "devices/profiles/profile.hpp"

namespace karkhana::profiles {

struct Decoded {
    std::int64_t value = 0;  ///< in the point's base unit; 0 and meaningless when missing
    Quality quality = Quality::missing;
    RawWords raw;

    bool operator==(Decoded const&) const = default;
};

/// The value of `point` from its own words, as many as `point.words()`. Rounded once, half away
/// from zero, from the exact value. NaN, infinity, sentinels and what 64 bits cannot hold are
/// missing, a value outside the point's limits is questionable: never a zero that nobody measured.
Decoded decode(Point const& point, std::span<std::uint16_t const> words);

/// What the device's registers must hold so that the point reads `value`: the other direction, for
/// simulated devices. Exact for integers, the nearest float for the others.
std::vector<std::uint16_t> encode(Point const& point, std::int64_t value);

}  // namespace karkhana::profiles
