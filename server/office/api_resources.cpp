#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "server/office/handlers.hpp"
#include "server/office/json.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using facility::Need;
using facility::Resource;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::array<std::string_view, 9> resource_kinds{
    "die", "mould", "seat", "compressor", "extractor", "room", "operator", "power", "other"};

/// A machine's booking holds it as a whole: hundreds of megawatts are a slip of the hand.
constexpr std::int64_t most_units = 100'000'000;

bool is_kind(std::string_view kind) {
    return std::ranges::find(resource_kinds, kind) != resource_kinds.end();
}

Resource read_resource(JsonBody& body) {
    Resource resource{.kind = body.text("kind", 20),
                      .slug = body.text("slug", 40),
                      .name = read_name(body),
                      .capacity = body.integer("capacity", 0, most_units),
                      .machine = body.maybe_id<MachineId>("machine_id"),
                      .person = body.maybe_id<PersonId>("person_id")};
    if (!is_kind(resource.kind)) body.fail("unknown_kind", "kind", "No such kind of resource.");
    if (auto const slug = facility::valid_slug(resource.slug); !slug)
        body.fail(slug.error().code, "slug", slug.error().detail);
    bool const is_operator = resource.kind == "operator";
    if (is_operator != resource.person.has_value())
        body.fail("bad_person", "person_id", "An operator is a person, and nothing else is.");
    if (is_operator && resource.capacity != 1)
        body.fail("out_of_range", "capacity", "A person is at one place.");
    return resource;
}

Need read_need(JsonBody& body, MachineId const& machine) {
    Need need{.machine = machine,
              .resource = body.maybe_id<ResourceId>("resource_id"),
              .kind = body.maybe_text("kind", 20).value_or(""),
              .units = body.integer("units", 1, most_units)};
    if (need.resource.has_value() == !need.kind.empty())
        body.fail("bad_need", "kind", "Either a resource or a kind.");
    if (!need.kind.empty() && !is_kind(need.kind))
        body.fail("unknown_kind", "kind", "No such kind of resource.");
    return need;
}

json::array needs_json(std::vector<Need> const& needs, std::optional<MachineId> const& of) {
    json::array out;
    for (auto const& each : needs)
        if (!of || each.machine == *of) out.push_back(need_json(each));
    return out;
}

json::object resources_now(store::Reader& reader, FacilityId const& facility) {
    json::array items;
    for (auto const& each : facility::list_resources(reader, facility))
        items.push_back(resource_json(each));
    auto shown = items_json(std::move(items));
    shown["needs"] = needs_json(facility::list_needs(reader, facility), std::nullopt);
    return shown;
}

}  // namespace

Response list_resources(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read(
        [&](store::Reader& reader) { return answer_with_etag(resources_now(reader, here)); });
}

Response save_resource(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto resource = read_resource(body);
    if (auto const error = body.finish()) return http::problem(*error);
    resource.id = services.ids.make<ResourceId>();
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        auto const all = facility::list_resources(reader, here);
        auto const found = std::ranges::find(all, resource.slug, &Resource::slug);
        return found == all.end() ? json::object{} : resource_json(*found);
    };
    return change_once(
        services, request, {"saveResource", "resource/" + resource.slug}, show,
        [&](store::Writer& writer) -> std::optional<Error> {
            if (auto error = unknown_machine(writer, here, resource.machine, "/machine_id"))
                return error;
            if (resource.person)
                if (auto error = unknown_person(writer, here, *resource.person, "/person_id"))
                    return error;
            facility::save_resource(writer, here, resource);
            return std::nullopt;
        });
}

Response retire_resource(Services const& services, Request const& request) {
    auto const id = http::path_id<ResourceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        auto const all = facility::list_resources(reader, here);
        auto const found = std::ranges::find(all, *id, &Resource::id);
        return found == all.end() ? json::object{} : resource_json(*found);
    };
    return change_once(services, request, {"retireResource", "resource/" + id->text()}, show,
                       [&](store::Writer& writer) -> std::optional<Error> {
                           auto const needs = facility::list_needs(writer, here);
                           if (std::ranges::find(needs, std::optional{*id}, &Need::resource) !=
                               needs.end())
                               return Error{ErrorKind::conflict, "needed", "",
                                            "A machine needs it: change the machine's needs."};
                           if (!facility::retire_resource(writer, here, *id))
                               return Error{ErrorKind::not_found, "not_found"};
                           return std::nullopt;
                       });
}

Response save_needs(Services const& services, Request const& request) {
    auto const machine = http::path_id<MachineId>(request);
    if (!machine) return http::problem(machine.error());
    auto body = JsonBody::parse(request);
    std::vector<Need> needs;
    for (auto& part : read_list(body, "items", 50)) {
        needs.push_back(read_need(part, *machine));
        body.close(part);
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        return items_json(needs_json(facility::list_needs(reader, here), *machine));
    };
    auto const read = [here](store::Reader& reader) { return resources_now(reader, here); };
    return change_once(services, request, {"saveNeeds", "machine/" + machine->text(), 200, read},
                       show, [&](store::Writer& writer) -> std::optional<Error> {
                           if (unknown_machine(writer, here, *machine, ""))
                               return Error{ErrorKind::not_found, "not_found"};
                           auto const resources = facility::list_resources(writer, here);
                           for (auto const& need : needs)
                               if (need.resource &&
                                   std::ranges::find(resources, *need.resource, &Resource::id) ==
                                       resources.end())
                                   return Error{ErrorKind::invalid, "unknown_resource", "/items",
                                                "There is no such resource."};
                           facility::replace_needs(writer, here, *machine, needs);
                           return std::nullopt;
                       });
}

}  // namespace karkhana::office
