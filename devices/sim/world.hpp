#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/sim/machine.hpp"
#include "devices/sim/scene.hpp"
#include "server/base/clock.hpp"

namespace karkhana::sim {

/// What a meter shows of its machine.
struct Shown {
    std::int64_t energy_wh = 0;
    std::int64_t power_w = 0;
    std::int64_t mass_g = 0;
    bool energised = false;
    bool running = false;  ///< a cycle is on
};

/// The machines and their contacts. Nothing runs in the background: whoever asks brings the world
/// to the present first, to the microsecond also over a relay that opened by its own timer in
/// between. Thread-safe.
class World {
public:
    World(Scene const& scene, MonotonicClock const& clock);

    Shown shown(std::string const& machine);
    /// Of the machine behind this meter, or of the sum of its machines; nothing of no machine.
    Shown shown(SceneUnit const& unit);
    bool contact(std::string const& machine);
    /// Closes for good, or for a time that the relay itself counts.
    void close_contact(std::string const& machine, std::optional<Duration> for_time);
    void open_contact(std::string const& machine);
    /// What a board's watchdog register holds; 0: it does not watch.
    std::uint16_t watchdog(SceneUnit const& board);
    void set_watchdog(SceneUnit const& board, std::uint16_t value);
    /// Somebody has shown the board that he lives: its contacts stay closed for its time more.
    void feed(SceneUnit const& board);
    /// How much of that time is left; nothing when the board does not watch.
    std::optional<Duration> left(SceneUnit const& board);
    /// The machine's cycle ends, after the phase that it is in; or it begins another.
    void rest(std::string const& machine, bool resting);
    /// A power cut opens every contact and nothing answers until the power is back.
    void set_power(bool on);
    bool powered();
    std::vector<std::string> machines() const;

    /// A register that somebody wrote; `device` is any address that stands for the device.
    void write(void const* device, std::uint16_t address, std::uint16_t word);
    std::optional<std::uint16_t> written(void const* device, std::uint16_t address);

    /// What every meter has counted, as lines of text: meters keep their registers over a restart.
    std::string registers();
    /// Takes back what registers() said; machines it does not name start from the scene.
    void restore(std::string const& registers);

private:
    struct Place {
        Machine machine;
        std::int64_t register_start_wh = 0;
        bool closed = false;
        std::optional<Monotonic> opens_at;
        bool behind_relay = false;
    };

    struct Watched {
        std::uint16_t value = 0;
        Monotonic fed;
    };

    void bring_to_present();
    void run(Place& place, Monotonic until);
    Shown sum(std::vector<std::string> const& machines);
    Place& at(std::string const& machine);

    MonotonicClock const& clock_;
    int speed_;
    std::mutex mutex_;
    std::map<std::string, Place> places_;
    std::map<SceneUnit const*, Watched> watchdogs_;
    Monotonic present_;
    bool powered_ = true;
    std::map<std::pair<void const*, std::uint16_t>, std::uint16_t> written_;
};

}  // namespace karkhana::sim
