#include "server/app/config_checks.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <unistd.h>

#include "server/app/device_problems.hpp"

namespace karkhana::app {
namespace {

namespace fs = std::filesystem;

std::string words_of(int error) { return std::strerror(error); }

bool is_of(DeviceConfig const& device, std::string const& slug) {
    return device.machine == slug || std::ranges::count(device.machines, slug) > 0;
}

bool bills(profiles::Profile const& profile) {
    return std::ranges::any_of(profile.points, &profiles::Point::billing);
}

/// What is somebody's; water and pulses need not be.
bool measures(profiles::Profile const& profile) {
    return std::ranges::any_of(profile.points, [](profiles::Point const& point) {
        return is_watched(point) && (point.unit == Unit::wh || point.unit == Unit::w);
    });
}

/// An energy meter, and not the drive or the scale of a machine that is billed by something else.
bool is_meter(profiles::Profile const& profile) {
    return std::ranges::any_of(profile.points, [](profiles::Point const& point) {
        return point.kind == profiles::PointKind::counter || point.name == "active_power";
    });
}

bool is_of_nobody(DeviceConfig const& device) {
    return device.machine.empty() && device.machines.empty() && device.relays.empty() &&
           device.role == metering::MeterRole::machine;
}

}  // namespace

std::string problem_of_data(std::string const& folder) {
    if (folder.empty()) return "";
    std::error_code error;
    auto above = fs::absolute(folder).lexically_normal();
    while (!fs::exists(fs::symlink_status(above, error)) && above != above.root_path())
        above = above.parent_path();
    if (!fs::is_directory(above, error)) return above.string() + " is no folder";
    if (above == fs::absolute(folder).lexically_normal()) return "";
    // Only by making one is it known whether one can be made; it goes at once.
    auto trial = (above / ".karkhana-XXXXXX").string();
    if (::mkdtemp(trial.data()) == nullptr)
        return "cannot be made in " + above.string() + ": " + words_of(errno);
    ::rmdir(trial.c_str());
    return "";
}

std::string problem_of_address(std::string const& address) {
    auto const number = address.substr(0, address.find('%'));  // before the name of a link
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    for (int const family : {AF_INET, AF_INET6})
        if (::inet_pton(family, number.c_str(), parsed.data()) == 1) return "";
    return "an address in numbers, like 127.0.0.1 or 0.0.0.0";
}

std::string problem_of_file(std::string const& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return path + ": Is a directory";
    int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return path + ": " + words_of(errno);
    ::close(descriptor);
    return "";
}

Result<std::string> read_secret(std::string const& path) {
    auto const bad = [&](std::string const& what) {
        return refuse(ErrorKind::invalid, "bad_secret", path + ": " + what);
    };
    if (auto problem = problem_of_file(path); !problem.empty())
        return refuse(ErrorKind::invalid, "bad_secret", std::move(problem));
    std::error_code error;
    auto const others = fs::perms::group_all | fs::perms::others_all;
    if ((fs::status(path, error).permissions() & others) != fs::perms::none)
        return bad("others may read it: chmod 600");
    std::ifstream file{path};
    std::string secret, more;
    std::getline(file, secret);
    if (!secret.empty() && secret.back() == '\r') secret.pop_back();
    bool const readable = std::ranges::none_of(
        secret, [](char each) { return static_cast<unsigned char>(each) < ' ' || each == 0x7F; });
    if (secret.empty() || secret.size() > 1000 || !readable || std::getline(file, more))
        return bad("holds one line, the secret");
    return secret;
}

bool is_baud(int baud) {
    constexpr std::array kKnown = {300,   600,    1200,   2400,   4800,   9600,   19200,  38400,
                                   57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000};
    return std::ranges::find(kKnown, baud) != kKnown.end();
}

std::vector<MeterProblem> problems_of_meters(Config const& config, ProfilesByName const& profiles) {
    std::vector<MeterProblem> problems;
    auto const profile_of = [&](DeviceConfig const& device) -> profiles::Profile const* {
        auto const found = profiles.find(device.profile);
        return found == profiles.end() ? nullptr : &found->second;
    };
    for (std::size_t i = 0; i < config.devices.size(); ++i) {
        auto const& device = config.devices[i];
        auto const* profile = profile_of(device);
        bool const tells = !inputs_of(config, device.name).empty();
        if (profile == nullptr) continue;
        if (is_of_nobody(device) && measures(*profile) && !tells)
            problems.push_back(
                {i, "name", "a meter of nobody: it needs machine, machines or role = \"site\""});
        if (is_of_nobody(device) || !is_meter(*profile) || bills(*profile)) continue;
        for (auto const& machine : config.machines) {
            bool const billed = std::ranges::any_of(config.devices, [&](auto const& other) {
                auto const* its = profile_of(other);
                return is_of(other, machine.slug) && its != nullptr && bills(*its);
            });
            if (is_of(device, machine.slug) && !billed)
                problems.push_back({i, "profile",
                                    "'" + device.profile +
                                        "' has no counter that may be billed, "
                                        "and " +
                                        machine.slug + " has no other meter"});
        }
    }
    return problems;
}

}  // namespace karkhana::app
