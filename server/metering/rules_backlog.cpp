#include "server/metering/rules_backlog.hpp"

#include <algorithm>
#include <map>
#include <ranges>

namespace karkhana::metering {

std::uint64_t count_of(std::vector<ReadingFrame> const& frames) {
    std::uint64_t count = 0;
    for (auto const& frame : frames) count += frame.readings.size();
    return count;
}

std::uint64_t keep_counters(ReadingFrame& frame, std::vector<bool> const& counters) {
    return std::erase_if(frame.readings, [&](Reading const& reading) {
        auto const place = static_cast<std::size_t>(reading.channel);
        return place >= counters.size() || !counters[place];
    });
}

std::uint64_t keep_counters(std::vector<ReadingFrame>& frames, std::vector<bool> const& counters) {
    std::uint64_t gone = 0;
    for (auto& frame : frames) gone += keep_counters(frame, counters);
    std::erase_if(frames, [](ReadingFrame const& frame) { return frame.readings.empty(); });
    return gone;
}

std::uint64_t thin(std::vector<ReadingFrame>& frames) {
    auto const before = count_of(frames);
    std::map<Channel, bool> goes;  // the next one, seen from the latest
    for (auto& frame : frames | std::views::reverse) {
        std::vector<Reading> kept;
        for (auto const& reading : frame.readings | std::views::reverse) {
            auto& gone = goes[reading.channel];
            if (!gone) kept.push_back(reading);
            gone = !gone;
        }
        frame.readings.assign(kept.rbegin(), kept.rend());
    }
    std::erase_if(frames, [](ReadingFrame const& frame) { return frame.readings.empty(); });
    return before - count_of(frames);
}

}  // namespace karkhana::metering
