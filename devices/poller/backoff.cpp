#include "devices/poller/backoff.hpp"

#include <algorithm>
#include <chrono>

namespace karkhana::poller {

using std::chrono::milliseconds;
using std::chrono::seconds;

GridStep advance(Monotonic due, Duration period, Monotonic now) {
    if (now < due) return {due, 0};
    auto const passed = (now - due) / period;
    return {due + (passed + 1) * period, static_cast<std::uint64_t>(passed)};
}

Duration retry_delay(int failures, std::uint32_t dice, Duration most) {
    auto const doublings = std::clamp(failures - 1, 0, 16);
    auto const delay = std::min<Duration>(seconds(1) * (1LL << doublings), most);
    return delay * (800 + static_cast<int>(dice % 401)) / 1000;
}

Monotonic next_probe(Monotonic began, Monotonic ended) { return ended + 19 * (ended - began); }

void Latency::add(Duration sample) {
    last_us_[count_++ % last_us_.size()] =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(sample.count(), 0, 0xFFFF'FFFF));
    if (!known_) {
        known_ = true;
        mean_ = sample;
        deviation_ = sample / 2;
        return;
    }
    auto const error = sample - mean_;
    mean_ += error / 8;
    deviation_ += (std::chrono::abs(error) - deviation_) / 4;
}

Duration Latency::p99() const {
    auto sorted = last_us_;
    auto const size = std::min(count_, sorted.size());
    if (size == 0) return Duration{};
    auto const end = sorted.begin() + static_cast<std::ptrdiff_t>(size);
    auto const at = sorted.begin() + static_cast<std::ptrdiff_t>((size * 99 + 99) / 100 - 1);
    std::nth_element(sorted.begin(), at, end);
    return Duration{*at};
}

Duration Latency::patience(Duration most) const {
    if (!known_) return most;
    return std::clamp<Duration>(2 * (mean_ + 4 * deviation_),
                                std::min<Duration>(milliseconds(100), most), most);
}

}  // namespace karkhana::poller
