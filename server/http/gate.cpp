#include "server/http/gate.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/http/media_type.hpp"

namespace karkhana::http {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_token(char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}
/// Control characters but for the tab; bytes above 0x7f are opaque and allowed in values.
bool is_control(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}
bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

template <class Test>
bool all(std::string_view text, Test test) {
    return std::all_of(text.begin(), text.end(), test);
}

Refusal bad(std::string_view code, std::string_view detail) { return {400, code, detail}; }

/// What the fields have said so far.
struct Seen {
    std::size_t fields = 0;
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
    bool close = false;
    bool keep_alive = false;
};

std::optional<Refusal> check_request_line(std::string_view line, HeadLimits const& limits,
                                          bool& is_1_1) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad("bad_request_line", "The request line needs a method, a target and a version.");
    auto const method = line.substr(0, first);
    auto const target = line.substr(first + 1, last - first - 1);
    auto const version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return bad("bad_version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    is_1_1 = version == "HTTP/1.1";
    if (method.empty() || !all(method, is_token))
        return bad("bad_method", "The method is not a token.");
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
        return Refusal{501, "method_not_implemented", "This method is not served."};
    if (target.size() > limits.target)
        return Refusal{414, "target_too_long", "The request target is too long."};
    if (target.empty() || target.front() != '/')
        return bad("bad_target", "The request target must begin with a slash.");
    if (!all(target, is_visible) || target.find('#') != std::string_view::npos)
        return bad("bad_target", "The request target has a character it may not have.");
    return std::nullopt;
}

std::optional<Refusal> note_length(std::string_view value, Seen& seen, Framing& framing) {
    if (++seen.lengths > 1) return bad("bad_content_length", "Content-Length is there twice.");
    std::uint64_t length = 0;
    // 18 digits cannot overflow, and no body is that long.
    if (value.empty() || value.size() > 18 || !all(value, is_digit))
        return bad("bad_content_length", "Content-Length is not a number of bytes.");
    std::from_chars(value.data(), value.data() + value.size(), length);
    framing.length = length;
    return std::nullopt;
}

std::optional<Refusal> note_field(std::string_view name, std::string_view value, Seen& seen,
                                  Framing& framing) {
    if (same_ignoring_case(name, "host")) {
        ++seen.hosts;
        if (!valid_host(value)) return bad("bad_host", "Host is not a host.");
    } else if (same_ignoring_case(name, "content-length")) {
        return note_length(value, seen, framing);
    } else if (same_ignoring_case(name, "transfer-encoding")) {
        ++seen.encodings;
        framing.chunked = same_ignoring_case(value, "chunked");
        if (!framing.chunked)
            return bad("bad_transfer_encoding", "Only chunked is a transfer encoding here.");
    } else if (same_ignoring_case(name, "connection")) {
        seen.close = seen.close || list_has(value, "close");
        seen.keep_alive = seen.keep_alive || list_has(value, "keep-alive");
    } else if (same_ignoring_case(name, "expect")) {
        framing.expects_continue = same_ignoring_case(value, "100-continue");
        if (!framing.expects_continue)
            return Refusal{417, "expectation_failed", "Only 100-continue can be expected."};
    }
    return std::nullopt;
}

std::optional<Refusal> check_field(std::string_view line, HeadLimits const& limits, Seen& seen,
                                   Framing& framing) {
    if (++seen.fields > limits.fields)
        return Refusal{431, "too_many_fields", "The request has too many header fields."};
    if (line.size() > limits.line)
        return Refusal{431, "field_too_long", "A header field is too long."};
    if (line.front() == ' ' || line.front() == '\t')
        return bad("folded_field", "A header field is folded over two lines.");
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || !all(line.substr(0, colon), is_token))
        return bad("bad_field_name", "A header field has no proper name.");
    auto const value = line.substr(colon + 1);
    if (!std::none_of(value.begin(), value.end(), is_control))
        return bad("bad_field_value", "A header field has a control character.");
    return note_field(line.substr(0, colon), without_blanks(value), seen, framing);
}

std::optional<Refusal> check_framing(Seen const& seen, bool is_1_1, Framing const& framing) {
    if (seen.hosts > 1 || (seen.hosts == 0 && is_1_1))
        return bad("bad_host", "The request needs exactly one Host.");
    if (seen.encodings > 1)
        return bad("bad_transfer_encoding", "Transfer-Encoding is there twice.");
    if (framing.chunked && !is_1_1)
        return bad("bad_transfer_encoding", "HTTP/1.0 has no transfer encoding.");
    if (framing.chunked && framing.length)
        return bad("bad_framing", "Content-Length and Transfer-Encoding exclude each other.");
    return std::nullopt;
}

bool valid_port(std::string_view port) {
    int number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    return !port.empty() && port.size() <= 5 && all(port, is_digit) && number <= 65535;
}

}  // namespace

bool valid_host(std::string_view host) {
    if (host.empty()) return false;
    std::size_t end = 0;
    if (host.front() == '[') {
        auto const close = host.find(']');
        if (close == std::string_view::npos || close < 3) return false;
        auto const is_address = [](char c) {
            return is_digit(c) || is_letter(c) || c == ':' || c == '.';
        };
        if (!all(host.substr(1, close - 1), is_address)) return false;
        end = close + 1;
    } else {
        end = std::min(host.find(':'), host.size());
        auto const is_name = [](char c) {
            return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_';
        };
        if (end == 0 || !all(host.substr(0, end), is_name)) return false;
    }
    return end == host.size() || (host[end] == ':' && valid_port(host.substr(end + 1)));
}

HeadScan scan_head(std::string_view bytes, std::size_t from, HeadLimits const& limits) {
    HeadScan scan;
    // What does not begin like a method is another protocol: do not wait for its empty line.
    if (!bytes.empty() && !is_token(bytes.front()))
        scan.refusal = bad("bad_request_line", "This is not an HTTP request.");
    // The four bytes that end a head may lie astride two reads.
    for (auto at = bytes.find('\n', from); at != std::string_view::npos && !scan.refusal;
         at = bytes.find('\n', at + 1)) {
        if (at == 0 || bytes[at - 1] != '\r')
            scan.refusal = bad("bare_line_feed", "A line of the head ends without CR.");
        else if (at >= 3 && bytes[at - 2] == '\n')
            scan.length = at + 1;
        if (scan.length != 0) break;
    }
    if (scan.refusal || (scan.length != 0 && scan.length <= limits.head)) return scan;
    if (scan.length == 0 && bytes.size() < limits.head) return scan;
    scan.length = 0;
    scan.refusal = bytes.substr(0, limits.head).find('\n') == std::string_view::npos
                       ? Refusal{414, "target_too_long", "The request target is too long."}
                       : Refusal{431, "head_too_large", "The head of the request is too large."};
    return scan;
}

std::optional<Refusal> check_head(std::string_view head, HeadLimits const& limits,
                                  Framing& framing) {
    framing = {};
    Seen seen;
    bool is_1_1 = false;
    auto end = head.find("\r\n");
    if (end == std::string_view::npos) return bad("bad_request_line", "There is no request line.");
    if (auto refusal = check_request_line(head.substr(0, end), limits, is_1_1)) return refusal;
    while (true) {
        head.remove_prefix(end + 2);
        end = head.find("\r\n");
        if (end == std::string_view::npos) return bad("bad_head", "The head has no end.");
        if (end == 0) break;
        if (auto refusal = check_field(head.substr(0, end), limits, seen, framing)) return refusal;
    }
    if (head.size() != 2) return bad("bad_head", "The head goes on after its end.");
    framing.http_1_0 = !is_1_1;
    framing.keep_alive = !seen.close && (is_1_1 || seen.keep_alive);
    return check_framing(seen, is_1_1, framing);
}

}  // namespace karkhana::http
