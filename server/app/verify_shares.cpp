#include "server/app/verify_shares.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "server/metering/rules_split.hpp"

namespace karkhana::app {
namespace {

using metering::Share;
using metering::Split;

bool among_machines(Split split) {
    return split == Split::rated_power || split == Split::time || split == Split::equal;
}

/// A session's part of the energy around a boundary at which its meter was not read.
bool holds(Share const& share, Energy rise) {
    if (share.most > rise) return false;
    if (share.split == Split::lower_bound) return share.part == share.least;
    std::array const weights{share.weight, share.weights - share.weight};
    auto const gap = share.most - share.least;
    return share.part.wh == share.least.wh + metering::split_by_weight(gap.wh, weights).front();
}

}  // namespace

void ShareCheck::take(SessionId const& session, metering::Register const& reg) {
    auto const [place, first] = last_.try_emplace({reg.channel, session}, reg);
    auto const before = std::exchange(place->second, reg);
    if (first || !reg.share) return;
    auto const& share = *reg.share;
    if (!among_machines(share.split)) {
        if (!holds(share, reg.value - before.value))
            findings_.push_back(fmt::format(
                "session {}: its part does not follow from what was measured", session.text()));
        return;
    }
    shared_[reg.channel] = true;
    pieces_[{reg.channel, before.value, reg.value, before.less, reg.less}].push_back(
        {session, share});
}

std::vector<std::string> ShareCheck::findings() const {
    auto found = findings_;
    for (auto const& [piece, parts] : pieces_) {
        auto const& [channel, from, to, less_from, less_to] = piece;
        auto const total = std::max(Energy{}, (to - from) - (less_to - less_from));
        if (total == Energy{}) continue;
        Energy sum;
        std::int64_t weight = 0;
        bool sound = true;
        for (auto const& [session, share] : parts) {
            sum += share.part;
            weight += share.weight;
            auto const exact = Wide{total.wh} * share.weight;
            auto const least = share.weights == 0 ? 0 : exact / share.weights;
            bool const rounded = share.part.wh == least || share.part.wh == least + 1;
            sound = sound && rounded && share.weights == parts.front().share.weights;
        }
        auto const whole = parts.front().share.weights;
        bool const all_given = weight != whole || whole == 0 || sum == total;
        if (!sound || weight > whole || sum > total || !all_given)
            found.push_back(fmt::format("session {}: its part of a shared meter does not follow "
                                        "from what was measured",
                                        parts.front().session.text()));
    }
    return found;
}

}  // namespace karkhana::app
