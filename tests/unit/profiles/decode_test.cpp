#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "devices/profiles/decode.hpp"

namespace karkhana::profiles {
namespace {

using Words = std::vector<std::uint16_t>;

Point point_of(WordType type, Scale scale = {}, WordOrder order = WordOrder::big) {
    Point point;
    point.name = "p";
    point.type = type;
    point.scale = scale;
    point.order = order;
    return point;
}

Words float_words(float value) {
    auto const bits = std::bit_cast<std::uint32_t>(value);
    return {static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits)};
}

TEST(Decode, GivesIntegersInTheBaseUnit) {
    struct {
        Point point;
        Words words;
        std::int64_t value;
    } const rows[] = {
        {point_of(WordType::u16), {65535}, 65535},
        {point_of(WordType::s16), {65535}, -1},
        {point_of(WordType::u32), {1, 2}, 65538},
        {point_of(WordType::u32, {}, WordOrder::little), {2, 1}, 65538},
        {point_of(WordType::s32), {0xFFFF, 0xFF38}, -200},
        {point_of(WordType::u64), {0, 1, 0, 0}, 1LL << 32},
        {point_of(WordType::s64), {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE}, -2},
        {point_of(WordType::s64, {}, WordOrder::little), {0xFFFE, 0xFFFF, 0xFFFF, 0xFFFF}, -2},
        {point_of(WordType::u16, {10, 1}), {123}, 1230},
        {point_of(WordType::u16, {1, 10}), {125}, 13},
        {point_of(WordType::s16, {1, 10}), {static_cast<std::uint16_t>(-125)}, -13},
        {point_of(WordType::f32, {1000, 1}), {0x4366, 0x3333}, 230200},
        {point_of(WordType::f32, {1000, 1}), {0xC366, 0x3333}, -230200},
        {point_of(WordType::f32, {1000, 1}), {0, 0}, 0},
        {point_of(WordType::f32, {1000, 1}), float_words(0.0005F), 1},
        {point_of(WordType::f32, {1000, 1}), float_words(0.000499F), 0},
        {point_of(WordType::f32, {1000, 1}), float_words(1e-40F), 0},
        {point_of(WordType::f64, {1000, 1}), {0x3FF8, 0, 0, 0}, 1500},
    };
    for (auto const& row : rows) {
        auto const decoded = decode(row.point, row.words);
        EXPECT_EQ(decoded.quality, Quality::good) << row.value;
        EXPECT_EQ(decoded.value, row.value);
        EXPECT_EQ(decoded.raw.count, row.words.size());
    }
}

TEST(Decode, ReadsDecimalDigits) {
    EXPECT_EQ(decode(point_of(WordType::bcd16), Words{0x1234}).value, 1234);
    EXPECT_EQ(decode(point_of(WordType::bcd32), Words{0x9876, 0x5432}).value, 98'765'432);
    EXPECT_EQ(decode(point_of(WordType::bcd32, {}, WordOrder::little), Words{0x5432, 0x9876}).value,
              98'765'432);
    for (Words const& words : {Words{0x12A4}, Words{0xFFFF}, Words{0xA000}})
        EXPECT_EQ(decode(point_of(WordType::bcd16), words).quality, Quality::missing) << words[0];
}

TEST(Decode, TurnsTheBytesOfARegister) {
    auto point = point_of(WordType::u32);
    point.byte_order = WordOrder::little;
    EXPECT_EQ(decode(point, Words{0x3412, 0x7856}).value, 0x12345678);
    point.order = WordOrder::little;
    EXPECT_EQ(decode(point, Words{0x7856, 0x3412}).value, 0x12345678);
    EXPECT_EQ(decode(point, Words{0x7856, 0x3412}).raw, (RawWords{{0x7856, 0x3412}, 2}))
        << "as they came";
}

TEST(Decode, AddsTheFractionToTheInteger) {
    // An ultrasonic water meter: cubic metres as a signed integer and as a float below one.
    auto water = point_of(WordType::s32, {1'000'000, 1}, WordOrder::little);
    water.fraction = Fraction{2, WordType::f32, {}};
    auto const quarter = std::bit_cast<std::uint32_t>(0.25F);
    auto const high = static_cast<std::uint16_t>(quarter >> 16);
    EXPECT_EQ(decode(water, Words{7, 0, 0, high}).value, 7'250'000);
    EXPECT_EQ(decode(water, Words{0xFFF9, 0xFFFF, 0, static_cast<std::uint16_t>(high | 0x8000)}),
              (Decoded{-7'250'000,
                       Quality::good,
                       {{0xFFF9, 0xFFFF, 0, static_cast<std::uint16_t>(high | 0x8000)}, 4}}));
    for (float const no_fraction : {1.0F, -1.0F, 250.0F, std::numeric_limits<float>::infinity(),
                                    std::numeric_limits<float>::quiet_NaN()}) {
        auto const bits = float_words(no_fraction);
        EXPECT_EQ(decode(water, Words{7, 0, bits[1], bits[0]}).quality, Quality::missing)
            << no_fraction;
    }
    // A register of kilowatt-hours and one of watt-hours.
    auto split = point_of(WordType::u32, {1000, 1});
    split.fraction = Fraction{2, WordType::u16, {1, 1000}};
    EXPECT_EQ(decode(split, Words{0, 12, 345}).value, 12'345);
    EXPECT_EQ(decode(split, Words{0, 12, 1000}).quality, Quality::missing);
    // Ten thousands in one register, the rest in the next.
    auto tens = point_of(WordType::u16, {10'000, 1});
    tens.fraction = Fraction{1, WordType::u16, {1, 10'000}};
    EXPECT_EQ(decode(tens, Words{3, 9'999}).value, 39'999);
}

TEST(Decode, ScalesByWhatAnotherRegisterSays) {
    auto power = point_of(WordType::s16);
    power.scale_from = ScaleFrom{ScaleFrom::Kind::exponent, 9};
    EXPECT_EQ(decode(power, Words{123, 2}).value, 12'300);
    EXPECT_EQ(decode(power, Words{125, 0xFFFF}).value, 13) << "ten to the power of -1";
    EXPECT_EQ(decode(power, Words{0xFF85, 0}).value, -123);
    EXPECT_EQ(decode(power, Words{123, 0x8000}).quality, Quality::missing) << "no scale, no value";
    EXPECT_EQ(decode(power, Words{123, 13}).quality, Quality::missing);
    EXPECT_EQ(decode(power, Words{123}).quality, Quality::missing);
    auto current = point_of(WordType::u16, {1, 100});
    current.scale_from = ScaleFrom{ScaleFrom::Kind::factor, 9};
    EXPECT_EQ(decode(current, Words{500, 40}).value, 200);
    EXPECT_EQ(decode(current, Words{500, 0}).quality, Quality::missing);
}

TEST(Decode, FindsThePartsOfAValueInItsFrame) {
    auto point = point_of(WordType::u16);
    point.address = 12;
    point.scale_from = ScaleFrom{ScaleFrom::Kind::exponent, 10};
    EXPECT_EQ(point.first(), 10);
    EXPECT_EQ(point.end(), 13U);
    auto const decoded = decode_in(point, 9, Words{99, 1, 99, 7, 99});
    EXPECT_EQ(decoded.value, 70);
    EXPECT_EQ(decoded.raw, (RawWords{{7, 1}, 2})) << "the value first, then its scale";
}

TEST(Decode, NeverMakesAZeroOfWhatIsNoNumber) {
    auto sentinel = point_of(WordType::u32);
    sentinel.sentinels = {0xFFFF'FFFF};
    auto bounded = point_of(WordType::s16);
    bounded.min = -10;
    bounded.max = 10;
    struct {
        char const* what;
        Point point;
        Words words;
        Quality quality;
    } const rows[] = {
        {"NaN", point_of(WordType::f32), {0x7FC0, 0}, Quality::missing},
        {"infinity", point_of(WordType::f32), {0x7F80, 0}, Quality::missing},
        {"minus infinity", point_of(WordType::f32), {0xFF80, 0}, Quality::missing},
        {"sentinel", sentinel, {0xFFFF, 0xFFFF}, Quality::missing},
        {"beyond 64 bits", point_of(WordType::f32, {1000, 1}), {0x7F00, 0}, Quality::missing},
        {"u64 beyond 63 bits", point_of(WordType::u64), {0x8000, 0, 0, 0}, Quality::missing},
        {"too few words", point_of(WordType::u32), {1}, Quality::missing},
        {"above its limit", bounded, {11}, Quality::questionable},
        {"below its limit", bounded, {0xFFF5}, Quality::questionable},
        {"at its limit", bounded, {10}, Quality::good},
    };
    for (auto const& row : rows)
        EXPECT_EQ(decode(row.point, row.words).quality, row.quality) << row.what;
}

TEST(Decode, KeepsTheWordsAsTheyCame) {
    auto const decoded =
        decode(point_of(WordType::u32, {}, WordOrder::little), Words{0x1234, 0x5678});
    EXPECT_EQ(decoded.raw, (RawWords{{0x1234, 0x5678, 0, 0}, 2}));
    EXPECT_EQ(decoded.value, 0x56781234);
}

TEST(Decode, TakesOneBitOfARegister) {
    auto point = point_of(WordType::bits);
    point.bit = 3;
    EXPECT_EQ(decode(point, Words{0b1000}).value, 1);
    EXPECT_EQ(decode(point, Words{0b0111}).value, 0);
}

/// The rounding of a float kWh to Wh, against long double, which holds float x 1000 exactly.
TEST(Decode, RoundsEveryFloatCorrectly) {
    std::mt19937_64 random(1);
    auto const point = point_of(WordType::f32, {1000, 1});
    for (int i = 0; i < 200'000; ++i) {
        auto const bits = static_cast<std::uint32_t>(random());
        auto const value = std::bit_cast<float>(bits);
        if (!std::isfinite(value) || std::fabs(value) > 1e15F) continue;
        auto const expected = std::llroundl(static_cast<long double>(value) * 1000);
        auto const decoded = decode(point, float_words(value));
        ASSERT_EQ(decoded.value, expected) << value;
    }
}

TEST(Encode, IsTheOtherDirection) {
    for (auto const type : {WordType::u16, WordType::s16, WordType::u32, WordType::s32,
                            WordType::u64, WordType::s64, WordType::f64}) {
        for (auto const order : {WordOrder::big, WordOrder::little}) {
            auto const point = point_of(type, {100, 1}, order);
            for (std::int64_t const value : {0, 100, 12'300})
                EXPECT_EQ(decode(point, encode(point, value)).value, value);
        }
    }
    auto digits = point_of(WordType::bcd32, {}, WordOrder::little);
    digits.byte_order = WordOrder::little;
    EXPECT_EQ(decode(digits, encode(digits, 98'765'432)).value, 98'765'432);
    auto water = point_of(WordType::s32, {1'000'000, 1}, WordOrder::little);
    water.fraction = Fraction{2, WordType::f32, {}};
    EXPECT_EQ(decode(water, encode(water, 7'250'001)).value, 7'250'001);
    auto scaled = point_of(WordType::u16, {1, 10});
    scaled.scale_from = ScaleFrom{ScaleFrom::Kind::exponent, 9};
    EXPECT_EQ(decode(scaled, encode(scaled, 17)).value, 17);
    auto const negative = point_of(WordType::s32);
    EXPECT_EQ(decode(negative, encode(negative, -5)).value, -5);
    auto const energy = point_of(WordType::f32, {1000, 1});
    EXPECT_EQ(decode(energy, encode(energy, 12'345'678)).value, 12'345'678);
}

}  // namespace
}  // namespace karkhana::profiles
