#pragma once

#include <functional>
#include <string>

#include "server/http/router.hpp"

namespace karkhana::tests {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request as the listener reads it from the wire; `target` is a path, and a query as it is.
http::Request request_of(std::string method, std::string const& target, std::string body,
                         Headers headers);

/// What the handler of its route answers when the dispatcher calls it for `who`; 403 where `may`
/// says no of the operation. Throws std::logic_error where no route fits.
http::Response ask(http::Router const& router, http::Principal const& who, http::Request request,
                   std::function<bool(std::string const& operation)> const& may = {});

}  // namespace karkhana::tests
