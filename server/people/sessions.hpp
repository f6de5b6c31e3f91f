#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/http/message.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

/// What a browser or a script shows to be let in: "<facility>.<token>". The facility makes it one
/// look-up by primary key. Only a hash of the token is kept.
struct Credential {
    FacilityId facility;
    std::string token;  ///< 256 random bits in hexadecimal

    std::string text() const { return facility.text() + "." + token; }
    static std::optional<Credential> parse(std::string_view text);
    static Credential make(FacilityId const& facility, Random& random);
};

/// How a bearer token begins, so that a secret scanner finds one that was left somewhere.
constexpr std::string_view bearer_prefix = "karkhana_";

/// The session of a request's cookie, or the token of its Authorization header, which alone counts
/// when there is one.
std::optional<Credential> session_of(http::Request const& request);
std::optional<Credential> token_of(http::Request const& request);

/// Who asks, for http::Gatekeeper. One query; at most once a minute it writes that the session was
/// in use. `real_clock` is the one that log-ins live by.
std::optional<http::Principal> authenticate(store::Store& store, WallClock const& real_clock,
                                            http::Request const& request);

/// The token that changes must carry. Derived, so that it need not be kept: it tells nothing about
/// the session's own token.
std::string csrf_of(Credential const& session);

void insert_session(store::Writer& writer, Credential const& session, PersonId const& person,
                    Instant real_now);
void delete_session(store::Writer& writer, Credential const& session);
void delete_sessions_of(store::Writer& writer, FacilityId const& facility, PersonId const& person);

/// `roles` is the most the token may do; what the person has lost, it has lost too.
void insert_token(store::Writer& writer, Credential const& token, PersonId const& person,
                  std::string_view label, std::vector<std::string> const& roles, Instant real_now,
                  Instant expires);
void delete_token(store::Writer& writer, Credential const& token);

/// Deletes what can no longer matter: sessions and tokens that are over, attempts to log in of
/// more than a day ago, and answers kept for a month. Returns how many rows went.
std::int64_t forget_expired(store::Writer& writer, Instant real_now, Instant facility_now);

}  // namespace karkhana::people
