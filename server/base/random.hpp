#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "server/base/clock.hpp"
#include "server/base/ids.hpp"

namespace karkhana {

/// Random bytes. The system's source is cryptographic; a seeded one is for tests and simulation.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// Thread-safe, cryptographic.
std::unique_ptr<Random> system_random();
/// Deterministic for one seed; not thread-safe, never for secrets.
std::unique_ptr<Random> seeded_random(std::uint64_t seed);

/// UUIDv7 ids from the facility's clock.
class IdSource {
public:
    IdSource(Random& random, WallClock const& clock) : random_(random), clock_(clock) {}

    template <class AnyId>
    AnyId make() {
        return AnyId{next()};
    }

private:
    Uuid next();

    Random& random_;
    WallClock const& clock_;
};

}  // namespace karkhana
