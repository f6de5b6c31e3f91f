#include <bit>
#include <cmath>
#include <gtest/gtest.h>
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
    auto const negative = point_of(WordType::s32);
    EXPECT_EQ(decode(negative, encode(negative, -5)).value, -5);
    auto const energy = point_of(WordType::f32, {1000, 1});
    EXPECT_EQ(decode(energy, encode(energy, 12'345'678)).value, 12'345'678);
}

}  // namespace
}  // namespace karkhana::profiles
