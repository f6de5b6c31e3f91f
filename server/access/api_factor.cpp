// The second factor: an authenticator, and recovery codes for the day it is lost.

#include <boost/json/array.hpp>

#include "server/access/routes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/me.hpp"
#include "server/people/records.hpp"
#include "server/people/second_factor.hpp"
#include "server/people/totp.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

Response begin_factor(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const password = body.text("password", 200);
    if (auto const error = body.finish()) return http::problem(*error);
    if (auto const session = asked_again(services, request, password); !session)
        return session.error();
    auto const& who = request.principal.value();
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            auto const secret =
                people::begin_second_factor(services.people, writer, who.facility, who.person);
            if (!secret) return http::problem(secret.error());
            auto const person = people::find_person(writer, who.facility, who.person).value();
            auto const mine = facility::find_facility(writer, who.facility).value();
            told(services, writer, request, "beginSecondFactor", who.person);
            return http::json_response(
                201, json::object{{"secret", people::to_base32(*secret)},
                                  {"uri", people::totp_uri("Karkhana " + mine.slug, person.login,
                                                           *secret)}});
        },
        people::Keep::status);
}

/// Counted as a try to log in: six digits are soon gone through.
Response confirm_factor(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const code = body.text("code", 40);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const session = own_session(request);
    if (!session) return http::problem(session.error());
    auto const& who = request.principal.value();
    auto const trial = people::trial_of(services.people, "code " + who.person.text(), request.peer);
    auto const now = services.people.real_clock.now();
    auto const wait = services.people.store.write([&](store::Writer& writer) {
        return people::count_trial(writer, trial, who.facility, now);
    });
    if (wait) return people::turned_away(people::too_many(*wait));
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            auto const codes = people::confirm_second_factor(services.people, writer, who.facility,
                                                             who.person, code);
            if (!codes) return http::problem(codes.error());
            people::mark_succeeded(writer, who.facility, trial);
            people::delete_sessions_of(writer, who.facility, who.person,
                                       people::token_hash_of(*session));
            told(services, writer, request, "confirmSecondFactor", who.person);
            return http::json_response(
                200, json::object{{"recovery_codes", json::array(codes->begin(), codes->end())}});
        },
        people::Keep::status);
}

Response remove_factor(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const password = body.text("password", 200);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const session = asked_again(services, request, password);
    if (!session) return session.error();
    auto const& who = request.principal.value();
    return people::write_once(services.people.store, services.people.clock, request,
                              [&](store::Writer& writer) {
                                  people::remove_second_factor(writer, who.facility, who.person);
                                  people::delete_sessions_of(writer, who.facility, who.person,
                                                             people::token_hash_of(*session));
                                  told(services, writer, request, "removeSecondFactor", who.person);
                                  return http::json_response(200, json::object{{"ended", true}});
                              });
}

}  // namespace

void add_factor_routes(http::Router& router, Services const& services) {
    router.add(route(services, "POST", "me/second-factor", "beginSecondFactor", begin_factor));
    router.add(
        route(services, "POST", "me/second-factor/confirm", "confirmSecondFactor", confirm_factor));
    router.add(
        route(services, "POST", "me/second-factor/remove", "removeSecondFactor", remove_factor));
}

}  // namespace karkhana::access
