#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/http/message.hpp"
#include "server/people/session_life.hpp"
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
/// "Chrome, Android", as far as the request says.
std::string device_of(http::Request const& request);
std::optional<Credential> token_of(http::Request const& request);

/// In place of roles, while somebody first has to choose a password, or to set up a second factor:
/// it lets in to that and to nothing else.
constexpr std::string_view must_change_password = "must_change_password";
constexpr std::string_view must_set_up_code = "must_set_up_code";

/// How long sessions live here; the defaults where nobody has said otherwise.
AccessSettings access_settings(store::Reader& reader, FacilityId const& facility);

/// How long the session may stay unused; nullopt: there is no such session.
std::optional<std::chrono::minutes> idle_of(store::Reader& reader, Credential const& session);
/// Who a session lets in, and how long it lasts at most.
struct Entered {
    http::Principal who;
    std::chrono::hours lasts{0};
};
Entered entered_by(store::Reader& reader, Credential const& session);

/// Who asks, for http::Gatekeeper. One query; at most once a minute it writes that the session was
/// in use. `real_clock` is the one that log-ins live by.
std::optional<http::Principal> authenticate(store::Store& store, WallClock const& real_clock,
                                            http::Request const& request);

/// The token that changes must carry. Derived, so that it need not be kept: it tells nothing about
/// the session's own token.
std::string csrf_of(Credential const& session);

/// Where a session was begun, and by what: "password", "pin", "passkey".
struct SessionOrigin {
    std::string how = "password";
    std::string device = {};
    std::string address = {};
};
void insert_session(store::Writer& writer, Credential const& session, PersonId const& person,
                    SessionOrigin const& origin, Instant real_now);
void delete_session(store::Writer& writer, Credential const& session);
/// Whatever changes what somebody may do ends all of theirs; `but` is the hash of one that stays.
void delete_sessions_of(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                        std::string_view but = {});
std::string token_hash_of(Credential const& credential);
/// The name of a session or a token in lists: a part of its hash, with which nobody gets in.
std::string public_id(Credential const& credential);

/// The most that a token may do; what the person has lost, it has lost too.
struct TokenScope {
    std::string label;
    std::vector<std::string> roles;
    bool read_only = false;
};
void insert_token(store::Writer& writer, Credential const& token, PersonId const& person,
                  TokenScope const& scope, Instant real_now, Instant expires);
void delete_token(store::Writer& writer, Credential const& token);

/// Deletes what can no longer matter: sessions and tokens that are over, attempts to log in of
/// more than a day ago, and answers kept for a month. Returns how many rows went.
std::int64_t forget_expired(store::Writer& writer, Instant real_now, Instant facility_now);

}  // namespace karkhana::people
