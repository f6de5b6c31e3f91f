#include "devices/sim/machine.hpp"

#include <algorithm>
#include <array>

namespace karkhana::sim {

Machine::Machine(std::string kind, std::int64_t rated_w, std::uint64_t seed)
    : kind_(std::move(kind)), rated_w_(rated_w), random_(seeded_random(seed)) {}

std::int64_t Machine::between(std::int64_t low, std::int64_t high) {
    std::array<std::uint8_t, 4> bytes{};
    random_->fill(bytes);
    std::int64_t draw = 0;
    for (auto byte : bytes) draw = draw * 256 + byte;
    return low + draw % (high - low + 1);
}

Phase Machine::next_phase() {
    std::int64_t const rated_mw = rated_w_ * 1000;
    if (resting_) return {1'000, rated_mw / 50};
    burst_ = !burst_;
    if (kind_ == "laser") {  // chiller and exhaust run on, the tube fires in bursts
        if (burst_) return {between(5'000, 40'000), rated_mw * between(58, 100) / 100};
        return {between(3'000, 20'000), rated_mw * between(12, 15) / 100};
    }
    if (kind_ == "press") {  // the motor turns, each stroke is a spike
        if (burst_) return {between(300, 600), rated_mw * between(85, 100) / 100};
        return {between(2'500, 6'000), rated_mw * between(28, 32) / 100};
    }
    if (kind_ == "recycler") {  // load follows the feed; idle is 20-40 % of rated
        std::int64_t const load = burst_ ? between(70, 95) : between(45, 70);
        return {between(20'000, 90'000), rated_mw * load / 100, load * 250};
    }
    return {between(5'000, 15'000), rated_mw * between(93, 100) / 100};
}

void Machine::run(Duration facility_time, bool energised) {
    if (!energised) {
        power_mw_ = 0;
        return;
    }
    while (facility_time > Duration{0}) {
        if (left_ <= Duration{0}) {
            phase_ = next_phase();
            left_ = std::chrono::milliseconds{phase_.length_ms};
        }
        auto const step = std::min(left_, facility_time);
        Wide const drawn = Wide{phase_.power_mw} * step.count() + carry_;
        energy_uj_ += static_cast<std::int64_t>(drawn / 1000);
        carry_ = static_cast<std::int64_t>(drawn % 1000);
        mass_ug_ += phase_.feed_mg_per_s * step.count() / 1000;
        left_ -= step;
        facility_time -= step;
    }
    power_mw_ = phase_.power_mw;
}

}  // namespace karkhana::sim
