#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/http/router.hpp"
#include "server/http/server.hpp"

namespace karkhana::app {

/// schema/openapi.yaml as JSON, built into the program.
std::string_view openapi_json();

struct SystemServices {
    /// Empty when all is well, else what is wrong.
    std::function<std::string()> trouble;
    std::function<http::ServerMetrics()> http;
    /// Lines of the Prometheus text format from the other rooms.
    std::function<std::string()> more_metrics;
};

/// healthz, readyz, metrics and the contract itself: open to anyone.
void add_system_routes(http::Router& router, SystemServices services);

}  // namespace karkhana::app
