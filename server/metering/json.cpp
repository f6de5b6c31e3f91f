#include "server/http/json.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <charconv>
#include <iterator>
#include <set>

#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/metering/json.hpp"
#include "server/metering/quality_codes.hpp"
#include "server/metering/records.hpp"
#include "server/metering/rows.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

/// The serial number of the meter that showed the register.
std::string serial_of(Register const& reg, SessionNames const& names) {
    auto const point = names.points.find(reg.channel);
    if (point == names.points.end()) return {};
    return serial_at(names.exchanges, reg, names.devices.at(point->second.device).serial);
}

/// A meter that the session's registers are of, as it was at the first of them.
json::value meter_json(Register const& first, SessionNames const& names) {
    auto const point = names.points.find(first.channel);
    if (point == names.points.end()) return nullptr;
    auto const& device = names.devices.at(point->second.device);
    json::object meter{
        {"device", device.name},     {"serial", serial_of(first, names)},
        {"profile", device.profile}, {"energy_channel", point->first},
        {"power_channel", nullptr},  {"shared", point->second.role == MeterRole::shared}};
    for (auto const& [other_channel, other] : names.points)
        if (other.device == point->second.device && other.name == "active_power")
            meter["power_channel"] = other_channel;
    return meter;
}

json::array meters_json(UsageSession const& session, SessionNames const& names) {
    json::array meters;
    for (auto const channel : channels_of(session))
        if (auto meter = meter_json(registers_of(session, channel).front(), names);
            !meter.is_null())
            meters.push_back(std::move(meter));
    return meters;
}

/// What of the energy since the register before is the session's, and how that was found.
json::value share_json(std::optional<Share> const& share) {
    if (!share) return nullptr;
    return json::object{{"part_wh", share->part.wh}, {"least_wh", share->least.wh},
                        {"most_wh", share->most.wh}, {"split", name_of(share->split)},
                        {"weight", share->weight},   {"weights", share->weights}};
}

/// When a register was corrected, as the audit trail has it.
json::value said_at(json::object const& shown, SessionId const& session,
                    SessionNames const& names) {
    if (shown.at("replaces").is_null()) return nullptr;
    for (auto const& one : names.corrections) {
        if (one.event.subject != "usage_session/" + session.text()) continue;
        auto const after = json::parse(one.event.after).as_object();
        bool const same = std::ranges::all_of(
            std::array{"edge", "version", "value_wh"}, [&](std::string_view key) {
                auto const* value = after.if_contains(key);
                return value != nullptr && *value == shown.at(key);
            });
        if (same) return json::string{to_rfc3339(one.at, names.zone)};
    }
    return nullptr;
}

json::array registers_json(SessionId const& session, std::span<Register const> registers,
                           SessionNames const& names) {
    json::array shown;
    for (auto const& reg : registers) {
        auto one = register_json(reg, names);
        one["said_at"] = said_at(one, session, names);
        shown.push_back(std::move(one));
    }
    return shown;
}

json::array segments_json(UsageSession const& session, Zone const& zone) {
    json::array segments;
    for (auto const& segment : segments_of(session))
        segments.push_back(
            json::object{{"from", to_rfc3339(segment.during.start, zone)},
                         {"to", to_rfc3339(segment.during.end, zone)},
                         {"energy_wh", segment.energy.wh},
                         {"quality", name_of(segment.quality)},
                         {"method", name_of(segment.method)},
                         {"split", segment.split ? json::value(name_of(*segment.split))
                                                 : json::value(nullptr)}});
    return segments;
}

/// Where the energy went; the contract has one field a kind.
void add_kinds(json::object& object, Balance const& balance) {
    object["sessions_wh"] = balance.sessions.wh;
    object["own_use_wh"] = balance.own_use.wh;
    object["test_wh"] = balance.test.wh;
    object["maintenance_wh"] = balance.maintenance.wh;
    object["suspicious_wh"] = balance.suspicious.wh;
    object["unattributed_wh"] = balance.unattributed.wh;
    object["idle_wh"] = balance.idle.wh;
}

void append(std::string& text, std::int64_t number) {
    std::array<char, 20> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end);
}

void append_column(std::string& text, std::string_view name,
                   std::vector<std::optional<std::int64_t>> const& column) {
    text.append(",\"").append(name).append("\":[");
    for (auto const& value : column) {
        if (value)
            append(text, *value);
        else
            text += "null";
        text += ',';
    }
    if (!column.empty()) text.pop_back();
    text += ']';
}

json::array ticks_json(SessionId const& session, SessionNames const& names) {
    json::array out;
    if (auto const found = names.ticks.find(session); found != names.ticks.end())
        for (auto const& each : found->second)
            out.push_back(json::object{{"tick", each.tick},
                                       {"by", facility::name_json(each.by)},
                                       {"at", to_rfc3339(each.at, names.zone)}});
    return out;
}

}  // namespace

SessionNames names_for(store::Reader& reader, FacilityId const& facility,
                       std::vector<UsageSession> const& sessions) {
    auto const zone = facility::find_facility(reader, facility).value().zone;
    SessionNames names{.zone = Zone::find(zone).value()};
    for (auto const& machine : facility::list_machines(reader, facility))
        names.machines.emplace(machine.id, machine);
    for (auto const& point : list_points(reader, facility))
        names.points.emplace(point.channel, point);
    for (auto const& device : list_devices(reader, facility))
        names.devices.emplace(device.id, device);
    std::vector<SessionId> ids;
    std::set<EnterpriseId> parties;
    for (auto const& session : sessions) {
        ids.push_back(session.id);
        if (session.enterprise) parties.insert(*session.enterprise);
    }
    names.enterprises =
        people::find_enterprises(reader, facility, {parties.begin(), parties.end()});
    names.ticks = ticks_of(reader, facility, ids);
    names.exchanges = list_exchanges(reader, facility);
    for (auto const& session : sessions) {
        bool const corrected = std::ranges::any_of(
            session.registers, [](Register const& reg) { return reg.version > 1; });
        if (corrected) names.replaced.emplace(session.id, replaced_registers(reader, session));
        for (auto const& reg : session.registers)
            if (reg.said_by && !names.people.contains(*reg.said_by))
                names.people.emplace(
                    *reg.said_by, people::find_person(reader, facility, *reg.said_by).value().name);
    }
    if (!names.replaced.empty())
        names.corrections = people::audit_of(reader, facility, "correctRegister");
    return names;
}

json::object register_json(Register const& reg, SessionNames const& names) {
    auto const& zone = names.zone;
    json::object object{{"channel", reg.channel},
                        {"edge", name_of(reg.edge)},
                        {"at", to_rfc3339(reg.at, zone)},
                        {"asked", http::or_null(reg.asked, zone)},
                        {"answered", http::or_null(reg.answered, zone)},
                        {"value_wh", reg.value.wh},
                        {"carried_wh", reg.carried.wh},
                        {"words", words_text(reg.raw)},
                        {"quality", name_of(reg.quality)},
                        {"method", name_of(reg.method)}};
    object["sequence"] = http::or_null(reg.sequence);
    object["serial"] = serial_of(reg, names);
    object["said_by"] = http::or_null(reg.said_by);
    auto const person = reg.said_by ? names.people.find(*reg.said_by) : names.people.end();
    object["said_by_name"] = nullptr;
    if (person != names.people.end()) object["said_by_name"] = facility::name_json(person->second);
    object["why"] = reg.why;
    object["version"] = reg.version;
    object["replaces"] = reg.version > 1 ? json::value(reg.version - 1) : json::value(nullptr);
    object["share"] = share_json(reg.share);
    return object;
}

json::object session_json(UsageSession const& session, SessionNames const& names) {
    auto meters = meters_json(session, names);
    auto registers = registers_json(session.id, session.registers, names);
    json::array replaced;
    if (auto const found = names.replaced.find(session.id); found != names.replaced.end())
        replaced = registers_json(session.id, found->second, names);
    json::object object{
        {"id", session.id.text()},
        {"machine", facility::machine_ref_json(names.machines.at(session.machine))},
        {"booking_id", http::or_null(session.booking)},
        {"enterprise", nullptr},
        {"kind", name_of(session.kind)},
        {"state", name_of(session.state)},
        {"start", to_rfc3339(session.start, names.zone)},
        {"stop", http::or_null(session.stop, names.zone)},
        {"energy_wh", session.energy ? json::value(session.energy->wh) : json::value(nullptr)},
        {"quantity", http::or_null(session.quantity)},
        {"quality", name_of(session.quality)},
        {"opened_by", name_of(session.opened_by)},
        {"meter", meters.empty() ? json::value(nullptr) : meters.front()},
        {"meters", std::move(meters)},
        {"registers", std::move(registers)},
        {"replaced", std::move(replaced)},
        {"segments", segments_json(session, names.zone)},
        {"ticks", ticks_json(session.id, names)},
        {"reason", session.reason.empty() ? json::value(nullptr) : json::value(session.reason)},
        {"version", session.version}};
    if (session.enterprise)
        object["enterprise"] =
            people::enterprise_ref_json(names.enterprises.at(*session.enterprise));
    return object;
}

json::object point_json(Point const& point) {
    return {{"channel", point.channel},
            {"device_id", point.device.text()},
            {"machine_id", http::or_null(point.machine)},
            {"name", point.name},
            {"unit", name_of(point.unit)},
            {"counter", point.counter},
            {"billing", point.billing}};
}

json::object device_json(Device const& device, DeviceHealth const& health, Zone const& zone) {
    return {{"id", device.id.text()},
            {"name", device.name},
            {"line", device.line},
            {"endpoint", device.endpoint},
            {"unit", device.unit},
            {"profile", device.profile},
            {"machine_id", http::or_null(device.machine)},
            {"serial", device.serial},
            {"state", health.state},
            {"alarm", health.alarm},
            {"coils", json::value_from(health.coils)},
            {"last_good", http::or_null(health.last_good, zone)},
            {"latency_us", http::or_null(health.latency_us)},
            {"polls", health.polls},
            {"errors", health.errors}};
}

json::object balance_json(Channel channel, Balance const& balance, Zone const& zone) {
    json::object object{{"channel", channel},
                        {"from", to_rfc3339(balance.during.start, zone)},
                        {"to", to_rfc3339(balance.during.end, zone)},
                        {"register_start_wh", balance.register_start.wh},
                        {"register_end_wh", balance.register_end.wh},
                        {"behind_wh", balance.behind.wh}};
    add_kinds(object, balance);
    return object;
}

std::string readings_csv(Point const& point, CarriedSteps const& carried, Zone const& zone,
                         std::vector<Sample> const& samples) {
    std::string text = "at,value,continued,unit,quality,iec_61968_9,green_button\r\n";
    for (auto const& sample : samples) {
        auto const codes = codes_of(sample.quality, Method::read);
        bool const said = sample.quality != Quality::missing;
        text.append(to_rfc3339(sample.at, zone)).append(",");
        if (said) append(text, sample.value);
        text += ',';
        if (said && point.counter)
            append(text, sample.value + carried_at(carried, sample.at, sample.value));
        text.append(",").append(name_of(point.unit)).append(",").append(name_of(sample.quality));
        text.append(",").append(codes.iec).append(",");
        append(text, codes.espi);
        text += "\r\n";
    }
    return text;
}

json::object facility_balance_json(FacilityBalance const& balance, SessionNames const& names) {
    auto const or_none = [](std::optional<Energy> const& energy) {
        return energy ? json::value(energy->wh) : json::value(nullptr);
    };
    json::array machines;
    for (auto const& [machine, used] : balance.machines) {
        json::object one{{"machine", facility::machine_ref_json(names.machines.at(machine))},
                         {"total_wh", sum_of(used).wh}};
        add_kinds(one, used);
        machines.push_back(std::move(one));
    }
    json::array shared;
    for (auto const& [channel, idle] : balance.shared) {
        auto const& device = names.devices.at(names.points.at(channel).device);
        shared.push_back(
            json::object{{"meter", device.name}, {"channel", channel}, {"idle_wh", idle.wh}});
    }
    return {{"from", to_rfc3339(balance.during.start, names.zone)},
            {"to", to_rfc3339(balance.during.end, names.zone)},
            {"site_wh", or_none(balance.site)},
            {"machines", std::move(machines)},
            {"shared", std::move(shared)},
            {"remainder_wh", or_none(balance.remainder)}};
}

std::string trace_text(Channel channel, Unit unit, Trace const& trace, Zone const& zone) {
    auto const step = std::chrono::duration_cast<std::chrono::seconds>(trace.step).count();
    std::string text;
    text.reserve(200 + trace.last.size() * 24);
    text += "{\"channel\":";
    append(text, channel);
    text.append(",\"unit\":\"").append(name_of(unit));
    text.append("\",\"from\":\"").append(to_rfc3339(trace.during.start, zone));
    text.append("\",\"to\":\"").append(to_rfc3339(trace.during.end, zone));
    text += "\",\"step_seconds\":";
    append(text, step);
    text += ",\"at\":[";
    for (std::size_t i = 0; i < trace.last.size(); ++i) {
        if (i > 0) text += ',';
        append(text, static_cast<std::int64_t>(i) * step);
    }
    text += ']';
    append_column(text, "min", trace.min);
    append_column(text, "max", trace.max);
    append_column(text, "last", trace.last);
    text += '}';
    return text;
}

}  // namespace karkhana::metering
