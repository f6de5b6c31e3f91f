#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/base/time.hpp"

namespace karkhana::sim {

/// The prices of the demo change at these hours of the day.
inline constexpr int peak_begins = 17, peak_ends = 23;

/// In Dhaka, which is six hours ahead of UTC all year.
inline int hour_of_day(Instant at) {
    return static_cast<int>((at.time_since_epoch() / std::chrono::hours{1} + 6) % 24);
}

/// What a machine's meter showed when the prices changed: before the daemon asked, and after.
/// Between the two the disc may have turned on.
struct Change {
    bool to_peak = false;
    std::int64_t low_wh = 0;
    std::int64_t high_wh = 0;
};

/// One job, told by the machine's physical energy.
struct Job {
    std::string machine;
    Instant start;  ///< by the daemon's clock, which may be set
    Instant stop;
    /// Registers are in order though the clock is not: what follows one from before it was set back
    /// is said to be no earlier.
    Instant latest_start;
    Instant latest_stop;
    Monotonic began;  ///< by a clock that nobody sets
    Monotonic ended;
    std::int64_t start_wh = 0;
    std::int64_t stop_wh = 0;
    std::int64_t pieces = 0;
    std::int64_t used_s = 0;            ///< by the daemon's clock, which nothing but the daemon saw
    bool cut_short = false;             ///< ended by a power cut: no least price
    Duration closed{0};                 ///< how long its contact was closed, by the plant
    std::map<Instant, Change> changes;  ///< of prices, while it was on
    std::vector<Duration> set_by;       ///< how the clock was set while it was on
    bool doubtful = false;              ///< it was set while the contact was closed

    std::int64_t energy_wh() const { return stop_wh - start_wh; }
};

/// Energy at the peak: from the change at 17:00 to that at 23:00, as far as the job reaches.
/// `turned` says how far into the daemon's question the disc is taken to have turned on.
/// Precondition: nobody set the clock meanwhile.
inline std::int64_t peak_wh(Job const& job, std::int64_t turned) {
    std::int64_t peak = 0, reached = job.start_wh;
    auto const began = hour_of_day(job.start);
    bool at_peak = began >= peak_begins && began < peak_ends;
    for (auto const& [at, change] : job.changes) {
        if (at > job.stop) break;
        auto const shown = std::min(change.low_wh + turned, change.high_wh);
        if (at_peak) peak += shown - reached;
        reached = shown;
        at_peak = change.to_peak;
    }
    return at_peak ? peak + job.stop_wh - reached : peak;
}

/// n/d, rounded half away from zero by looking at the remainder.
constexpr std::int64_t rounded(std::int64_t n, std::int64_t d) {
    std::int64_t const whole = n / d, rest = n % d;
    return 2 * (rest < 0 ? -rest : rest) >= d ? whole + (n < 0 ? -1 : 1) : whole;
}

/// The demo's example prices, in poisha: a kWh off-peak and at the peak, a piece or a minute by
/// machine, and the least that a job costs.
struct Prices {
    std::int64_t off_peak_per_kwh_milli = 968'000;  ///< thousandths of a poisha
    std::int64_t peak_per_kwh_milli = 1'295'000;
    std::map<std::string, std::int64_t> piece{
        {"laser-1", 250}, {"laser-2", 250}, {"press-1", 120}, {"pearl-1", 80}, {"recycler-1", 300}};
    std::map<std::string, std::int64_t> minute{{"cad-1", 100}};
    std::int64_t least = 2'000;

    std::int64_t cost(Job const& job, std::int64_t peak_wh) const {
        std::int64_t const off_peak_wh = job.energy_wh() - peak_wh;
        std::int64_t total = rounded(off_peak_wh * off_peak_per_kwh_milli, 1'000'000) +
                             rounded(peak_wh * peak_per_kwh_milli, 1'000'000);
        if (auto const price = piece.find(job.machine); price != piece.end())
            total += price->second * job.pieces;
        if (auto const price = minute.find(job.machine); price != minute.end())
            total += rounded(price->second * job.used_s, 60);
        return total < least && !job.cut_short ? least : total;
    }
};

}  // namespace karkhana::sim
