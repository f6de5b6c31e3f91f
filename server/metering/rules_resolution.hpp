#pragma once

#include <cstdint>
#include <string_view>

#include "server/base/reading.hpp"

namespace karkhana::metering {

/// How finely a register can show its value, which follows from the form of its words.
class Resolution {
public:
    Resolution() = default;
    /// `least` is the step by the form's own scale, in base units. Of the form counts whether it is
    /// a float ("f32 ...") and whether its last word is a scale (" exponent ", " factor ").
    Resolution(std::int64_t least, std::string_view form);

    /// The smallest step, in base units, near a value that these words said; 1 at least.
    std::int64_t at(std::int64_t value, RawWords const& raw) const;

private:
    enum class Scale : std::uint8_t { fixed, exponent, factor };

    std::int64_t least_ = 1;
    int digits_ = 0;  ///< binary ones of a float's value; 0: an integer
    Scale scale_ = Scale::fixed;
};

}  // namespace karkhana::metering
