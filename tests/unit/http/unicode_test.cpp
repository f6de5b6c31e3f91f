#include <gtest/gtest.h>

#include "server/base/unicode.hpp"

namespace karkhana {
namespace {

TEST(Unicode, tells_utf8_from_what_only_looks_like_it) {
    struct Case {
        char const* bytes;
        bool valid;
    };
    Case const cases[] = {
        {"", true},
        {"abc", true},
        {"কারখানা", true},
        {"\xf0\x9f\x91\x9e", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xc0\xaf", false},
        {"\xc1\xbf", false},
        {"\xe0\x80\xaf", false},
        {"\xed\xa0\x80", false},
        {"\xf0\x80\x80\xaf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf8\x88\x80\x80\x80", false},
        {"\xff", false},
        {"ab\xe0\xa6", false},
        {"\xe0\xa6 ", false},
    };
    for (auto const& item : cases) EXPECT_EQ(valid_utf8(item.bytes), item.valid) << item.bytes;
    EXPECT_TRUE(valid_utf8(std::string_view{"a\0b", 3})) << "NUL is a character, if an odd one";
}

TEST(Unicode, composes_two_spellings_of_one_name) {
    EXPECT_EQ(nfc("Cafe\xcc\x81"), "Caf\xc3\xa9");
    EXPECT_EQ(nfc("কো"), "কো") << "the vowel sign o, written as e and aa";
    EXPECT_EQ(nfc("plain"), "plain");
    EXPECT_EQ(nfc(""), "");
    EXPECT_EQ(nfc(nfc("য়")), nfc("য়")) << "once is enough";
}

TEST(Unicode, counts_characters_not_bytes) {
    EXPECT_EQ(character_count("কারখানা"), 7U);
    EXPECT_EQ(character_count("abc"), 3U);
    EXPECT_EQ(character_count(""), 0U);
}

}  // namespace
}  // namespace karkhana
