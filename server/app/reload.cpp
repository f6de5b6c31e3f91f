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
    bool const is_board = old_profile.relay || new_profile.relay;
    return !is_board || (before.unit == after.unit && old_profile == new_profile);
}

std::string place_of(std::uint32_t line) {
    return line == 0 ? "" : "line " + std::to_string(line) + ": ";
}

/// Which of the things of this kind are new, gone, or stand elsewhere in the file.
template <class Thing>
std::vector<std::string> moved(std::string const& kind, std::vector<Thing> const& before,
                               std::vector<Thing> const& after) {
    std::vector<std::string> reasons;
    auto const has = [](auto const& things, auto const& name) {
        return std::ranges::find(things, name, &Thing::name) != things.end();
    };
    for (auto const& thing : after)
        if (!has(before, thing.name))
            reasons.push_back(place_of(thing.at) + kind + " '" + thing.name + "' is new");
    for (auto const& thing : before)
        if (!has(after, thing.name)) reasons.push_back(kind + " '" + thing.name + "' is gone");
    if (!reasons.empty()) return reasons;
    auto const other = std::ranges::mismatch(before, after, {}, &Thing::name, &Thing::name).in2;
    if (other != after.end())
        reasons.push_back(place_of(other->at) + kind + " '" + other->name +
                          "' is in another place of the order");
    return reasons;
}

}  // namespace

std::vector<std::string> reasons_to_restart(Loaded const& running, Loaded const& wanted) {
    auto const& old_devices = running.config.devices;
    auto reasons = moved("line", running.config.lines, wanted.config.lines);
    // Contacts, their watchdogs and the watch on outages are set up once.
    if (running.config.stops != wanted.config.stops)
        reasons.emplace_back("machines are to stop otherwise");
    if (running.config.mains != wanted.config.mains)
        reasons.emplace_back("something else tells of the mains");
    if (auto devices = moved("device", old_devices, wanted.config.devices); !devices.empty()) {
        reasons.insert(reasons.end(), devices.begin(), devices.end());
        return reasons;
    }
    for (std::size_t i = 0; i < old_devices.size(); ++i) {
        auto const& before = old_devices[i];
        auto const& after = wanted.config.devices[i];
        auto const& old_profile = *running.profiles.at(before.profile);
        auto const& new_profile = *wanted.profiles.at(after.profile);
        auto const about = place_of(after.at) + "device '" + before.name + "': ";
        if (before.line != after.line)
            reasons.push_back(about + "line is '" + after.line + "', was '" + before.line + "'");
        if (before.machine != after.machine)
            reasons.push_back(about + "machine is '" + after.machine + "', was '" + before.machine +
                              "'");
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

std::vector<std::string> settings_that_wait(Loaded const& running, Loaded const& wanted) {
    std::vector<std::string> waiting;
    auto const& before = running.config.settings;
    auto const& after = wanted.config.settings;
    for (auto const& leaf : after) {
        auto const known = std::ranges::find(before, leaf.path, &config::Leaf::path);
        if (known == before.end() || known->value != leaf.value)
            waiting.push_back(place_of(leaf.line) + leaf.path);
    }
    for (auto const& leaf : before)
        if (std::ranges::find(after, leaf.path, &config::Leaf::path) == after.end())
            waiting.push_back(leaf.path + ", said no more");
    return waiting;
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
