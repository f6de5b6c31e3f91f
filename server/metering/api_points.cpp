#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "server/booking/handlers.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/device_watch.hpp"
#include "server/metering/handlers.hpp"
#include "server/metering/json.hpp"
#include "server/metering/rules_alarm.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/roles.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

/// As many steps as a small screen has columns (three minutes of a day), unless more are asked for.
constexpr int steps_by_default = 480;
constexpr int most_steps = 4000;
constexpr std::chrono::days longest_trace{100};
constexpr std::chrono::days longest_balance{3700};
constexpr std::chrono::days longest_export{7};

Result<Point> point_of(store::Reader& reader, http::Request const& request) {
    auto const& text = request.param("channel");
    Channel channel = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), channel);
    if (error == std::errc{} && end == text.data() + text.size())
        for (auto& point : list_points(reader, request.principal.value().facility))
            if (point.channel == channel) return point;
    return refuse(ErrorKind::not_found, "not_found");
}

/// Members see a machine's readings while they were the ones who used it, and at no other time.
bool may_see(store::Reader& reader, http::Principal const& who, Point const& point, Interval during,
             Instant now) {
    if (people::is_staff(who)) return true;
    if (!point.machine) return false;
    auto const sessions = sessions_between(reader, who.facility, during);
    return std::ranges::any_of(sessions, [&](UsageSession const& session) {
        bool const mine = session.machine == *point.machine && session.enterprise &&
                          who.acts_for(*session.enterprise);
        // Bounds of a request are whole seconds, those of a session are not.
        auto const slack = std::chrono::seconds(1);
        return mine && during.start >= session.start - slack &&
               during.end <= session.stop.value_or(now) + slack;
    });
}

struct Visible {
    Point point;
    CarriedSteps carried;
    Zone zone;
};

Result<Visible> visible_point(Services const& services, http::Request const& request,
                              Interval during) {
    auto const& who = request.principal.value();
    return services.ledger.read([&](store::Reader& reader) -> Result<Visible> {
        auto const point = point_of(reader, request);
        if (!point) return tl::make_unexpected(point.error());
        if (!may_see(reader, who, *point, during, services.clock.now()))
            return refuse(ErrorKind::not_found, "not_found");
        return Visible{*point, carried_steps(reader, who.facility, point->channel),
                       facility::zone_of(reader, who.facility)};
    });
}

/// What the counters of a device show, each in its own unit: only what was read since the start.
json::array counters_json(Services const& services, std::vector<Point> const& points,
                          DeviceId const& device, Zone const& zone) {
    json::array counters;
    for (auto const& point : points) {
        if (point.device != device || !point.counter) continue;
        auto const believed = services.meters.believed(point.channel);
        if (!believed || !believed->heard) continue;
        counters.push_back(json::object{{"channel", point.channel},
                                        {"name", point.name},
                                        {"unit", name_of(point.unit)},
                                        {"value", believed->reading.value},
                                        {"as_of", to_rfc3339(believed->reading.answered, zone)}});
    }
    return counters;
}

/// What else it measures, as it was read last.
json::array gauges_json(Services const& services, std::vector<Point> const& points,
                        DeviceId const& device, Zone const& zone) {
    json::array gauges;
    for (auto const& point : points) {
        if (point.device != device || point.counter || point.unit == Unit::flag) continue;
        auto const latest = services.meters.latest(point.channel);
        if (!latest) continue;
        gauges.push_back(json::object{{"channel", point.channel},
                                      {"name", point.name},
                                      {"unit", name_of(point.unit)},
                                      {"value", latest->reading.value},
                                      {"as_of", to_rfc3339(latest->reading.answered, zone)}});
    }
    return gauges;
}

}  // namespace

http::Response list_points(Services const& services, http::Request const& request) {
    std::optional<MachineId> machine;
    if (auto const text = request.parameter("machine_id")) {
        machine = MachineId::parse(*text);
        if (!machine)
            return http::problem({ErrorKind::invalid, "bad_id", "", "machine_id must be a UUID."});
    }
    auto const points = services.ledger.read([&](store::Reader& reader) {
        return list_points(reader, request.principal.value().facility);
    });
    json::array items;
    for (auto const& point : points)
        if (!machine || point.machine == machine) items.push_back(point_json(point));
    return http::json_response(200, json::object{{"items", std::move(items)}});
}

http::Response list_readings(Services const& services, http::Request const& request) {
    auto const during = booking::query_interval(request, longest_trace);
    if (!during) return http::problem(during.error());
    auto const steps = booking::query_integer(request, "resolution", 1, most_steps);
    if (!steps) return http::problem(steps.error());
    auto const found = visible_point(services, request, *during);
    if (!found) return http::problem(found.error());
    Series series{services.telemetry, request.principal->facility};
    auto const count = static_cast<int>(steps->value_or(steps_by_default));
    auto const trace = series.trace(found->point.channel, *during, count, found->carried);
    http::Response response;
    response.body = trace_text(found->point.channel, found->point.unit, trace, found->zone);
    return response;
}

http::Response export_readings(Services const& services, http::Request const& request) {
    auto const during = booking::query_interval(request, longest_export);
    if (!during) return http::problem(during.error());
    auto const found = visible_point(services, request, *during);
    if (!found) return http::problem(found.error());
    Series series{services.telemetry, request.principal->facility};
    http::Response response;
    response.content_type = "text/csv; charset=utf-8";
    response.body = readings_csv(found->point, found->carried, found->zone,
                                 series.all_samples(found->point.channel, *during));
    return response.with("Content-Disposition", "attachment; filename=\"readings-" +
                                                    std::to_string(found->point.channel) +
                                                    ".csv\"");
}

http::Response get_meter_balance(Services const& services, http::Request const& request) {
    auto const during = booking::query_interval(request, longest_balance);
    if (!during) return http::problem(during.error());
    auto const& who = request.principal.value();
    auto const [point, zone] = services.ledger.read([&](store::Reader& reader) {
        return std::pair{point_of(reader, request), facility::zone_of(reader, who.facility)};
    });
    if (!point) return http::problem(point.error());
    if (!point->counter || point->unit != Unit::wh)
        return http::problem({ErrorKind::not_found, "not_found"});
    auto const found =
        balance(services.ledger, services.telemetry, who.facility, point->channel, *during);
    if (!found) return http::problem(found.error());
    return http::json_response(200, balance_json(point->channel, *found, zone));
}

http::Response get_facility_balance(Services const& services, http::Request const& request) {
    auto const during = booking::query_interval(request, longest_balance);
    if (!during) return http::problem(during.error());
    auto const& who = request.principal.value();
    auto const found = facility_balance(services.ledger, services.telemetry, who.facility, *during);
    return services.ledger.read([&](store::Reader& reader) {
        auto const names = names_for(reader, who.facility, {});
        return http::json_response(200, facility_balance_json(found, names));
    });
}

http::Response list_devices(Services const& services, http::Request const& request) {
    auto const& who = request.principal.value();
    auto const health = services.health ? services.health() : std::vector<DeviceHealth>{};
    return services.ledger.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        // Other facilities have channels of the same numbers, and their meters are not here.
        auto const points = who.facility == services.facility ? list_points(reader, who.facility)
                                                              : std::vector<Point>{};
        json::array items;
        for (auto const& device : list_devices(reader, who.facility)) {
            auto const found = std::ranges::find(health, device.id, &DeviceHealth::device);
            auto shown = found == health.end() ? DeviceHealth{} : *found;
            shown.alarm = told_of(shown);
            for (auto const& point : points)
                if (point.device == device.id)
                    shown.alarm = worse_alarm(shown.alarm, services.meters.alarm(point.channel));
            auto item = device_json(device, shown, zone);
            item["counters"] = counters_json(services, points, device.id, zone);
            item["gauges"] = gauges_json(services, points, device.id, zone);
            items.push_back(std::move(item));
        }
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

}  // namespace karkhana::metering
