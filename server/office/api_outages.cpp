#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/office/handlers.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using facility::Outage;
using facility::OutageSource;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::array<std::string_view, 4> entered_kinds{"maintenance", "breakdown", "load_shedding",
                                                        "closure"};
/// What was forgotten to be entered halts what ran meanwhile; later than that it may be on a bill.
constexpr std::chrono::hours longest_ago{24};
constexpr std::chrono::days longest_outage{366};

Outage read_outage(JsonBody& body, Instant now) {
    Outage outage{.id = {},
                  .machine = body.maybe_id<MachineId>("machine_id"),
                  .during = {body.at("start"), body.at("end")},
                  .kind = body.text("kind", 20),
                  .reason = body.text("reason", 500)};
    auto const [start, end] = outage.during;
    if (std::ranges::find(entered_kinds, outage.kind) == entered_kinds.end())
        body.fail("unknown_kind", "kind", "maintenance, breakdown, load_shedding or closure.");
    if (outage.during.empty() || outage.during.length() > longest_outage)
        body.fail("bad_interval", "end", "After the start, by 366 days at most.");
    if (end <= now) body.fail("in_past", "end", "It ends after now.");
    if (start < now - longest_ago) body.fail("in_past", "start", "It began a day ago at most.");
    // What is only planned may not come, and forgives no bill.
    bool const planned = outage.kind == "load_shedding" && start > now;
    outage.source = planned ? OutageSource::timetable : OutageSource::entered;
    return outage;
}

json::object shown_outage(store::Reader& reader, FacilityId const& facility, OutageId const& id) {
    auto const found = facility::find_outage(reader, facility, id);
    return found ? facility::outage_json(*found, facility::zone_of(reader, facility))
                 : json::object{};
}

}  // namespace

Response list_outages(Services const& services, Request const& request) {
    auto const during = query_interval(request, longest_outage);
    if (!during) return http::problem(during.error());
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, here);
        json::array items;
        for (auto const& each : facility::outages_between(reader, here, *during))
            items.push_back(facility::outage_json(each, zone));
        return http::json_response(200, items_json(std::move(items)));
    });
}

Response create_outage(Services const& services, Request const& request) {
    auto const now = services.clock.now();
    auto body = JsonBody::parse(request);
    auto outage = read_outage(body, now);
    if (auto const error = body.finish()) return http::problem(*error);
    outage.id = services.ids.make<OutageId>();
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) { return shown_outage(reader, here, outage.id); };
    return change_once(services, request, {"createOutage", "outage/" + outage.id.text(), 201}, show,
                       [&](store::Writer& writer) -> std::optional<Error> {
                           if (auto error =
                                   unknown_machine(writer, here, outage.machine, "/machine_id"))
                               return error;
                           facility::insert_outage(writer, here, outage, now);
                           return std::nullopt;
                       });
}

Response withdraw_outage(Services const& services, Request const& request) {
    auto const id = http::path_id<OutageId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) { return shown_outage(reader, here, *id); };
    return change_once(services, request, {"withdrawOutage", "outage/" + id->text()}, show,
                       [&](store::Writer& writer) -> std::optional<Error> {
                           auto const found = facility::find_outage(writer, here, *id);
                           if (!found) return Error{ErrorKind::not_found, "not_found"};
                           // Devices say when it ends.
                           if (found->source == OutageSource::seen)
                               return Error{ErrorKind::conflict, "wrong_source", "",
                                            "It was seen by devices, which say when it is over."};
                           if (!facility::withdraw_outage(writer, here, *id, services.clock.now()))
                               return Error{ErrorKind::conflict, "wrong_state", "", "It is over."};
                           return std::nullopt;
                       });
}

}  // namespace karkhana::office
