#include "devices/profiles/decode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "server/base/quantities.hpp"

namespace karkhana::profiles {
namespace {

constexpr Wide int64_most = std::numeric_limits<std::int64_t>::max();
constexpr Wide int64_least = std::numeric_limits<std::int64_t>::min();

/// numerator / denominator rounded half away from zero, or nothing beyond 64 bits.
std::optional<std::int64_t> rounded(Wide numerator, Wide denominator) {
    Wide const half = denominator / 2;
    Wide const sum = numerator >= 0 ? numerator + half : numerator - half;
    // Nearly always 64 bits are enough, and their division is many times faster.
    if (sum <= int64_most && sum >= int64_least && denominator <= int64_most)
        return static_cast<std::int64_t>(sum) / static_cast<std::int64_t>(denominator);
    Wide const result = sum / denominator;
    if (result > int64_most || result < int64_least) return std::nullopt;
    return static_cast<std::int64_t>(result);
}

/// A finite float is an integer times a power of two, so its scaled value is an exact fraction.
std::optional<std::int64_t> scaled(double value, Scale scale) {
    auto const bits = std::bit_cast<std::uint64_t>(value);
    auto const biased = static_cast<int>(bits >> 52 & 0x7FF);
    auto mantissa = bits & ((1ULL << 52) - 1);
    if (biased != 0) mantissa |= 1ULL << 52;
    if (mantissa == 0) return 0;
    int const zeros = std::countr_zero(mantissa);
    int exponent = std::max(biased, 1) - 1075 + zeros;
    Wide numerator = Wide{mantissa >> zeros} * scale.numerator;
    Wide denominator = scale.denominator;
    if (exponent < 0 && exponent >= -80) {
        denominator <<= -exponent;
        exponent = 0;
    }
    for (; exponent > 0; --exponent) {
        numerator *= 2;
        if (numerator > int64_most * denominator) return std::nullopt;
    }
    for (; exponent < 0; ++exponent) {
        if (denominator > 2 * numerator) return 0;
        denominator *= 2;
    }
    return rounded(value < 0 ? -numerator : numerator, denominator);
}

std::uint64_t joined(Point const& point, std::span<std::uint16_t const> words) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        bool const big = point.order == WordOrder::big;
        bits = bits << 16 | words[big ? i : words.size() - 1 - i];
    }
    return bits;
}

/// The exact value in the base unit; nothing when the device says that it has none, or when it
/// does not fit 64 bits.
std::optional<std::int64_t> value_of(Point const& point, std::uint64_t bits) {
    auto const integer = [&](std::int64_t raw) {
        return rounded(Wide{raw} * point.scale.numerator, point.scale.denominator);
    };
    auto const floating = [&](double raw) -> std::optional<std::int64_t> {
        return std::isfinite(raw) ? scaled(raw, point.scale) : std::nullopt;
    };
    switch (point.type) {
    case WordType::u16:
    case WordType::u32: return integer(static_cast<std::int64_t>(bits));
    case WordType::u64: return rounded(Wide{bits} * point.scale.numerator, point.scale.denominator);
    case WordType::s16: return integer(static_cast<std::int16_t>(bits));
    case WordType::s32: return integer(static_cast<std::int32_t>(bits));
    case WordType::s64: return integer(static_cast<std::int64_t>(bits));
    case WordType::f32: return floating(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case WordType::f64: return floating(std::bit_cast<double>(bits));
    case WordType::bits:
        return point.bit ? static_cast<std::int64_t>(bits >> *point.bit & 1)
                         : static_cast<std::int64_t>(bits);
    }
    return std::nullopt;
}

std::uint64_t bits_of(Point const& point, std::int64_t value) {
    auto const raw = divide_half_away(Wide{value} * point.scale.denominator, point.scale.numerator);
    auto const real = [&] {
        return static_cast<long double>(value) * static_cast<long double>(point.scale.denominator) /
               static_cast<long double>(point.scale.numerator);
    };
    switch (point.type) {
    case WordType::f32: return std::bit_cast<std::uint32_t>(static_cast<float>(real()));
    case WordType::f64: return std::bit_cast<std::uint64_t>(static_cast<double>(real()));
    case WordType::bits:
        return point.bit ? static_cast<std::uint64_t>(value != 0) << *point.bit
                         : static_cast<std::uint64_t>(value);
    default: return static_cast<std::uint64_t>(raw);
    }
}

}  // namespace

Decoded decode(Point const& point, std::span<std::uint16_t const> words) {
    Decoded decoded;
    decoded.raw.count = static_cast<std::uint8_t>(std::min<std::size_t>(words.size(), 4));
    std::copy_n(words.begin(), decoded.raw.count, decoded.raw.word.begin());
    if (words.size() != point.words()) return decoded;
    auto const bits = joined(point, words);
    if (std::find(point.sentinels.begin(), point.sentinels.end(), bits) != point.sentinels.end())
        return decoded;
    auto const value = value_of(point, bits);
    if (!value) return decoded;
    decoded.value = *value;
    bool const outside = (point.min && *value < *point.min) || (point.max && *value > *point.max);
    decoded.quality = outside ? Quality::questionable : Quality::good;
    return decoded;
}

std::vector<std::uint16_t> encode(Point const& point, std::int64_t value) {
    auto bits = bits_of(point, value);
    std::vector<std::uint16_t> words(point.words());
    for (auto word = words.rbegin(); word != words.rend(); ++word, bits >>= 16)
        *word = static_cast<std::uint16_t>(bits & 0xFFFF);
    if (point.order == WordOrder::little) std::reverse(words.begin(), words.end());
    return words;
}

}  // namespace karkhana::profiles
