#include "server/people/me.hpp"

#include "server/facility/book_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/cookies.hpp"
#include "server/http/json.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

json::array enterprise_refs(store::Reader& reader, http::Principal const& who) {
    json::array out;
    for (auto const& id : who.enterprises)
        if (auto const enterprise = find_enterprise(reader, who.facility, id))
            out.push_back(enterprise_ref_json(*enterprise));
    return out;
}

json::array texts(auto const& names) { return json::array(names.begin(), names.end()); }

/// The roles themselves, without what stands in their place.
std::vector<std::string> roles_alone(http::Principal const& who) {
    auto roles = who.roles;
    std::erase_if(roles, [](auto const& role) { return role.starts_with("must_"); });
    return roles;
}

json::value first_to_do(http::Principal const& who) {
    if (who.has(must_change_password)) return "change_password";
    if (who.has(must_set_up_code)) return "set_up_code";
    return nullptr;
}

}  // namespace

json::object me_json(Services const& services, http::Principal const& who,
                     std::optional<Credential> const& session) {
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const person = find_person(reader, who.facility, who.person).value();
        auto const mine = facility::find_facility(reader, who.facility).value();
        auto const operations = operations_of(who.roles);
        auto const hours = facility::read_opening(reader, who.facility).profiles.at(0).hours;
        auto const idle = session ? idle_of(reader, *session) : std::nullopt;
        return json::object{{"person_id", person.id.text()},
                            {"login", person.login},
                            {"name", facility::name_json(person.name)},
                            {"language", person.language},
                            {"roles", texts(roles_alone(who))},
                            {"operations", texts(operations)},
                            {"must", first_to_do(who)},
                            {"idle_minutes", idle ? json::value(idle->count()) : json::value{}},
                            {"enterprises", enterprise_refs(reader, who)},
                            {"facility", facility::facility_json(mine, hours)},
                            {"csrf_token", who.csrf},
                            {"now", to_rfc3339(now, Zone::find(mine.zone).value())},
                            {"clock_speed", services.clock_speed}};
    });
}

http::Response welcome(Services const& services, http::Request const& request,
                       LoggedIn const& entered) {
    auto const& [session, who, lasts] = entered;
    auto answer = http::json_response(200, me_json(services, who, session));
    answer.with("Set-Cookie", http::set_session_cookie(request.secure, session.text(), lasts));
    return answer;
}

http::Response turned_away(NotLoggedIn const& refused) {
    auto answer = http::problem(refused.error);
    if (refused.retry_after.count() > 0)
        answer.with("Retry-After", std::to_string(refused.retry_after.count()));
    return answer;
}

}  // namespace karkhana::people
