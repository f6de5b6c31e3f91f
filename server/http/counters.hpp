#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace karkhana::http {

/// A number that many threads add to and that orders nothing.
class Counter {
public:
    void add(std::uint64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// What the server counts; see ServerMetrics for the meanings.
struct Counters {
    std::array<Counter, 6> answers;
    Counter bytes_in;
    Counter bytes_out;
    Counter accepted;
    Counter refused;
    Counter heads_refused;
    Counter deadlines_missed;
    Counter queue_refusals;
    Counter events_sent;
    Counter listeners_dropped;
    Counter open;
    Counter listeners;
};

}  // namespace karkhana::http
