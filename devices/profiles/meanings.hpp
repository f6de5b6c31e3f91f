#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "devices/profiles/profile.hpp"

namespace karkhana::profiles {

/// What words may mean that nobody has described.
struct Meaning {
    WordType type = WordType::u16;
    WordOrder order = WordOrder::big;
    std::string value;  ///< a decimal number

    bool operator==(Meaning const&) const = default;
};

/// Everything that a value beginning with the first of `words` may plausibly be: the word itself
/// first, then what it is together with those that follow, in either order. Left out are integers
/// that a shorter one says already, those of more than nine digits in two words (most are floats)
/// or fifteen in four, and floats outside of 0.0001 to 10^9.
std::vector<Meaning> meanings(std::span<std::uint16_t const> words);

std::string_view name_of(WordType type);

}  // namespace karkhana::profiles
