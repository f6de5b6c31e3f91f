#pragma once

#include <optional>

#include "devices/profiles/profile.hpp"

namespace karkhana::profiles {

/// Whether a current or voltage transformer before the meter changes what is measured in `unit`.
bool is_transformed(Unit unit);

/// How many times more flows in the installation than in the meter.
struct Ratios {
    Scale current;
    Scale voltage;

    bool operator==(Ratios const&) const = default;
};

/// The profile of a device behind transformers: scale, limits and modulus of the points that are
/// `transformed` are those of the installation. Current follows the one ratio, voltage the other,
/// power and energy both. Nothing when a modulus is then no whole number of base units, or when a
/// number is beyond twelve digits.
std::optional<Profile> transformed(Profile profile, Ratios const& ratios);

}  // namespace karkhana::profiles
