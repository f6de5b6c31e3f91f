#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/rules_settings.hpp"

/// What whoever starts a machine says to have seen to, where the machine asks for it.
namespace karkhana::booking {

/// Guards in place, the air drawn off, what protects them put on, and that they were taught to run
/// it.
constexpr std::array<std::string_view, 4> tick_names{"guards", "extraction", "protection",
                                                     "operator"};

/// Those that the machine asks for by its settings `tick_<name>`, in the order of tick_names.
std::vector<std::string_view> ticks_wanted(facility::Book const& book, Scope const& scope);

/// Errors: `safety_tick` when one of them was not ticked; the detail names those.
Result<void> check_ticks(std::vector<std::string_view> const& wanted,
                         std::vector<std::string> const& ticked);

}  // namespace karkhana::booking
