#include "server/app/system_api.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <memory>

#include "server/base/digest.hpp"
#include "server/http/json.hpp"
#include "server/store/reruns.hpp"

namespace karkhana::app {
namespace {

using http::Request;
using http::Response;

void metric(std::string& out, std::string_view name, std::string_view kind, std::uint64_t value) {
    out += fmt::format("# TYPE karkhana_{0} {1}\nkarkhana_{0} {2}\n", name, kind, value);
}

std::string http_metrics(http::ServerMetrics const& metrics) {
    std::string out = "# TYPE karkhana_http_answers counter\n";
    for (std::size_t i = 1; i < metrics.answers.size(); ++i)
        out += fmt::format("karkhana_http_answers{{class=\"{}xx\"}} {}\n", i, metrics.answers[i]);
    metric(out, "http_connections_open", "gauge", metrics.connections_open);
    metric(out, "http_connections_accepted", "counter", metrics.connections_accepted);
    metric(out, "http_connections_refused", "counter", metrics.connections_refused);
    metric(out, "http_queue_depth", "gauge", metrics.queue_depth);
    metric(out, "http_queue_refusals", "counter", metrics.queue_refusals);
    metric(out, "http_event_listeners", "gauge", metrics.event_listeners);
    metric(out, "http_bytes_in", "counter", metrics.bytes_in);
    metric(out, "http_bytes_out", "counter", metrics.bytes_out);
    return out;
}

std::string store_metrics() {
    std::string out;
    metric(out, "database_conflicts_rerun", "counter", store::reruns.conflicts);
    metric(out, "database_reconnects", "counter", store::reruns.reconnects);
    return out;
}

void open_route(http::Router& router, std::string pattern, std::string operation,
                http::Handler handler) {
    router.add({"GET", std::move(pattern), std::move(operation), std::move(handler),
                http::Access::open, false, true});
}

}  // namespace

void add_system_routes(http::Router& router, SystemServices services) {
    open_route(router, "/healthz", "getHealth", [](Request const&) {
        return http::json_response(200, boost::json::object{{"status", "ok"}});
    });
    open_route(router, "/readyz", "getReadiness", [services](Request const&) {
        auto const trouble = services.trouble();
        if (trouble.empty()) return http::json_response(200, boost::json::object{{"status", "ok"}});
        return http::problem({ErrorKind::unavailable, "not_ready", "", trouble});
    });
    open_route(router, "/metrics", "getMetrics", [services](Request const&) {
        Response response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = http_metrics(services.http()) + store_metrics() + services.more_metrics();
        return response;
    });
    auto const document = std::make_shared<std::string const>(openapi_json());
    auto const tag = "\"" + sha256_hex(*document).substr(0, 32) + "\"";
    open_route(router, "/api/v1/openapi.json", "getOpenApi", [document, tag](Request const&) {
        Response response;
        response.shared_body = document;
        return response.with("ETag", tag).with("Cache-Control", "no-cache");
    });
}

}  // namespace karkhana::app
