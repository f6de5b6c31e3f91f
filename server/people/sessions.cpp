#include "server/people/sessions.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/base/digest.hpp"
#include "server/http/cookies.hpp"
#include "server/people/roles.hpp"

#define KARKHANA_ACCESS_SETTINGS                                                                   \
    "a.desk_idle_minutes, a.desk_hours, a.floor_idle_minutes, a.floor_hours, "                     \
    "a.shared_idle_minutes, a.second_factor "

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
    std::string how;
    bool one_time = false;
    bool second_factor = false;
    AccessSettings settings;

    Seat seat() const { return seat_of(who.roles, how); }
};

/// `first` is the column that the settings begin at.
AccessSettings settings_of(store::Row const& row, int first) {
    if (row.is_null(first)) return {};
    return {.desk_idle = std::chrono::minutes{row.integer(first)},
            .desk = std::chrono::hours{row.integer(first + 1)},
            .floor_idle = std::chrono::minutes{row.integer(first + 2)},
            .floor = std::chrono::hours{row.integer(first + 3)},
            .shared_idle = std::chrono::minutes{row.integer(first + 4)},
            .second_factor = row.flag(first + 5)};
}

std::optional<Session> find_session(store::Reader& reader, Credential const& credential) {
    std::optional<Session> found;
    reader.each(
        "SELECT s.person_id, s.created_at, s.last_seen_at, g.role, "
        "COALESCE(g.enterprise_id, e.enterprise_id), s.how, "
        "p.one_time_until, f.confirmed_at, " KARKHANA_ACCESS_SETTINGS "FROM web_session s "
        "JOIN person p ON p.facility_id = s.facility_id AND p.person_id = s.person_id "
        "AND p.disabled = 0 "
        "LEFT JOIN second_factor f "
        "ON f.facility_id = p.facility_id AND f.person_id = p.person_id "
        "LEFT JOIN access_settings a ON a.facility_id = s.facility_id "
        "LEFT JOIN role_grant g ON g.facility_id = p.facility_id AND g.person_id = p.person_id "
        "LEFT JOIN enterprise e ON e.facility_id = g.facility_id AND e.partner_id = g.partner_id "
        "WHERE s.facility_id = $1 AND s.token_hash = $2 ORDER BY g.position",
        [&](store::Row const& row) {
            if (!found) {
                found = Session{.created = row.at(1),
                                .last_seen = row.at(2),
                                .how = row.text(5),
                                .one_time = !row.is_null(6),
                                .second_factor = !row.is_null(7),
                                .settings = settings_of(row, 8)};
                found->who.facility = credential.facility;
                found->who.person = row.id<PersonId>(0);
            }
            add_grant(found->who, row, 3, 4);
        },
        credential.facility, token_hash_of(credential));
    return found;
}

/// What the way in leaves of the roles: who came by a PIN is there for an ME alone, and who has
/// something to do first does that.
void narrow(Session& session) {
    auto& who = session.who;
    std::string_view first;
    if (session.how == "pin")
        std::erase_if(who.roles,
                      [](auto const& role) { return role != "owner" && role != "member"; });
    else if (session.one_time)
        first = must_change_password;
    else if (session.settings.second_factor && !session.second_factor &&
             session.seat() == Seat::desk)
        first = must_set_up_code;
    if (first.empty()) return;
    who.roles = {std::string{first}};
    who.enterprises.clear();
}

struct Token {
    http::Principal who;
    std::vector<std::string> roles;
    Instant expires;
    bool read_only = false;
};

std::optional<Token> find_token(store::Reader& reader, Credential const& credential) {
    std::optional<Token> found;
    reader.each(
        "SELECT t.person_id, t.roles, t.expires_at, g.role, "
        "COALESCE(g.enterprise_id, e.enterprise_id), t.read_only FROM api_token t "
        "JOIN person p ON p.facility_id = t.facility_id AND p.person_id = t.person_id "
        "AND p.disabled = 0 "
        "LEFT JOIN role_grant g ON g.facility_id = p.facility_id AND g.person_id = p.person_id "
        "LEFT JOIN enterprise e ON e.facility_id = g.facility_id AND e.partner_id = g.partner_id "
        "WHERE t.facility_id = $1 AND t.token_hash = $2 ORDER BY g.position",
        [&](store::Row const& row) {
            if (!found) {
                found = Token{.expires = row.at(2), .read_only = row.flag(5)};
                found->who.facility = credential.facility;
                found->who.person = row.id<PersonId>(0);
                auto const roles = json::parse(row.text(1));
                for (auto const& role : roles.as_array())
                    found->roles.emplace_back(role.as_string());
            }
            add_grant(found->who, row, 3, 4);
        },
        credential.facility, token_hash_of(credential));
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
    if (!found ||
        !session_alive(found->settings, found->seat(), found->created, found->last_seen, now))
        return std::nullopt;
    narrow(*found);
    if (now >= found->last_seen + session_touch_interval) touch(store, now, credential);
    found->who.csrf = csrf_of(credential);
    return std::move(found->who);
}

std::optional<http::Principal> by_token(store::Store& store, Instant now,
                                        Credential const& credential, bool reads) {
    auto found = store.read([&](store::Reader& reader) { return find_token(reader, credential); });
    if (!found || now >= found->expires) return std::nullopt;
    auto& who = found->who;
    if (found->read_only && !reads) who.roles.clear();
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

std::string device_of(http::Request const& request) {
    return device_of(request.header("user-agent").value_or(""));
}

std::optional<std::chrono::minutes> idle_of(store::Reader& reader, Credential const& session) {
    auto const found = find_session(reader, session);
    if (!found) return std::nullopt;
    return idle_limit(found->settings, found->seat());
}

Entered entered_by(store::Reader& reader, Credential const& session) {
    auto found = find_session(reader, session).value();
    auto const lasts = absolute_limit(found.settings, found.seat());
    narrow(found);
    found.who.csrf = csrf_of(session);
    return {std::move(found.who), lasts};
}

std::optional<http::Principal> authenticate(store::Store& store, WallClock const& real_clock,
                                            http::Request const& request) {
    if (auto const token = token_of(request))
        return by_token(store, real_clock.now(), *token,
                        request.method == "GET" || request.method == "HEAD");
    if (auto const session = session_of(request))
        return by_session(store, real_clock.now(), *session);
    return std::nullopt;
}

std::string csrf_of(Credential const& session) { return sha256_hex("csrf " + session.text()); }

AccessSettings access_settings(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            "SELECT " KARKHANA_ACCESS_SETTINGS "FROM access_settings a WHERE a.facility_id = $1",
            [](store::Row const& row) { return settings_of(row, 0); }, facility)
        .value_or(AccessSettings{});
}

std::string token_hash_of(Credential const& credential) { return sha256_hex(credential.token); }

std::string public_id(Credential const& credential) {
    return token_hash_of(credential).substr(0, 32);
}

void insert_session(store::Writer& writer, Credential const& session, PersonId const& person,
                    SessionOrigin const& origin, Instant real_now) {
    writer.execute(
        "INSERT INTO web_session (facility_id, token_hash, person_id, created_at, last_seen_at, "
        "how, device, address) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        session.facility, token_hash_of(session), person, real_now, origin.how, origin.device,
        origin.address);
}

void delete_session(store::Writer& writer, Credential const& session) {
    writer.execute("DELETE FROM web_session WHERE facility_id = $1 AND token_hash = $2",
                   session.facility, token_hash_of(session));
}

void delete_sessions_of(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                        std::string_view but) {
    writer.execute(
        "DELETE FROM web_session WHERE facility_id = $1 AND person_id = $2 AND token_hash <> $3",
        facility, person, but);
}

void insert_token(store::Writer& writer, Credential const& token, PersonId const& person,
                  TokenScope const& scope, Instant real_now, Instant expires) {
    writer.execute(
        "INSERT INTO api_token (facility_id, token_hash, person_id, label, roles, read_only, "
        "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        token.facility, token_hash_of(token), person, scope.label,
        json::serialize(json::array(scope.roles.begin(), scope.roles.end())),
        scope.read_only ? 1 : 0, real_now, expires);
}

void delete_token(store::Writer& writer, Credential const& token) {
    writer.execute("DELETE FROM api_token WHERE facility_id = $1 AND token_hash = $2",
                   token.facility, token_hash_of(token));
}

std::int64_t forget_expired(store::Writer& writer, Instant real_now, Instant facility_now) {
    constexpr std::chrono::hours kDay{24};
    // Each facility's own limits decide; what nobody has used for the longest of them is over.
    return writer.execute("DELETE FROM web_session WHERE created_at <= $1 OR last_seen_at <= $2",
                          real_now - longest_session, real_now - longest_idle) +
           writer.execute("DELETE FROM api_token WHERE expires_at <= $1", real_now) +
           writer.execute("DELETE FROM login_attempt WHERE attempted_at <= $1", real_now - kDay) +
           writer.execute("DELETE FROM idempotency WHERE created_at <= $1",
                          facility_now - 30 * kDay);
}

#undef KARKHANA_ACCESS_SETTINGS

}  // namespace karkhana::people
