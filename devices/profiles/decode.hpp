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

/// The value of `point` from its own words, those of `point.parts()` one after the other. Rounded
/// once, half away from zero, from the exact value. NaN, infinity, sentinels, digits above 9, a
/// fraction of one or more, a scale register out of range and what 64 bits cannot hold are missing,
/// a value outside the point's limits is questionable: never a zero that nobody measured.
/// A fraction is exact to 2^-40 of the integer's unit.
Decoded decode(Point const& point, std::span<std::uint16_t const> words);

/// The same from a frame that holds all the parts of the point.
Decoded decode_in(Point const& point, std::uint16_t frame_address,
                  std::span<std::uint16_t const> frame);

/// The smallest step of an integer value, in base units, rounded up; 1 for floats, whose step grows
/// with the value.
std::int64_t step_of(Point const& point);

/// The scale of the value, as the last of its words say it where a register does; nothing for no
/// words and for a register out of range.
std::optional<Scale> scale_of(Point const& point, std::span<std::uint16_t const> words);

/// The bits of the value as the device means them, from the words as they came over the wire.
std::uint64_t joined(WordOrder order, WordOrder byte_order, std::span<std::uint16_t const> words);

/// What the device's registers must hold so that the point reads `value`: the other direction, for
/// simulated devices. Exact for integers, the nearest float for the others; a scale register says
/// that the value is as large as it is. Words in the order of `point.parts()`.
std::vector<std::uint16_t> encode(Point const& point, std::int64_t value);

}  // namespace karkhana::profiles
