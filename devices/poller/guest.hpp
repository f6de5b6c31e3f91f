#pragma once

#include <functional>

#include "devices/modbus/bus.hpp"

namespace karkhana::poller {

/// Something that shares a line with the readings and goes before them, such as a relay board.
class LineGuest {
public:
    virtual ~LineGuest() = default;

    /// When it next wants the bus. Asked on the line's thread.
    virtual Monotonic due() const = 0;

    /// Its turn, on the line's thread: a few exchanges at most, each with a deadline of its own.
    virtual void run(modbus::Bus& bus) = 0;

    /// Nobody answered it and nothing hangs on it: its turn is a probe, out of the twentieth of the
    /// line's time that all probes share. Asked on the line's thread, as the next one.
    virtual bool probing() const { return false; }

    /// A line on which nobody was heard has an answer again: who was given up is asked at once.
    virtual void line_returned() {}

    /// Before a line starts, and again before one that takes its place. Calling `wake`, from any
    /// thread and however long, has due() asked again.
    virtual void attached(std::function<void()> wake) = 0;
};

}  // namespace karkhana::poller
