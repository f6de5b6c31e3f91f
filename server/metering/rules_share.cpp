#include "server/metering/rules_share.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

namespace karkhana::metering {
namespace {

using booking::State;

/// What a machine drew is taken to be what it drew when it was last heard, for so long.
constexpr Duration power_lasts = std::chrono::minutes(1);

/// In milliseconds, so that the greatest machine may be at work for a century.
std::int64_t weight_of(Split split, Claim const& claim) {
    auto const lasted = std::chrono::ceil<std::chrono::milliseconds>(claim.at_work).count();
    if (split == Split::equal) return lasted > 0 ? 1 : 0;
    return split == Split::rated_power ? lasted * claim.rated_w : lasted;
}

}  // namespace

std::vector<Share> shares_of(Energy total, Split split, std::span<Claim const> claims) {
    std::vector<std::int64_t> weights;
    for (auto const& claim : claims) weights.push_back(weight_of(split, claim));
    auto const sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    auto const alone = std::ranges::count_if(weights, [](auto weight) { return weight > 0; }) == 1;
    std::vector<Share> shares(claims.size());
    auto const parts = sum == 0 ? weights : split_by_weight(total.wh, weights);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        bool const at_work = weights[i] > 0;
        shares[i] = {.part = {parts[i]},
                     .least = {alone ? parts[i] : 0},
                     .most = at_work ? total : Energy{},
                     .split = split,
                     .weight = weights[i],
                     .weights = sum};
    }
    return shares;
}

std::vector<Interval> at_work(UsageSession const& session,
                              std::vector<booking::Transition> const& history, Instant until) {
    Interval const whole{session.start, std::max(session.start, session.stop.value_or(until))};
    if (!session.booking) return {whole};
    std::vector<Interval> found;
    // The START was read just before the booking became a running one.
    bool running = true;
    Instant since = whole.start;
    for (auto const& step : history) {
        if (step.at <= whole.start) continue;
        auto const at = std::min(step.at, whole.end);
        bool const first = found.empty() && running && step.to == State::running;
        if (!first && running) found.push_back({since, at});
        running = step.to == State::running;
        if (!first) since = at;
    }
    if (running && since < whole.end) found.push_back({since, whole.end});
    return found;
}

Duration within(std::span<Interval const> intervals, Interval during) {
    Duration sum{};
    for (auto const& one : intervals)
        sum +=
            std::max(Duration{}, std::min(one.end, during.end) - std::max(one.start, during.start));
    return sum;
}

Weights weigh(Interval gap, Interval inside, std::span<Knot const> power,
              std::optional<Interval> const& on) {
    auto const ms = [](Duration time) {
        return std::chrono::floor<std::chrono::milliseconds>(time).count();
    };
    // A clock that was set back in it leaves nothing to go by.
    gap.end = std::max(gap.start, gap.end);
    Interval const whole[] = {gap}, part[] = {inside};
    Duration heard{};
    Weights drawn{.split = Split::evidence};
    for (std::size_t i = 1; i < power.size(); ++i) {
        Interval const step{power[i - 1].at, power[i].at};
        auto const in_gap = within(whole, step);
        if (step.length() > power_lasts || in_gap <= Duration{}) continue;
        heard += in_gap;
        // Both rounded alike, so that the part is never more than all.
        drawn.all += power[i - 1].value * ms(in_gap);
        drawn.inside += power[i - 1].value * ms(within(part, step));
    }
    if (heard * 2 >= gap.length() && drawn.all > 0) return drawn;
    if (on) {
        Interval const of_gap[] = {{std::max(on->start, gap.start), std::min(on->end, gap.end)}};
        Weights const closed{ms(within(of_gap, inside)), ms(within(of_gap, gap)), Split::evidence};
        if (closed.all > 0) return closed;
    }
    return {ms(within(part, gap)), ms(gap.length()), Split::elapsed};
}

Share share_of_gap(Energy rise, Energy certain, Weights const& weights, EstimatedBills bills) {
    Share share{.part = certain,
                .least = certain,
                .most = rise,
                .split = Split::lower_bound,
                .weight = weights.inside,
                .weights = weights.all};
    if (bills == EstimatedBills::lower_bound) return share;
    std::array const parted{weights.inside, weights.all - weights.inside};
    share.split = weights.split;
    share.part += Energy{split_by_weight((rise - certain).wh, parted).front()};
    return share;
}

}  // namespace karkhana::metering
