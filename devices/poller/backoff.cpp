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

Monotonic next_probe(Monotonic paid_at, Monotonic began, Monotonic ended) {
    auto const from = std::max(paid_at, began);
    return next_probe(from, from + (ended - began));
}

void Latency::add(Duration sample) {
    last_us_[count_++ % last_us_.size()] =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(sample.count(), 0, 0xFFFF'FFFF));
    if (!known_) {
        known_ = true;
        mean_ = sample;
        return;
    }
    mean_ += (sample - mean_) / 8;
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

Duration Latency::patience(Duration most, Duration frame) const {
    if (!learned()) return most;
    return std::min(most, std::max<Duration>(milliseconds(50), 2 * p99() + frame));
}

}  // namespace karkhana::poller
