#include "tests/support/ask.hpp"

#include <stdexcept>
#include <utility>

namespace karkhana::tests {

http::Request request_of(std::string method, std::string const& target, std::string body,
                         Headers headers) {
    auto const mark = target.find('?');
    http::Request request{.method = std::move(method), .path = target.substr(0, mark)};
    if (mark != target.npos) {
        std::string rest = target.substr(mark + 1) + "&";
        for (std::size_t end = 0; (end = rest.find('&')) != rest.npos; rest.erase(0, end + 1)) {
            auto const equals = rest.find('=');
            request.query.emplace_back(rest.substr(0, equals),
                                       rest.substr(equals + 1, end - equals - 1));
        }
    }
    request.headers = std::move(headers);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    return request;
}

http::Response ask(http::Router const& router, http::Principal const& who, http::Request request,
                   std::function<bool(std::string const& operation)> const& may) {
    auto const match = router.match(request.method, request.path);
    if (match.route == nullptr) throw std::logic_error("no route for " + request.path);
    if (may && !may(match.route->operation_id)) return {.status = 403};
    request.params = match.params;
    request.principal = who;
    return match.route->handler(request);
}

}  // namespace karkhana::tests
