// How long log-ins last, and whether the office needs a second factor.

#include <boost/json/serialize.hpp>

#include "server/access/records.hpp"
#include "server/access/routes.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kLongestIdle = minutes{people::longest_idle}.count();

json::object settings_json(people::AccessSettings const& settings) {
    return {{"desk_idle_minutes", settings.desk_idle.count()},
            {"desk_hours", settings.desk.count()},
            {"floor_idle_minutes", settings.floor_idle.count()},
            {"floor_hours", settings.floor.count()},
            {"shared_idle_minutes", settings.shared_idle.count()},
            {"second_factor", settings.second_factor}};
}

Response get_settings(Services const& services, Request const& request) {
    return http::json_response(200, services.people.store.read([&](store::Reader& reader) {
        return settings_json(people::access_settings(reader, request.principal.value().facility));
    }));
}

Response change_settings(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    people::AccessSettings const wanted{
        .desk_idle = minutes{body.integer("desk_idle_minutes", 5, 8 * 60)},
        .desk = hours{body.integer("desk_hours", 1, 24)},
        .floor_idle = minutes{body.integer("floor_idle_minutes", 5, kLongestIdle)},
        .floor = hours{body.integer("floor_hours", 1, people::longest_session.count())},
        .shared_idle = minutes{body.integer("shared_idle_minutes", 1, 60)},
        .second_factor = body.flag("second_factor")};
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(
        services.people.store, services.people.clock, request, [&](store::Writer& writer) {
            auto const before = settings_json(people::access_settings(writer, who.facility));
            auto const after = settings_json(wanted);
            save_settings(writer, who.facility, wanted);
            people::append_audit(writer, who.facility,
                                 {.person = who.person,
                                  .action = "changeAccessSettings",
                                  .subject = "facility/" + who.facility.text(),
                                  .before = json::serialize(before),
                                  .after = json::serialize(after)},
                                 services.people.clock.now());
            return http::json_response(200, after);
        });
}

}  // namespace

void add_settings_routes(http::Router& router, Services const& services) {
    router.add(route(services, "GET", "access-settings", "getAccessSettings", get_settings));
    router.add(route(services, "POST", "access-settings", "changeAccessSettings", change_settings));
}

}  // namespace karkhana::access
