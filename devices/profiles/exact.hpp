#pragma once

#include <optional>
#include <string_view>

#include "devices/profiles/profile.hpp"

namespace karkhana::profiles {

/// "0.1", "1000000" or "1/3" as a reduced fraction; nothing for anything else, and for more than
/// twelve digits above or below the line.
std::optional<Scale> exact(std::string_view text);

/// a x b, reduced; nothing beyond twelve digits.
std::optional<Scale> product(Scale a, Scale b);

/// A unit as people write it, and how many base units it is: kWh is 1000 Wh.
struct NamedUnit {
    Unit unit = Unit::count;
    std::int64_t base_units = 1;
};
std::optional<NamedUnit> named_unit(std::string_view name);

}  // namespace karkhana::profiles
