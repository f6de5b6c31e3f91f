#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The gate before the parser. Beast 1.81 reads several malformed heads in one way where a proxy
/// may read them in another, and what two readers delimit differently smuggles a request. So a
/// head that could be read in two ways is refused here, over its raw bytes.
namespace karkhana::http {

struct HeadLimits {
    std::size_t head = 16 * 1024;
    std::size_t target = 8000;
    std::size_t line = 8 * 1024;
    std::size_t fields = 100;
};

/// The answer to a head that does not pass; the connection closes after it.
struct Refusal {
    int status = 400;
    std::string_view code;
    std::string_view detail;
};

/// How far the head of a request has come in.
struct HeadScan {
    std::size_t length = 0;          ///< of the whole head with its empty line; 0: more is needed
    std::optional<Refusal> refusal;  ///< it cannot become a good head, however it goes on
};
/// Looks for the end of the head from `from`, up to which an earlier scan has looked.
HeadScan scan_head(std::string_view bytes, std::size_t from, HeadLimits const& limits);

/// What the head says about the body and the connection.
struct Framing {
    std::optional<std::uint64_t> length;  ///< of Content-Length
    bool chunked = false;
    bool keep_alive = true;
    bool http_1_0 = false;
    bool expects_continue = false;
};

/// nullopt and a filled `framing` when the head is good.
std::optional<Refusal> check_head(std::string_view head, HeadLimits const& limits,
                                  Framing& framing);

/// A host or IP literal with an optional port: no user, no path, no blank.
bool valid_host(std::string_view host);

}  // namespace karkhana::http
