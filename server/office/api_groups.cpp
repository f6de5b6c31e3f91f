#include <algorithm>
#include <boost/json/array.hpp>

#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "server/office/handlers.hpp"
#include "server/office/json.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using facility::Group;
using facility::Reserved;
using http::JsonBody;
using http::Request;
using http::Response;

json::object groups_json(store::Reader& reader, FacilityId const& facility) {
    json::array items;
    for (auto const& each : facility::list_groups(reader, facility))
        items.push_back(group_json(each));
    return items_json(std::move(items));
}

Reserved read_window(JsonBody& body) {
    Reserved window{.machine = body.maybe_id<MachineId>("machine_id"),
                    .group = body.maybe_id<GroupId>("group_id"),
                    .weekday = read_weekday(body),
                    .span = read_span(body)};
    if (window.machine && window.group)
        body.fail("bad_scope", "group_id", "A machine or a group, not both.");
    auto const [from, until] = window.span;
    if (from >= 24 * 60 || until <= from || until > from + 24 * 60)
        body.fail("bad_hours", "until_minute", "After the beginning, within a day.");
    auto const audience = facility::audience_of(body.text("audience", 20));
    if (!audience) body.fail("unknown_audience", "audience", "women_led, member or priority.");
    window.audience = audience.value_or(Reserved::Audience::women_led);
    window.release = std::chrono::hours{body.integer("release_hours", 0, 24 * 366)};
    return window;
}

json::object reserved_now(store::Reader& reader, FacilityId const& facility, Instant now) {
    auto const zone = facility::zone_of(reader, facility);
    json::array items;
    for (auto const& each : facility::list_reserved(reader, facility))
        if (!each.to || *each.to > now) items.push_back(reserved_json(each, zone));
    return items_json(std::move(items));
}

std::optional<Error> unknown_place(store::Reader& reader, FacilityId const& facility,
                                   Reserved const& window) {
    if (auto const error = unknown_machine(reader, facility, window.machine, "/items"))
        return error;
    auto const groups = facility::list_groups(reader, facility);
    if (window.group && std::ranges::find(groups, *window.group, &Group::id) == groups.end())
        return Error{ErrorKind::invalid, "unknown_group", "/items", "There is no such group."};
    return std::nullopt;
}

}  // namespace

Response list_groups(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(200, groups_json(reader, request.principal.value().facility));
    });
}

Response save_group(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    Group group{
        .id = services.ids.make<GroupId>(), .slug = body.text("slug", 40), .name = read_name(body)};
    for (auto& part : read_list(body, "machines", 500)) {
        auto const machine = part.id<MachineId>("id");
        if (std::ranges::find(group.machines, machine) == group.machines.end())
            group.machines.push_back(machine);
        body.close(part);
    }
    if (auto const slug = facility::valid_slug(group.slug); !slug)
        body.fail(slug.error().code, "slug", slug.error().detail);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) {
        auto const groups = facility::list_groups(reader, here);
        auto const found = std::ranges::find(groups, group.slug, &Group::slug);
        return found == groups.end() ? json::object{} : group_json(*found);
    };
    return change_once(services, request, {"saveGroup", "machine_group/" + group.slug}, show,
                       [&](store::Writer& writer) -> std::optional<Error> {
                           auto const machines = facility::list_machines(writer, here);
                           for (auto const& each : group.machines)
                               if (std::ranges::find(machines, each, &facility::Machine::id) ==
                                   machines.end())
                                   return Error{ErrorKind::invalid, "unknown_machine", "/machines",
                                                "There is no such machine."};
                           facility::save_group(writer, here, group);
                           return std::nullopt;
                       });
}

Response list_reserved(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        return answer_with_etag(
            reserved_now(reader, request.principal.value().facility, services.clock.now()));
    });
}

Response save_reserved(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    std::vector<Reserved> wanted;
    for (auto& part : read_list(body, "items", 200)) {
        wanted.push_back(read_window(part));
        body.close(part);
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const now = services.clock.now();
    auto const show = [&](store::Reader& reader) { return reserved_now(reader, here, now); };
    return change_once(services, request, {"saveReserved", "facility/" + here.text(), 200, show},
                       show, [&](store::Writer& writer) -> std::optional<Error> {
                           for (auto const& each : wanted)
                               if (auto const error = unknown_place(writer, here, each))
                                   return error;
                           facility::replace_reserved(writer, services.ids, here, wanted, now);
                           return std::nullopt;
                       });
}

}  // namespace karkhana::office
