#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "server/base/result.hpp"

namespace karkhana::http {

/// Reads a JSON text by RFC 8259 and no further, and refuses what readers understand differently:
/// a key twice in one object, text that is not UTF-8, NUL. Bounded: 32 levels, 1,000 keys an
/// object, 10,000 elements an array.
/// Errors: `bad_json`, `duplicate_key`, `too_deep`, `integer_required` (a number beyond a double).
Result<boost::json::value> parse_strictly(std::string_view text);

}  // namespace karkhana::http
