#include "server/http/cookies.hpp"

#include <algorithm>
#include <stdexcept>

#include "server/http/media_type.hpp"

namespace karkhana::http {
namespace {

bool is_token_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

std::string_view session_cookie_name(bool secure) {
    return secure ? "__Host-karkhana" : "karkhana";
}

std::optional<std::string_view> cookie(Request const& request, std::string_view name) {
    std::optional<std::string_view> found;
    for (auto const& [header, value] : request.headers) {
        if (header != "cookie") continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(';'), rest.size());
            auto const pair = without_blanks(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
            if (found) return std::nullopt;
            found = pair.substr(equals + 1);
        }
    }
    return found;
}

std::optional<std::string_view> session_cookie(Request const& request) {
    return cookie(request, session_cookie_name(request.secure));
}

std::string set_session_cookie(bool secure, std::string_view token, std::chrono::seconds max_age) {
    if (!std::all_of(token.begin(), token.end(), is_token_character))
        throw std::invalid_argument("a session token has a character a cookie may not have");
    std::string out{session_cookie_name(secure)};
    out += '=';
    out += token;
    out += "; Path=/; Max-Age=" + std::to_string(max_age.count()) + "; HttpOnly; SameSite=Lax";
    if (secure) out += "; Secure";
    return out;
}

std::string clear_session_cookie(bool secure) {
    return set_session_cookie(secure, "", std::chrono::seconds{0});
}

}  // namespace karkhana::http
