#pragma once

#include <optional>
#include <string>

#include "server/app/config.hpp"
#include "server/app/lines.hpp"

namespace karkhana::app {

struct Loaded {
    Config config;
    Profiles profiles;
};

/// The configuration and its device profiles. Every problem goes to standard error, as
/// file:line:column: what; nullopt then.
std::optional<Loaded> load_or_complain(std::string const& path);

}  // namespace karkhana::app
