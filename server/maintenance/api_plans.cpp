#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/maintenance/handlers.hpp"
#include "server/maintenance/json.hpp"
#include "server/maintenance/records.hpp"
#include "server/maintenance/strokes.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::maintenance {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::int64_t most_units = 100'000'000;
constexpr std::int64_t longest_service = 7LL * 24 * 60;
constexpr std::size_t longest_note = 500;

Name read_name(JsonBody& body) {
    auto part = body.object("name");
    Name name{part.maybe_text("en").value_or(""), part.maybe_text("bn").value_or("")};
    body.close(part);
    return name;
}

Result<Plan> read_plan(Request const& request) {
    auto body = JsonBody::parse(request);
    Plan plan;
    plan.machine = body.id<MachineId>("machine_id");
    plan.name = read_name(body);
    auto const basis = basis_of(body.text("basis"));
    if (!basis) body.fail("bad_plan", "basis", "hours, pieces, kwh or days");
    plan.basis = basis.value_or(Basis::hours);
    plan.every = body.integer("every", 1, most_units);
    plan.warn_before = body.integer("warn_before", 1, most_units);
    plan.length = std::chrono::minutes{body.integer("minutes", 1, longest_service)};
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return valid_plan(std::move(plan));
}

void audit(store::Writer& writer, http::Principal const& who, std::string action,
           WatchedPlan const& watched, std::string reason, Instant now, Zone const& zone) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = "maintenance_plan/" + watched.plan.id.text(),
                          .after = json::serialize(plan_json(watched, now, zone)),
                          .reason = std::move(reason)},
                         now);
}

/// Runs a change of the plan in the path: `change` is given it and answers.
template <class Change>
Response on_plan(Services const& services, Request const& request, Change const& change) {
    auto const id = http::path_id<PlanId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    CountedStrokes const strokes{services, who.facility};
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_care(writer, who.facility);
        auto watched = find_plan(writer, who.facility, *id, now);
        if (!watched) return http::problem({ErrorKind::not_found, "not_found"});
        strokes.put(*watched);
        change(writer, *watched, now);
        auto const zone = services.books.get(writer, who.facility)->zone;
        return http::json_response(200, plan_json(*watched, now, zone));
    });
}

}  // namespace

Response list_plans(Services const& services, Request const& request) {
    auto const& facility = request.principal.value().facility;
    auto const now = services.clock.now();
    CountedStrokes const strokes{services, facility};
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, facility)->zone;
        auto const done = services_done(reader, facility);
        json::array items;
        for (auto& watched : watched_plans(reader, facility, now)) {
            strokes.put(watched);
            auto shown = plan_json(watched, now, zone);
            json::array services_of_plan;
            if (auto const found = done.find(watched.plan.id); found != done.end())
                for (auto const& each : found->second)
                    services_of_plan.push_back(service_json(each, zone));
            shown["done"] = std::move(services_of_plan);
            items.push_back(std::move(shown));
        }
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_plan(Services const& services, Request const& request) {
    auto draft = read_plan(request);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!facility::find_machine(writer, who.facility, draft->machine))
            return http::problem({ErrorKind::not_found, "not_found", "/machine_id"});
        auto const now = services.clock.now();
        WatchedPlan watched{.plan = *draft, .worked = {}};
        watched.plan.id = services.ids.make<PlanId>();
        watched.plan.counts_from = now;
        insert_plan(writer, who.facility, watched.plan, now);
        auto const zone = services.books.get(writer, who.facility)->zone;
        audit(writer, who, "createPlan", watched, "", now, zone);
        return http::json_response(201, plan_json(watched, now, zone));
    });
}

Response complete_plan(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const note = body.maybe_text("note", longest_note).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return on_plan(services, request,
                   [&](store::Writer& writer, WatchedPlan& watched, Instant now) {
                       auto& plan = watched.plan;
                       insert_service(writer, who.facility, plan.id,
                                      {plan.cycle, now, who.person,
                                       due(plan, watched.worked, now).used, note});
                       if (plan.outage)
                           facility::withdraw_outage(writer, who.facility, *plan.outage, now);
                       plan.counts_from = now;
                       plan.warned_at.reset();
                       plan.outage.reset();
                       ++plan.cycle;
                       update_plan(writer, who.facility, plan);
                       watched.worked = {};
                       audit(writer, who, "completePlan", watched, note, now,
                             services.books.get(writer, who.facility)->zone);
                   });
}

Response retire_plan(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return on_plan(services, request,
                   [&](store::Writer& writer, WatchedPlan& watched, Instant now) {
                       auto& plan = watched.plan;
                       if (plan.outage)
                           facility::withdraw_outage(writer, who.facility, *plan.outage, now);
                       plan.retired_at = now;
                       update_plan(writer, who.facility, plan);
                       audit(writer, who, "retirePlan", watched, "", now,
                             services.books.get(writer, who.facility)->zone);
                   });
}

}  // namespace karkhana::maintenance
