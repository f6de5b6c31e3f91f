#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/profiles/profile.hpp"
#include "server/base/time.hpp"

namespace karkhana::poller {

/// A point of a unit's profile that somebody wants, and the number its readings carry.
struct Watched {
    std::string point;
    Channel channel = 0;
};

/// In the place of a serial number that has letters: no register tells it.
constexpr std::uint64_t serial_of_letters = ~std::uint64_t{0};

/// One device on the line.
struct UnitSetup {
    std::uint8_t unit = 1;
    std::shared_ptr<profiles::Profile const> profile;
    std::vector<Watched> watched;
    Duration period = std::chrono::seconds(1);
    /// The most that the machine behind this meter can draw: an energy counter that grows faster
    /// is not believed. 0: unknown, any rate is believed.
    std::int64_t max_power_w = 0;
    /// The serial number this place in the configuration was commissioned with.
    std::optional<std::uint64_t> serial;
    /// The meter of that number has told it itself: one that does not tell it is another.
    bool serial_told = false;
    /// The number of the meter that has taken its place since, set by whoever is told of it; 0:
    /// none has. May be left out.
    std::shared_ptr<std::atomic<std::uint64_t>> exchanged_for;
};

/// Coils and registers that a write may reach, whoever asks for it. Everything else is refused
/// before it is sent.
struct Writable {
    std::uint8_t unit = 0;
    std::uint8_t function = 5;
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

struct LineSetup {
    std::uint16_t index = 0;  ///< of the line in the configuration
    std::string name;
    std::uint64_t boot = 0;  ///< start of the daemon, microseconds since 1970
    /// Time one character takes on a serial line (11 bits at most); 0 on TCP.
    Duration character{};
    /// How much faster than real time the facility's clock runs (demo and tests); counters grow at
    /// the facility's pace, while periods and deadlines stay real.
    int clock_speed = 1;
    std::vector<UnitSetup> units;
    std::vector<Writable> writable;
    std::uint64_t seed = 1;  ///< of the jitter between probes of dead units
};

/// What is wrong with a setup before a line is started: unknown points, two units with one
/// number, a period of nothing. Empty when it can run.
std::vector<std::string> problems_of(LineSetup const& setup);

/// Character time of a serial line, from its speed and framing.
Duration character_time(int baud, bool parity, int stop_bits);

}  // namespace karkhana::poller
