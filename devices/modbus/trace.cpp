#include "devices/modbus/trace.hpp"

#include <algorithm>

namespace karkhana::modbus {

void Trace::add(Monotonic asked, Duration took, std::uint8_t unit,
                std::span<std::uint8_t const> request, std::span<std::uint8_t const> reply,
                std::optional<Failure> failure) {
    std::lock_guard const lock(mutex_);
    auto& each = ring_[count_++ % ring_.size()];
    each.asked = asked;
    each.took = took;
    each.unit = unit;
    each.request.assign(request.begin(), request.end());
    each.reply.assign(reply.begin(), reply.end());
    each.failure = failure;
}

std::vector<TracedExchange> Trace::last() const {
    std::lock_guard const lock(mutex_);
    std::vector<TracedExchange> found;
    auto const size = std::min(count_, ring_.size());
    for (auto i = count_ - size; i < count_; ++i) found.push_back(ring_[i % ring_.size()]);
    return found;
}

}  // namespace karkhana::modbus
