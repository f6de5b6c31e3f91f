#pragma once

#include <chrono>
#include <cstdint>

namespace karkhana::store::postgres {

/// When to try again after a conflict or a lost connection, and when to give up: at most so many
/// attempts, none after a set time, with pauses that double up to a bound and differ between
/// callers.
class Retry {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr int kAttempts = 10;

    /// `seed` makes the pauses of two callers differ.
    Retry(std::uint64_t seed, Clock::time_point give_up_at)
        : random_(seed), give_up_at_(give_up_at) {}

    /// Counts a failed attempt; true when there should be another.
    bool again(Clock::time_point now);
    /// How long to wait before it: between half of and the whole of 2, 4, 8, ... 256 ms.
    std::chrono::microseconds pause();

private:
    std::uint64_t random_;
    Clock::time_point give_up_at_;
    int failed_ = 0;
};

}  // namespace karkhana::store::postgres
