// Bytes of a stranger through the head scan, the gate, the parser and the target decoder. What the
// gate lets pass must be read by Beast as the gate understood it: same body length, same framing.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/base/unicode.hpp"
#include "server/http/gate.hpp"
#include "server/http/request_parser.hpp"
#include "server/http/target.hpp"

namespace {

using namespace karkhana::http;

void check(bool holds) {
    if (!holds) std::abort();
}

void read_body(RequestParser& parser, Request const& request, Framing const& framing,
               std::string_view bytes, std::size_t step) {
    constexpr std::uint64_t kLimit = 4096;
    parser.limit_body(kLimit);
    auto const length = framing.length.value_or(0);
    if (length > kLimit) return;
    check(framing.chunked || length > 0);
    // As from a socket: some bytes more each time, what was not used stays in front.
    for (std::size_t come = 0; come < bytes.size();) {
        if (parser.outcome() != RequestParser::Outcome::need_more) break;
        come = std::min(come + step, bytes.size());
        auto const used = parser.feed(bytes.substr(0, come));
        check(used <= come);
        bytes.remove_prefix(used);
        come -= used;
    }
    check(request.body.size() <= kLimit);
    if (parser.outcome() == RequestParser::Outcome::done && framing.length)
        check(request.body.size() == length);
}

void check_target(std::string_view target) {
    Request request;
    if (!read_target(target, request)) return;
    check(!request.path.empty() && request.path.front() == '/');
    check(karkhana::valid_utf8(request.path));
    check(request.path.find('\0') == std::string::npos);
    check((request.path + "/").find("/../") == std::string::npos);
    for (auto const& [name, value] : request.query)
        check(karkhana::valid_utf8(name) && karkhana::valid_utf8(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    HeadLimits const limits;
    auto const scan = scan_head(bytes, 0, limits);
    if (scan.refusal || scan.length == 0) return 0;
    auto const head = bytes.substr(0, scan.length);
    Framing framing;
    if (check_head(head, limits, framing)) return 0;
    Request request;
    RequestParser parser(head, request);
    if (parser.outcome() == RequestParser::Outcome::malformed) return 0;
    check(request.headers.size() <= limits.fields);
    check_target(parser.target());
    bool const no_body = !framing.chunked && framing.length.value_or(0) == 0;
    check((parser.outcome() == RequestParser::Outcome::done) == no_body);
    if (!no_body)
        read_body(parser, request, framing, bytes.substr(scan.length), 1 + scan.length % 9);
    return 0;
}
