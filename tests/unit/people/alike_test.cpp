#include <gtest/gtest.h>

#include "server/people/rules_alike.hpp"

namespace karkhana::people {
namespace {

EnterpriseId id(int number) { return EnterpriseId{Uuid::version7(number, {})}; }

bool alike_in_latin(std::string const& a, std::string const& b) {
    return names_alike({a, a}, {b, b});
}

TEST(NamesAlike, InLatinLetters) {
    for (auto const& [a, b] : std::vector<std::pair<std::string, std::string>>{
             {"Rina Shoes", "rina  SHOES"},
             {"M/S Rina Shoes", "Rina Shoes"},
             {"Md. Rahim Leather", "Mohammad Rahim Lether"},
             {"Rahim", "Raheem"},
             {"Sharif Footwear", "Sarif Foot-wear"},
             {"Jarina Begum", "Zarina Begum"},
             {"Bhairab Bags", "Bhairav Bag's"},
             {"Moyna Bags 2", "Moyna Bags ২"}})
        EXPECT_TRUE(alike_in_latin(a, b)) << a << " / " << b;
}

TEST(NamesAlike, InBengaliLetters) {
    for (auto const& [a, b] :
         std::vector<std::pair<std::string, std::string>>{{"রিনা সু", "রীনা শু"},
                                                          {"মেসার্স রিনা সু", "রিনা সু"},
                                                          {"মোঃ রহিম লেদার", "মো. রহিম লেদার"},
                                                          {"মোছা জরিনা বেগম", "মোছা যরিনা বেগম"},
                                                          {"চাঁদ ব্যাগ", "চাদ ব্যাগ"},
                                                          {"কারুকাজ হস্তশিল্প", "কারুকাজ হস্তশিল্পী"}})
        EXPECT_TRUE(names_alike({"X one", a}, {"Y two", b})) << a << " / " << b;
}

TEST(NamesAlike, DifferentPeopleAreNotOne) {
    for (auto const& [a, b] :
         std::vector<std::pair<std::string, std::string>>{{"Rina", "Mina"},
                                                          {"Rina Shoes", "Mina Bags"},
                                                          {"Rina Shoes", "Mina Shoes"},
                                                          {"Moyna Bags 1", "Rina Bags 2"},
                                                          {"রিনা", "মিনা"},
                                                          {"রিনা সু", "মিতা সু"},
                                                          {"", ""},
                                                          {"...", "---"}})
        EXPECT_FALSE(alike_in_latin(a, b)) << a << " / " << b;
}

TEST(NamesAlike, ATitleAloneIsAName) {
    EXPECT_TRUE(alike_in_latin("Ms", "ms"));
    EXPECT_FALSE(alike_in_latin("Ms", "Rina"));
    EXPECT_EQ(sounding_name("\xFF"), "");
}

TEST(NamesAlike, OneLetterTellsShortNamesApartAndNotLongOnes) {
    EXPECT_FALSE(alike_in_latin("Karim", "Tarim"));
    EXPECT_TRUE(alike_in_latin("Karim Leather", "Karim Leater"));
    EXPECT_TRUE(alike_in_latin("Karim Leather", "Karim Leatherr x"));
    EXPECT_FALSE(alike_in_latin("Karim Leather", "Karim Leather Bhairab"));
}

TEST(Duplicates, AreFoundByTelephoneCardOrNameAndNeverOneself) {
    Known const rina{id(1), {"Rina Shoes", "রিনা সু"}, {"+8801712345678"}, {"c1"}};
    std::vector<Known> const others{
        rina,
        {id(2), {"Reena Shoes", "রীনা শু"}, {"+8801812345678"}, {}},
        {id(3), {"Moyna Bags", "ময়না ব্যাগ"}, {"+8801712345678"}, {}},
        {id(4), {"Karim", "করিম"}, {}, {"c0", "c1"}},
        {id(5), {"Rahim", "রহিম"}, {"+8801912345678"}, {"c2"}},
        {id(6), {"Rina Shoes", "রিনা সু"}, {"+8801999999999", "+8801712345678"}, {}},
    };
    using enum Likeness;
    EXPECT_EQ(alike(rina, others),
              (std::vector<Alike>{
                  {id(6), {phone, name}}, {id(3), {phone}}, {id(4), {card}}, {id(2), {name}}}));
    EXPECT_EQ(name_of(card), "card");
}

}  // namespace
}  // namespace karkhana::people
