#include <iostream>
#include <stdexcept>

#include "server/app/commands.hpp"
#include "server/app/daemon.hpp"
#include "server/app/signals.hpp"

namespace karkhana::app {

int serve(ServeOptions const& options) {
    auto loaded = load_or_complain(options.config);
    if (!loaded) return 78;
    std::optional<ClockSpec> clock;
    if (!options.clock.empty()) {
        if (!loaded->config.simulated)
            throw std::runtime_error("--clock is for simulated lines alone: a bill of real "
                                     "machines follows the real clock");
        auto const parsed = parse_clock(options.clock, SystemWallClock{}.now());
        if (!parsed) throw std::runtime_error("--clock: " + parsed.error().detail);
        clock = *parsed;
    }
    if (options.check) {
        std::cout << options.config << ": sound\n";
        return 0;
    }
    int const stop = stop_signals();
    Daemon daemon{std::move(*loaded), clock, make_log()};
    daemon.start();
    wait_for_stop(stop);
    daemon.stop();
    return 0;
}

}  // namespace karkhana::app
