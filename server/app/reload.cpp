#include "server/app/reload.hpp"

#include <algorithm>
#include <tuple>

#include "server/app/device_problems.hpp"

namespace karkhana::app {
namespace {

/// What the ledger, the bills and the sessions know a device by.
auto watched_of(profiles::Profile const& profile) {
    std::vector<std::tuple<std::string, Unit, profiles::PointKind, bool>> watched;
    for (auto const& point : profile.points)
        if (is_watched(point))
            watched.emplace_back(point.name, point.unit, point.kind, point.billing);
    std::ranges::sort(watched);
    return watched;
}

bool same_board(DeviceConfig const& before, DeviceConfig const& after,
                profiles::Profile const& old_profile, profiles::Profile const& new_profile) {
    if (before.relays != after.relays) return false;
    bool const switches =
        std::ranges::any_of(before.relays, [](auto& slug) { return !slug.empty(); });
    return !switches || (before.unit == after.unit && old_profile == new_profile);
}

}  // namespace

std::vector<std::string> reasons_to_restart(Loaded const& running, Loaded const& wanted) {
    std::vector<std::string> reasons;
    auto const& old_lines = running.config.lines;
    auto const& old_devices = running.config.devices;
    if (!std::ranges::equal(old_lines, wanted.config.lines, {}, &LineConfig::name,
                            &LineConfig::name))
        reasons.emplace_back("other lines, or in another order");
    // Contacts, their watchdogs and the watch on outages are set up once.
    if (running.config.stops != wanted.config.stops)
        reasons.emplace_back("machines are to stop otherwise");
    if (running.config.mains != wanted.config.mains)
        reasons.emplace_back("something else tells of the mains");
    if (!std::ranges::equal(old_devices, wanted.config.devices, {}, &DeviceConfig::name,
                            &DeviceConfig::name)) {
        reasons.emplace_back("other devices, or in another order");
        return reasons;
    }
    for (std::size_t i = 0; i < old_devices.size(); ++i) {
        auto const& before = old_devices[i];
        auto const& after = wanted.config.devices[i];
        auto const& old_profile = *running.profiles.at(before.profile);
        auto const& new_profile = *wanted.profiles.at(after.profile);
        auto const about = "device '" + before.name + "': ";
        if (before.line != after.line) reasons.push_back(about + "on another line");
        if (before.machine != after.machine) reasons.push_back(about + "at another machine");
        if (before.role != after.role || before.machines != after.machines ||
            before.share != after.share)
            reasons.push_back(about + "measures something else, or is shared otherwise");
        if (watched_of(old_profile) != watched_of(new_profile))
            reasons.push_back(about + "other points are watched");
        if (!same_board(before, after, old_profile, new_profile))
            reasons.push_back(about + "other contacts");
    }
    return reasons;
}

std::vector<metering::Device> renumbered(std::vector<metering::Device> devices,
                                         Loaded const& running, Loaded const& wanted) {
    for (std::size_t i = 0; i < wanted.config.devices.size(); ++i) {
        auto const& after = wanted.config.devices[i];
        if (!after.serial || after.serial == running.config.devices[i].serial) continue;
        auto const known = std::ranges::find(devices, after.name, &metering::Device::name);
        if (known != devices.end()) known->serial = std::to_string(*after.serial);
    }
    return devices;
}

}  // namespace karkhana::app
