#pragma once

#include "server/http/message.hpp"
#include "server/metering/run.hpp"
#include "server/metering/services.hpp"

/// The handlers, one an operation.
namespace karkhana::metering {

http::Response list_machines(Services const& services, RunControl const& run,
                             http::Request const& request);
http::Response get_machine(Services const& services, RunControl const& run,
                           http::Request const& request);
http::Response list_usage_sessions(Services const& services, http::Request const& request);
http::Response get_usage_session(Services const& services, http::Request const& request);
http::Response assign_usage_session(Services const& services, http::Request const& request);
http::Response list_points(Services const& services, http::Request const& request);
http::Response list_readings(Services const& services, http::Request const& request);
http::Response export_readings(Services const& services, http::Request const& request);
http::Response get_meter_balance(Services const& services, http::Request const& request);
http::Response get_facility_balance(Services const& services, http::Request const& request);
http::Response list_alarms(Services const& services, http::Request const& request);
http::Response acknowledge_alarm(Services const& services, RunControl& run,
                                 http::Request const& request);
http::Response list_devices(Services const& services, http::Request const& request);
http::Response list_lines(Services const& services, http::Request const& request);
http::Response list_line_frames(Services const& services, http::Request const& request);

}  // namespace karkhana::metering
