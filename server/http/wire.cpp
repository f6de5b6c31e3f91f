#include "server/http/wire.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "server/http/csp.hpp"
#include "server/http/media_type.hpp"
#include "server/http/status.hpp"

namespace karkhana::http {
namespace {

/// Up to this size one copy is cheaper than a second buffer, and far cheaper over TLS.
constexpr std::size_t kJoinedBody = 16 * 1024;

/// The time of day for the Date header: the real one, because caches compare it with theirs.
std::string_view date_line() {
    thread_local std::time_t written = -1;
    thread_local std::array<char, 64> line{};
    thread_local std::size_t length = 0;
    auto const now = std::time(nullptr);
    if (now != written) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        length =
            std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
        written = now;
    }
    return {line.data(), length};
}

void add(std::string& head, std::string_view name, std::string_view value) {
    auto const breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::any_of(name.begin(), name.end(), breaks) ||
        std::any_of(value.begin(), value.end(), breaks))
        throw std::logic_error("an answer's header has a line break: " + std::string{name});
    head.append(name).append(": ").append(value).append("\r\n");
}

bool names(Response const& response, std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](auto const& header) { return same_ignoring_case(header.first, name); });
}

void add_security(std::string& head, Response const& response, bool secure) {
    head += "X-Content-Type-Options: nosniff\r\n"
            "Referrer-Policy: same-origin\r\n"
            "Cross-Origin-Opener-Policy: same-origin\r\n"
            "Cross-Origin-Resource-Policy: same-origin\r\n"
            "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";
    if (!names(response, "Content-Security-Policy"))
        add(head, "Content-Security-Policy", default_policy());
    if (!names(response, "Cache-Control")) head += "Cache-Control: no-store\r\n";
    if (secure) head += "Strict-Transport-Security: max-age=31536000\r\n";
}

void add_status_line(std::string& head, int status) {
    head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
    head.append(reason_of(status)).append("\r\n");
}

}  // namespace

Outgoing encode(Response response, WireContext const& context) {
    if (response.status < 200 || response.status > 599)
        throw std::logic_error("an answer has the status " + std::to_string(response.status));
    Outgoing out;
    out.status = response.status;
    out.close = context.close || context.stream;
    auto& head = out.head;
    bool const has_body = response.status != 204 && response.status != 304;
    auto const size = response.shared_body ? response.shared_body->size() : response.body.size();
    bool const joined = has_body && !context.head_only && size <= kJoinedBody;
    head.reserve(1024 + (joined ? size : 0));
    add_status_line(head, response.status);
    head += date_line();
    if (has_body) add(head, "Content-Type", response.content_type);
    if (has_body && !context.stream) add(head, "Content-Length", std::to_string(size));
    if (out.close)
        head += "Connection: close\r\n";
    else if (context.http_1_0)
        head += "Connection: keep-alive\r\n";
    if (!context.request_id.empty()) add(head, "X-Request-Id", context.request_id);
    for (auto const& [name, value] : response.headers) add(head, name, value);
    add_security(head, response, context.secure);
    head += "\r\n";
    if (joined)
        head += response.shared_body ? *response.shared_body : response.body;
    else if (has_body && !context.head_only)
        out.body = response.shared_body
                       ? std::move(response.shared_body)
                       : std::make_shared<std::string const>(std::move(response.body));
    return out;
}

}  // namespace karkhana::http
