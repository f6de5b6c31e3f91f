#include "server/people/login.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "server/base/digest.hpp"
#include "server/people/audit.hpp"
#include "server/people/records.hpp"
#include "server/people/rules.hpp"

namespace karkhana::people {
namespace {

/// Somebody with this login, who may have the password too.
struct Candidate {
    FacilityId facility;
    PersonId person;
    std::string password_hash;
};

/// A try that is counted: as a failure, until it turns out otherwise.
struct Attempt {
    Uuid id;
    FacilityId facility;  ///< nil when the login names nobody, or somebody in several facilities
    std::vector<Candidate> candidates;
};

std::vector<Candidate> candidates_for(store::Reader& reader, LoginName const& name) {
    return reader.all(
        "SELECT p.facility_id, p.person_id, p.password_hash FROM person p "
        "JOIN facility f ON f.facility_id = p.facility_id "
        "WHERE p.login = $1 AND p.disabled = 0 AND ($2 = '' OR f.slug = $2) LIMIT 2",
        [](store::Row const& row) {
            return Candidate{row.id<FacilityId>(0), row.id<PersonId>(1), row.text(2)};
        },
        name.login, name.facility_slug);
}

Instant attempted_at(store::Row const& row) { return row.at(0); }

std::optional<std::chrono::seconds> must_wait(store::Reader& reader, std::string const& login_hash,
                                              std::string const& address, Instant now) {
    auto const of_account = reader.all(
        "SELECT attempted_at FROM login_attempt WHERE login_hash = $1 AND attempted_at > $2 "
        "AND succeeded = 0 ORDER BY attempted_at DESC LIMIT $3",
        attempted_at, login_hash, now - failure_window, account_failures_allowed);
    auto const of_address = reader.all(
        "SELECT attempted_at FROM login_attempt WHERE address = $1 AND attempted_at > $2 "
        "AND succeeded = 0 ORDER BY attempted_at DESC LIMIT $3",
        attempted_at, address, now - failure_window, address_failures_allowed);
    return login_wait(of_account, of_address, now);
}

/// Counts before checking, so that many tries at once do not slip through together. On SQLite
/// there is one writer anyway; PostgreSQL is told to take tries at one login in turn.
tl::expected<Attempt, std::chrono::seconds> count_attempt(store::Writer& writer,
                                                          LoginName const& name,
                                                          std::string const& address, Uuid id,
                                                          Instant now) {
    auto const login_hash = sha256_hex(name.login);
    if (writer.is_postgres())
        writer.exists("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))", login_hash);
    if (auto const wait = must_wait(writer, login_hash, address, now))
        return tl::make_unexpected(*wait);
    Attempt attempt{.id = id, .candidates = candidates_for(writer, name)};
    if (attempt.candidates.size() == 1) attempt.facility = attempt.candidates.front().facility;
    writer.execute(
        "INSERT INTO login_attempt (facility_id, attempt_id, login_hash, address, attempted_at, "
        "succeeded) VALUES ($1, $2, $3, $4, $5, 0)",
        attempt.facility, id.text(), login_hash, address, now);
    return attempt;
}

/// A try that was not looked at is no failure.
void uncount(store::Store& store, Attempt const& attempt) {
    store.write([&](store::Writer& writer) {
        return writer.execute(
            "DELETE FROM login_attempt WHERE facility_id = $1 AND attempt_id = $2",
            attempt.facility, attempt.id.text());
    });
}

tl::unexpected<NotLoggedIn> not_logged_in(Error error, std::chrono::seconds retry_after = {}) {
    return tl::make_unexpected(NotLoggedIn{std::move(error), retry_after});
}

LoggedIn begin_session(Services const& services, LogIn const& log_in, Attempt const& attempt) {
    auto const& found = attempt.candidates.front();
    auto const session = Credential::make(found.facility, services.secrets);
    auto const real_now = services.real_clock.now();
    auto const now = services.clock.now();
    return services.store.write([&](store::Writer& writer) {
        writer.execute(
            "UPDATE login_attempt SET succeeded = 1 WHERE facility_id = $1 AND attempt_id = $2",
            attempt.facility, attempt.id.text());
        if (log_in.previous) delete_session(writer, *log_in.previous);
        insert_session(writer, session, found.person, real_now);
        auto who = principal_of(writer, found.facility, found.person);
        who.csrf = csrf_of(session);
        append_audit(writer, found.facility,
                     {.person = found.person,
                      .action = "createSession",
                      .subject = "person/" + found.person.text()},
                     now);
        return LoggedIn{session, std::move(who)};
    });
}

}  // namespace

std::string address_key(std::string_view peer) {
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, std::string{peer}.c_str(), bytes.data()) != 1)
        return std::string{peer};
    constexpr std::array<unsigned char, 12> kMappedV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMappedV4.begin(), kMappedV4.end(), bytes.begin())) return hex(bytes);
    return hex({bytes.data(), 8});
}

tl::expected<LoggedIn, NotLoggedIn> log_in(Services const& services, LogIn const& attempt) {
    auto const name = parse_login_name(attempt.login);
    auto const address = address_key(attempt.peer);
    auto const id = services.ids.make<Id<struct LoginAttemptTag>>().uuid;
    auto const now = services.real_clock.now();
    auto const counted = services.store.write(
        [&](store::Writer& writer) { return count_attempt(writer, name, address, id, now); });
    if (!counted)
        return not_logged_in({ErrorKind::limited, "too_many_attempts", "",
                              "Too many failed tries; wait before the next one."},
                             counted.error());
    bool const one = counted->candidates.size() == 1;
    auto const right = services.passwords.matches(
        one ? counted->candidates.front().password_hash : "", attempt.password);
    if (!right) {
        uncount(services.store, *counted);
        return not_logged_in(right.error(), std::chrono::seconds{1});
    }
    // This tells that a name is in use in two facilities, and of nobody whether it is right: the
    // person who belongs to both could not get in without being told.
    if (counted->candidates.size() > 1)
        return not_logged_in({ErrorKind::invalid, "ambiguous_login", "/login",
                              "Several facilities have this login: write facility/login."});
    if (!*right)
        return not_logged_in({ErrorKind::unauthenticated, "bad_credentials", "",
                              "There is no such login, or the password is another."});
    return begin_session(services, attempt, *counted);
}

}  // namespace karkhana::people
