#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace karkhana::http {

/// Undoes %XX, once. nullopt when an escape is not one, or stands for NUL.
std::optional<std::string> percent_decoded(std::string_view text);

/// Fills path and query from a request target. False when it cannot mean one thing: a path with
/// an encoded slash or a dot segment, NUL, text that is not UTF-8.
bool read_target(std::string_view target, Request& request);

}  // namespace karkhana::http
