#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/base/quantities.hpp"
#include "server/base/random.hpp"
#include "server/base/time.hpp"

namespace karkhana::sim {

/// Energy in microjoules: milliwatts x milliseconds. 1 Wh is 3.6e9 of them.
constexpr std::int64_t kMicrojoulesPerWh = 3'600'000'000;

/// How a kind of machine draws power while it works: phases of random length and height.
/// Sources of the shapes: machines.csv of the field notes (laser: plateau and bursts; press: short
/// spikes over a motor; recycling unit: long load that follows the feed).
struct Phase {
    std::int64_t length_ms = 1000;
    std::int64_t power_mw = 0;
    std::int64_t feed_mg_per_s = 0;  ///< mass that goes through
};

/// A machine that works whenever its contact is closed. Deterministic for one seed.
class Machine {
public:
    /// kind: laser, press, pearl, cad, recycler; anything else draws `rated_w` flat.
    Machine(std::string kind, std::int64_t rated_w, std::uint64_t seed);

    /// Lets facility time pass. Unenergised, nothing is drawn and the work waits.
    void run(Duration facility_time, bool energised);

    /// Its cycle is over: it stands by until it is let go on.
    void rest(bool resting) { resting_ = resting; }
    bool resting() const { return resting_; }

    /// Goes on from what its meter had counted.
    void restore(std::int64_t energy_uj, std::int64_t mass_mg) {
        energy_uj_ = energy_uj;
        mass_ug_ = mass_mg * 1000;
    }

    std::int64_t energy_uj() const { return energy_uj_; }
    std::int64_t power_mw() const { return power_mw_; }
    std::int64_t mass_mg() const { return mass_ug_ / 1000; }

private:
    Phase next_phase();
    std::int64_t between(std::int64_t low, std::int64_t high);

    std::string kind_;
    std::int64_t rated_w_;
    std::unique_ptr<Random> random_;
    Phase phase_;
    Duration left_{};  ///< of the phase
    bool burst_ = false;
    bool resting_ = false;
    std::int64_t energy_uj_ = 0;
    std::int64_t carry_ = 0;  ///< milliwatts x microseconds below one microjoule
    std::int64_t mass_ug_ = 0;
    std::int64_t power_mw_ = 0;
};

}  // namespace karkhana::sim
