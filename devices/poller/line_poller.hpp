#pragma once

#include <future>
#include <memory>

#include "devices/modbus/bus.hpp"
#include "devices/poller/command.hpp"
#include "devices/poller/guest.hpp"
#include "devices/poller/health.hpp"
#include "devices/poller/setup.hpp"
#include "server/base/clock.hpp"

namespace karkhana::poller {

/// One thread for one line: reads every unit on its grid, answers snapshots and commands between
/// two frames, and lets guests go first. Everything here may be called from any thread.
class LinePoller {
public:
    /// The clocks and the sink outlive the poller.
    LinePoller(LineSetup setup, std::unique_ptr<modbus::Bus> bus, ReadingSink& sink,
               WallClock const& wall, MonotonicClock const& monotonic);
    ~LinePoller();  ///< stops
    LinePoller(LinePoller const&) = delete;
    LinePoller& operator=(LinePoller const&) = delete;

    /// Before start(). The guest outlives the poller's thread.
    void attach(LineGuest& guest);
    void start();
    /// Waits for the exchange under way; commands not yet begun end as `expired`.
    void stop();

    std::future<SnapshotResult> snapshot(std::uint8_t unit, Monotonic deadline);
    void snapshot(Snapshot command);
    /// One exchange ahead of the readings; a write only where the setup allows it.
    std::future<modbus::Outcome> exchange(modbus::Request request, Monotonic expires);
    void exchange(Exchange command);
    std::future<modbus::Outcome> write_coil(std::uint8_t unit, std::uint16_t address,
                                            std::uint16_t word, Monotonic expires);
    std::future<modbus::Outcome> read_coils(std::uint8_t unit, std::uint16_t address,
                                            std::uint16_t count, Monotonic expires);

    /// Somebody is waiting for this unit until then, because what runs behind it is paid for: while
    /// it is dead it is probed every 5 s. Every call says it anew.
    void attend(std::uint8_t unit, Monotonic until);

    LineHealth health() const;
    /// The last exchanges in bytes, oldest first.
    std::vector<modbus::TracedExchange> last_frames() const;

private:
    struct Thread;
    std::shared_ptr<Thread> thread_;  ///< a guest may be about to wake it while it goes
};

}  // namespace karkhana::poller
