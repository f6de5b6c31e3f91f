#include "server/http/dispatcher.hpp"

#include <array>
#include <stdexcept>

#include "server/base/digest.hpp"
#include "server/http/conditions.hpp"
#include "server/http/json.hpp"
#include "server/http/media_type.hpp"
#include "server/http/problem.hpp"

namespace karkhana::http {
namespace {

std::string joined(std::vector<std::string> const& methods) {
    std::string out;
    for (auto const& method : methods) {
        if (!out.empty()) out += ", ";
        out += method;
    }
    return out;
}

bool changes_state(Request const& request) {
    return request.method != "GET" && request.method != "HEAD";
}

bool is_refusal(int status) {
    return status == 401 || status == 403 || status == 404 || status == 429;
}

/// No such method here: 405, or 204 for the one who only asked.
Response other_method(Request const& request, std::vector<std::string> const& allowed) {
    Response response;
    if (request.method == "OPTIONS")
        response.status = 204;
    else
        response = problem_of(405, "method_not_allowed", "The path takes " + joined(allowed) + ".");
    response.with("Allow", joined(allowed));
    return response;
}

std::optional<Response> check_body(Route const& route, Request const& request) {
    if (request.header("content-encoding"))
        return problem_of(415, "unsupported_media_type", "A body must not be compressed.");
    if (request.body.empty()) return std::nullopt;
    if (is_media_type(request.header("content-type").value_or(""), route.consumes))
        return std::nullopt;
    return problem_of(415, "unsupported_media_type",
                      "The body must be " + route.consumes + " in UTF-8.");
}

std::string what_of(std::exception_ptr const& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& exception) {
        return exception.what();
    } catch (...) {
        return "something that is no exception";
    }
}

}  // namespace

Dispatcher::Dispatcher(ServerOptions const& options, Router router, Gatekeeper gatekeeper)
    : options_(options),
      router_(std::move(router)),
      gatekeeper_(std::move(gatekeeper)),
      assets_(Assets::load(options.web_root)) {
    std::array<std::uint8_t, 4> random{};
    fill_from_system(random);
    id_prefix_ = hex(random) + "-";
}

std::string Dispatcher::next_id() const {
    return id_prefix_ + std::to_string(last_id_.fetch_add(1, std::memory_order_relaxed) + 1);
}

void Dispatcher::log(std::string_view level, std::string const& line) const {
    if (options_.log) options_.log(level, line);
}

Plan Dispatcher::plan(Request& request) const {
    request.id = next_id();
    Plan plan;
    plan.body_limit = options_.body_limit;
    auto match = router_.match(request.method, request.path);
    if (match.route) {
        plan.route = match.route;
        request.params = std::move(match.params);
        if (match.route->body_limit != 0) plan.body_limit = match.route->body_limit;
        plan.on_io_thread = match.route->inline_ok && match.route->access == Access::open;
        return plan;
    }
    plan.on_io_thread = true;
    auto allowed = std::move(match.allowed);
    if (allowed.empty() && !request.path.starts_with("/api/")) {
        bool const wants_page = accepts(request.header("accept").value_or(""), "text/html");
        plan.asset = assets_.find(request.path, wants_page);
        if (plan.asset && (request.method == "GET" || request.method == "HEAD")) return plan;
        if (plan.asset) allowed = {"GET", "HEAD", "OPTIONS"};
        plan.asset = nullptr;
    }
    plan.refusal = allowed.empty() ? problem_of(404, "not_found", "There is nothing at this path.")
                                   : other_method(request, allowed);
    return plan;
}

Answer Dispatcher::answer(Plan const& plan, Request& request, WireContext context) const {
    context.request_id = request.id;
    Answer answer;
    // The one place where exceptions end. What a caller can handle came as a value.
    try {
        auto response = respond(plan, request, answer.events);
        if (plan.route && options_.refused && is_refusal(response.status))
            options_.refused(request, *plan.route, response.status);
        apply_if_none_match(request, response);
        apply_compression(request, response);
        context.stream = answer.events.has_value();
        answer.outgoing = encode(std::move(response), context);
    } catch (...) {
        answer.events.reset();
        context.stream = false;
        answer.outgoing = encode(explain_exception(plan, request), context);
    }
    return answer;
}

Outgoing Dispatcher::refuse(Refusal const& refusal, WireContext context) const {
    auto const id = next_id();
    context.request_id = id;
    return encode(problem_of(refusal.status, refusal.code, std::string{refusal.detail}), context);
}

Response Dispatcher::respond(Plan const& plan, Request& request,
                             std::optional<FacilityId>& events) const {
    if (!plan.route) return plan.asset ? serve(*plan.asset, request) : plan.refusal.value();
    if (auto refusal = check(*plan.route, request)) return std::move(*refusal);
    if (!plan.route->event_stream) return plan.route->handler(request);
    Response response;
    response.content_type = "text/event-stream";
    if (request.method != "HEAD") events = request.principal.value().facility;
    return response;
}

std::optional<Response> Dispatcher::check(Route const& route, Request& request) const {
    if (changes_state(request) && from_another_site(request))
        return problem_of(403, "csrf", "The request comes from a page of another origin.");
    if (auto refusal = check_body(route, request)) return refusal;
    if (route.access == Access::signed_in)
        if (auto refusal = check_caller(route, request)) return refusal;
    if (route.idempotent && !valid_idempotency_key(request.header("idempotency-key").value_or("")))
        return problem_of(428, "idempotency_key_required",
                          "Send an Idempotency-Key of 8 to 128 visible characters.");
    return std::nullopt;
}

std::optional<Response> Dispatcher::check_caller(Route const& route, Request& request) const {
    request.principal = gatekeeper_.authenticate(request);
    if (!request.principal)
        return problem_of(401, "unauthenticated", "Log in, or send a valid token.");
    auto const& expected = request.principal->csrf;
    if (changes_state(request) && !expected.empty() &&
        !equal_constant_time(expected, request.header("x-csrf-token").value_or("")))
        return problem_of(403, "csrf", "Send the token of /api/v1/me as X-CSRF-Token.");
    if (!gatekeeper_.allowed(*request.principal, route.operation_id))
        return problem_of(403, "forbidden", "Your role may not do this.");
    return std::nullopt;
}

Response Dispatcher::explain_exception(Plan const& plan, Request const& request) const {
    auto const thrown = std::current_exception();
    // A path may hold a secret, as that of a feed does; its pattern holds none.
    auto const& path = plan.route ? plan.route->pattern : request.path;
    auto const line = request.id + " " + request.method + " " + path + ": ";
    auto explained = options_.explain ? options_.explain(thrown) : std::nullopt;
    log(explained ? "warning" : "error", line + what_of(thrown));
    if (explained) return std::move(*explained);
    return problem_of(500, "internal", "The fault is ours and has been logged.",
                      {{"request_id", request.id}});
}

}  // namespace karkhana::http
