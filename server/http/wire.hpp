#pragma once

#include <memory>
#include <string>

#include "server/http/message.hpp"

namespace karkhana::http {

/// An answer as it goes over the wire. A small body is already part of `head`.
struct Outgoing {
    std::string head;
    std::shared_ptr<std::string const> body;
    int status = 0;
    bool close = false;

    std::size_t size() const { return head.size() + (body ? body->size() : 0); }
};

/// What of the request decides how its answer is written.
struct WireContext {
    std::string_view request_id;
    bool head_only = false;
    bool secure = false;
    bool close = false;
    bool http_1_0 = false;
    bool stream = false;  ///< the body follows until the connection ends
};

/// Writes the head with its security headers. Throws std::logic_error when the status is none, or a
/// header of the answer has a line break or NUL: it would be read as another header or answer.
Outgoing encode(Response response, WireContext const& context);

}  // namespace karkhana::http
