#include "server/metering/mains.hpp"

namespace karkhana::metering {
namespace {

constexpr std::chrono::seconds mains_says_nothing{5};

}  // namespace

bool says_off(Unit unit, std::int64_t value) {
    return unit == Unit::mv ? value < dead_below_mv : value == 0;
}

std::optional<Mains> mains_of(Meters const& meters, Channel channel) {
    auto const latest = meters.latest(channel);
    auto const unit = meters.unit_of(channel);
    if (!latest || !unit || meters.silent(channel, mains_says_nothing)) return std::nullopt;
    return Mains{says_off(*unit, latest->reading.value), latest->reading, *unit};
}

}  // namespace karkhana::metering
