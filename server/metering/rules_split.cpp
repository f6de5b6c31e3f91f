#include "server/metering/rules_split.hpp"

#include <algorithm>
#include <numeric>

namespace karkhana::metering {

std::vector<std::int64_t> split_by_weight(std::int64_t total,
                                          std::span<std::int64_t const> weights) {
    std::vector<std::int64_t> shares(weights.size(), 0);
    auto const sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
    if (sum == 0) {
        shares.front() = total;
        return shares;
    }
    std::vector<Wide> remainders(weights.size());
    std::int64_t left = total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        Wide const exact = Wide{total} * weights[i];
        shares[i] = static_cast<std::int64_t>(exact / sum);
        remainders[i] = exact % sum;
        left -= shares[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; left > 0; ++i, --left) ++shares[order[i]];
    return shares;
}

std::int64_t interpolate(Knot const& before, Knot const& after, Instant at) {
    if (at <= before.at) return before.value;
    if (at >= after.at) return after.value;
    Wide const rise = Wide{after.value - before.value} * (at - before.at).count();
    return before.value + static_cast<std::int64_t>(rise / (after.at - before.at).count());
}

Balance balance_of(Knot const& from, Knot const& to, std::span<Taken const> taken) {
    Balance balance{
        .during = {from.at, to.at}, .register_start = {from.value}, .register_end = {to.value}};
    Knot reached = from;
    for (auto const& stretch : taken) {
        // The register at an end of the interval is the one after all that happened at it, so a
        // stretch of no length belongs to the interval that ends there.
        if (stretch.stop.at <= from.at) continue;
        if (stretch.start.at >= to.at && stretch.stop.at > to.at) continue;
        auto const start = stretch.start.at < from.at ? from : stretch.start;
        auto const stop = stretch.stop.at > to.at ? to : stretch.stop;
        balance.idle += Energy{start.value - reached.value};
        auto& whose = stretch.attributed ? balance.sessions : balance.unattributed;
        whose += Energy{stop.value - start.value};
        reached = stop;
    }
    balance.idle += Energy{to.value - reached.value};
    return balance;
}

}  // namespace karkhana::metering
