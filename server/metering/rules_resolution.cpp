#include "server/metering/rules_resolution.hpp"

#include <algorithm>
#include <cstdlib>

namespace karkhana::metering {
namespace {

/// As in a profile: beyond this no register has a scale.
constexpr int most_exponent = 12;

}  // namespace

Resolution::Resolution(std::int64_t least, std::string_view form) : least_(least) {
    if (form.starts_with("f32 ")) digits_ = 24;
    if (form.starts_with("f64 ")) digits_ = 53;
    if (form.find(" exponent ") != form.npos) scale_ = Scale::exponent;
    if (form.find(" factor ") != form.npos) scale_ = Scale::factor;
}

std::int64_t Resolution::at(std::int64_t value, RawWords const& raw) const {
    std::int64_t step = least_;
    auto const word = raw.count > 0 ? raw.word.at(raw.count - 1U) : std::uint16_t{0};
    if (scale_ == Scale::factor) step *= std::max<std::uint16_t>(word, 1);
    if (scale_ == Scale::exponent)
        for (int i = std::min<int>(static_cast<std::int16_t>(word), most_exponent); i > 0; --i)
            step *= 10;
    if (digits_ == 0) return step;
    // Two neighbours of a float are at most this part of it apart, whatever it is scaled by.
    auto const part = std::int64_t{1} << (digits_ - 1);
    auto const size = std::abs(value);
    return std::max(step, size / part + (size % part == 0 ? 0 : 1));
}

}  // namespace karkhana::metering
