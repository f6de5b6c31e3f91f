#include "server/metering/retention.hpp"

#include <algorithm>

namespace karkhana::metering {

std::vector<Hours> forgettable(Channel channel, Hour first, Hour before,
                               std::span<Held const> held) {
    std::vector<Hours> kept;
    for (auto const& each : held)
        if (each.channel == channel)
            kept.push_back({hour_of(each.during.start) - 1, hour_of(each.during.end) + 2});
    std::ranges::sort(kept, {}, &Hours::from);
    std::vector<Hours> free;
    for (auto const& stretch : kept) {
        if (auto const to = std::min(stretch.from, before); to > first) free.push_back({first, to});
        first = std::max(first, stretch.to);
    }
    if (first < before) free.push_back({first, before});
    return free;
}

}  // namespace karkhana::metering
