#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace karkhana {

/// True if the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool valid_utf8(std::string_view text);

/// The text in Normalisation Form C, so that two spellings of one Bengali name are one name.
/// Precondition: valid_utf8(text).
std::string nfc(std::string_view text);

/// How many characters (code points) a reader would count. Precondition: valid_utf8(text).
std::size_t character_count(std::string_view text);

}  // namespace karkhana
