#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/notify/handlers.hpp"
#include "server/notify/json.hpp"
#include "server/notify/outbox.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::notify {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// The shop of the path, if the caller may know how it is reached. Errors: `not_found`.
Result<EnterpriseId> shop_of(Request const& request) {
    auto const id = http::path_id<EnterpriseId>(request);
    if (!id) return id;
    auto const& who = request.principal.value();
    if (!people::is_staff(who) && !who.acts_for(*id))
        return refuse(ErrorKind::not_found, "not_found");
    return id;
}

json::object name_json(facility::Name const& name) { return {{"en", name.en}, {"bn", name.bn}}; }

json::array members_json(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise, Ways const& has) {
    std::map<PersonId, facility::Name> names;
    for (auto const& person : people::list_people(reader, facility))
        names.emplace(person.id, person.name);
    json::array items;
    for (auto const& member : members_of(reader, facility, enterprise)) {
        auto shown = contact_json(member, has);
        shown["person_id"] = member.person->text();
        shown["name"] = name_json(names.at(*member.person));
        items.push_back(std::move(shown));
    }
    return items;
}

}  // namespace

void append_audit(store::Writer& writer, http::Principal const& who, std::string action,
                  std::string subject, json::object const& after, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = std::move(subject),
                          .before = {},
                          .after = json::serialize(after),
                          .reason = {}},
                         now);
}

Response list_contacts(Services const& services, Request const& request) {
    auto const shop = shop_of(request);
    if (!shop) return http::problem(shop.error());
    auto const facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const enterprise = people::find_enterprise(reader, facility, *shop);
        if (!enterprise) return http::problem({ErrorKind::not_found, "not_found"});
        auto const own = own_contact(reader, facility, *shop);
        return http::json_response(
            200, json::object{{"name", name_json(enterprise->name)},
                              {"own", contact_json(*own, services.has)},
                              {"people", members_json(reader, facility, *shop, services.has)}});
    });
}

Response change_enterprise_contact(Services const& services, Request const& request) {
    auto const shop = shop_of(request);
    if (!shop) return http::problem(shop.error());
    auto body = JsonBody::parse(request);
    auto const change = read_contact_change(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const own = own_contact(writer, who.facility, *shop);
        if (!own) return http::problem({ErrorKind::not_found, "not_found"});
        auto const contact = changed(*own, change);
        set_own_contact(writer, who.facility, *shop, contact);
        auto const shown = contact_json(contact, services.has);
        append_audit(writer, who, "changeEnterpriseContact", "enterprise/" + shop->text(), shown,
                     services.clock.now());
        return http::json_response(200, shown);
    });
}

Response change_person_contact(Services const& services, Request const& request) {
    auto const id = http::path_id<PersonId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const change = read_contact_change(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!people::find_person(writer, who.facility, *id))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const contact = changed(contact_of(writer, who.facility, *id), change);
        set_contact(writer, who.facility, contact);
        auto const shown = contact_json(contact, services.has);
        append_audit(writer, who, "changePersonContact", "person/" + id->text(), shown,
                     services.clock.now());
        return http::json_response(200, shown);
    });
}

Response test_message(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto const occasion = services.ids.make<MessageId>().text();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const name = facility::find_facility(writer, who.facility).value().name;
        News const news{.kind = "test_message",
                        .about = {},
                        .occasion = occasion,
                        .values = {{"facility", name}}};
        Outbox{services.ids, services.has}.tell_person(writer, who.facility, who.person, news, now);
        json::array ways;
        for (auto const& way : ways_to(contact_of(writer, who.facility, who.person), services.has))
            ways.push_back(json::value(name_of(way.channel)));
        json::object const answer{{"ways", std::move(ways)}};
        append_audit(writer, who, "testMessage", "person/" + who.person.text(), answer, now);
        return http::json_response(200, answer);
    });
}

}  // namespace karkhana::notify
