#include "server/booking/rules_safety.hpp"

#include <algorithm>

namespace karkhana::booking {

std::vector<std::string_view> ticks_wanted(facility::Book const& book, Scope const& scope) {
    std::vector<std::string_view> wanted;
    for (auto const name : tick_names) {
        auto const* found = in_force(book, "tick_" + std::string{name}, scope);
        if (found != nullptr && found->value.value_or(0) > 0) wanted.push_back(name);
    }
    return wanted;
}

Result<void> check_ticks(std::vector<std::string_view> const& wanted,
                         std::vector<std::string> const& ticked) {
    std::string missing;
    for (auto const name : wanted)
        if (std::ranges::find(ticked, name) == ticked.end())
            missing.append(missing.empty() ? "" : ", ").append(name);
    if (missing.empty()) return {};
    return refuse(ErrorKind::invalid, "safety_tick", "First see to: " + missing + ".", "/ticks");
}

}  // namespace karkhana::booking
