#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/base/time.hpp"

namespace karkhana::poller {

/// The next point of the grid after `now`, and how many points passed without their turn. The grid
/// never shifts: a late poll is followed by one in time.
struct GridStep {
    Monotonic next;
    std::uint64_t missed = 0;
};
GridStep advance(Monotonic due, Duration period, Monotonic now);

/// When to try again something that does not answer: 1, 2, 4 ... seconds up to `most`, each a
/// fifth more or less, so that units that died together are not probed together.
/// `failures` counts from 1; `dice` is any 32 random bits.
Duration retry_delay(int failures, std::uint32_t dice, Duration most);

/// When the next probe of any dead unit may begin: all of them together take at most a twentieth
/// of the line's time.
Monotonic next_probe(Monotonic began, Monotonic ended);
/// The same where the earlier ones have taken the line up to `paid_at`.
Monotonic next_probe(Monotonic paid_at, Monotonic began, Monotonic ended);

/// Learns how long a unit takes to answer, from its last 128 answers.
class Latency {
public:
    void add(Duration sample);
    Duration mean() const { return mean_; }
    /// Answers enough to tell what is usual.
    bool learned() const { return count_ >= 16; }
    /// What 99 of 100 answers keep within; the longest of fewer.
    Duration p99() const;
    bool known() const { return known_; }
    /// How long to wait for an answer that takes `frame` on the wire: twice what is usual, 50 ms at
    /// least, never longer than `most`.
    Duration patience(Duration most, Duration frame) const;

private:
    Duration mean_{};
    std::array<std::uint32_t, 128> last_us_{};
    std::size_t count_ = 0;  ///< ever
    bool known_ = false;
};

}  // namespace karkhana::poller
