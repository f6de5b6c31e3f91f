#include <boost/json/array.hpp>

#include "server/base/calendar.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/handlers.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

/// "0103 00..": two digits a byte, a space between two bytes.
std::string hex(std::vector<std::uint8_t> const& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (auto const byte : bytes) {
        if (!text.empty()) text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

json::object unit_json(LineUnitStatus const& unit, Zone const& zone) {
    json::object errors;
    for (auto const& [kind, count] : unit.errors) errors[kind] = count;
    return {
        {"unit", unit.unit},
        {"device_id", http::text_or_null(unit.device ? unit.device->text() : "")},
        {"device", http::text_or_null(unit.device_name)},
        {"state", unit.state},
        {"last_good", http::text_or_null(unit.last_good ? to_rfc3339(*unit.last_good, zone) : "")},
        {"silent_ms", http::or_null(unit.silent_ms)},
        {"latency_us", http::or_null(unit.latency_us)},
        {"latency_p99_us", http::or_null(unit.latency_p99_us)},
        {"utilisation_permille", unit.utilisation_permille},
        {"polls", unit.exchanges},
        {"overruns", unit.overruns},
        {"errors", std::move(errors)},
        {"last_error", http::text_or_null(unit.last_error)}};
}

json::object line_json(LineStatus const& line, Zone const& zone) {
    json::array units;
    for (auto const& unit : line.units) units.push_back(unit_json(unit, zone));
    return {{"name", line.name},           {"endpoint", line.endpoint},
            {"connected", line.connected}, {"utilisation_permille", line.utilisation_permille},
            {"polls", line.exchanges},     {"overruns", line.overruns},
            {"units", std::move(units)}};
}

json::object frame_json(LineFrame const& frame, Zone const& zone) {
    return {{"asked", to_rfc3339(frame.asked, zone)},
            {"took_us", frame.took_us},
            {"unit", frame.unit},
            {"request", hex(frame.request)},
            {"reply", hex(frame.reply)},
            {"error", http::text_or_null(frame.error)}};
}

/// The lines of this daemon, where they are the caller's facility's.
LinePort const* lines_for(Services const& services, http::Principal const& who) {
    return who.facility == services.facility ? services.lines : nullptr;
}

Zone zone_for(Services const& services) {
    return services.ledger.read([&](store::Reader& reader) {
        return Zone::find(facility::find_facility(reader, services.facility).value().zone).value();
    });
}

}  // namespace

http::Response list_lines(Services const& services, http::Request const& request) {
    json::array items;
    if (auto const* const port = lines_for(services, request.principal.value())) {
        auto const zone = zone_for(services);
        for (auto const& line : port->lines()) items.push_back(line_json(line, zone));
    }
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

http::Response list_line_frames(Services const& services, http::Request const& request) {
    auto const* const port = lines_for(services, request.principal.value());
    auto const frames = port ? port->frames(request.param("name")) : std::nullopt;
    if (!frames) return http::problem({ErrorKind::not_found, "not_found"});
    auto const zone = zone_for(services);
    json::array items;
    for (auto const& frame : *frames) items.push_back(frame_json(frame, zone));
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

}  // namespace karkhana::metering
