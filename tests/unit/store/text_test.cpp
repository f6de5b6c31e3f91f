#include <gtest/gtest.h>
#include <stdexcept>
#include <string>

#include "server/store/text.hpp"

namespace karkhana::store {
namespace {

using namespace std::string_literals;

TEST(StorableText, IsUtf8) {
    for (auto const& text : {""s, "a"s, "কারখানা"s, "\U0010FFFF"s, "\x7f"s, "\uFFFF"s, "\u0080"s,
                             "\u0800"s, "\U00010000"s, "\x01"s})
        EXPECT_TRUE(is_storable_text(text)) << text;
}

TEST(StorableText, IsNothingElse) {
    for (auto const& text :
         {"\0"s, "a\0"s, "\x80"s, "\xbf"s, "\xc2"s, "\xe0\xa6"s, "\xf0\x9f\x8f"s, "\xc0\x80"s,
          "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s,
          "\xf4\x90\x80\x80"s, "\xf8\x88\x80\x80\x80"s, "\xff"s, "\xc2\xc2"s, "a\xe0\xa6z"s})
        EXPECT_FALSE(is_storable_text(text)) << text.size();
    // Wherever it stands in a longer one.
    for (std::size_t at = 0; at < 20; ++at)
        for (char const wrong : {'\0', '\x80', '\xff'}) {
            std::string text(20, 'a');
            text[at] = wrong;
            EXPECT_FALSE(is_storable_text(text)) << at;
            EXPECT_TRUE(is_storable_text(text.replace(at, 1, "\x01"))) << at;
        }
    EXPECT_THROW(require_storable_text("\xff"), std::invalid_argument);
}

}  // namespace
}  // namespace karkhana::store
