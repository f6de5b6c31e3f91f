#include "server/people/sessions.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/base/digest.hpp"
#include "server/http/cookies.hpp"
#include "server/people/rules.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

constexpr std::size_t kTokenCharacters = 64;

bool is_token(std::string_view text) {
    return text.size() == kTokenCharacters && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

void add_grant(http::Principal& principal, store::Row const& row, int role, int enterprise) {
    if (row.is_null(role)) return;
    auto const name = row.text(role);
    if (!principal.has(name)) principal.roles.push_back(name);
    if (auto const id = row.maybe_id<EnterpriseId>(enterprise))
        principal.enterprises.push_back(*id);
}

struct Session {
    http::Principal who;
    Instant created;
    Instant last_seen;
};

std::optional<Session> find_session(store::Reader& reader, Credential const& credential) {
    std::optional<Session> found;
    reader.each(
        "SELECT s.person_id, s.created_at, s.last_seen_at, g.role, "
        "COALESCE(g.enterprise_id, e.enterprise_id) "
        "FROM web_session s "
        "JOIN person p ON p.facility_id = s.facility_id AND p.person_id = s.person_id "
        "AND p.disabled = 0 "
        "LEFT JOIN role_grant g ON g.facility_id = p.facility_id AND g.person_id = p.person_id "
        "LEFT JOIN enterprise e ON e.facility_id = g.facility_id AND e.partner_id = g.partner_id "
        "WHERE s.facility_id = $1 AND s.token_hash = $2 ORDER BY g.position",
        [&](store::Row const& row) {
            if (!found) {
                found = Session{.created = row.at(1), .last_seen = row.at(2)};
                found->who.facility = credential.facility;
                found->who.person = row.id<PersonId>(0);
            }
            add_grant(found->who, row, 3, 4);
        },
        credential.facility, sha256_hex(credential.token));
    return found;
}

struct Token {
    http::Principal who;
    std::vector<std::string> roles;
    Instant expires;
};

std::optional<Token> find_token(store::Reader& reader, Credential const& credential) {
    std::optional<Token> found;
    reader.each(
        "SELECT t.person_id, t.roles, t.expires_at, g.role, "
        "COALESCE(g.enterprise_id, e.enterprise_id) FROM api_token t "
        "JOIN person p ON p.facility_id = t.facility_id AND p.person_id = t.person_id "
        "AND p.disabled = 0 "
        "LEFT JOIN role_grant g ON g.facility_id = p.facility_id AND g.person_id = p.person_id "
        "LEFT JOIN enterprise e ON e.facility_id = g.facility_id AND e.partner_id = g.partner_id "
        "WHERE t.facility_id = $1 AND t.token_hash = $2 ORDER BY g.position",
        [&](store::Row const& row) {
            if (!found) {
                found = Token{.expires = row.at(2)};
                found->who.facility = credential.facility;
                found->who.person = row.id<PersonId>(0);
                auto const roles = json::parse(row.text(1));
                for (auto const& role : roles.as_array())
                    found->roles.emplace_back(role.as_string());
            }
            add_grant(found->who, row, 3, 4);
        },
        credential.facility, sha256_hex(credential.token));
    return found;
}

/// A full disk must not keep people from reading: then the session ends a little early.
void touch(store::Store& store, Instant now, Credential const& credential) {
    try {
        store.write([&](store::Writer& writer) {
            return writer.execute(
                "UPDATE web_session SET last_seen_at = $3 "
                "WHERE facility_id = $1 AND token_hash = $2 AND last_seen_at < $3",
                credential.facility, sha256_hex(credential.token), now);
        });
    } catch (store::Unavailable const&) {
        return;
    }
}

std::optional<http::Principal> by_session(store::Store& store, Instant now,
                                          Credential const& credential) {
    auto found =
        store.read([&](store::Reader& reader) { return find_session(reader, credential); });
    if (!found || !session_alive(found->created, found->last_seen, now)) return std::nullopt;
    if (now >= found->last_seen + session_touch_interval) touch(store, now, credential);
    found->who.csrf = csrf_of(credential);
    return std::move(found->who);
}

std::optional<http::Principal> by_token(store::Store& store, Instant now,
                                        Credential const& credential) {
    auto found = store.read([&](store::Reader& reader) { return find_token(reader, credential); });
    if (!found || now >= found->expires) return std::nullopt;
    auto& who = found->who;
    std::erase_if(who.roles, [&](std::string const& role) {
        return std::ranges::find(found->roles, role) == found->roles.end();
    });
    if (!who.has("owner") && !who.has("member") && !who.has("partner")) who.enterprises.clear();
    return std::move(who);
}

}  // namespace

std::optional<Credential> Credential::parse(std::string_view text) {
    auto const dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    auto const facility = FacilityId::parse(text.substr(0, dot));
    auto const token = text.substr(dot + 1);
    if (!facility || !is_token(token)) return std::nullopt;
    return Credential{*facility, std::string{token}};
}

Credential Credential::make(FacilityId const& facility, Random& random) {
    std::array<std::uint8_t, kTokenCharacters / 2> bytes{};
    random.fill(bytes);
    return {facility, hex(bytes)};
}

std::optional<Credential> session_of(http::Request const& request) {
    auto const value = http::session_cookie(request);
    if (!value || request.header("authorization")) return std::nullopt;
    return Credential::parse(*value);
}

std::optional<Credential> token_of(http::Request const& request) {
    constexpr std::string_view kScheme = "Bearer ";
    auto value = request.header("authorization").value_or("");
    if (!value.starts_with(kScheme)) return std::nullopt;
    value.remove_prefix(kScheme.size());
    if (!value.starts_with(bearer_prefix)) return std::nullopt;
    return Credential::parse(value.substr(bearer_prefix.size()));
}

std::optional<http::Principal> authenticate(store::Store& store, WallClock const& real_clock,
                                            http::Request const& request) {
    if (auto const token = token_of(request)) return by_token(store, real_clock.now(), *token);
    if (auto const session = session_of(request))
        return by_session(store, real_clock.now(), *session);
    return std::nullopt;
}

std::string csrf_of(Credential const& session) { return sha256_hex("csrf " + session.text()); }

void insert_session(store::Writer& writer, Credential const& session, PersonId const& person,
                    Instant real_now) {
    writer.execute(
        "INSERT INTO web_session (facility_id, token_hash, person_id, created_at, last_seen_at) "
        "VALUES ($1, $2, $3, $4, $4)",
        session.facility, sha256_hex(session.token), person, real_now);
}

void delete_session(store::Writer& writer, Credential const& session) {
    writer.execute("DELETE FROM web_session WHERE facility_id = $1 AND token_hash = $2",
                   session.facility, sha256_hex(session.token));
}

void delete_sessions_of(store::Writer& writer, FacilityId const& facility, PersonId const& person) {
    writer.execute("DELETE FROM web_session WHERE facility_id = $1 AND person_id = $2", facility,
                   person);
}

void insert_token(store::Writer& writer, Credential const& token, PersonId const& person,
                  std::string_view label, std::vector<std::string> const& roles, Instant real_now,
                  Instant expires) {
    writer.execute(
        "INSERT INTO api_token (facility_id, token_hash, person_id, label, roles, created_at, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        token.facility, sha256_hex(token.token), person, label,
        json::serialize(json::array(roles.begin(), roles.end())), real_now, expires);
}

void delete_token(store::Writer& writer, Credential const& token) {
    writer.execute("DELETE FROM api_token WHERE facility_id = $1 AND token_hash = $2",
                   token.facility, sha256_hex(token.token));
}

std::int64_t forget_expired(store::Writer& writer, Instant real_now, Instant facility_now) {
    constexpr std::chrono::hours kDay{24};
    return writer.execute("DELETE FROM web_session WHERE created_at <= $1 OR last_seen_at <= $2",
                          real_now - session_absolute_limit, real_now - session_idle_limit) +
           writer.execute("DELETE FROM api_token WHERE expires_at <= $1", real_now) +
           writer.execute("DELETE FROM login_attempt WHERE attempted_at <= $1", real_now - kDay) +
           writer.execute("DELETE FROM idempotency WHERE created_at <= $1",
                          facility_now - 30 * kDay);
}

}  // namespace karkhana::people
