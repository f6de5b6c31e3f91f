#pragma once

#include <algorithm>
#include <chrono>

#include "server/base/clock.hpp"

namespace karkhana::telling {

/// Never shows one millisecond twice, so that ids made by it sort as they were made: what happened
/// first is said first, also within one transaction. In a rush it runs ahead. For one thread.
class RisingClock final : public WallClock {
public:
    explicit RisingClock(WallClock const& clock) : clock_(clock) {}
    Instant now() const override {
        return last_ = std::max<Instant>(clock_.now(), last_ + std::chrono::milliseconds{1});
    }

private:
    WallClock const& clock_;
    mutable Instant last_;
};

}  // namespace karkhana::telling
