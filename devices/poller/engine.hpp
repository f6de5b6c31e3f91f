#pragma once

#include <memory>

#include "devices/modbus/bus.hpp"
#include "devices/poller/command.hpp"
#include "devices/poller/guest.hpp"
#include "devices/poller/line_poller.hpp"

namespace karkhana::poller {

/// The poller without its thread: a simulation calls step() itself, with a bus and clocks of its
/// own. One thread, but for submit(), attend() and health().
class PollEngine {
public:
    PollEngine(LineSetup setup, modbus::Bus& bus, ReadingSink& sink, WallClock const& wall,
               MonotonicClock const& monotonic);
    ~PollEngine();
    PollEngine(PollEngine const&) = delete;
    PollEngine& operator=(PollEngine const&) = delete;

    void attach(LineGuest& guest, std::function<void()> wake);
    void submit(Command command);
    /// Until then somebody is waiting for this unit: while it is dead it is probed every 5 s.
    void attend(std::uint8_t unit, Monotonic until);

    /// Does what is due first, at most one block or one command, and says when to come back.
    Monotonic step();

    /// Ends the commands that were not begun as `expired`.
    void cancel_commands();

    LineHealth health() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace karkhana::poller
