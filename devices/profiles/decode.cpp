#include "devices/profiles/decode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "devices/profiles/exact.hpp"
#include "server/base/quantities.hpp"

namespace karkhana::profiles {
namespace {

constexpr Wide int64_most = std::numeric_limits<std::int64_t>::max();
constexpr Wide int64_least = std::numeric_limits<std::int64_t>::min();

std::uint16_t swapped(std::uint16_t word) {
    return static_cast<std::uint16_t>(word << 8 | word >> 8);
}

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

/// The number that the digits say; nothing when one of them is above 9.
std::optional<std::int64_t> decimal(std::uint64_t bits, int digits) {
    std::int64_t number = 0;
    for (int i = digits - 1; i >= 0; --i) {
        auto const digit = static_cast<std::int64_t>(bits >> (4 * i) & 0xF);
        if (digit > 9) return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

std::uint64_t digits_of(std::int64_t number, int digits) {
    std::uint64_t bits = 0;
    for (int i = 0; i < digits; ++i, number /= 10)
        bits |= static_cast<std::uint64_t>(number % 10) << (4 * i);
    return bits;
}

/// What an integer type of at most 63 bits holds.
std::optional<std::int64_t> integer_of(WordType type, std::uint64_t bits) {
    switch (type) {
    case WordType::s16: return static_cast<std::int16_t>(bits);
    case WordType::s32: return static_cast<std::int32_t>(bits);
    case WordType::bcd16: return decimal(bits, 4);
    case WordType::bcd32: return decimal(bits, 8);
    default: return static_cast<std::int64_t>(bits);
    }
}

/// The exact value in the base unit; nothing when the device says that it has none, or when it
/// does not fit 64 bits.
std::optional<std::int64_t> value_of(Point const& point, Scale scale, std::uint64_t bits) {
    auto const floating = [&](double raw) -> std::optional<std::int64_t> {
        return std::isfinite(raw) ? scaled(raw, scale) : std::nullopt;
    };
    switch (point.type) {
    case WordType::u64: return rounded(Wide{bits} * scale.numerator, scale.denominator);
    case WordType::f32: return floating(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case WordType::f64: return floating(std::bit_cast<double>(bits));
    case WordType::bits:
        return point.bit ? static_cast<std::int64_t>(bits >> *point.bit & 1)
                         : static_cast<std::int64_t>(bits);
    default: break;
    }
    auto const raw = integer_of(point.type, bits);
    return raw ? rounded(Wide{*raw} * scale.numerator, scale.denominator) : std::nullopt;
}

/// What the fraction's registers say, less than one either way.
std::optional<Scale> fraction_of(Fraction const& fraction, std::uint64_t bits) {
    constexpr int binary_places = 40;
    Wide numerator = 0;
    Wide denominator = 1;
    if (fraction.type == WordType::f32) {
        auto const real = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!(std::fabs(real) < 1)) return std::nullopt;
        numerator = static_cast<std::int64_t>(std::ldexp(double{real}, binary_places));
        denominator = Wide{1} << binary_places;
    } else {
        auto const whole = integer_of(fraction.type, bits);
        if (!whole) return std::nullopt;
        numerator = *whole;
    }
    numerator *= fraction.scale.numerator;
    denominator *= fraction.scale.denominator;
    bool const less_than_one = numerator < denominator && -numerator < denominator;
    if (!less_than_one || denominator > int64_most) return std::nullopt;
    return Scale{static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

std::optional<std::int64_t> value_with_fraction(Point const& point, Scale scale,
                                                std::uint64_t whole_bits,
                                                std::uint64_t fraction_bits) {
    auto const whole = integer_of(point.type, whole_bits);
    auto const part = fraction_of(*point.fraction, fraction_bits);
    if (!whole || !part) return std::nullopt;
    Wide numerator = 0;
    Wide denominator = 0;
    bool const beyond =
        __builtin_mul_overflow(Wide{*whole} * part->denominator + part->numerator,
                               Wide{scale.numerator}, &numerator) ||
        __builtin_mul_overflow(Wide{part->denominator}, Wide{scale.denominator}, &denominator);
    return beyond ? std::nullopt : rounded(numerator, denominator);
}

void append(std::vector<std::uint16_t>& words, Point const& point, std::uint64_t bits,
            std::uint16_t count) {
    std::vector<std::uint16_t> part(count);
    for (auto word = part.rbegin(); word != part.rend(); ++word, bits >>= 16)
        *word = static_cast<std::uint16_t>(bits & 0xFFFF);
    if (point.order == WordOrder::little) std::reverse(part.begin(), part.end());
    for (auto const word : part)
        words.push_back(point.byte_order == WordOrder::big ? word : swapped(word));
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
    case WordType::bcd16: return digits_of(raw, 4);
    case WordType::bcd32: return digits_of(raw, 8);
    default: return static_cast<std::uint64_t>(raw);
    }
}

}  // namespace

std::uint64_t joined(WordOrder order, WordOrder byte_order, std::span<std::uint16_t const> words) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const word = words[order == WordOrder::big ? i : words.size() - 1 - i];
        bits = bits << 16 | (byte_order == WordOrder::big ? word : swapped(word));
    }
    return bits;
}

std::optional<Scale> scale_of(Point const& point, std::span<std::uint16_t const> words) {
    if (!point.scale_from) return point.scale;
    if (words.empty()) return std::nullopt;
    auto const bits = joined(point.order, point.byte_order, words.last(1));
    if (point.scale_from->kind == ScaleFrom::Kind::factor)
        return bits == 0 ? std::nullopt
                         : product(point.scale, {static_cast<std::int64_t>(bits), 1});
    int const exponent = static_cast<std::int16_t>(bits);
    if (exponent < -12 || exponent > 12) return std::nullopt;
    std::int64_t power = 1;
    for (int i = 0; i < std::abs(exponent); ++i) power *= 10;
    return product(point.scale, exponent < 0 ? Scale{1, power} : Scale{power, 1});
}

std::int64_t step_of(Point const& point) {
    bool const real = point.type == WordType::f32 || point.type == WordType::f64 || point.fraction;
    auto const& scale = point.scale;
    return real ? 1 : (scale.numerator + scale.denominator - 1) / scale.denominator;
}

Decoded decode(Point const& point, std::span<std::uint16_t const> words) {
    Decoded decoded;
    decoded.raw.count = static_cast<std::uint8_t>(std::min<std::size_t>(words.size(), 4));
    std::copy_n(words.begin(), decoded.raw.count, decoded.raw.word.begin());
    if (words.size() != point.words()) return decoded;
    auto const take = [&](std::uint16_t count) {
        auto const bits = joined(point.order, point.byte_order, words.first(count));
        words = words.subspan(count);
        return bits;
    };
    auto const bits = take(words_of(point.type));
    if (std::find(point.sentinels.begin(), point.sentinels.end(), bits) != point.sentinels.end())
        return decoded;
    auto const fraction = point.fraction ? take(words_of(point.fraction->type)) : 0;
    auto const scale = scale_of(point, words);
    if (!scale) return decoded;
    auto const value = point.fraction ? value_with_fraction(point, *scale, bits, fraction)
                                      : value_of(point, *scale, bits);
    if (!value) return decoded;
    decoded.value = *value;
    bool const outside = (point.min && *value < *point.min) || (point.max && *value > *point.max);
    decoded.quality = outside ? Quality::questionable : Quality::good;
    return decoded;
}

Decoded decode_in(Point const& point, std::uint16_t frame_address,
                  std::span<std::uint16_t const> frame) {
    auto const part = [&](std::uint16_t address, std::uint16_t count) {
        return frame.subspan(static_cast<std::size_t>(address - frame_address), count);
    };
    if (!point.fraction && !point.scale_from)
        return decode(point, part(point.address, words_of(point.type)));
    std::vector<std::uint16_t> words;
    for (auto const& each : point.parts())
        for (auto const word : part(each.address, each.words)) words.push_back(word);
    return decode(point, words);
}

std::vector<std::uint16_t> encode(Point const& point, std::int64_t value) {
    std::vector<std::uint16_t> words;
    if (point.fraction) {
        auto const scale = point.scale;
        Wide const above = Wide{value} * scale.denominator;
        auto const whole = static_cast<std::int64_t>(above / scale.numerator);
        auto const rest = static_cast<std::int64_t>(above % scale.numerator);
        auto const& fraction = *point.fraction;
        Point part = point;
        part.type = fraction.type;
        part.scale = {fraction.scale.numerator * scale.numerator, fraction.scale.denominator};
        auto const integer = point.type == WordType::bcd16   ? digits_of(whole, 4)
                             : point.type == WordType::bcd32 ? digits_of(whole, 8)
                                                             : static_cast<std::uint64_t>(whole);
        append(words, point, integer, words_of(point.type));
        append(words, point, bits_of(part, rest), words_of(fraction.type));
    } else {
        append(words, point, bits_of(point, value), words_of(point.type));
    }
    if (point.scale_from)
        append(words, point, point.scale_from->kind == ScaleFrom::Kind::factor ? 1 : 0, 1);
    return words;
}

}  // namespace karkhana::profiles
