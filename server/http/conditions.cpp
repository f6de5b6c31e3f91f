#include "server/http/conditions.hpp"

#include <algorithm>

#include "server/http/compress.hpp"
#include "server/http/media_type.hpp"

namespace karkhana::http {
namespace {

std::string_view header_of(Response const& response, std::string_view name) {
    for (auto const& [key, value] : response.headers)
        if (same_ignoring_case(key, name)) return value;
    return {};
}

std::string_view without_weakness(std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool list_names_tag(std::string_view list, std::string_view tag) {
    if (without_blanks(list) == "*") return true;
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        if (without_weakness(without_blanks(list.substr(0, end))) == without_weakness(tag))
            return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

bool is_compressible(std::string_view content_type) {
    return content_type.starts_with("application/json") ||
           content_type.starts_with("application/problem+json") ||
           content_type.starts_with("text/");
}

}  // namespace

bool from_another_site(Request const& request) {
    auto const site = request.header("sec-fetch-site");
    if (site && *site != "same-origin" && *site != "none") return true;
    auto const origin = request.header("origin");
    if (!origin) return false;
    auto const scheme_end = origin->find("://");
    if (scheme_end == std::string_view::npos) return true;
    // The scheme is not compared: a proxy may have taken the TLS off.
    return !same_ignoring_case(origin->substr(scheme_end + 3), request.header("host").value_or(""));
}

bool valid_idempotency_key(std::string_view key) {
    return key.size() >= 8 && key.size() <= 128 &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void apply_if_none_match(Request const& request, Response& response) {
    if (response.status != 200 || (request.method != "GET" && request.method != "HEAD")) return;
    auto const tag = header_of(response, "ETag");
    auto const given = request.header("if-none-match");
    if (tag.empty() || !given || !list_names_tag(*given, tag)) return;
    response.status = 304;
    response.body.clear();
    response.shared_body.reset();
}

void apply_compression(Request const& request, Response& response) {
    constexpr std::size_t kWorthwhile = 1024;
    constexpr int kZstdLevel = 1;
    constexpr int kGzipLevel = 5;
    if (response.shared_body || response.body.size() < kWorthwhile ||
        !is_compressible(response.content_type) || !header_of(response, "Content-Encoding").empty())
        return;
    response.with("Vary", "Accept-Encoding");
    auto const accepted = request.header("accept-encoding").value_or("");
    if (accepts(accepted, "zstd")) {
        response.body = zstd(response.body, kZstdLevel);
        response.with("Content-Encoding", "zstd");
    } else if (accepts(accepted, "gzip")) {
        response.body = gzip(response.body, kGzipLevel);
        response.with("Content-Encoding", "gzip");
    }
}

}  // namespace karkhana::http
