#include <algorithm>
#include <gtest/gtest.h>

#include "server/people/common_passwords.hpp"
#include "server/people/rules_password.hpp"

namespace karkhana::people {
namespace {

std::string no_of(auto const& result) { return result ? "" : std::string{result.error().code}; }

TEST(NewPassword, LengthIsCountedInCharacters) {
    EXPECT_EQ(no_of(acceptable_password("abcdefg", {})), "password_too_short");
    EXPECT_EQ(no_of(acceptable_password("  sevenab  ", {})), "password_too_short");
    EXPECT_EQ(no_of(acceptable_password("নদীরপাড়", {})), "");
    EXPECT_EQ(no_of(acceptable_password(std::string(200, 'a') + "b", {})), "password_too_long");
    EXPECT_EQ(no_of(acceptable_password(std::string(199, 'a') + "b", {})), "");
    EXPECT_EQ(no_of(acceptable_password("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", {})),
              "password_too_short");
}

TEST(NewPassword, LeakedOnesAreRefused) {
    EXPECT_GE(std::ranges::count(leaked_passwords(), ' '), 4000);
    for (auto const text : {"12345678", "১২৩৪৫৬৭৮", "Password1", "QWERTYUIOP", "iloveyou",
                            "Sunshine99", "trustno1", "football!"})
        EXPECT_EQ(no_of(acceptable_password(text, {})), "password_too_common") << text;
}

TEST(NewPassword, WhatBangladeshGuessesFirstIsRefused) {
    for (auto const text :
         {"bangladesh", "Bangladesh71", "@dhaka2024", "Bhairab#1", "AllahuAkbar", "bismillah786",
          "amitomakevalobashi", "01712345678", "+8801712345678", "০১৭১২-৩৪৫৬৭৮", "Karkhana1"})
        EXPECT_EQ(no_of(acceptable_password(text, {})), "password_too_common") << text;
}

TEST(NewPassword, RowsAndRepetitionsAreRefused) {
    for (auto const text :
         {"aaaaaaaa", "৭৭৭৭৭৭৭৭৭", "90123456", "98765432", "abababab", "xyzaxyza", "৩৪৫৬৭৮৯০"})
        EXPECT_EQ(no_of(acceptable_password(text, {})), "password_too_common") << text;
}

TEST(NewPassword, TheOwnWordsAreRefused) {
    Person person{.login = "rina.akter", .name = {"Rina Akter", "রিনা আক্তার"}};
    facility::Facility here;
    here.slug = "meghna";
    here.name = {"Meghna Shoe Centre", "মেঘনা জুতা কেন্দ্র"};
    auto const words = own_words(person, here);
    for (auto const text : {"rina.akter", "Rina.Akter1", "meghna2024", "Meghna!!", "akter1990",
                            "rinaakter", "MeghnaShoeCentre", "রিনাআক্তার", "centre12"})
        EXPECT_EQ(no_of(acceptable_password(text, words)), "password_too_common") << text;
}

TEST(NewPassword, NothingElseIsAskedOfIt) {
    for (auto const text : {"kajol-moyna", "correct horse", "27 pairs a day", "nodir pare ghor",
                            "বাড়ির পাশে নদী", "ekta lal gari"})
        EXPECT_EQ(no_of(acceptable_password(text, {"rina.akter"})), "") << text;
}

TEST(NewPin, IsOfFiveToEightDigitsAndNoRow) {
    EXPECT_EQ(acceptable_pin("৪০৭১৯").value_or(""), "40719");
    EXPECT_EQ(acceptable_pin("40719358").value_or(""), "40719358");
    for (auto const text : {"", "4071", "407193582", "4071a", "40 719"})
        EXPECT_EQ(no_of(acceptable_pin(text)), "bad_pin") << text;
    for (auto const text : {"12345", "54321", "11111", "121212", "৬৭৮৯০", "786786"})
        EXPECT_EQ(no_of(acceptable_pin(text)), "pin_too_simple") << text;
}

}  // namespace
}  // namespace karkhana::people
