#include "server/app/probe_toml.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "server/app/device_problems.hpp"

namespace karkhana::app {
namespace {

std::string others_of(profiles::Recognition const& found) {
    std::string names;
    for (std::size_t i = 1; i < found.alike; ++i)
        names += (names.empty() ? "" : ", ") + found.candidates[i].profile->device;
    return names;
}

std::string line_toml(LineConfig const& line) {
    auto text = fmt::format("[[line]]\nname = \"{}\"\n", line.name);
    if (!line.tcp.empty()) return text + fmt::format("tcp = \"{}\"\n", line.tcp);
    return text + fmt::format("serial = \"{}\"\nbaud = {}\nparity = \"{}\"\nstop_bits = {}\n",
                              line.serial, line.baud, line.parity, line.stop_bits);
}

std::string device_toml(DeviceConfig const& device, profiles::Profile const& profile) {
    auto text =
        fmt::format("[[device]]\nname = \"{}\"\nline = \"{}\"\nunit = {}\nprofile = \"{}\"\n",
                    device.name, device.line, device.unit, device.profile);
    if (device.serial) text += fmt::format("serial = {}\n", *device.serial);
    if (device.other_word_order) text += "other_word_order = true\n";
    if (profile.relay) return text + "relays = []\n";
    return text + "# machine = \"slug\", machines = [\"slug\", ...] or role = \"site\"\n";
}

std::string commented(std::string const& text) {
    std::istringstream in{text};
    std::string out, line;
    while (std::getline(in, line)) out += "# " + line + "\n";
    return out;
}

std::string unit_toml(LineConfig const& line, FoundUnit const& found) {
    auto const about = fmt::format("\n# Unit {}: {}.\n", found.unit, verdict_on(found.recognition));
    if (found.recognition.candidates.empty()) return about;
    auto const& best = found.recognition.candidates[0];
    DeviceConfig device;
    device.name = fmt::format("{} {}", line.name, found.unit);
    device.line = line.name;
    device.unit = found.unit;
    device.profile = best.profile->device;
    device.serial = best.serial;
    device.other_word_order = best.turned;
    auto const text = device_toml(device, *best.profile);
    auto const problems = problems_of(device, *best.profile, {}, {});
    if (problems.empty()) return about + text;
    return about + "# As it stands: " + problems[0].what + ".\n" + commented(text);
}

}  // namespace

std::string verdict_on(profiles::Recognition const& recognition) {
    if (recognition.candidates.empty()) return "it answers, and nothing known fits";
    auto const& best = recognition.candidates[0];
    auto const name =
        best.profile->device + (best.turned ? ", with its words the other way round" : "");
    if (recognition.sure) return name;
    auto const others = others_of(recognition);
    if (others.empty()) return "perhaps " + name + ", little speaks for it";
    return fmt::format("{}, or {}: not to be told apart from here", name, others);
}

std::string toml_of(LineConfig const& line, std::vector<FoundUnit> const& units) {
    auto text = line_toml(line);
    for (auto const& unit : units) text += unit_toml(line, unit);
    return text;
}

}  // namespace karkhana::app
