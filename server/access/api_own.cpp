// The own password and the own sessions.

#include <boost/json/array.hpp>

#include "server/access/records.hpp"
#include "server/access/routes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/me.hpp"
#include "server/people/records.hpp"
#include "server/people/rules_password.hpp"
#include "server/people/second_factor.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// Sessions live in real time, and are told in the facility's zone.
Zone zone_for(Services const& services, FacilityId const& facility) {
    return services.people.store.read(
        [&](store::Reader& reader) { return facility::zone_of(reader, facility); });
}

std::vector<std::string> words_of_own(Services const& services, http::Principal const& who) {
    return services.people.store.read([&](store::Reader& reader) {
        return people::own_words(people::find_person(reader, who.facility, who.person).value(),
                                 facility::find_facility(reader, who.facility).value());
    });
}

/// The new password ends every other session, and this one goes on under a new token.
Response change_password(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const old = body.text("old_password", 200);
    auto const wanted = body.text("password", 200);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const accepted = people::acceptable_password(wanted, words_of_own(services, who));
    if (!accepted) return http::problem(accepted.error());
    auto const session = asked_again(services, request, old);
    if (!session) return session.error();
    if (people::normal_password(old) == *accepted)
        return http::problem({ErrorKind::invalid, "password_unchanged", "/password",
                              "The new password is the old one."});
    auto const hash = services.people.passwords.hash(*accepted);
    if (!hash) return http::problem(hash.error()).with("Retry-After", "1");
    auto const fresh = people::Credential::make(who.facility, services.people.secrets);
    std::optional<people::LoggedIn> entered;
    auto answer = people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            people::set_password_hash(writer, who.facility, who.person, *hash);
            people::delete_sessions_of(writer, who.facility, who.person);
            people::SessionOrigin const origin{"password", people::device_of(request),
                                               request.peer};
            people::insert_session(writer, fresh, who.person, origin,
                                   services.people.real_clock.now());
            auto now_in = people::entered_by(writer, fresh);
            told(services, writer, request, "changePassword", who.person);
            entered = {fresh, std::move(now_in.who), now_in.lasts};
            return Response{};
        },
        people::Keep::status);
    if (!entered || answer.status != 200) return answer;
    return people::welcome(services.people, request, *entered);
}

Response list_sessions(Services const& services, Request const& request) {
    auto const& who = request.principal.value();
    auto const zone = zone_for(services, who.facility);
    auto const session = people::session_of(request);
    auto const mine = session ? people::public_id(*session) : "";
    auto const found = services.people.store.read(
        [&](store::Reader& reader) { return sessions_of(reader, who.facility, who.person); });
    json::array items;
    for (auto const& each : found)
        items.push_back(json::object{{"id", each.id},
                                     {"how", each.how},
                                     {"device", each.device},
                                     {"address", each.address},
                                     {"since", to_rfc3339(each.since, zone)},
                                     {"last_seen", to_rfc3339(each.last_seen, zone)},
                                     {"current", each.id == mine}});
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

Response end_one(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const session = own_session(request);
    if (!session) return http::problem(session.error());
    auto const& who = request.principal.value();
    auto const& id = request.param("id");
    return people::write_once(services.people.store, services.people.clock, request,
                              [&](store::Writer& writer) {
                                  if (!end_session(writer, who.facility, who.person, id))
                                      return http::problem({ErrorKind::not_found, "not_found"});
                                  told(services, writer, request, "endSession", who.person);
                                  return http::json_response(200, json::object{{"ended", true}});
                              });
}

Response end_others(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const session = own_session(request);
    if (!session) return http::problem(session.error());
    auto const& who = request.principal.value();
    auto const mine = people::public_id(*session);
    return people::write_once(
        services.people.store, services.people.clock, request, [&](store::Writer& writer) {
            for (auto const& each : sessions_of(writer, who.facility, who.person))
                if (each.id != mine) end_session(writer, who.facility, who.person, each.id);
            told(services, writer, request, "endOtherSessions", who.person);
            return http::json_response(200, json::object{{"ended", true}});
        });
}

/// What the screen of the own access shows besides sessions and tokens.
Response get_my_access(Services const& services, Request const& request) {
    auto const& who = request.principal.value();
    return services.people.store.read([&](store::Reader& reader) {
        auto const factor = people::find_second_factor(reader, who.facility, who.person);
        bool const confirmed = factor && factor->confirmed;
        auto const left = people::recovery_codes_left(reader, who.facility, who.person);
        bool const pin = !pin_hash_of(reader, who.facility, who.person).empty();
        return http::json_response(
            200,
            json::object{{"second_factor", confirmed}, {"recovery_codes", left}, {"pin", pin}});
    });
}

}  // namespace

void add_own_routes(http::Router& router, Services const& services) {
    router.add(route(services, "GET", "me/access", "getMyAccess", get_my_access));
    router.add(route(services, "POST", "me/password", "changePassword", change_password));
    router.add(route(services, "GET", "me/sessions", "listSessions", list_sessions));
    router.add(route(services, "POST", "me/sessions/{id}/end", "endSession", end_one));
    router.add(route(services, "POST", "me/other-sessions/end", "endOtherSessions", end_others));
}

}  // namespace karkhana::access
