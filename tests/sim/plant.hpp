#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>

#include "devices/modbus/bus.hpp"
#include "devices/sim/registers.hpp"
#include "devices/sim/world.hpp"
#include "server/base/clock.hpp"

namespace karkhana::sim {

/// Both clocks of the simulation, moved together.
struct Clocks {
    ManualWallClock wall;
    ManualMonotonicClock monotonic;

    explicit Clocks(Instant start) : wall(start) {}
    void advance(Duration by) {
        wall.advance(by);
        monotonic.advance(by);
    }
};

/// A line of the scene without a wire. Time passes while it answers, and it loses what chance and
/// the story say.
class Plant final : public modbus::Bus {
public:
    Plant(Scene const& scene, World& world, Clocks& clocks, std::uint64_t seed)
        : scene_(scene), world_(world), clocks_(clocks), chance_(seed) {}

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override {
        auto const asked = clocks_.monotonic.now();
        clocks_.advance(std::chrono::milliseconds{5});
        if (cut || chance_() % 1000 < lost_per_mille) {
            if (auto const now = clocks_.monotonic.now(); now < deadline)
                clocks_.advance(std::chrono::duration_cast<Duration>(deadline - now));
            return tl::make_unexpected(modbus::Failure{modbus::Fault::timeout, 0});
        }
        for (auto const& unit : scene_.lines.at(0).units) {
            if (unit.unit != request.unit) continue;
            MeterState meter;
            if (auto const special = shows.find(unit.unit); special != shows.end())
                meter.frozen = special->second();
            auto const given = answer(unit, world_, request, meter);
            if (given.exception != 0)
                return tl::make_unexpected(
                    modbus::Failure{modbus::Fault::refused, given.exception});
            return modbus::Reply{given.words, asked, clocks_.monotonic.now()};
        }
        return tl::make_unexpected(modbus::Failure{modbus::Fault::timeout, 0});
    }
    Monotonic ready_at(std::uint8_t) const override { return clocks_.monotonic.now(); }
    void close() override {}

    /// What the meters show that measure something else than one whole machine, by unit.
    std::map<std::uint8_t, std::function<Shown()>> shows;
    bool cut = false;
    unsigned lost_per_mille = 5;

private:
    Scene const& scene_;
    World& world_;
    Clocks& clocks_;
    std::mt19937_64 chance_;
};

}  // namespace karkhana::sim
