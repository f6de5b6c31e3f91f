#pragma once

#include <cstdint>

#include "server/base/result.hpp"
#include "server/http/message.hpp"

/// What every list says the same way: how long a page is, and where it goes on.
namespace karkhana::http {

/// How many items a page has: 50 when the query does not say. Errors: `bad_limit`.
Result<int> query_limit(Request const& request);
/// The number that a list goes on below; 0 when it begins. Errors: `bad_cursor`.
Result<std::int64_t> query_cursor(Request const& request);

}  // namespace karkhana::http
