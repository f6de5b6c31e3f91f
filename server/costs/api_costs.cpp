#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/costs/handlers.hpp"
#include "server/costs/json.hpp"
#include "server/facility/mode.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::costs {
namespace {

namespace json = boost::json;
using facility::ModeSwitch;
using http::JsonBody;
using http::Principal;
using http::Request;
using http::Response;

/// A thousand crore a month.
constexpr std::int64_t most_monthly = 1'000'000'000'000;

Response refused(ErrorKind kind, std::string code, std::string detail) {
    return http::problem({kind, std::move(code), "", std::move(detail)});
}

void audit(store::Writer& writer, Principal const& who, std::string action, std::string subject,
           json::object const& after, std::string reason, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = std::move(subject),
                          .after = json::serialize(after),
                          .reason = std::move(reason)},
                         now);
}

Month read_month(JsonBody& body, std::string_view key) {
    auto const month = parse_month(body.text(key, 7));
    if (!month) body.fail("bad_month", key, "a month like 2026-11");
    return month.value_or(0);
}

Result<CostEntry> read_cost(Request const& request, bool correction) {
    auto body = JsonBody::parse(request);
    CostEntry cost;
    auto const head = entered_head_of(body.text("head"));
    if (!head) body.fail("bad_head", "head", "one of the costs that are entered");
    cost.head = head.value_or(Head::other);
    cost.machine = body.maybe_id<MachineId>("machine_id");
    cost.from = read_month(body, "month_from");
    cost.to = read_month(body, "month_to");
    cost.monthly = body.money("monthly");
    cost.source = body.text("source", 500);
    if (cost.to < cost.from) body.fail("bad_period", "month_to", "not before it begins");
    if (cost.monthly.poisha < 0 || cost.monthly.poisha > most_monthly)
        body.fail("out_of_range", "monthly", "a cost is not below zero");
    if (correction) cost.reason = body.text("reason", 500);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return cost;
}

Response keep(Services const& services, Request const& request, CostEntry const& draft,
              int status) {
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_costs(writer, who.facility);
        if (draft.machine && !facility::find_machine(writer, who.facility, *draft.machine))
            return refused(ErrorKind::not_found, "not_found", "");
        auto cost = draft;
        cost.created_at = now;
        if (status == 200) {
            auto const before = find_cost(writer, who.facility, cost.id);
            if (!before) return refused(ErrorKind::not_found, "not_found", "");
            cost.version = before->version + 1;
        }
        insert_cost(writer, who.facility, cost, who.person);
        auto const shown = cost_json(cost, services.books.get(writer, who.facility)->zone);
        audit(writer, who, status == 200 ? "correctCost" : "createCost", "cost/" + cost.id.text(),
              shown, cost.reason, now);
        return http::json_response(status, shown);
    });
}

json::object setting_json(CostSetting const& setting, Zone const& zone) {
    return {{"from", to_rfc3339(setting.from, zone)},
            {"demand_by", name_of(setting.demand_by)},
            {"tolerance_e4", setting.tolerance_e4}};
}

json::object mode_json(ModeSwitch const& mode, Zone const& zone) {
    return {{"from", to_rfc3339(mode.from, zone)},
            {"mode", facility::name_of(mode.mode)},
            {"reason", mode.reason}};
}

}  // namespace

Response list_costs(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        json::array items;
        for (auto const& cost : list_costs(reader, here)) items.push_back(cost_json(cost, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_cost(Services const& services, Request const& request) {
    auto cost = read_cost(request, false);
    if (!cost) return http::problem(cost.error());
    cost->id = services.ids.make<CostId>();
    return keep(services, request, *cost, 201);
}

Response correct_cost(Services const& services, Request const& request) {
    auto const id = http::path_id<CostId>(request);
    if (!id) return http::problem(id.error());
    auto cost = read_cost(request, true);
    if (!cost) return http::problem(cost.error());
    cost->id = *id;
    return keep(services, request, *cost, 200);
}

Response list_cost_settings(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        json::array items;
        for (auto const& setting : cost_settings(reader, here))
            items.push_back(setting_json(setting, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response add_cost_setting(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    CostSetting setting;
    setting.from = body.at("from");
    auto const by = demand_by_of(body.text("demand_by"));
    if (!by) body.fail("bad_basis", "demand_by", "kwh, booked or overhead");
    setting.demand_by = by.value_or(DemandBy::kwh);
    setting.tolerance_e4 = body.integer("tolerance_e4", 0, 10'000);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_costs(writer, who.facility);
        for (auto const& other : cost_settings(writer, who.facility))
            if (other.from == setting.from)
                return refused(ErrorKind::conflict, "already_effective", "another one begins then");
        insert_setting(writer, who.facility, setting, who.person, now);
        auto const shown = setting_json(setting, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "addCostSetting", "facility/" + who.facility.text(), shown, "", now);
        return http::json_response(201, shown);
    });
}

Response list_modes(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const switches = facility::mode_switches(reader, here);
        json::array items;
        for (auto const& each : switches) items.push_back(mode_json(each, zone));
        auto const now = facility::mode_at(std::span{switches}, services.clock.now());
        return http::json_response(
            200, json::object{{"now", facility::name_of(now)}, {"items", std::move(items)}});
    });
}

Response switch_mode(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const mode = facility::mode_of(body.text("mode"));
    if (!mode) body.fail("bad_mode", "mode", "revenue or non_revenue");
    auto const from = body.maybe_at("from");
    auto const reason = body.text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_costs(writer, who.facility);
        ModeSwitch const next{from.value_or(now), *mode, reason};
        // What was done until now stays what it was.
        if (next.from < now) return refused(ErrorKind::invalid, "in_past", "from now on at most");
        auto const switches = facility::mode_switches(writer, who.facility);
        if (std::ranges::count(switches, next.from, &ModeSwitch::from))
            return refused(ErrorKind::conflict, "already_effective", "another one begins then");
        facility::insert_mode_switch(writer, who.facility, next, who.person, now);
        auto const shown = mode_json(next, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "switchFacilityMode", "facility/" + who.facility.text(), shown, reason,
              now);
        return http::json_response(201, shown);
    });
}

}  // namespace karkhana::costs
