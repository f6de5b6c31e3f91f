// The first administrator of a new facility, made in the browser with the code of the console.

#include <boost/json/serialize.hpp>

#include "server/access/routes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/json.hpp"
#include "server/people/me.hpp"
#include "server/people/records.hpp"
#include "server/people/rules_password.hpp"

namespace karkhana::access {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// Nobody is in the facility, and the daemon waits for the first.
std::optional<FacilityId> awaited(Services const& services) {
    auto const facility = services.set_up.waiting(services.people.real_clock.now());
    if (!facility) return std::nullopt;
    bool const somebody = services.people.store.read([&](store::Reader& reader) {
        return reader.exists("SELECT 1 FROM person WHERE facility_id = $1 LIMIT 1", *facility);
    });
    if (somebody) return std::nullopt;
    return facility;
}

Response get_set_up(Services const& services, Request const&) {
    return http::json_response(200, json::object{{"needed", awaited(services).has_value()}});
}

tl::expected<people::LoggedIn, Error> make_first(Services const& services, Request const& request,
                                                 people::Person const& person,
                                                 std::string const& hash,
                                                 FacilityId const& facility) {
    auto const session = people::Credential::make(facility, services.people.secrets);
    using Outcome = tl::expected<people::LoggedIn, Error>;
    return services.people.store.write([&](store::Writer& writer) -> Outcome {
        // Two who hold the code: the second finds somebody there.
        if (writer.is_postgres())
            writer.exists("SELECT 1 FROM facility WHERE facility_id = $1 FOR UPDATE", facility);
        if (writer.exists("SELECT 1 FROM person WHERE facility_id = $1 LIMIT 1", facility))
            return refuse(ErrorKind::conflict, "already_set_up", "Somebody was quicker.");
        people::insert_person(writer, facility, person, hash, services.people.clock.now());
        people::append_audit(writer, facility,
                             {.action = "setUp",
                              .subject = "person/" + person.id.text(),
                              .after = json::serialize(people::person_json(person)),
                              .reason = "one-time code of the console"},
                             services.people.clock.now());
        return people::enter(services.people, writer, session, person.id,
                             {"password", people::device_of(request), request.peer}, {});
    });
}

Response set_up(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const code = body.text("code", 40);
    auto const password = body.text("password", 200);
    people::Person draft{.login = body.text("login", 100), .name = {}, .phone = {}};
    auto name = body.object("name");
    draft.name = {name.maybe_text("en").value_or(""), name.maybe_text("bn").value_or("")};
    body.close(name);
    draft.roles = {{"manager", {}}};
    if (auto const error = body.finish()) return http::problem(*error);
    auto const facility = awaited(services);
    if (!facility)
        return http::problem({ErrorKind::conflict, "already_set_up", "",
                              "There are people here already, or the code's time is over."});
    if (!services.set_up.matches(code, services.people.real_clock.now()))
        return http::problem({ErrorKind::invalid, "wrong_set_up_code", "/code",
                              "Not the code that the console shows."});
    auto person = people::valid_person(std::move(draft));
    if (!person) return http::problem(person.error());
    auto const mine = services.people.store.read(
        [&](store::Reader& reader) { return facility::find_facility(reader, *facility).value(); });
    auto const accepted = people::acceptable_password(password, people::own_words(*person, mine));
    if (!accepted) return http::problem(accepted.error());
    auto const hash = services.people.passwords.hash(*accepted);
    if (!hash) return http::problem(hash.error()).with("Retry-After", "1");
    person->id = services.people.ids.make<PersonId>();
    auto const made = make_first(services, request, *person, *hash, *facility);
    if (!made) return http::problem(made.error());
    services.set_up.close();
    return people::welcome(services.people, request, *made);
}

}  // namespace

void add_set_up_routes(http::Router& router, Services const& services) {
    router.add(open_route(services, "GET", "set-up", "getSetUp", get_set_up));
    router.add(open_route(services, "POST", "set-up", "setUp", set_up));
}

}  // namespace karkhana::access
