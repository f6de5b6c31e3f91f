#pragma once

#include "devices/modbus/trace.hpp"

namespace karkhana::modbus {

/// A line as its poller sees it: ask, and get an answer that belongs to the question or a reason.
/// One thread at a time. The real one is Line; a simulation has its own.
class Bus {
public:
    virtual ~Bus() = default;

    /// Blocks until the whole reply is here and checked, or until `deadline`.
    virtual Outcome transact(Request const& request, Monotonic deadline) = 0;

    /// The earliest time at which `unit` may be asked again. After a reply went missing, a late one
    /// may still come; until then a request to this unit fails as `quarantined`.
    virtual Monotonic ready_at(std::uint8_t unit) const = 0;

    /// Gives up the port or socket; the next request opens it anew.
    virtual void close() = 0;

    /// The last exchanges in bytes, oldest first, where there are any. From any thread.
    virtual std::vector<TracedExchange> last_frames() const { return {}; }
};

}  // namespace karkhana::modbus
