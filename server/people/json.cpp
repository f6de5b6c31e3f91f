#include "server/people/json.hpp"

#include <boost/json/array.hpp>

#include "server/facility/json.hpp"
#include "server/http/json.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

}  // namespace

json::object enterprise_ref_json(Enterprise const& enterprise) {
    return {{"id", enterprise.id.text()}, {"name", facility::name_json(enterprise.name)}};
}

json::object enterprise_json(Enterprise const& enterprise, Money balance) {
    auto out = enterprise_ref_json(enterprise);
    out["phone"] = http::or_null(enterprise.phone);
    out["place"] = http::or_null(enterprise.place);
    out["women_led"] = enterprise.women_led;
    out["state"] = enterprise.suspended ? "suspended" : "active";
    out["balance"] = http::to_json(balance);
    return out;
}

json::object grant_json(RoleGrant const& grant) {
    json::object role{{"role", grant.role}};
    if (grant.enterprise) role["enterprise_id"] = grant.enterprise->text();
    if (grant.partner) role["partner_id"] = grant.partner->text();
    return role;
}

json::object person_json(Person const& person) {
    json::array roles;
    for (auto const& grant : person.roles) roles.push_back(grant_json(grant));
    return {{"id", person.id.text()},
            {"login", person.login},
            {"name", facility::name_json(person.name)},
            {"language", person.language},
            {"phone", http::or_null(person.phone)},
            {"born_on", person.born_on ? json::value(to_date(*person.born_on)) : json::value{}},
            {"roles", std::move(roles)}};
}

json::object audit_json(AuditRecord const& record, Zone const& zone) {
    auto const& event = record.event;
    return {{"sequence", record.sequence},
            {"at", to_rfc3339(record.at, zone)},
            {"person_id", event.person ? json::value(event.person->text()) : json::value{}},
            {"action", event.action},
            {"subject", event.subject},
            {"before", http::text_or_null(event.before)},
            {"after", http::text_or_null(event.after)},
            {"reason", http::text_or_null(event.reason)},
            {"hash", record.hash}};
}

}  // namespace karkhana::people
