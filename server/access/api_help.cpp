// For who cannot get in any more: an ME's person is helped by a manager, one of the staff by two.

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/access/four_eyes.hpp"
#include "server/access/routes.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/first_people.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "server/people/secrets.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// A password for one log-in, to be handed over.
struct Handed {
    std::string password;
    std::string hash;
    Instant until;
};

Result<Handed> new_password(Services const& services) {
    Handed made{.password = people::readable_password(services.people.secrets),
                .hash = "",
                .until = services.people.real_clock.now() + people::new_password_lasts};
    auto hash = services.people.passwords.hash(made.password);
    if (!hash) return tl::make_unexpected(std::move(hash.error()));
    made.hash = std::move(*hash);
    return made;
}

Response hand_over(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                   Handed const& made) {
    people::set_password_hash(writer, facility, person, made.hash);
    people::set_one_time(writer, facility, person, made.until);
    people::shut_out(writer, facility, person);
    auto const zone = facility::zone_of(writer, facility);
    return http::json_response(
        200, json::object{{"password", made.password}, {"until", to_rfc3339(made.until, zone)}});
}

Response reset_password(Services const& services, Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const made = new_password(services);
    if (!made) return http::problem(made.error()).with("Retry-After", "1");
    auto const& who = request.principal.value();
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            if (!people::find_person(writer, who.facility, *id))
                return http::problem({ErrorKind::not_found, "not_found"});
            if (people::is_staff(people::principal_of(writer, who.facility, *id)))
                return http::problem({ErrorKind::conflict, "two_needed", "",
                                      "For one of the staff it takes two others."});
            auto answer = hand_over(writer, who.facility, *id, *made);
            told(services, writer, request, "resetPassword", *id);
            return answer;
        },
        people::Keep::status);
}

json::object recovery_json(Recovery const& one, std::vector<people::Person> const& everybody,
                           Zone const& zone, Instant now) {
    auto const named = [&](PersonId const& id) -> json::value {
        for (auto const& person : everybody)
            if (person.id == id)
                return json::object{{"id", id.text()}, {"name", facility::name_json(person.name)}};
        return nullptr;
    };
    auto const* const state = one.approved_by                        ? "approved"
                              : now >= one.asked_at + recovery_lasts ? "over"
                                                                     : "waiting";
    return {{"id", one.id.text()},
            {"person", named(one.person)},
            {"reason", one.reason},
            {"asked_by", named(one.asked_by)},
            {"asked_at", to_rfc3339(one.asked_at, zone)},
            {"approved_by", one.approved_by ? named(*one.approved_by) : json::value{}},
            {"state", state}};
}

Response list_recoveries(Services const& services, Request const& request) {
    auto const& mine = request.principal.value().facility;
    auto const now = services.people.clock.now();
    return services.people.store.read([&](store::Reader& reader) {
        auto const everybody = people::list_people(reader, mine);
        auto const zone = facility::zone_of(reader, mine);
        json::array items;
        for (auto const& one : recoveries_since(reader, mine, now - std::chrono::days{30}))
            items.push_back(recovery_json(one, everybody, zone, now));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response ask_recovery(Services const& services, Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    if (who.person == *id)
        return http::problem(
            {ErrorKind::conflict, "own_recovery", "", "Somebody else asks for it."});
    auto const now = services.people.clock.now();
    Recovery const recovery{.id = services.people.ids.make<Id<struct RecoveryTag>>().uuid,
                            .person = *id,
                            .reason = reason,
                            .asked_by = who.person,
                            .asked_at = now,
                            .approved_by = {}};
    return people::write_once(
        services.people.store, services.people.clock, request, [&](store::Writer& writer) {
            if (!people::find_person(writer, who.facility, *id))
                return http::problem({ErrorKind::not_found, "not_found"});
            insert_recovery(writer, who.facility, recovery);
            auto const answer = recovery_json(recovery, people::list_people(writer, who.facility),
                                              facility::zone_of(writer, who.facility), now);
            told(services, writer, request, "askRecovery", *id, "", reason);
            return http::json_response(201, answer);
        });
}

Response approve(Services const& services, Request const& request) {
    auto const id = http::path_id<Id<struct RecoveryTag>>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const made = new_password(services);
    if (!made) return http::problem(made.error()).with("Retry-After", "1");
    auto const& who = request.principal.value();
    auto const now = services.people.clock.now();
    return people::write_once(
        services.people.store, services.people.clock, request,
        [&](store::Writer& writer) {
            auto const recovery = find_recovery(writer, who.facility, id->uuid);
            if (!recovery) return http::problem({ErrorKind::not_found, "not_found"});
            if (auto const may = may_approve(*recovery, who.person, now); !may)
                return http::problem(may.error());
            if (!approve_recovery(writer, who.facility, id->uuid, who.person, now))
                return http::problem(
                    {ErrorKind::conflict, "recovery_done", "", "Somebody has approved it."});
            auto answer = hand_over(writer, who.facility, recovery->person, *made);
            told(services, writer, request, "approveRecovery", recovery->person, "",
                 recovery->reason);
            return answer;
        },
        people::Keep::status);
}

}  // namespace

void add_help_routes(http::Router& router, Services const& services) {
    router.add(route(services, "POST", "people/{id}/password", "resetPassword", reset_password));
    router.add(route(services, "POST", "people/{id}/recovery", "askRecovery", ask_recovery));
    router.add(route(services, "GET", "recoveries", "listRecoveries", list_recoveries));
    router.add(route(services, "POST", "recoveries/{id}/approve", "approveRecovery", approve));
}

}  // namespace karkhana::access
