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
    std::string_view code = {};          ///< of the second factor; empty: not asked yet
    std::string device = {};
};

struct LoggedIn {
    Credential session;
    http::Principal who;
    std::chrono::hours lasts{0};
};

struct NotLoggedIn {
    Error error;
    std::chrono::seconds retry_after{0};
};

/// Counts the try, checks the password and, where there is one, the second factor, and begins a
/// session with a token nobody has seen before. Errors: `too_many_attempts` (429),
/// `bad_credentials` (401) whatever was wrong, in the same time, `code_needed` and `bad_code` (401)
/// once the password was right, `one_time_over` (401), `ambiguous_login` (422), `busy` (503).
tl::expected<LoggedIn, NotLoggedIn> log_in(Services const& services, LogIn const& attempt);

/// The password of somebody who is in already, asked again before what matters. It counts as a try
/// to log in. Errors: `too_many_attempts`, `wrong_password` (422), `busy`.
tl::expected<PersonId, NotLoggedIn> ask_password(Services const& services,
                                                 http::Principal const& who,
                                                 std::string_view password, std::string_view peer);

/// Who tries to get in, for the throttle: whatever name they come with, as a hash, and from where.
struct Trial {
    std::string name_hash;
    std::string address;
    Uuid id;
};
Trial trial_of(Services const& services, std::string_view name, std::string_view peer);
/// Counts a try as a failure before it is looked at; the time to wait when there were too many.
std::optional<std::chrono::seconds> count_trial(store::Writer& writer, Trial const& trial,
                                                FacilityId const& facility, Instant now);
void mark_succeeded(store::Writer& writer, FacilityId const& facility, Trial const& trial);
/// A try that was not looked at is no failure.
void uncount_trial(store::Writer& writer, FacilityId const& facility, Trial const& trial);
NotLoggedIn too_many(std::chrono::seconds wait);

/// Begins a session in a transaction and tells the audit trail. The old one of the browser ends.
LoggedIn enter(Services const& services, store::Writer& writer, Credential const& session,
               PersonId const& person, SessionOrigin const& origin,
               std::optional<Credential> const& previous);

}  // namespace karkhana::people
