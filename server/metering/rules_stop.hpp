#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"

/// How a machine may be stopped from here. The emergency stop is none of it: that one is wired.
namespace karkhana::metering {

enum class StopClass : std::uint8_t {
    immediate,       ///< its contact opens at once
    end_of_cycle,    ///< it ends what it is doing first, for so long at most
    never_remotely,  ///< at work it is stopped by hand alone: the contact opens once it is at rest
};

std::string_view name_of(StopClass stop);
std::optional<StopClass> stop_class_of(std::string_view name);

struct StopRule {
    StopClass stop = StopClass::immediate;
    /// The longest that a cycle lasts after somebody has asked for the end, on the real clock.
    std::chrono::minutes at_most{10};

    bool operator==(StopRule const&) const = default;
};

/// Machines that are not named stop at once.
using StopRules = std::map<MachineId, StopRule>;
StopRule rule_of(StopRules const& rules, MachineId const& machine);

/// Whether a machine is between two cycles. Its own run bit knows: an oven that holds its heat
/// draws power and bakes nothing. Where there is none, or none is heard, it is at rest once its
/// power has been low for a while. Empty: nobody knows.
std::optional<bool> at_rest(std::optional<bool> runs, std::optional<bool> quiet);

struct StopFacts {
    StopRule rule;
    bool open = false;         ///< its contact is open, or it has no mains: nothing is cut
    std::optional<bool> idle;  ///< it is at rest; empty: nobody knows
    Duration asked_for{};      ///< since somebody asked it to stop, on the real clock
};

enum class StopStep : std::uint8_t {
    open,  ///< the contact may be opened now
    wait,  ///< its cycle goes on for a while
    warn,  ///< a person has to end its work by hand
};

StopStep stop_step(StopFacts const& facts);

/// How long the contact stays closed when the daemon does not renew it: what stands in for it then
/// is the relay's own watchdog, so it must leave the time that the machine's stop takes.
std::chrono::milliseconds lease_of(StopRule const& rule);
/// The watchdog that the relay of the machine needs; nothing where any will do, or none.
std::optional<std::chrono::minutes> watchdog_needed(StopRule const& rule);

}  // namespace karkhana::metering
