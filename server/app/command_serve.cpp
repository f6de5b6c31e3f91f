#include <iostream>
#include <stdexcept>

#include "server/app/commands.hpp"
#include "server/app/daemon.hpp"
#include "server/app/signals.hpp"
#include "server/store/store.hpp"

namespace karkhana::app {
namespace {

/// Whatever is wrong with the file as it is now, the daemon goes on by the one before.
void reload(Daemon& daemon, std::string const& config, Log const& log) {
    auto wanted = load_or_complain(config);
    auto const refused = [&](std::string const& why) {
        daemon.reload_failed();
        log("error", config + ": " + why);
    };
    if (!wanted) return refused("refused, and nothing is changed");
    try {
        auto const lines = daemon.reload(std::move(*wanted));
        if (!lines) {
            for (auto const& reason : lines.error()) log("error", config + ": " + reason);
            return refused("takes a restart, and nothing is changed");
        }
        for (auto const& line : *lines) log("info", "line '" + line + "' goes on by " + config);
        log("info", config + ": read again");
    } catch (store::Unavailable const& error) {
        refused(std::string{"nothing is changed: "} + error.what());
    }
}

}  // namespace

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
    int const signals = service_signals();
    auto const log = make_log();
    Daemon daemon{std::move(*loaded), clock, log};
    daemon.start();
    while (next_wish(signals) == Wish::reload) reload(daemon, options.config, log);
    daemon.stop();
    return 0;
}

}  // namespace karkhana::app
