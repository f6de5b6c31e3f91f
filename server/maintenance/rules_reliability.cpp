#include "server/maintenance/rules_reliability.hpp"

#include <algorithm>

#include "server/maintenance/rules_times.hpp"

namespace karkhana::maintenance {
namespace {

Times within(Times const& times, Times const& others) {
    return without(times, without(times, others));
}

Duration sum(Times const& times) {
    Duration all{};
    for (auto const& each : times) all += each.length();
    return all;
}

std::optional<std::int64_t> parts_of(Duration part, Duration whole) {
    if (whole <= Duration::zero()) return std::nullopt;
    // Ten years in microseconds times 10,000 is still less than 2^63.
    return part.count() * 10'000 / whole.count();
}

}  // namespace

Reliability reliability(Log const& log, Instant now) {
    Interval const range{log.range.start, std::min(log.range.end, now)};
    Times broken;
    Reliability found;
    Duration repairs{};
    std::int64_t repaired = 0;
    for (auto const& each : log.breakdowns) {
        broken.push_back({each.from, each.until.value_or(now)});
        if (!range.contains(each.from)) continue;
        ++found.failures;
        if (!each.until) continue;
        repairs += *each.until - each.from;
        ++repaired;
    }
    auto const planned = without(tidy(log.open, range), tidy(log.planned, range));
    auto const down = within(planned, tidy(broken, range));
    auto const cuts = tidy(log.cuts, range);
    found.planned_busy = sum(planned);
    found.down = sum(down);
    found.without_power = sum(within(without(planned, down), cuts));
    found.availability =
        parts_of(found.planned_busy - found.down - found.without_power, found.planned_busy);
    auto const powered = sum(without(planned, cuts));
    found.availability_with_power = parts_of(powered - sum(without(down, cuts)), powered);
    if (found.failures > 0)
        found.between_failures = (found.planned_busy - found.down) / found.failures;
    if (repaired > 0) found.to_repair = repairs / repaired;
    return found;
}

}  // namespace karkhana::maintenance
