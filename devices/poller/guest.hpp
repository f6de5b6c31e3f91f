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

    /// Called once before the line starts. Calling `wake`, from any thread, has due() asked again.
    virtual void attached(std::function<void()> wake) = 0;
};

}  // namespace karkhana::poller
