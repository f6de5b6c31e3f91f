#pragma once

#include <functional>
#include <string_view>

namespace karkhana::app {

/// level is "error", "warning" or "info".
using Log = std::function<void(std::string_view level, std::string_view line)>;

/// One line a message on standard error, with time and level; thread-safe.
Log make_log();

}  // namespace karkhana::app
