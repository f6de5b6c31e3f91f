// A telephone that several share: an ME's person comes in by number and PIN, and sees that ME
// alone.

#include <array>

#include "server/access/records.hpp"
#include "server/access/routes.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/me.hpp"
#include "server/people/records.hpp"
#include "server/people/rules_password.hpp"
#include "server/people/seal.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// Of a hundred thousand PINs at least, so many tries a day find one in years.
constexpr int kPinFailuresADay = 20;
constexpr std::chrono::hours kPinDay{24};

std::string trial_name(std::string_view phone) { return "pin " + std::string{phone}; }

/// What is hashed: the daemon's key goes in, so that who has the database alone cannot try all
/// PINs.
std::string peppered(Services const& services, FacilityId const& facility, PersonId const& person,
                     std::string_view pin) {
    return people::keyed_hash(services.people.key, facility.text() + "/pin/" + person.text(), pin);
}

std::optional<std::chrono::seconds> wait_of_day(store::Reader& reader, people::Trial const& trial,
                                                Instant now) {
    auto const failed = reader.all(
        "SELECT attempted_at FROM login_attempt WHERE login_hash = $1 AND attempted_at > $2 "
        "AND succeeded = 0 ORDER BY attempted_at DESC LIMIT $3",
        [](store::Row const& row) { return row.at(0); }, trial.name_hash, now - kPinDay,
        kPinFailuresADay);
    if (failed.size() < kPinFailuresADay) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(failed.back() + kPinDay - now);
}

struct PinTrial {
    people::Trial trial;
    std::optional<PinHolder> holder;
    FacilityId facility;  ///< nil: nobody's
    std::optional<std::chrono::seconds> wait;
};

PinTrial count_pin_trial(Services const& services, std::string_view phone, std::string_view peer) {
    auto const now = services.people.real_clock.now();
    PinTrial made{.trial = people::trial_of(services.people, trial_name(phone), peer),
                  .holder = {},
                  .facility = {},
                  .wait = {}};
    services.people.store.write([&](store::Writer& writer) {
        auto found = pin_holders(writer, phone);
        if (found.size() == 1) made.holder = std::move(found.front());
        if (made.holder) made.facility = made.holder->facility;
        made.wait = wait_of_day(writer, made.trial, now);
        if (!made.wait) made.wait = people::count_trial(writer, made.trial, made.facility, now);
        return true;
    });
    return made;
}

Response create_pin_session(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const phone = body.text("phone", 40);
    auto const pin = body.text("pin", 40);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const tried =
        count_pin_trial(services, people::normal_phone(phone).value_or(phone), request.peer);
    if (tried.wait) return people::turned_away(people::too_many(*tried.wait));
    auto const& holder = tried.holder;
    auto const right = services.people.passwords.matches(
        holder ? holder->hash : "", holder ? peppered(services, holder->facility, holder->person,
                                                      people::acceptable_pin(pin).value_or(""))
                                           : pin);
    if (!right) {
        services.people.store.write([&](store::Writer& writer) {
            people::uncount_trial(writer, tried.facility, tried.trial);
            return true;
        });
        return http::problem(right.error()).with("Retry-After", "1");
    }
    if (!*right)
        return http::problem({ErrorKind::unauthenticated, "bad_pin_or_phone", "",
                              "There is no such number with a PIN, or the PIN is another."});
    auto const session = people::Credential::make(holder->facility, services.people.secrets);
    people::SessionOrigin const origin{"pin", people::device_of(request), request.peer};
    auto const entered = services.people.store.write([&](store::Writer& writer) {
        people::mark_succeeded(writer, tried.facility, tried.trial);
        return people::enter(services.people, writer, session, holder->person, origin,
                             people::session_of(request));
    });
    return people::welcome(services.people, request, entered);
}

/// A PIN opens what is an ME's, by a number that is this person's alone. Errors: `pin_for_members`,
/// `phone_missing`, `phone_shared`.
Result<std::string> phone_for_pin(store::Reader& reader, FacilityId const& facility,
                                  PersonId const& id) {
    auto const person = people::find_person(reader, facility, id).value();
    if (people::principal_of(reader, facility, id).enterprises.empty())
        return refuse(ErrorKind::conflict, "pin_for_members", "A PIN is for who acts for an ME.");
    if (!person.phone)
        return refuse(ErrorKind::conflict, "phone_missing", "The number is half of it.");
    for (auto const& other : pin_holders(reader, *person.phone))
        if (other.person != id)
            return refuse(ErrorKind::conflict, "phone_shared",
                          "Somebody else comes in by this number.");
    return *person.phone;
}

/// Sets the PIN, and forgets what was tried with the one before.
Result<bool> keep_pin(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                      people::Services const& services, std::string const& hash) {
    auto const phone = phone_for_pin(writer, facility, person);
    if (!phone) return tl::make_unexpected(phone.error());
    set_pin_hash(writer, facility, person, hash);
    writer.execute("DELETE FROM login_attempt WHERE login_hash = $1",
                   people::trial_of(services, trial_name(*phone), "").name_hash);
    return true;
}

Response change_pin(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const password = body.text("password", 200);
    auto const wanted = body.text("pin", 40);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const pin = people::acceptable_pin(wanted);
    if (!pin) return http::problem(pin.error());
    if (auto const session = asked_again(services, request, password); !session)
        return session.error();
    auto const& who = request.principal.value();
    auto const hash =
        services.people.passwords.hash(peppered(services, who.facility, who.person, *pin));
    if (!hash) return http::problem(hash.error()).with("Retry-After", "1");
    return people::write_once(
        services.people.store, services.people.clock, request, [&](store::Writer& writer) {
            auto const kept = keep_pin(writer, who.facility, who.person, services.people, *hash);
            if (!kept) return http::problem(kept.error());
            told(services, writer, request, "changePin", who.person);
            return http::json_response(200, json::object{{"kept", true}});
        });
}

/// Six digits that are acceptable.
std::string random_pin(Random& random) {
    for (;;) {
        std::array<std::uint8_t, 4> bytes{};
        random.fill(bytes);
        auto const number = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                            std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
        constexpr std::uint32_t kFairBelow = 4'294'000'000;
        auto digits = std::to_string(number % 1'000'000);
        digits.insert(0, 6 - digits.size(), '0');
        if (number < kFairBelow && people::acceptable_pin(digits)) return digits;
    }
}

/// The desk makes one for who has no password, and says it to them; shown once.
Response issue_pin(Services const& services, Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const pin = random_pin(services.people.secrets);
    auto const hash = services.people.passwords.hash(peppered(services, who.facility, *id, pin));
    if (!hash) return http::problem(hash.error()).with("Retry-After", "1");
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            if (!people::find_person(writer, who.facility, *id))
                return http::problem({ErrorKind::not_found, "not_found"});
            auto const kept = keep_pin(writer, who.facility, *id, services.people, *hash);
            if (!kept) return http::problem(kept.error());
            told(services, writer, request, "issuePin", *id);
            return http::json_response(200, json::object{{"pin", pin}});
        },
        people::Keep::status);
}

}  // namespace

void add_pin_routes(http::Router& router, Services const& services) {
    router.add(open_route(services, "POST", "session/pin", "createPinSession", create_pin_session));
    router.add(route(services, "POST", "me/pin", "changePin", change_pin));
    router.add(route(services, "POST", "people/{id}/pin", "issuePin", issue_pin));
}

}  // namespace karkhana::access
