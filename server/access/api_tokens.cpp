// Bearer tokens for programs: made, listed and revoked by whose they are.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/access/records.hpp"
#include "server/access/routes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t kTokensAPerson = 20;

json::object token_json(Token const& token, Zone const& zone, Instant now) {
    auto const& roles = token.scope.roles;
    return {{"id", token.id},
            {"label", token.scope.label},
            {"roles", json::array(roles.begin(), roles.end())},
            {"read_only", token.scope.read_only},
            {"since", to_rfc3339(token.since, zone)},
            {"until", to_rfc3339(token.until, zone)},
            {"over", now >= token.until}};
}

Response list_tokens(Services const& services, Request const& request) {
    auto const& who = request.principal.value();
    return services.people.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        json::array items;
        for (auto const& each : tokens_of(reader, who.facility, who.person))
            items.push_back(token_json(each, zone, services.people.real_clock.now()));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

struct Wanted {
    people::TokenScope scope;
    std::chrono::days lasts{0};
    std::string password;
};

/// A token may do a part of what its owner may, and no more.
Result<Wanted> read_wanted(Request const& request) {
    auto const& held = request.principal.value().roles;
    auto body = JsonBody::parse(request);
    Wanted wanted{.scope = {.label = body.text("label", 100), .read_only = body.flag("read_only")},
                  .lasts = std::chrono::days{body.integer("days", 1, 365)},
                  .password = body.text("password", 200)};
    for (auto& part : body.objects("roles", held.size())) {
        wanted.scope.roles.push_back(part.text("role", 40));
        body.close(part);
    }
    if (auto const error = body.finish()) return tl::make_unexpected(*error);
    for (auto const& role : wanted.scope.roles)
        if (std::ranges::find(held, role) == held.end())
            return refuse(ErrorKind::invalid, "role_not_held", "You are no " + role + ".",
                          "/roles");
    if (wanted.scope.roles.empty())
        return refuse(ErrorKind::invalid, "role_missing", "A token without a role does nothing.",
                      "/roles");
    return wanted;
}

Response create_token(Services const& services, Request const& request) {
    auto const wanted = read_wanted(request);
    if (!wanted) return http::problem(wanted.error());
    if (auto const session = asked_again(services, request, wanted->password); !session)
        return session.error();
    auto const& who = request.principal.value();
    auto const token = people::Credential::make(who.facility, services.people.secrets);
    auto const now = services.people.real_clock.now();
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            if (tokens_of(writer, who.facility, who.person).size() >= kTokensAPerson)
                return http::problem(
                    {ErrorKind::conflict, "too_many_tokens", "", "Revoke one that is not in use."});
            people::insert_token(writer, token, who.person, wanted->scope, now,
                                 now + wanted->lasts);
            Token const made{people::public_id(token), wanted->scope, now, now + wanted->lasts};
            auto const zone = facility::zone_of(writer, who.facility);
            auto answer = token_json(made, zone, now);
            told(services, writer, request, "createToken", who.person, json::serialize(answer));
            answer["token"] = std::string{people::bearer_prefix} + token.text();
            return http::json_response(201, answer);
        },
        people::Keep::status);
}

Response revoke(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const session = own_session(request);
    if (!session) return http::problem(session.error());
    auto const& who = request.principal.value();
    auto const& id = request.param("id");
    return people::write_once(services.people.store, services.people.clock, request,
                              [&](store::Writer& writer) {
                                  if (!revoke_token(writer, who.facility, who.person, id))
                                      return http::problem({ErrorKind::not_found, "not_found"});
                                  told(services, writer, request, "revokeToken", who.person,
                                       json::serialize(json::object{{"id", id}}));
                                  return http::json_response(200, json::object{{"ended", true}});
                              });
}

}  // namespace

void add_token_routes(http::Router& router, Services const& services) {
    router.add(route(services, "GET", "me/tokens", "listTokens", list_tokens));
    router.add(route(services, "POST", "me/tokens", "createToken", create_token));
    router.add(route(services, "POST", "me/tokens/{id}/revoke", "revokeToken", revoke));
}

}  // namespace karkhana::access
