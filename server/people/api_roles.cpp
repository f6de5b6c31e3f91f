#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/people/audit.hpp"
#include "server/people/handlers.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"
#include "server/people/role_requests.hpp"
#include "server/people/roles.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

json::object role_request_json(RoleRequest const& request, Zone const& zone) {
    return {{"id", request.id.text()},
            {"person_id", request.person.text()},
            {"role", request.role},
            {"reason", request.reason},
            {"asked_by", request.asked_by.text()},
            {"asked_at", to_rfc3339(request.asked_at, zone)},
            {"decided_by", http::or_null(request.decided_by)},
            {"decided_at", http::or_null(request.decided_at, zone)},
            {"granted", http::or_null(request.granted)}};
}

/// Somebody's rights changed: whoever is logged in with the old ones begins anew.
void rights_changed(store::Writer& writer, http::Principal const& who, std::string action,
                    Person const& before, json::object const& after, std::string reason,
                    Instant now) {
    delete_sessions_of(writer, who.facility, before.id);
    append_audit(writer, who.facility,
                 {.person = who.person,
                  .action = std::move(action),
                  .subject = "person/" + before.id.text(),
                  .before = json::serialize(person_json(before)),
                  .after = json::serialize(after),
                  .reason = std::move(reason)},
                 now);
}

/// The roles somebody would have with one more. Errors: those of valid_grants at /role.
std::optional<Error> not_to_be_had(Person const& person, RoleGrant const& more) {
    auto grants = person.roles;
    grants.push_back(more);
    auto const valid = valid_grants(std::move(grants));
    if (valid) return std::nullopt;
    auto error = valid.error();
    error.field = "/role";
    return error;
}

http::Response answer_of_constraint(store::ConstraintViolated const& violated) {
    if (violated.kind() == store::ConstraintViolated::Kind::foreign_key)
        return http::problem({ErrorKind::invalid, "unknown_enterprise", "/role",
                              "There is no such enterprise or partner organisation."});
    if (violated.kind() != store::ConstraintViolated::Kind::unique) throw violated;
    return http::problem({ErrorKind::conflict, "role_asked", "/role",
                          "It is asked for already, and waits for a second person."});
}

json::object with_pending(store::Reader& reader, FacilityId const& facility, PersonId const& id) {
    auto out = person_json(find_person(reader, facility, id).value());
    json::array pending;
    for (auto const& each : role_requests(reader, facility))
        if (each.person == id && !each.decided_at) pending.emplace_back(each.role);
    out["pending_roles"] = std::move(pending);
    return out;
}

}  // namespace

RoleGrant read_grant(http::JsonBody& body) {
    return {body.text("role", 40), body.maybe_id<EnterpriseId>("enterprise_id"),
            body.maybe_id<PartnerId>("partner_id")};
}

http::Response grant_role(Services const& services, http::Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    auto const grant = read_grant(body);
    auto const reason = body.text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    try {
        return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            auto const person = find_person(writer, who.facility, *id);
            if (!person) return http::problem({ErrorKind::not_found, "not_found"});
            if (auto const error = not_to_be_had(*person, grant)) return http::problem(*error);
            if (find_role(grant.role)->powerful)
                ask_for_role(writer, who.facility,
                             {.id = services.ids.make<RoleRequestId>(),
                              .person = *id,
                              .role = grant.role,
                              .reason = reason,
                              .asked_by = who.person,
                              .asked_at = now});
            else
                insert_grant(writer, who.facility, *id, grant);
            auto const after = with_pending(writer, who.facility, *id);
            rights_changed(writer, who, "grantRole", *person, after, reason, now);
            return http::json_response(201, after);
        });
    } catch (store::ConstraintViolated const& violated) {
        return answer_of_constraint(violated);
    }
}

http::Response revoke_role(Services const& services, http::Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    auto const grant = read_grant(body);
    auto const reason = body.text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const person = find_person(writer, who.facility, *id);
        if (!person) return http::problem({ErrorKind::not_found, "not_found"});
        if (grant.role == "manager" && !another_manager(writer, who.facility, *id))
            return http::problem({ErrorKind::conflict, "last_manager", "/role",
                                  "Somebody has to be able to undo this."});
        if (!delete_grant(writer, who.facility, *id, grant))
            return http::problem(
                {ErrorKind::invalid, "role_not_held", "/role", "The person has no such role."});
        auto const after = with_pending(writer, who.facility, *id);
        rights_changed(writer, who, "revokeRole", *person, after, reason, now);
        return http::json_response(200, after);
    });
}

http::Response list_role_requests(Services const& services, http::Request const& request) {
    auto const& mine = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, mine);
        json::array items;
        for (auto const& each : role_requests(reader, mine))
            items.push_back(role_request_json(each, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

http::Response decide_role(Services const& services, http::Request const& request) {
    auto const id = http::path_id<RoleRequestId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    auto const wanted = body.flag("grant");
    auto const reason = body.text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    return write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const asked = find_role_request(writer, who.facility, *id);
        if (!asked) return http::problem({ErrorKind::not_found, "not_found"});
        auto const decided = may_decide(*asked, who.person, wanted);
        if (!decided) return http::problem(decided.error());
        if (!decide_role_request(writer, who.facility, *id, who.person, *decided, now))
            return http::problem({ErrorKind::conflict, "already_decided"});
        auto const person = find_person(writer, who.facility, asked->person).value();
        if (*decided) {
            RoleGrant const grant{asked->role, std::nullopt};
            if (auto const error = not_to_be_had(person, grant)) return http::problem(*error);
            insert_grant(writer, who.facility, person.id, grant);
        }
        auto const after = with_pending(writer, who.facility, person.id);
        rights_changed(writer, who, "decideRole", person, after, reason, now);
        return http::json_response(
            200, role_request_json(find_role_request(writer, who.facility, *id).value(),
                                   facility::zone_of(writer, who.facility)));
    });
}

}  // namespace karkhana::people
