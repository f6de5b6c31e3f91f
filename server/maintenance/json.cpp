#include "server/http/json.hpp"

#include <boost/json/array.hpp>

#include "server/maintenance/json.hpp"

namespace karkhana::maintenance {
namespace {

namespace json = boost::json;

json::value seconds_or_null(std::optional<Duration> const& length) {
    if (!length) return nullptr;
    return std::chrono::floor<std::chrono::seconds>(*length).count();
}

json::value counter_json(WatchedPlan const& watched, Zone const& zone) {
    auto const& strokes = watched.worked.strokes;
    if (watched.plan.basis != Basis::pieces || !strokes) return nullptr;
    return json::object{{"name", strokes->counter}, {"from", to_rfc3339(strokes->from, zone)}};
}

}  // namespace

json::object plan_json(WatchedPlan const& watched, Instant now, Zone const& zone) {
    auto const& plan = watched.plan;
    auto const found = due(plan, watched.worked, now);
    return {{"id", plan.id.text()},
            {"machine_id", plan.machine.text()},
            {"name", json::object{{"en", plan.name.en}, {"bn", plan.name.bn}}},
            {"basis", name_of(plan.basis)},
            {"every", plan.every},
            {"warn_before", plan.warn_before},
            {"minutes", plan.length.count()},
            {"counts_from", to_rfc3339(plan.counts_from, zone)},
            {"cycle", plan.cycle},
            {"used", found.used},
            {"counter", counter_json(watched, zone)},
            {"stand", name_of(found.stand)},
            {"expected_at", http::or_null(found.expected, zone)},
            {"warned_at", http::or_null(plan.warned_at, zone)},
            {"outage_id", http::or_null(plan.outage)}};
}

json::object service_json(Service const& service, Zone const& zone) {
    return {{"cycle", service.cycle},
            {"at", to_rfc3339(service.at, zone)},
            {"used", service.used},
            {"note", service.note}};
}

json::object ticket_json(Ticket const& ticket, Zone const& zone) {
    json::array photos;
    for (auto const& each : ticket.photos)
        photos.push_back(
            json::object{{"id", each.id.text()}, {"width", each.width}, {"height", each.height}});
    return {{"id", ticket.id.text()},
            {"machine_id", ticket.machine.text()},
            {"kind", name_of(ticket.kind)},
            {"words", ticket.words},
            {"spares", ticket.spares},
            {"cause", ticket.cause},
            {"hurt", ticket.hurt},
            {"follow_up", ticket.follow_up},
            {"blocks", ticket.outage.has_value()},
            {"opened_at", to_rfc3339(ticket.opened_at, zone)},
            {"down_from", http::or_null(ticket.down_from, zone)},
            {"down_until", http::or_null(ticket.down_until, zone)},
            {"closed_at", http::or_null(ticket.closed_at, zone)},
            {"version", ticket.version},
            {"photos", std::move(photos)}};
}

json::object reliability_json(Reliability const& found) {
    return {{"planned_busy_seconds", seconds_or_null(found.planned_busy)},
            {"down_seconds", seconds_or_null(found.down)},
            {"without_power_seconds", seconds_or_null(found.without_power)},
            {"failures", found.failures},
            {"availability_e4", http::or_null(found.availability)},
            {"availability_with_power_e4", http::or_null(found.availability_with_power)},
            {"between_failures_seconds", seconds_or_null(found.between_failures)},
            {"to_repair_seconds", seconds_or_null(found.to_repair)}};
}

}  // namespace karkhana::maintenance
