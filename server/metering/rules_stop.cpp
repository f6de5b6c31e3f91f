#include "server/metering/rules_stop.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::pair<StopClass, std::string_view>, 3> names = {
    {{StopClass::immediate, "immediate"},
     {StopClass::end_of_cycle, "end_of_cycle"},
     {StopClass::never_remotely, "never_remotely"}}};

/// Two renewals may fail before a machine in use is switched off.
constexpr auto shortest_lease = 7s;
/// A lease that nobody outlives.
constexpr auto no_end = std::chrono::hours{24 * 365 * 10};

}  // namespace

std::string_view name_of(StopClass stop) {
    return std::ranges::find(names, stop, &std::pair<StopClass, std::string_view>::first)->second;
}

std::optional<StopClass> stop_class_of(std::string_view name) {
    for (auto const& [stop, known] : names)
        if (known == name) return stop;
    return std::nullopt;
}

StopRule rule_of(StopRules const& rules, MachineId const& machine) {
    auto const found = rules.find(machine);
    return found == rules.end() ? StopRule{} : found->second;
}

std::optional<bool> at_rest(std::optional<bool> runs, std::optional<bool> quiet) {
    return runs ? !*runs : quiet;
}

StopStep stop_step(StopFacts const& facts) {
    if (facts.open || facts.rule.stop == StopClass::immediate) return StopStep::open;
    if (facts.idle.value_or(false)) return StopStep::open;
    if (facts.rule.stop == StopClass::never_remotely) return StopStep::warn;
    return facts.asked_for >= facts.rule.at_most ? StopStep::open : StopStep::wait;
}

std::chrono::milliseconds lease_of(StopRule const& rule) {
    switch (rule.stop) {
    case StopClass::immediate: break;
    case StopClass::end_of_cycle: return rule.at_most;
    case StopClass::never_remotely: return no_end;
    }
    return shortest_lease;
}

std::optional<std::chrono::minutes> watchdog_needed(StopRule const& rule) {
    if (rule.stop != StopClass::end_of_cycle) return std::nullopt;
    return rule.at_most;
}

}  // namespace karkhana::metering
