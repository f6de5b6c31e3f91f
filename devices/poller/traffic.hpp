#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "devices/modbus/bus.hpp"
#include "devices/poller/backoff.hpp"
#include "server/base/clock.hpp"

namespace karkhana::poller {

/// What one unit had to do with its line. Counts are since the start of the daemon.
struct UnitTraffic {
    std::uint8_t unit = 0;
    std::uint64_t exchanges = 0;
    std::array<std::uint64_t, modbus::fault_count> failures{};  ///< by Fault
    std::optional<modbus::Failure> last_failure;
    int busy_permille = 0;             ///< share of the line's last minute
    std::optional<Duration> latency;   ///< moving average; nothing before the first answer
    Duration latency_p99{};            ///< of the last 128 answers
    std::optional<Duration> since_ok;  ///< real time since it last answered with what was asked
};

struct LineTraffic {
    bool connected = false;
    std::uint64_t exchanges = 0;
    Duration busy{};        ///< since the start
    int busy_permille = 0;  ///< of the last minute
    std::vector<UnitTraffic> units;
};

/// A bus that remembers who used it, whether the poller or a guest. traffic() from any thread.
class WatchedBus final : public modbus::Bus {
public:
    WatchedBus(modbus::Bus& inner, MonotonicClock const& clock);

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override;
    Monotonic ready_at(std::uint8_t unit) const override { return inner_.ready_at(unit); }
    void close() override { inner_.close(); }

    LineTraffic traffic() const;

    /// Whether the line leads anywhere.
    struct Heard {
        bool connected = false;
        Monotonic answer{};  ///< the last one of a device, be it an exception
    };
    Heard heard() const;

private:
    /// Time used in the last minute, in twelve parts of it.
    struct Minute {
        std::array<Duration, 12> used{};
        std::int64_t part = 0;
        void add(std::int64_t now, Duration span);
        Duration sum(std::int64_t now) const;
    };
    struct Tally {
        UnitTraffic traffic;
        Latency latency;
        Minute minute;
        std::optional<Monotonic> ok;
    };

    std::int64_t part_of(Monotonic at) const;
    int permille(Duration used, Monotonic now) const;

    modbus::Bus& inner_;
    MonotonicClock const& clock_;
    Monotonic const started_;
    mutable std::mutex mutex_;
    Heard heard_;
    std::uint64_t exchanges_ = 0;
    Duration busy_{};
    std::map<std::uint8_t, Tally> units_;
};

}  // namespace karkhana::poller
