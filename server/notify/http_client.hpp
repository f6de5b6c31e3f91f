#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace karkhana::notify {

/// Which addresses may be connected to: the bytes of an IPv4 or IPv6 address.
using AddressRule = std::function<bool(std::string_view bytes)>;

struct Call {
    std::string url;
    std::string method = "POST";
    std::vector<std::string> headers;  ///< "Name: value"
    std::string body;
    AddressRule may_connect;  ///< empty: to any
    std::size_t most = 4096;  ///< bytes of the answer that are read
};

struct Answer {
    int status = 0;       ///< 0: there was no answer
    std::string body;     ///< its beginning
    std::string failure;  ///< why there was none
};

/// One exchange over HTTP or HTTPS within 30 seconds, or until it is to stop. Follows no
/// redirection, asks no proxy and looks at the certificate. The rule is asked of the address
/// itself, after the name was looked up, so a name that points elsewhere the second time gains
/// nothing.
Answer call(Call const& call, std::stop_token const& stop = {});

}  // namespace karkhana::notify
