#include "server/recycling/weigh.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "server/metering/records.hpp"

namespace karkhana::recycling {
namespace {

constexpr std::chrono::milliseconds patience{2000};

struct Indicator {
    std::optional<Channel> weight;
    std::optional<Channel> stable;
};

std::map<DeviceId, Indicator> indicators(store::Reader& reader, FacilityId const& facility) {
    std::map<DeviceId, Indicator> found;
    for (auto const& point : metering::list_points(reader, facility)) {
        if (point.name == "gross_weight") found[point.device].weight = point.channel;
        if (point.name == "weight_stable") found[point.device].stable = point.channel;
    }
    std::erase_if(found,
                  [](auto const& each) { return !each.second.weight || !each.second.stable; });
    return found;
}

/// "0000 62FC"
std::string hex(RawWords const& raw) {
    std::string text;
    for (std::size_t i = 0; i < raw.count; ++i) {
        std::array<char, 8> word{};
        std::snprintf(word.data(), word.size(), "%s%04X", i == 0 ? "" : " ", raw.word.at(i));
        text += word.data();
    }
    return text;
}

}  // namespace

Result<Weighed> weigh(store::Store& ledger, metering::MeterPort& port, FacilityId const& facility,
                      std::optional<DeviceId> const& device) {
    auto const known =
        ledger.read([&](store::Reader& reader) { return indicators(reader, facility); });
    auto const chosen = device ? known.find(*device) : known.begin();
    if (chosen == known.end() || (!device && known.size() > 1))
        return refuse(ErrorKind::conflict, "no_indicator", "no such weighing indicator");
    std::array const channels{*chosen->second.weight, *chosen->second.stable};
    auto const read = port.snapshot(channels, patience);
    if (!read || (*read)[0].quality != Quality::good || (*read)[1].quality != Quality::good)
        return refuse(ErrorKind::conflict, "indicator_silent", "the indicator does not answer");
    auto const& weight = (*read)[0];
    auto const& flag = (*read)[1];
    if (flag.value == 0)
        return refuse(ErrorKind::conflict, "not_stable", "the load is still moving");
    return Weighed{chosen->first, weight.answered, weight.value,
                   true,          hex(weight.raw), hex(flag.raw)};
}

}  // namespace karkhana::recycling
