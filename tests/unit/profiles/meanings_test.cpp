#include <gmock/gmock.h>

#include "devices/profiles/meanings.hpp"

namespace karkhana::profiles {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr auto big = WordOrder::big;
constexpr auto little = WordOrder::little;

std::vector<Meaning> of(std::vector<std::uint16_t> const& words) { return meanings(words); }

TEST(Meanings, OfOneWordAreItselfAndItsNegative) {
    EXPECT_THAT(of({2304}), ElementsAre(Meaning{WordType::u16, big, "2304"}));
    EXPECT_THAT(of({0xFFFE}), ElementsAre(Meaning{WordType::u16, big, "65534"},
                                          Meaning{WordType::s16, big, "-2"}));
    EXPECT_TRUE(of({}).empty());
}

TEST(Meanings, OfAFloatAreTheFloatAndNotItsBits) {
    EXPECT_THAT(of({0x4366, 0x8000}), ElementsAre(Meaning{WordType::u16, big, "17254"},
                                                  Meaning{WordType::f32, big, "230.5"}));
    EXPECT_THAT(of({0x8000, 0x4366}), Contains(Meaning{WordType::f32, little, "230.5"}));
}

TEST(Meanings, OfACounterAreItsDigitsInTheOrderThatMakesSense) {
    EXPECT_THAT(of({0x0001, 0xE240}), Contains(Meaning{WordType::u32, big, "123456"}));
    EXPECT_THAT(of({0xE240, 0x0001}), Contains(Meaning{WordType::u32, little, "123456"}));
    EXPECT_THAT(of({0xFFFF, 0xFF9C}), Contains(Meaning{WordType::s32, big, "-100"}));
    EXPECT_THAT(of({0, 5}), ElementsAre(Meaning{WordType::u16, big, "0"},
                                        Meaning{WordType::u32, little, "327680"}))
        << "0 and 5 are no 5 of two words: the next register says so already";
}

TEST(Meanings, OfFourWordsAreLongNumbers) {
    EXPECT_THAT(of({0, 2, 0, 1}), Contains(Meaning{WordType::u64, big, "8589934593"}));
    EXPECT_THAT(of({0x4093, 0x4A45, 0x6D5C, 0xFAAD}),
                Contains(Meaning{WordType::f64, big, "1234.5678"}));
    EXPECT_THAT(of({0x4248, 0x0000, 0x4366, 0x8000}),
                Not(Contains(::testing::Field(&Meaning::type, WordType::f64))))
        << "50 Hz and 230.5 V";
}

}  // namespace
}  // namespace karkhana::profiles
