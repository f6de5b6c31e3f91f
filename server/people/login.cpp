#include "server/people/login.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/base/digest.hpp"
#include "server/people/audit.hpp"
#include "server/people/records.hpp"
#include "server/people/rules.hpp"
#include "server/people/second_factor.hpp"
#include "server/people/secrets.hpp"

namespace karkhana::people {
namespace {

/// Somebody with this login, who may have the password too.
struct Candidate {
    FacilityId facility;
    PersonId person;
    std::string password_hash;
    std::optional<Instant> one_time_until;
};

/// A try that is counted: as a failure, until it turns out otherwise.
struct Attempt {
    Trial trial;
    FacilityId facility;  ///< nil when the login names nobody, or somebody in several facilities
    std::vector<Candidate> candidates;
};

std::vector<Candidate> candidates_for(store::Reader& reader, LoginName const& name) {
    return reader.all(
        "SELECT p.facility_id, p.person_id, p.password_hash, p.one_time_until "
        "FROM person p "
        "JOIN facility f ON f.facility_id = p.facility_id "
        "WHERE p.login = $1 AND p.disabled = 0 AND ($2 = '' OR f.slug = $2) LIMIT 2",
        [](store::Row const& row) {
            return Candidate{row.id<FacilityId>(0), row.id<PersonId>(1), row.text(2),
                             row.maybe_at(3)};
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

tl::unexpected<NotLoggedIn> not_logged_in(Error error, std::chrono::seconds retry_after = {}) {
    return tl::make_unexpected(NotLoggedIn{std::move(error), retry_after});
}

tl::expected<Attempt, std::chrono::seconds> count_attempt(store::Writer& writer,
                                                          LoginName const& name, Trial trial,
                                                          Instant now) {
    Attempt attempt{.trial = std::move(trial), .candidates = candidates_for(writer, name)};
    if (attempt.candidates.size() == 1) attempt.facility = attempt.candidates.front().facility;
    if (auto const wait = count_trial(writer, attempt.trial, attempt.facility, now))
        return tl::make_unexpected(*wait);
    return attempt;
}

enum class Code { right, wrong, absent };

/// Of who has no second factor nothing is asked.
Code code_of(Services const& services, store::Writer& writer, Candidate const& found,
             std::string_view code) {
    auto const factor = find_second_factor(writer, found.facility, found.person);
    if (!factor || !factor->confirmed) return Code::right;
    if (code.empty()) return Code::absent;
    return take_code(services, writer, found.facility, found.person, code) ? Code::right
                                                                           : Code::wrong;
}

/// What is left once the password was right.
tl::expected<LoggedIn, NotLoggedIn> let_in(Services const& services, LogIn const& log_in,
                                           Attempt const& attempt) {
    auto const& found = attempt.candidates.front();
    if (found.one_time_until && services.real_clock.now() >= *found.one_time_until)
        return not_logged_in({ErrorKind::unauthenticated, "one_time_over", "",
                              "This password was for one log-in, and its time is over."});
    auto const session = Credential::make(found.facility, services.secrets);
    SessionOrigin const origin{"password", log_in.device, std::string{log_in.peer}};
    std::optional<LoggedIn> entered;
    // No refusal leaves the transaction: a spent code stays spent, and an uncounted try uncounted.
    auto const code = services.store.write([&](store::Writer& writer) {
        auto const given = code_of(services, writer, found, log_in.code);
        if (given == Code::absent) uncount_trial(writer, attempt.facility, attempt.trial);
        if (given == Code::right) {
            mark_succeeded(writer, attempt.facility, attempt.trial);
            entered = enter(services, writer, session, found.person, origin, log_in.previous);
        }
        return given;
    });
    if (code == Code::absent)
        return not_logged_in({ErrorKind::unauthenticated, "code_needed", "/code",
                              "The password is right; the second factor is asked besides."});
    if (code == Code::wrong)
        return not_logged_in({ErrorKind::unauthenticated, "bad_code", "/code",
                              "Not the code of this moment, or one that was taken."});
    return *std::move(entered);
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

Trial trial_of(Services const& services, std::string_view name, std::string_view peer) {
    return {sha256_hex(name), address_key(peer),
            services.ids.make<Id<struct LoginAttemptTag>>().uuid};
}

NotLoggedIn too_many(std::chrono::seconds wait) {
    return {{ErrorKind::limited, "too_many_attempts", "",
             "Too many failed tries; wait before the next one."},
            wait};
}

// Counts before checking, so that many tries at once do not slip through together. On SQLite there
// is one writer anyway; PostgreSQL is told to take tries at one login in turn.
std::optional<std::chrono::seconds> count_trial(store::Writer& writer, Trial const& trial,
                                                FacilityId const& facility, Instant now) {
    if (writer.is_postgres())
        writer.exists("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))",
                      trial.name_hash);
    if (auto const wait = must_wait(writer, trial.name_hash, trial.address, now)) return wait;
    writer.execute(
        "INSERT INTO login_attempt (facility_id, attempt_id, login_hash, address, attempted_at, "
        "succeeded) VALUES ($1, $2, $3, $4, $5, 0)",
        facility, trial.id.text(), trial.name_hash, trial.address, now);
    return std::nullopt;
}

void mark_succeeded(store::Writer& writer, FacilityId const& facility, Trial const& trial) {
    writer.execute(
        "UPDATE login_attempt SET succeeded = 1 WHERE facility_id = $1 AND attempt_id = $2",
        facility, trial.id.text());
}

void uncount_trial(store::Writer& writer, FacilityId const& facility, Trial const& trial) {
    writer.execute("DELETE FROM login_attempt WHERE facility_id = $1 AND attempt_id = $2", facility,
                   trial.id.text());
}

LoggedIn enter(Services const& services, store::Writer& writer, Credential const& session,
               PersonId const& person, SessionOrigin const& origin,
               std::optional<Credential> const& previous) {
    if (previous) delete_session(writer, *previous);
    insert_session(writer, session, person, origin, services.real_clock.now());
    auto entered = entered_by(writer, session);
    append_audit(writer, session.facility,
                 {.person = person,
                  .action = "createSession",
                  .subject = "person/" + person.text(),
                  .after = boost::json::serialize(boost::json::object{{"how", origin.how}})},
                 services.clock.now());
    return {session, std::move(entered.who), entered.lasts};
}

tl::expected<LoggedIn, NotLoggedIn> log_in(Services const& services, LogIn const& attempt) {
    auto const name = parse_login_name(attempt.login);
    auto trial = trial_of(services, name.login, attempt.peer);
    auto const now = services.real_clock.now();
    auto const counted = services.store.write(
        [&](store::Writer& writer) { return count_attempt(writer, name, trial, now); });
    if (!counted) return tl::make_unexpected(too_many(counted.error()));
    bool const one = counted->candidates.size() == 1;
    auto const right = services.passwords.matches(
        one ? counted->candidates.front().password_hash : "", attempt.password);
    if (!right) {
        services.store.write([&](store::Writer& writer) {
            uncount_trial(writer, counted->facility, counted->trial);
            return true;
        });
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
    return let_in(services, attempt, *counted);
}

tl::expected<PersonId, NotLoggedIn> ask_password(Services const& services,
                                                 http::Principal const& who,
                                                 std::string_view password, std::string_view peer) {
    auto const person = services.store.read([&](store::Reader& reader) {
        return find_person(reader, who.facility, who.person).value();
    });
    auto const trial = trial_of(services, person.login, peer);
    std::string hash;
    auto const wait = services.store.write([&](store::Writer& writer) {
        hash = password_hash_of(writer, who.facility, who.person);
        return count_trial(writer, trial, who.facility, services.real_clock.now());
    });
    if (wait) return tl::make_unexpected(too_many(*wait));
    auto const right = services.passwords.matches(hash, password);
    if (right && !*right)
        return not_logged_in(
            {ErrorKind::invalid, "wrong_password", "", "This is not the password."});
    services.store.write([&](store::Writer& writer) {
        if (right)
            mark_succeeded(writer, who.facility, trial);
        else
            uncount_trial(writer, who.facility, trial);
        return true;
    });
    if (!right) return not_logged_in(right.error(), std::chrono::seconds{1});
    return who.person;
}

}  // namespace karkhana::people
