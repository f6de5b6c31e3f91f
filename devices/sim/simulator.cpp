#include "devices/sim/simulator.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "devices/sim/registers.hpp"

namespace karkhana::sim {

Simulator::Simulator(Scene scene, MonotonicClock const& clock)
    : scene_(std::move(scene)), world_(scene_, clock) {
    for (auto const& line : scene_.lines) plug(line);
}

Simulator::~Simulator() {
    for (auto& [name, plugged] : plugged_) plugged.server.reset();
    for (auto const& line : scene_.lines) {
        std::error_code ignored;  // the link may be gone with its folder
        if (!line.link.empty()) std::filesystem::remove(line.link, ignored);
    }
}

void Simulator::plug(SceneLine const& line) {
    auto handler = [this, &line](modbus::Request const& request) { return handle(line, request); };
    std::lock_guard const lock{mutex_};
    auto& plugged = plugged_[line.name];
    plugged.unplugged = false;
    if (plugged.server) return;
    if (line.port) {
        plugged.server = modbus::Server::tcp("127.0.0.1", *line.port, handler);
        return;
    }
    plugged.pty = std::make_unique<modbus::PtyPair>();
    plugged.server = modbus::Server::rtu(plugged.pty->server_end(), handler);
    std::filesystem::remove(line.link);
    std::filesystem::create_symlink(plugged.pty->client_path(), line.link);
}

void Simulator::unplug(SceneLine const& line) {
    std::unique_ptr<modbus::Server> gone;  // stops outside the lock that its handler takes
    std::lock_guard const lock{mutex_};
    auto& plugged = plugged_[line.name];
    plugged.unplugged = true;
    // A serial cable out is a line on which nobody answers; a network cable out is a closed port.
    if (line.port) gone = std::move(plugged.server);
}

modbus::Answer Simulator::handle(SceneLine const& line, modbus::Request const& request) {
    modbus::Answer answered;
    answered.silent = true;
    UnitFault fault;
    {
        std::lock_guard const lock{mutex_};
        if (plugged_[line.name].unplugged) return answered;
        if (auto const found = faults_.find({line.name, request.unit}); found != faults_.end())
            fault = found->second;
    }
    if (fault.silent || !world_.powered()) return answered;
    for (auto const& unit : line.units) {
        if (unit.unit != request.unit) continue;
        answered = answer(unit, world_, request);
        if (fault.exception != 0) answered.exception = fault.exception;
        answered.delay = fault.late;
        break;
    }
    return answered;
}

SceneLine const* Simulator::find_line(std::string const& name) const {
    for (auto const& line : scene_.lines)
        if (line.name == name) return &line;
    return nullptr;
}

std::string Simulator::status() {
    std::ostringstream out;
    out << "ok {\"powered\":" << (world_.powered() ? "true" : "false") << ",\"machines\":[";
    char const* comma = "";
    for (auto const& machine : world_.machines()) {
        auto const shown = world_.shown(machine);
        out << comma << "{\"slug\":\"" << machine << "\",\"energy_wh\":" << shown.energy_wh
            << ",\"power_w\":" << shown.power_w << ",\"mass_g\":" << shown.mass_g
            << ",\"contact\":" << (world_.contact(machine) ? "true" : "false") << "}";
        comma = ",";
    }
    out << "]}";
    return out.str();
}

std::string Simulator::command(std::string const& text) {
    std::istringstream in{text};
    std::string verb, target;
    int unit = 0, number = 0;
    in >> verb >> target >> unit >> number;
    if (verb == "status") return status();
    if (verb == "power" && (target == "on" || target == "off")) {
        world_.set_power(target == "on");
        return "ok";
    }
    auto const machines = world_.machines();
    if (verb == "close" || verb == "open") {
        if (std::ranges::find(machines, target) == machines.end()) return "error no such machine";
        if (verb == "close")
            world_.close_contact(target, std::nullopt);
        else
            world_.open_contact(target);
        return "ok";
    }
    auto const* line = find_line(target);
    if (line == nullptr) return "error unknown command or line";
    if (verb == "plug")
        plug(*line);
    else if (verb == "unplug")
        unplug(*line);
    else {
        UnitFault fault;
        if (verb == "silence")
            fault.silent = true;
        else if (verb == "exception")
            fault.exception = static_cast<std::uint8_t>(number);
        else if (verb == "late")
            fault.late = std::chrono::milliseconds{number};
        else if (verb != "heal")
            return "error unknown command";
        std::lock_guard const lock{mutex_};
        faults_[{target, unit}] = fault;
    }
    return "ok";
}

}  // namespace karkhana::sim
