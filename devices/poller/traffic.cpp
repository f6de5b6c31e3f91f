#include "devices/poller/traffic.hpp"

#include <algorithm>

namespace karkhana::poller {
namespace {

constexpr Duration part_length = std::chrono::seconds(5);

}  // namespace

void WatchedBus::Minute::add(std::int64_t now, Duration span) {
    auto const size = static_cast<std::int64_t>(used.size());
    for (auto each = std::max(part + 1, now - size + 1); each <= now; ++each)
        used[static_cast<std::size_t>(each % size)] = Duration{};
    part = now;
    used[static_cast<std::size_t>(now % size)] += span;
}

Duration WatchedBus::Minute::sum(std::int64_t now) const {
    auto const size = static_cast<std::int64_t>(used.size());
    Duration total{};
    for (auto each = std::max<std::int64_t>(now - size + 1, 0); each <= part; ++each)
        total += used[static_cast<std::size_t>(each % size)];
    return total;
}

WatchedBus::WatchedBus(modbus::Bus& inner, MonotonicClock const& clock)
    : inner_(inner), clock_(clock), started_(clock.now()), heard_{false, started_} {}

std::int64_t WatchedBus::part_of(Monotonic at) const { return (at - started_) / part_length; }

int WatchedBus::permille(Duration used, Monotonic now) const {
    auto const lived = std::chrono::duration_cast<Duration>(now - started_);
    auto const window = std::min(lived, 11 * part_length + lived % part_length);
    if (window <= Duration{}) return 0;
    return static_cast<int>(std::min<std::int64_t>(used * 1000 / window, 1000));
}

modbus::Outcome WatchedBus::transact(modbus::Request const& request, Monotonic deadline) {
    auto const began = clock_.now();
    auto outcome = inner_.transact(request, deadline);
    auto const ended = clock_.now();
    // That one never reached the line.
    if (!outcome && outcome.error().fault == modbus::Fault::quarantined) return outcome;
    auto const took = std::chrono::duration_cast<Duration>(ended - began);
    std::lock_guard const lock(mutex_);
    heard_.connected = outcome || !modbus::unreachable(outcome.error().fault);
    if (outcome || speaks(outcome.error())) heard_.answer = ended;
    ++exchanges_;
    busy_ += took;
    auto& unit = units_[request.unit];
    ++unit.traffic.exchanges;
    unit.minute.add(part_of(ended), took);
    if (!outcome) {
        ++unit.traffic.failures.at(static_cast<std::size_t>(outcome.error().fault));
        unit.traffic.last_failure = outcome.error();
        return outcome;
    }
    unit.latency.add(took);
    unit.ok = ended;
    return outcome;
}

WatchedBus::Heard WatchedBus::heard() const {
    std::lock_guard const lock(mutex_);
    return heard_;
}

LineTraffic WatchedBus::traffic() const {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    LineTraffic line;
    line.connected = heard_.connected;
    line.exchanges = exchanges_;
    line.busy = busy_;
    Duration used{};
    for (auto const& [number, tally] : units_) {
        auto unit = tally.traffic;
        unit.unit = number;
        auto const of_unit = tally.minute.sum(part_of(now));
        unit.busy_permille = permille(of_unit, now);
        used += of_unit;
        if (tally.latency.known()) unit.latency = tally.latency.mean();
        unit.latency_p99 = tally.latency.p99();
        if (tally.ok) unit.since_ok = std::chrono::duration_cast<Duration>(now - *tally.ok);
        line.units.push_back(unit);
    }
    line.busy_permille = permille(used, now);
    return line;
}

}  // namespace karkhana::poller
