#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/profiles/profile.hpp"
#include "devices/profiles/toml.hpp"

namespace karkhana::sim {

/// One simulated machine.
struct SceneMachine {
    std::string slug;
    std::string kind;
    std::int64_t rated_w = 0;
    std::int64_t register_start_wh = 0;  ///< what its meter has counted before
};

/// One device on a line. A meter or scale belongs to one machine, or to the sum of several; a relay
/// board switches several.
struct SceneUnit {
    std::uint8_t unit = 1;
    std::shared_ptr<profiles::Profile const> profile;
    std::string machine;
    std::uint32_t serial = 0;
    std::map<std::uint16_t, std::string> relays;  ///< channel to machine
    std::vector<std::string> machines = {};       ///< instead of `machine`; all of them: the site
};

/// One line: TCP on a port, with serial frames where `rtu` says so, or a pseudo-terminal that
/// `link` points at.
struct SceneLine {
    std::string name;
    std::optional<std::uint16_t> port;
    std::string link;
    std::vector<SceneUnit> units;
    bool rtu = false;
};

struct Scene {
    std::uint64_t seed = 1;
    int clock_speed = 1;  ///< facility seconds a real second
    std::vector<SceneMachine> machines;
    std::vector<SceneLine> lines;
};

/// Reads a scene file; nothing when there is any problem, all of them in `problems`.
std::optional<Scene> load_scene(std::string const& path, std::string const& profile_folder,
                                config::Problems& problems);

}  // namespace karkhana::sim
