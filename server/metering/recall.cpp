#include "server/metering/recall.hpp"

#include <map>
#include <tuple>

namespace karkhana::metering {

using namespace std::chrono_literals;
namespace {

/// The further of the two, at one value the later. A continued register does not fall, so that the
/// greater was read after the other whatever the clock said: it may have been set in between.
void advance(std::optional<Knot>& known, Knot const& other) {
    if (!known || std::tie(known->value, known->at) < std::tie(other.value, other.at))
        known = other;
}

}  // namespace

std::vector<Remembered> recall(store::Store& ledger, store::Store& telemetry,
                               FacilityId const& facility, std::vector<Point> const& points) {
    Series series{telemetry, facility};
    std::map<Channel, CarriedSteps> steps_of;
    std::map<Channel, Knot> known_of;  // continued
    ledger.read([&](store::Reader& reader) {
        for (auto const& point : points) {
            if (!point.counter) continue;
            steps_of[point.channel] = carried_steps(reader, facility, point.channel);
            if (auto const reg = last_register(reader, facility, point.channel))
                known_of[point.channel] = {reg->answered.value_or(reg->at), reg->value.wh};
        }
        return true;
    });
    // What was read before a counter last began anew says nothing of where it is. Stored times are
    // rounded.
    std::map<Channel, Instant> since;
    for (auto const& [channel, steps] : steps_of)
        if (!steps.empty()) since[channel] = steps.back().at + 1s;
    auto const boundaries = series.last_boundaries();
    auto const journaled = series.furthest_journaled(since);

    std::vector<Remembered> found;
    for (auto const& [channel, steps] : steps_of) {
        std::optional<Knot> known;
        auto const carried = steps.empty() ? 0 : steps.back().carried;
        if (auto const at = known_of.find(channel); at != known_of.end())
            advance(known, at->second);
        if (auto const at = boundaries.find(channel); at != boundaries.end())
            advance(known, at->second);
        if (auto const at = journaled.find(channel); at != journaled.end())
            advance(known, {at->second.at, at->second.value + carried});
        if (!steps.empty()) advance(known, {steps.back().at, steps.back().after + carried});
        if (known) found.push_back({channel, {known->at, known->value - carried}, carried});
    }
    return found;
}

}  // namespace karkhana::metering
