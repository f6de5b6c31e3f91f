#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/people/services.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {

/// What tells two who try apart: the address, or of IPv6 its network, because whoever has one
/// address of a /64 has them all.
std::string address_key(std::string_view peer);

struct LogIn {
    std::string_view login;  ///< as typed; "facility/login" names the facility
    std::string_view password;
    std::string_view peer;
    std::optional<Credential> previous;  ///< the session the browser still has: it ends
};

struct LoggedIn {
    Credential session;
    http::Principal who;
};

struct NotLoggedIn {
    Error error;
    std::chrono::seconds retry_after{0};
};

/// Counts the try, checks the password, and begins a session with a token nobody has seen before.
/// Errors: `too_many_attempts` (429), `bad_credentials` (401) whatever was wrong, in the same time,
/// `ambiguous_login` (422), `busy` (503).
tl::expected<LoggedIn, NotLoggedIn> log_in(Services const& services, LogIn const& attempt);

}  // namespace karkhana::people
