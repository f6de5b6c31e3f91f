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

namespace {

/// How much of the stretch has passed at a moment: of its part, and of all that it rose by.
struct Passed {
    std::int64_t part = 0;
    std::int64_t all = 0;
};

/// The register at an end of the interval is the one after all that happened at it, so a stretch
/// of no length belongs to the interval that ends there.
Passed passed(Taken const& taken, Knot const& at) {
    auto const rise = taken.stop.value - taken.start.value;
    if (at.at >= taken.stop.at) return {taken.part, rise};
    if (at.at < taken.start.at || rise == 0) return {};
    auto const all = std::clamp(at.value, taken.start.value, taken.stop.value) - taken.start.value;
    return {static_cast<std::int64_t>(Wide{taken.part} * all / rise), all};
}

Energy& bucket(Balance& balance, SessionKind kind) {
    switch (kind) {
    case SessionKind::booked:
    case SessionKind::walk_in: break;
    case SessionKind::unattributed: return balance.unattributed;
    case SessionKind::own_use: return balance.own_use;
    case SessionKind::test: return balance.test;
    case SessionKind::maintenance: return balance.maintenance;
    case SessionKind::suspicious: return balance.suspicious;
    }
    return balance.sessions;
}

}  // namespace

Balance balance_of(Knot const& from, Knot const& to, std::span<Taken const> taken, Energy behind) {
    Balance balance{.during = {from.at, to.at},
                    .register_start = {from.value},
                    .register_end = {to.value},
                    .behind = behind};
    balance.idle = Energy{to.value - from.value} - behind;
    for (auto const& stretch : taken) {
        auto const before = passed(stretch, from), after = passed(stretch, to);
        Energy const part{after.part - before.part};
        bucket(balance, stretch.kind) += part;
        balance.idle = balance.idle - part;
        if (!stretch.rest_is_nobodys) continue;
        Energy const rest = Energy{after.all - before.all} - part;
        balance.unattributed += rest;
        balance.idle = balance.idle - rest;
    }
    return balance;
}

}  // namespace karkhana::metering
