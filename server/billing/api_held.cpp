#include "server/billing/api_money.hpp"
#include "server/billing/held_bills.hpp"
#include "server/facility/json.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/rows.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

json::object release_json(Release const& release, MoneyNames const& names) {
    json::array sessions;
    for (auto const& session : release.sessions) sessions.emplace_back(session.text());
    return {{"id", release.id.text()},
            {"invoice_id", release.invoice.text()},
            {"reason", release.reason},
            {"asked_at", names.time(release.asked_at)},
            {"asked_by", release.asked_by.text()},
            {"granted", http::or_null(release.granted)},
            {"sessions", std::move(sessions)}};
}

/// The meters of each session by the serial number, or the name, of their device.
std::map<SessionId, json::array> meters_told(store::Reader& reader, FacilityId const& facility,
                                             HeldBy const& held) {
    std::map<DeviceId, std::string> devices;
    for (auto const& device : metering::list_devices(reader, facility))
        devices.emplace(device.id, device.serial.empty() ? device.name : device.serial);
    std::map<Channel, std::string> names;
    for (auto const& point : metering::list_points(reader, facility))
        names.emplace(point.channel, devices.at(point.device));
    std::vector<SessionId> ids;
    for (auto const& [enterprise, sessions] : held)
        for (auto const& one : sessions) ids.push_back(one.session);
    std::map<SessionId, json::array> told;
    for (auto const& session : metering::find_sessions(reader, facility, ids)) {
        std::map<Channel, bool> seen;
        for (auto const& reg : session.registers)
            if (seen.emplace(reg.channel, true).second && names.contains(reg.channel))
                told[session.id].emplace_back(names.at(reg.channel));
    }
    return told;
}

/// Bills of a month that wait for a reading, with which one, and whether somebody asked to let
/// them go without.
Response list_held(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    std::string const period{request.parameter("period").value_or("")};
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        auto const during = period_interval(names.zone, period);
        if (!during) return http::problem(during.error());
        auto const held = unresolved_of(reader, facility, names.zone, *during);
        auto meters = meters_told(reader, facility, held);
        auto const releases = undecided_releases(reader, facility);
        std::map<EnterpriseId, InvoiceId> drafts;
        for (auto const& draft : draft_invoices_of(reader, facility, period))
            if (!draft.credit_note) drafts.emplace(draft.enterprise, draft.id);
        std::map<MachineId, facility::Machine> machines;
        for (auto& machine : facility::list_machines(reader, facility))
            machines.emplace(machine.id, std::move(machine));
        json::array items;
        for (auto const& [enterprise, waiting] : held) {
            json::array sessions;
            for (auto const& one : waiting)
                sessions.push_back(
                    json::object{{"session_id", one.session.text()},
                                 {"code", one.code},
                                 {"machine", facility::machine_ref_json(machines.at(one.machine))},
                                 {"meters", std::move(meters[one.session])},
                                 {"stopped_at", names.time(*one.stopped_at)}});
            auto const draft = drafts.find(enterprise);
            json::value release = nullptr;
            for (auto const& one : releases)
                if (draft != drafts.end() && one.invoice == draft->second)
                    release = release_json(one, names);
            items.push_back(json::object{{"enterprise", names.enterprise(enterprise)},
                                         {"invoice_id", draft == drafts.end()
                                                            ? json::value(nullptr)
                                                            : json::value(draft->second.text())},
                                         {"sessions", std::move(sessions)},
                                         {"release", std::move(release)}});
        }
        return http::json_response(200,
                                   json::object{{"period", period}, {"items", std::move(items)}});
    });
}

Response ask_one(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (reason.empty()) body.fail("reason_missing", "reason", "Say why.");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "askRelease", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const asked = ask_release(writer, who.facility, names.zone, services.ids, *id,
                                           reason, who.person, now);
            if (!asked) return tl::make_unexpected(asked.error());
            return Done{"release/" + asked->id.text(), release_json(*asked, names)};
        });
}

Response decide_one(Services const& services, Request const& request) {
    auto const id = http::path_id<ReleaseId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    bool const granted = body.flag("granted");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "decideRelease", 200, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const decided =
                decide_release(writer, who.facility, *id, granted, who.person, now);
            if (!decided) return tl::make_unexpected(decided.error());
            return Done{"release/" + id->text(), release_json(*decided, names)};
        });
}

}  // namespace

void add_held_routes(http::Router& router, Services const& services) {
    add_money_route(router, services, "GET", "/held-bills", "listHeldBills", list_held);
    add_money_route(router, services, "POST", "/invoices/{id}/releases", "askRelease", ask_one);
    add_money_route(router, services, "POST", "/releases/{id}/decision", "decideRelease",
                    decide_one);
}

}  // namespace karkhana::billing
