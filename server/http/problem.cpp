#include "server/http/problem.hpp"

#include <boost/json/serialize.hpp>

#include "server/http/json.hpp"
#include "server/http/status.hpp"

namespace karkhana::http {

namespace json = boost::json;

Response problem_of(int status, std::string_view code, std::string detail, json::object extra) {
    json::object body;
    body["type"] = "/problems/" + std::string{code};
    body["title"] = json::string_view{reason_of(status)};
    body["status"] = status;
    body["code"] = json::string_view{code};
    if (!detail.empty()) body["detail"] = detail;
    for (auto& member : extra) body[member.key()] = std::move(member.value());
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = json::serialize(body);
    if (status == 401) response.with("WWW-Authenticate", "Bearer realm=\"karkhana\"");
    if (status == 503) response.with("Retry-After", "2");
    return response;
}

Response problem_of(int status, std::string_view code, std::string detail) {
    return problem_of(status, code, std::move(detail), json::object{});
}

Response problem(Error const& error, json::object extra) {
    if (!error.field.empty() && !extra.contains("errors")) {
        json::object where{{"code", json::string_view{error.code}}, {"pointer", error.field}};
        if (!error.detail.empty()) where["detail"] = error.detail;
        extra["errors"] = json::array{std::move(where)};
    }
    return problem_of(status_of(error.kind), error.code, error.detail, std::move(extra));
}

Response problem(Error const& error) { return problem(error, json::object{}); }

Response json_response(int status, json::value const& body) {
    Response response;
    response.status = status;
    response.body = json::serialize(body);
    return response;
}

json::value or_null(std::optional<Instant> const& at, Zone const& zone) {
    return at ? json::value(to_rfc3339(*at, zone)) : json::value(nullptr);
}

json::value text_or_null(std::string const& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value to_json(Money money) { return {{"amount", money.poisha}, {"currency", "BDT"}}; }

}  // namespace karkhana::http
