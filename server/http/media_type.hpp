#pragma once

#include <string_view>

namespace karkhana::http {

/// True if both are equal but for the case of ASCII letters.
bool same_ignoring_case(std::string_view a, std::string_view b);
/// The text without spaces and tabs at its ends.
std::string_view without_blanks(std::string_view text);
/// True if a comma-separated list such as Connection has the token.
bool list_has(std::string_view list, std::string_view token);

/// True if a Content-Type says `type`, with no charset but UTF-8.
bool is_media_type(std::string_view content_type, std::string_view type);
/// True if Accept or Accept-Encoding names `token` itself, with a quality above zero.
bool accepts(std::string_view accept, std::string_view token);

}  // namespace karkhana::http
