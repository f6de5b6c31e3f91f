#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "devices/sim/simulator.hpp"
#include "server/app/commands.hpp"
#include "server/app/signals.hpp"

namespace karkhana::app {
namespace {

/// Written aside and renamed, so that a kill leaves the old or the new registers.
void keep(std::string const& path, std::string const& registers) {
    if (path.empty()) return;
    std::ofstream{path + ".new", std::ios::trunc} << registers;
    std::filesystem::rename(path + ".new", path);
}

std::string read_all(std::string const& path) {
    std::ostringstream text;
    if (!path.empty() && std::filesystem::exists(path)) text << std::ifstream{path}.rdbuf();
    return text.str();
}

}  // namespace

int simulate(SimOptions const& options) {
    config::Problems problems;
    auto scene = sim::load_scene(options.scene, options.profiles, problems);
    for (auto const& problem : problems) std::cerr << problem.text() << '\n';
    if (!scene) return 78;
    SystemMonotonicClock const clock;
    int const stop = stop_signals();
    sim::Simulator simulator{std::move(*scene), clock};
    simulator.world().restore(read_all(options.state));
    std::cout << "simulating" << std::endl;
    sim::serve_control(simulator, options.control, stop,
                       [&] { keep(options.state, simulator.world().registers()); });
    return 0;
}

}  // namespace karkhana::app
