#pragma once

#include <string>
#include <vector>

#include "devices/interlock/interlock.hpp"
#include "devices/profiles/profile.hpp"
#include "server/app/config.hpp"

namespace karkhana::app {

/// What of a profile is polled: what bills rest on, what the board and the trace show, and what
/// counts water or pulses.
bool is_watched(profiles::Point const& point);

/// What is wrong with a device, and the key of its configuration that says so.
struct DeviceProblem {
    std::string key;
    std::string what;

    bool operator==(DeviceProblem const&) const = default;
};

/// Why a configured device could not run as its profile says it is made; `inputs` are points that
/// are read besides what is watched. Empty when it can.
std::vector<DeviceProblem> problems_of(DeviceConfig const& device, profiles::Profile const& profile,
                                       std::map<std::string, metering::StopRule> const& stops,
                                       std::vector<std::string> const& inputs);

/// The contact on a channel of a board, as the configuration has it.
interlock::RelaySetup relay_setup(DeviceConfig const& device, std::size_t channel,
                                  std::shared_ptr<profiles::Profile const> profile,
                                  std::map<std::string, metering::StopRule> const& stops);

}  // namespace karkhana::app
