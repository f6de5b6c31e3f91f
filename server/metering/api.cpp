#include "server/metering/api.hpp"

#include <string>
#include <utility>

#include "server/metering/handlers.hpp"

namespace karkhana::metering {

namespace {

using Plain = http::Response (*)(Services const&, http::Request const&);
using OfMachines = http::Response (*)(Services const&, RunControl const&, http::Request const&);
using OfBookings = http::Response (RunControl::*)(http::Request const&);

void add(http::Router& router, std::string path, std::string operation, http::Handler handler) {
    router.add({.method = "GET",
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .handler = std::move(handler)});
}

void add_change(http::Router& router, std::string path, std::string operation,
                http::Handler handler) {
    router.add({.method = "POST",
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .handler = std::move(handler),
                .idempotent = true});
}

}  // namespace

void add_routes(http::Router& router, Services const& services, RunControl& run) {
    auto const plain = [&services](Plain handler) {
        return [&services, handler](http::Request const& request) {
            return handler(services, request);
        };
    };
    auto const of_machines = [&services, &run](OfMachines handler) {
        return [&services, &run, handler](http::Request const& request) {
            return handler(services, run, request);
        };
    };
    auto const of_bookings = [&run](OfBookings handler) {
        return [&run, handler](http::Request const& request) { return (run.*handler)(request); };
    };
    add(router, "/api/v1/machines", "listMachines", of_machines(&list_machines));
    add(router, "/api/v1/machines/{id}", "getMachine", of_machines(&get_machine));
    add(router, "/api/v1/usage-sessions", "listUsageSessions", plain(&list_usage_sessions));
    add(router, "/api/v1/usage-sessions/{id}", "getUsageSession", plain(&get_usage_session));
    add(router, "/api/v1/points", "listPoints", plain(&list_points));
    add(router, "/api/v1/points/{channel}/readings", "listReadings", plain(&list_readings));
    add(router, "/api/v1/points/{channel}/readings.csv", "exportReadings", plain(&export_readings));
    add(router, "/api/v1/meters/{channel}/balance", "getMeterBalance", plain(&get_meter_balance));
    add(router, "/api/v1/facility-balance", "getFacilityBalance", plain(&get_facility_balance));
    add(router, "/api/v1/devices", "listDevices", plain(&list_devices));
    add(router, "/api/v1/lines", "listLines", plain(&list_lines));
    add(router, "/api/v1/lines/{name}/frames", "listLineFrames", plain(&list_line_frames));
    add(router, "/api/v1/alarms", "listAlarms", plain(&list_alarms));
    add_change(router, "/api/v1/alarms/{id}/acknowledge", "acknowledgeAlarm",
               [&services, &run](http::Request const& request) {
                   return acknowledge_alarm(services, run, request);
               });
    add_change(router, "/api/v1/usage-sessions/{id}/assign", "assignUsageSession",
               plain(&assign_usage_session));
    add_change(router, "/api/v1/devices/{id}/exchange", "exchangeMeter",
               of_bookings(&RunControl::exchange));
    add_change(router, "/api/v1/bookings/{id}/start", "startBooking",
               of_bookings(&RunControl::start));
    add_change(router, "/api/v1/bookings/{id}/pause", "pauseBooking",
               of_bookings(&RunControl::pause));
    add_change(router, "/api/v1/bookings/{id}/stop", "stopBooking", of_bookings(&RunControl::stop));
    add_change(router, "/api/v1/bookings/{id}/withdraw-stop", "withdrawStop",
               of_bookings(&RunControl::withdraw_stop));
}

}  // namespace karkhana::metering
