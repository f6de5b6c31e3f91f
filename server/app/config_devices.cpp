#include <algorithm>
#include <array>
#include <set>

#include "devices/profiles/exact.hpp"
#include "server/app/config_parts.hpp"
#include "server/app/device_problems.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// 40, "40" or "200/5".
profiles::Scale read_ratio(Table& table, std::string_view key) {
    if (!table.has(key)) return {};
    auto const ratio =
        table.holds_text(key)
            ? profiles::exact(*table.text(key))
            : std::optional{profiles::Scale{table.integer(key, 1, 1'000'000).value_or(1), 1}};
    if (!ratio || ratio->numerator <= 0)
        table.complain(key, "a ratio of a transformer, like 40 or \"200/5\"");
    return ratio.value_or(profiles::Scale{});
}

/// Of one machine, of several that share it, or of the whole site.
void read_role(Table& table, DeviceConfig& device) {
    using metering::MeterRole;
    device.machines = table.texts("machines");
    if (!device.machines.empty()) device.role = MeterRole::shared;
    auto const role = table.text("role").value_or("");
    if (role == "site")
        device.role = MeterRole::site;
    else if (!role.empty())
        table.complain("role", "site, or nothing");
    bool const several = !device.machine.empty() && device.role != MeterRole::machine;
    if (several || (device.role == MeterRole::site && !device.machines.empty()))
        table.complain("machine", "a meter is of one machine, of several, or of the site");
    if (device.machines.size() == 1) table.complain("machines", "one alone is machine = \"...\"");
    auto const share = table.text("share");
    if (share && device.machines.empty()) table.complain("share", "needs machines that share it");
    if (!share) return;
    auto const split = metering::split_of(*share);
    if (split && *split <= metering::Split::equal)
        device.share = *split;
    else
        table.complain("share", "rated_power, time or equal");
}

bool has_line(Config const& out, std::string const& name) {
    return std::ranges::any_of(out.lines, [&](auto const& line) { return line.name == name; });
}

void check_shared(Table& table, DeviceConfig const& device, Config const& out) {
    std::set<std::string> seen;
    for (auto const& slug : device.machines) {
        if (!has_machine(out, slug)) table.complain("machines", "no machine of this slug: " + slug);
        if (!seen.insert(slug).second) table.complain("machines", slug + " is named twice");
        for (auto const& other : out.devices)
            if (std::ranges::count(other.machines, slug) > 0)
                table.complain("machines", slug + " is behind " + other.name + " already");
    }
}

void check_relay(Table& table, std::string const& slug, Config const& out) {
    if (!has_machine(out, slug)) table.complain("relays", "no machine of this slug: " + slug);
    for (auto const& other : out.devices)
        if (std::ranges::find(other.relays, slug) != other.relays.end())
            table.complain("relays", slug + " is switched by " + other.name + " already");
}

}  // namespace

DeviceConfig read_device(Table& table) {
    DeviceConfig device;
    device.at = table.line();
    device.name = table.require_text("name");
    device.line = table.require_text("line");
    device.unit = static_cast<int>(table.require_integer("unit", 1, 247));
    device.profile = table.require_text("profile");
    device.machine = table.text("machine").value_or("");
    if (auto const serial = table.integer("serial", 0, 0x7FFFFFFFFFFFFFFF))
        device.serial = static_cast<std::uint64_t>(*serial);
    device.relays = table.texts("relays");
    device.ratios.current = read_ratio(table, "ct_ratio");
    device.ratios.voltage = read_ratio(table, "pt_ratio");
    device.feedback = table.integers("feedback", -1, 1999);
    if (device.feedback.size() > device.relays.size())
        table.complain("feedback", "more inputs than relays");
    device.other_word_order = table.flag("other_word_order").value_or(false);
    device.period = std::chrono::seconds{table.integer("period_seconds", 1, 5).value_or(1)};
    read_role(table, device);
    return device;
}

void check_device(Table& table, DeviceConfig const& device, Config const& out,
                  ProfilesByName const& profiles) {
    if (!has_line(out, device.line)) table.complain("line", "no line of this name");
    if (auto const profile = profiles.find(device.profile); profile == profiles.end())
        table.complain("profile", "no such device profile");
    else
        for (auto const& problem :
             problems_of(device, profile->second, out.stops, inputs_of(out, device.name)))
            table.complain(problem.key, problem.what);
    if (!device.machine.empty() && !has_machine(out, device.machine))
        table.complain("machine", "no machine of this slug");
    check_shared(table, device, out);
    for (auto const& slug : device.relays)
        if (!slug.empty()) check_relay(table, slug, out);
    for (auto const& other : out.devices) {
        if (other.line == device.line && other.unit == device.unit)
            table.complain("unit", "taken on this line by " + other.name);
        if (other.name == device.name) table.complain("name", used_twice(device.name));
    }
}

void check_input(Table& table, InputConfig const& input, Config const& out,
                 ProfilesByName const& profiles, bool voltage_tells) {
    auto const device = std::ranges::find(out.devices, input.device, &DeviceConfig::name);
    if (device == out.devices.end()) return table.complain("device", "no device of this name");
    auto const profile = profiles.find(device->profile);
    auto const* point = profile == profiles.end() ? nullptr : profile->second.find(input.point);
    bool const tells = point != nullptr && point->kind != profiles::PointKind::command &&
                       (point->unit == Unit::flag || (voltage_tells && point->unit == Unit::mv));
    if (!tells)
        table.complain("point", voltage_tells ? "no voltage and no state of this device"
                                              : "no state of this device");
}

void check_counter(Table& table, InputConfig const& input, Config const& out,
                   ProfilesByName const& profiles) {
    auto const device = std::ranges::find(out.devices, input.device, &DeviceConfig::name);
    if (device == out.devices.end()) return table.complain("device", "no device of this name");
    auto const profile = profiles.find(device->profile);
    auto const* point = profile == profiles.end() ? nullptr : profile->second.find(input.point);
    bool const counts = point != nullptr && point->kind == profiles::PointKind::counter &&
                        point->unit == Unit::count;
    if (!counts) table.complain("point", "no counter of pulses of this device");
}

std::vector<std::string> inputs_of(Config const& config, std::string const& device) {
    std::vector<std::string> points;
    if (config.mains && config.mains->device == device) points.push_back(config.mains->point);
    for (auto const& [slug, input] : config.runs)
        if (input.device == device) points.push_back(input.point);
    for (auto const& [slug, input] : config.strokes)
        if (input.device == device) points.push_back(input.point);
    return points;
}

}  // namespace karkhana::app
