#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "devices/modbus/server.hpp"
#include "devices/sim/faults.hpp"
#include "devices/sim/registers.hpp"
#include "devices/sim/scene.hpp"
#include "devices/sim/world.hpp"

namespace karkhana::sim {

/// The commands that simulator and `karkhana sim --help` know.
std::string_view command_help();

/// The devices of a scene on real lines. Stops when destroyed.
class Simulator {
public:
    /// Opens every TCP port and pseudo-terminal. Throws std::runtime_error when one is taken.
    Simulator(Scene scene, MonotonicClock const& clock);
    ~Simulator();
    Simulator(Simulator const&) = delete;
    Simulator& operator=(Simulator const&) = delete;

    /// Runs one command of command_help() and says what came of it, as one line of text.
    std::string command(std::string const& text);

    World& world() { return world_; }
    /// Where a line on TCP listens.
    std::uint16_t port(std::string const& line);

private:
    struct Plugged {
        std::unique_ptr<modbus::PtyPair> pty;
        std::unique_ptr<modbus::Server> server;
        std::uint16_t port = 0;
        bool unplugged = false;
    };

    void plug(SceneLine const& line);
    void unplug(SceneLine const& line);
    modbus::Answer handle(SceneLine const& line, modbus::Request const& request);
    void meddle(SceneUnit const& unit);
    std::string status();
    std::string of_machine(std::string const& verb, std::string const& machine);
    std::string of_unit(std::string const& verb, SceneLine const& line, SceneUnit const& unit,
                        std::vector<std::string> const& words);
    std::string of_meter(std::string const& verb, SceneUnit const& unit, MeterState& meter,
                         std::vector<std::string> const& words);
    SceneLine const* find_line(std::string const& name) const;

    Scene scene_;
    World world_;
    std::mutex mutex_;  ///< of all that follows
    std::unique_ptr<Random> random_;
    std::map<std::string, Plugged> plugged_;
    std::map<std::pair<std::string, int>, Faults> faults_;
    std::map<std::pair<std::string, int>, MeterState> meters_;
};

/// Serves commands on a Unix socket, one line each, until `stop` is readable, and calls `tick`
/// about once a second. Throws std::runtime_error when the socket cannot be made.
void serve_control(Simulator& simulator, std::string const& socket_path, int stop,
                   std::function<void()> const& tick);

}  // namespace karkhana::sim
