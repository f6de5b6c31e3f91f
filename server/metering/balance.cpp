#include "server/metering/balance.hpp"

#include <algorithm>

#include "server/metering/series.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::metering {
namespace {

/// The register at a moment, from what the series knows around it.
std::optional<std::int64_t> from_series(Series::Around const& around, Instant at) {
    if (around.before && around.after) return interpolate(*around.before, *around.after, at);
    if (around.before) return around.before->value;
    if (around.after) return around.after->value;
    return std::nullopt;
}

/// The register at a moment. The ledger's registers come first, because sessions were closed with
/// them: the value lies between those that were kept before and after.
std::optional<Knot> knot_at(Series::Around const& around, Bounds const& bounds, Instant at) {
    auto value = from_series(around, at);
    if (!value) value = bounds.least ? bounds.least : bounds.most;
    if (!value) return std::nullopt;
    if (bounds.most) *value = std::min(*value, *bounds.most);
    if (bounds.least) *value = std::max(*value, *bounds.least);
    return Knot{at, *value};
}

}  // namespace

Result<Balance> balance(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                        Channel channel, Interval during) {
    Series series{telemetry, facility};
    auto const steps = ledger.read(
        [&](store::Reader& reader) { return carried_steps(reader, facility, channel); });
    auto const at_start = series.around(channel, during.start, steps);
    auto const at_end = series.around(channel, during.end, steps);
    return ledger.read([&](store::Reader& reader) -> Result<Balance> {
        auto const from =
            knot_at(at_start, bounds_at(reader, facility, channel, during.start), during.start);
        auto const to =
            knot_at(at_end, bounds_at(reader, facility, channel, during.end), during.end);
        if (!from || !to)
            return refuse(ErrorKind::invalid, "no_readings", "Nothing is known of this meter.");
        return balance_of(*from, *to, taken_between(reader, facility, channel, during, *to));
    });
}

}  // namespace karkhana::metering
