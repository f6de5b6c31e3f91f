#include "server/metering/stroke_counters.hpp"

#include <algorithm>

#include "server/metering/series.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {

std::optional<StrokeCounters::Counted> StrokeCounters::since(MachineId const& machine,
                                                             Instant from) {
    auto const source = sources_.find(machine);
    if (source == sources_.end()) return std::nullopt;
    auto const& [channel, name] = source->second;
    auto const now = services_.meters.believed(channel);
    auto const first = base(channel, from);
    if (!now || !first) return std::nullopt;
    return Counted{std::max<std::int64_t>(now->continued() - first->value, 0), first->at, name};
}

std::optional<Knot> StrokeCounters::base(Channel channel, Instant from) {
    {
        std::lock_guard const lock{mutex_};
        if (auto const known = bases_.find({channel, from}); known != bases_.end())
            return known->second;
    }
    auto const carried = services_.ledger.read(
        [&](store::Reader& reader) { return carried_steps(reader, services_.facility, channel); });
    auto const around =
        Series{services_.telemetry, services_.facility}.around(channel, from, carried);
    if (!around.before) return around.after;
    std::lock_guard const lock{mutex_};
    return bases_.emplace(std::pair{channel, from}, *around.before).first->second;
}

}  // namespace karkhana::metering
