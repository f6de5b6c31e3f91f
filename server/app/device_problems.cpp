#include "server/app/device_problems.hpp"

#include <algorithm>

#include "devices/interlock/interlock.hpp"
#include "devices/poller/setup.hpp"

namespace karkhana::app {
namespace {

using SharedProfile = std::shared_ptr<profiles::Profile const>;

std::vector<interlock::RelaySetup> relays_of(
    DeviceConfig const& device, SharedProfile const& profile,
    std::map<std::string, metering::StopRule> const& stops) {
    std::vector<interlock::RelaySetup> relays;
    for (std::size_t channel = 0; channel < device.relays.size(); ++channel) {
        auto const& slug = device.relays[channel];
        if (slug.empty()) continue;
        // The ledger has not given the machines their ids yet: the place of the slug will do.
        MachineId machine;
        machine.uuid.bytes[0] = static_cast<std::uint8_t>(std::ranges::find(device.relays, slug) -
                                                          device.relays.begin() + 1);
        relays.push_back(relay_setup(device, channel, profile, stops));
        relays.back().machine = machine;
    }
    return relays;
}

poller::LineSetup line_of(DeviceConfig const& device, SharedProfile const& profile,
                          std::vector<std::string> const& inputs) {
    poller::UnitSetup unit;
    unit.unit = static_cast<std::uint8_t>(device.unit);
    unit.profile = profile;
    Channel channel = 0;
    for (auto const& point : profile->points)
        if (is_watched(point) || std::ranges::count(inputs, point.name) > 0)
            unit.watched.push_back({point.name, ++channel});
    poller::LineSetup line;
    line.name = device.line;
    line.units.push_back(std::move(unit));
    return line;
}

void add_ratio_problems(DeviceConfig const& device, profiles::Profile const& profile,
                        std::vector<DeviceProblem>& problems) {
    if (device.ratios == profiles::Ratios{}) return;
    std::string const key = device.ratios.current == profiles::Scale{} ? "pt_ratio" : "ct_ratio";
    if (std::ranges::none_of(profile.points, &profiles::Point::transformed))
        problems.push_back({key, "'" + profile.device +
                                     "' shows what flows in the installation: "
                                     "the ratio is set on the meter itself, and refused here"});
    else if (!profiles::transformed(profile, device.ratios))
        problems.push_back({key, "the counters could not be rolled over exactly by this ratio"});
}

}  // namespace

bool is_watched(profiles::Point const& point) {
    // Beside the energy that is billed a meter counts much; what counts water or pulses is there
    // for nothing else. A weight counts while it is stable alone.
    return point.kind == profiles::PointKind::counter
               ? point.billing || point.unit == Unit::ml || point.unit == Unit::count
               : point.unit == Unit::g || point.unit == Unit::ml_h ||
                     point.name == "active_power" || point.name == "weight_stable" ||
                     (point.name == "output_power" && point.unit == Unit::w);
}

interlock::RelaySetup relay_setup(DeviceConfig const& device, std::size_t channel,
                                  std::shared_ptr<profiles::Profile const> profile,
                                  std::map<std::string, metering::StopRule> const& stops) {
    interlock::RelaySetup relay;
    relay.unit = static_cast<std::uint8_t>(device.unit);
    relay.channel = static_cast<std::uint16_t>(channel);
    relay.profile = std::move(profile);
    if (channel < device.feedback.size() && device.feedback[channel] >= 0)
        relay.feedback = static_cast<std::uint16_t>(device.feedback[channel]);
    auto const found = stops.find(device.relays[channel]);
    if (found == stops.end()) return relay;
    relay.never_opens_alone = found->second.stop == metering::StopClass::never_remotely;
    relay.watchdog = metering::watchdog_needed(found->second).value_or(std::chrono::minutes{0});
    return relay;
}

std::vector<DeviceProblem> problems_of(DeviceConfig const& device, profiles::Profile const& profile,
                                       std::map<std::string, metering::StopRule> const& stops,
                                       std::vector<std::string> const& inputs) {
    std::vector<DeviceProblem> problems;
    auto const shared = std::make_shared<profiles::Profile const>(profile);
    auto const relays = relays_of(device, shared, stops);
    if (!relays.empty())
        for (auto& what : interlock::problems_of(relays, interlock::Timing{}))
            problems.push_back({"relays", std::move(what)});
    // A board of relays alone has nothing to be read.
    auto const line = line_of(device, shared, inputs);
    if (relays.empty() || !line.units.front().watched.empty())
        for (auto& what : poller::problems_of(line))
            problems.push_back({"profile", std::move(what)});
    add_ratio_problems(device, profile, problems);
    return problems;
}

}  // namespace karkhana::app
