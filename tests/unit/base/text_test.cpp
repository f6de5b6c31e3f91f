#include <gtest/gtest.h>
#include <limits>

#include "server/base/text.hpp"

namespace karkhana {
namespace {

TEST(Grouping, CountsInLakhAndCrore) {
    EXPECT_EQ(grouped(0, Language::en), "0");
    EXPECT_EQ(grouped(999, Language::en), "999");
    EXPECT_EQ(grouped(1'000, Language::en), "1,000");
    EXPECT_EQ(grouped(123'456, Language::en), "1,23,456");
    EXPECT_EQ(grouped(-12'345'678, Language::en), "-1,23,45,678");
    EXPECT_EQ(grouped(1'234'567, Language::bn), "১২,৩৪,৫৬৭");
    EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::min(), Language::en),
              "-92,23,37,20,36,85,47,75,808");
}

TEST(Amount, HasTwoDecimalsInBothDigitSets) {
    EXPECT_EQ(amount_text(Money{123'456'750}, Language::en), "12,34,567.50");
    EXPECT_EQ(amount_text(Money{5}, Language::bn), "০.০৫");
    EXPECT_EQ(amount_text(Money{-101'775}, Language::en), "-1,017.75");
}

TEST(Amount, UnitPricesShowEveryDecimalTheyHave) {
    EXPECT_EQ(rate_text(Rate{10'164'000}, Language::en), "10.164");
    EXPECT_EQ(rate_text(Rate{10'000'000}, Language::en), "10.00");
    EXPECT_EQ(rate_text(Rate{1}, Language::en), "0.000001");
    EXPECT_EQ(thousandths_text(12'345, Language::en), "12.345");
}

TEST(Digits, GoBothWays) {
    EXPECT_EQ(bangla_digits("Tk 1,234.50"), "Tk ১,২৩৪.৫০");
    EXPECT_EQ(ascii_digits("০১২৩৪৫৬৭৮৯ টাকা 7"), "0123456789 টাকা 7");
    EXPECT_EQ(ascii_digits("\xe0\xa7"), "\xe0\xa7");
    EXPECT_EQ(ascii_digits("৳ ৫"), "৳ 5");  // U+09F3 is a sign, not a digit
}

TEST(Words, InEnglishAndBangla) {
    EXPECT_EQ(amount_in_words(Money{0}, Language::en), "Taka Zero Only");
    EXPECT_EQ(amount_in_words(Money{123'456'750}, Language::en),
              "Taka Twelve Lakh Thirty-Four Thousand Five Hundred Sixty-Seven and Poisha Fifty "
              "Only");
    EXPECT_EQ(amount_in_words(Money{123'456'750}, Language::bn),
              "বারো লক্ষ চৌত্রিশ হাজার পাঁচশত সাতষট্টি টাকা পঞ্চাশ পয়সা মাত্র");
    EXPECT_EQ(amount_in_words(Money{1'000'000'000}, Language::bn), "এক কোটি টাকা মাত্র");
    EXPECT_EQ(amount_in_words(Money{101'775}, Language::bn),
              "এক হাজার সতেরো টাকা পঁচাত্তর পয়সা মাত্র");
    EXPECT_EQ(amount_in_words(Money{10'000'000'00LL * 123}, Language::en),
              "Taka One Hundred Twenty-Three Crore Only");
    EXPECT_EQ(amount_in_words(Money{-105}, Language::bn), "ঋণাত্মক এক টাকা পাঁচ পয়সা মাত্র");
    EXPECT_EQ(amount_in_words(Money{-100}, Language::en), "Minus Taka One Only");
}

}  // namespace
}  // namespace karkhana
