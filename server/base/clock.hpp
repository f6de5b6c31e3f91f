#pragma once

#include "server/base/time.hpp"

namespace karkhana {

/// The facility's wall clock: bookings, tariffs and documents. May run fast in a demo.
class WallClock {
public:
    virtual ~WallClock() = default;
    virtual Instant now() const = 0;
};

/// Elapsed real time: deadlines, watchdogs, back-off.
class MonotonicClock {
public:
    virtual ~MonotonicClock() = default;
    virtual Monotonic now() const = 0;
};

class SystemWallClock final : public WallClock {
public:
    Instant now() const override {
        return std::chrono::floor<Duration>(std::chrono::system_clock::now());
    }
};

class SystemMonotonicClock final : public MonotonicClock {
public:
    Monotonic now() const override { return std::chrono::steady_clock::now(); }
};

/// A wall clock that started at `origin` when the real clock showed `real_origin`, and has run
/// `speed` times as fast since. Two processes given the same three numbers agree.
class ScaledWallClock final : public WallClock {
public:
    ScaledWallClock(Instant origin, Instant real_origin, int speed)
        : origin_(origin), real_origin_(real_origin), speed_(speed) {}
    Instant now() const override {
        auto const real = std::chrono::floor<Duration>(std::chrono::system_clock::now());
        return origin_ + (real - real_origin_) * speed_;
    }

private:
    Instant origin_;
    Instant real_origin_;
    int speed_;
};

/// Set by hand; for tests and simulation.
class ManualWallClock final : public WallClock {
public:
    explicit ManualWallClock(Instant start) : now_(start) {}
    Instant now() const override { return now_; }
    void set(Instant at) { now_ = at; }
    void advance(Duration by) { now_ += by; }

private:
    Instant now_;
};

/// Set by hand; for tests and simulation.
class ManualMonotonicClock final : public MonotonicClock {
public:
    Monotonic now() const override { return now_; }
    void advance(Duration by) { now_ += by; }

private:
    Monotonic now_{};
};

}  // namespace karkhana
