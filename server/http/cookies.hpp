#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace karkhana::http {

/// The name of the session cookie. Over TLS it has the __Host- prefix, with which a browser lets no
/// other host or path set it; over plain HTTP a browser would refuse that name.
std::string_view session_cookie_name(bool secure);

/// A cookie of the request. One that is there twice counts as absent: a second one was planted.
std::optional<std::string_view> cookie(Request const& request, std::string_view name);
std::optional<std::string_view> session_cookie(Request const& request);

/// The value of Set-Cookie: HttpOnly, SameSite=Lax, Path=/, and Secure over TLS.
/// Throws std::invalid_argument when the token is not made of letters, digits, '-', '_' and '.'.
std::string set_session_cookie(bool secure, std::string_view token, std::chrono::seconds max_age);
std::string clear_session_cookie(bool secure);

}  // namespace karkhana::http
