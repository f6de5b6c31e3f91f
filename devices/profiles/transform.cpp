#include "devices/profiles/transform.hpp"

#include "devices/profiles/exact.hpp"
#include "server/base/quantities.hpp"

namespace karkhana::profiles {
namespace {

std::optional<Scale> ratio_of(Unit unit, Ratios const& ratios) {
    if (unit == Unit::ma) return ratios.current;
    if (unit == Unit::mv) return ratios.voltage;
    return product(ratios.current, ratios.voltage);
}

std::int64_t limit_at(std::int64_t limit, Scale ratio) {
    return divide_half_away(Wide{limit} * ratio.numerator, ratio.denominator);
}

bool transform(Point& point, Ratios const& ratios) {
    auto const ratio = ratio_of(point.unit, ratios);
    auto const scale = ratio ? product(point.scale, *ratio) : std::nullopt;
    if (!scale) return false;
    Wide const modulus = Wide{point.modulus} * ratio->numerator;
    bool const whole = modulus % ratio->denominator == 0;
    if (!whole || modulus / ratio->denominator > INT64_MAX) return false;
    point.scale = *scale;
    point.modulus = static_cast<std::int64_t>(modulus / ratio->denominator);
    if (point.min) point.min = limit_at(*point.min, *ratio);
    if (point.max) point.max = limit_at(*point.max, *ratio);
    return true;
}

}  // namespace

bool is_transformed(Unit unit) {
    switch (unit) {
    case Unit::mv:
    case Unit::ma:
    case Unit::w:
    case Unit::va:
    case Unit::var:
    case Unit::wh:
    case Unit::vah:
    case Unit::varh: return true;
    default: return false;
    }
}

std::optional<Profile> transformed(Profile profile, Ratios const& ratios) {
    for (auto& point : profile.points)
        if (point.transformed && !transform(point, ratios)) return std::nullopt;
    return profile;
}

}  // namespace karkhana::profiles
