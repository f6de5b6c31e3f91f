#include "server/metering/recall.hpp"

namespace karkhana::metering {
namespace {

/// The later of the two; at one moment the greater, because a counter does not fall.
void advance(std::optional<Knot>& known, Knot const& other) {
    bool const later =
        !known || other.at > known->at || (other.at == known->at && other.value > known->value);
    if (later) known = other;
}

}  // namespace

std::vector<Remembered> recall(store::Store& ledger, store::Store& telemetry,
                               FacilityId const& facility, std::vector<Point> const& points) {
    Series series{telemetry, facility};
    auto const boundaries = series.last_boundaries();
    auto const journaled = series.last_journaled();
    return ledger.read([&](store::Reader& reader) {
        std::vector<Remembered> found;
        for (auto const& point : points) {
            if (!point.counter) continue;
            auto const steps = carried_steps(reader, facility, point.channel);
            std::optional<Knot> known;  // continued
            if (auto const at = boundaries.find(point.channel); at != boundaries.end())
                advance(known, at->second);
            if (auto const at = journaled.find(point.channel); at != journaled.end())
                advance(known, {at->second.at, at->second.value + carried_at(steps, at->second.at,
                                                                             at->second.value)});
            if (auto const reg = last_register(reader, facility, point.channel))
                advance(known, {reg->answered.value_or(reg->at), reg->value.wh});
            auto const carried = steps.empty() ? 0 : steps.back().carried;
            if (!steps.empty())
                advance(known, {steps.back().at, steps.back().after + steps.back().carried});
            if (known)
                found.push_back({point.channel, {known->at, known->value - carried}, carried});
        }
        return found;
    });
}

}  // namespace karkhana::metering
