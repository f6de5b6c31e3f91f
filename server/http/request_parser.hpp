#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace karkhana::http {

/// Reads one request whose head has passed the gate: the head at once, the body in pieces as they
/// come. Beast's parser does the reading, and this is the only place that knows it.
class RequestParser {
public:
    enum class Outcome { need_more, done, malformed, too_large };

    /// Fills method and headers of `into`, which must outlive the parser.
    RequestParser(std::string_view head, Request& into);
    ~RequestParser();
    RequestParser(RequestParser const&) = delete;
    RequestParser& operator=(RequestParser const&) = delete;

    /// need_more while body bytes are to come.
    Outcome outcome() const { return outcome_; }
    std::string_view target() const { return target_; }

    void limit_body(std::uint64_t bytes);
    /// Reads body bytes from the front of `bytes` and says how many it used.
    std::size_t feed(std::string_view bytes);

private:
    struct Reader;
    std::string target_;
    std::unique_ptr<Reader> reader_;
    Outcome outcome_ = Outcome::need_more;
};

}  // namespace karkhana::http
