#include "server/http/target.hpp"

#include <algorithm>

#include "server/base/unicode.hpp"

namespace karkhana::http {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// One segment of a path. A decoded slash, backslash or control character would be one thing for
/// the router and another for whoever logs or maps the path.
std::optional<std::string> read_segment(std::string_view raw) {
    auto segment = percent_decoded(raw);
    if (!segment || *segment == "." || *segment == "..") return std::nullopt;
    bool const odd = std::any_of(segment->begin(), segment->end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return c == '/' || c == '\\' || byte < 0x20 || byte == 0x7f;
    });
    if (odd || !valid_utf8(*segment)) return std::nullopt;
    return segment;
}

bool read_path(std::string_view raw, std::string& path) {
    while (!raw.empty()) {
        auto const end = std::min(raw.find('/', 1), raw.size());
        auto const segment = read_segment(raw.substr(1, end - 1));
        if (!segment) return false;
        path += '/';
        path += *segment;
        raw.remove_prefix(end);
    }
    return true;
}

std::optional<std::string> read_query_part(std::string_view raw) {
    std::string spaced{raw};
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    auto part = percent_decoded(spaced);
    if (!part || !valid_utf8(*part)) return std::nullopt;
    return part;
}

bool read_query(std::string_view raw, Request& request) {
    while (!raw.empty()) {
        auto const end = std::min(raw.find('&'), raw.size());
        auto const pair = raw.substr(0, end);
        raw.remove_prefix(std::min(end + 1, raw.size()));
        if (pair.empty()) continue;
        auto const equals = std::min(pair.find('='), pair.size());
        auto name = read_query_part(pair.substr(0, equals));
        auto value = read_query_part(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value) return false;
        request.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        int const high = hex_value(text[i + 1]);
        int const low = hex_value(text[i + 2]);
        if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

bool read_target(std::string_view target, Request& request) {
    if (target.empty() || target.front() != '/') return false;
    auto const question = std::min(target.find('?'), target.size());
    return read_path(target.substr(0, question), request.path) &&
           read_query(target.substr(std::min(question + 1, target.size())), request);
}

}  // namespace karkhana::http
