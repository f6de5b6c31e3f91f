#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "devices/modbus/frame.hpp"
#include "devices/modbus/line.hpp"

namespace karkhana::modbus {

/// What carries the bytes of a line and knows nothing of what they mean. The real one is a socket
/// or a serial port; a simulation has its own.
class Pipe {
public:
    enum class Heard { bytes, nothing, broken };

    virtual ~Pipe() = default;
    virtual bool is_open() const = 0;
    /// Waits at most so long for the other side. Nothing when it is open; else `not_connected`, or
    /// `in_use` where another program has the serial port.
    virtual std::optional<Fault> open(Duration wait) = 0;
    /// Why it could not be opened, in words; empty when nobody knows.
    virtual std::string trouble() const { return {}; }
    virtual void close() = 0;
    virtual bool send(Frame const& frame) = 0;
    /// Waits until `until` for something to read, and reads what there is: `size` bytes.
    virtual Heard listen(std::span<std::uint8_t> room, std::size_t& size, Monotonic until) = 0;
};

/// Throws std::invalid_argument when libmodbus does not take the endpoint.
std::unique_ptr<Pipe> make_pipe(Endpoint const& endpoint, MonotonicClock const& clock);

}  // namespace karkhana::modbus
