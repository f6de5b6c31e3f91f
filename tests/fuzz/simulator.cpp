// Any text as a scene of the simulator, or as a command to it: a scene or what is wrong with it,
// and one line of answer whatever is said.

#include "devices/sim/simulator.hpp"

#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "devices/profiles/load.hpp"

using namespace karkhana;

namespace {

void read_scene(std::string_view text) {
    int const file = ::memfd_create("scene", 0);
    if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    config::Problems problems;
    // The profiles are another target's: here no unit has one, and that alone is wrong with it.
    auto const scene =
        sim::load_scene("/proc/self/fd/" + std::to_string(file), "tests/fuzz", problems);
    ::close(file);
    if (scene.has_value() != problems.empty()) std::abort();
}

std::shared_ptr<profiles::Profile const> profile(char const* name) {
    config::Problems problems;
    return std::make_shared<profiles::Profile const>(
        profiles::load_profile(std::string{"devices/profiles/"} + name + ".toml", problems)
            .value());
}

/// A meter and a relay board on a line that nobody asks, made once.
sim::Simulator& simulator() {
    static SystemMonotonicClock const clock;
    static sim::Simulator made{
        [] {
            sim::Scene scene;
            scene.machines.push_back({"press", "flat", 2'000, 0});
            sim::SceneLine line{"hall", std::uint16_t{0}, "", {}};
            line.units.push_back({1, profile("eastron_sdm120"), "press", 7, {}});
            line.units.push_back({2, profile("waveshare_rtu_relay_8ch"), "", 0, {{0, "press"}}});
            scene.lines = {line};
            return scene;
        }(),
        clock};
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 1) return 0;
    std::string const text{reinterpret_cast<char const*>(data) + 1, size - 1};
    if (data[0] % 2 == 0) {
        read_scene(text);
    } else if (simulator().command(text).find('\n') != std::string::npos) {
        std::abort();
    }
    return 0;
}
