#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "devices/modbus/message.hpp"

namespace karkhana::modbus {

/// One exchange as its bytes went over the wire.
struct TracedExchange {
    Monotonic asked;
    Duration took{};
    std::uint8_t unit = 0;
    std::vector<std::uint8_t> request;
    std::vector<std::uint8_t> reply;  ///< as far as it came
    std::optional<Failure> failure;   ///< nothing: the reply was believed
};

/// The last exchanges of a line, for whoever looks for what is wrong with it. Always on: once the
/// ring has been round it takes no more memory. Thread-safe.
class Trace {
public:
    void add(Monotonic asked, Duration took, std::uint8_t unit,
             std::span<std::uint8_t const> request, std::span<std::uint8_t const> reply,
             std::optional<Failure> failure);

    /// Oldest first, at most 64.
    std::vector<TracedExchange> last() const;

private:
    mutable std::mutex mutex_;
    std::array<TracedExchange, 64> ring_;
    std::size_t count_ = 0;  ///< ever
};

}  // namespace karkhana::modbus
