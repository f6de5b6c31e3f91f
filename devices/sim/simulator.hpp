#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "devices/modbus/server.hpp"
#include "devices/sim/scene.hpp"
#include "devices/sim/world.hpp"

namespace karkhana::sim {

/// How a unit misbehaves at the moment.
struct UnitFault {
    bool silent = false;
    std::uint8_t exception = 0;
    Duration late{};
};

/// The devices of a scene on real lines. Stops when destroyed.
class Simulator {
public:
    /// Opens every TCP port and pseudo-terminal. Throws std::runtime_error when one is taken.
    Simulator(Scene scene, MonotonicClock const& clock);
    ~Simulator();
    Simulator(Simulator const&) = delete;
    Simulator& operator=(Simulator const&) = delete;

    /// Runs one command and says what came of it, as one line of text:
    ///   status                        registers, power and contact of every machine
    ///   unplug LINE | plug LINE       the cable out and in
    ///   silence LINE UNIT | exception LINE UNIT CODE | late LINE UNIT MS | heal LINE UNIT
    ///   power off | power on          a power cut
    ///   close MACHINE | open MACHINE  another master writes the coil
    std::string command(std::string const& text);

    World& world() { return world_; }

private:
    struct Plugged {
        std::unique_ptr<modbus::PtyPair> pty;
        std::unique_ptr<modbus::Server> server;
        bool unplugged = false;
    };

    void plug(SceneLine const& line);
    void unplug(SceneLine const& line);
    modbus::Answer handle(SceneLine const& line, modbus::Request const& request);
    std::string status();
    SceneLine const* find_line(std::string const& name) const;

    Scene scene_;
    World world_;
    std::mutex mutex_;  ///< of plugged_ and faults_
    std::map<std::string, Plugged> plugged_;
    std::map<std::pair<std::string, int>, UnitFault> faults_;
};

/// Serves commands on a Unix socket, one line each, until `stop` is readable, and calls `tick`
/// about once a second. Throws std::runtime_error when the socket cannot be made.
void serve_control(Simulator& simulator, std::string const& socket_path, int stop,
                   std::function<void()> const& tick);

}  // namespace karkhana::sim
