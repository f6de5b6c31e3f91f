#include "server/metering/rules_split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

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

/// How much of a stretch has passed at a moment: of its part, and of all that it rose by.
struct Passed {
    std::int64_t part = 0;
    std::int64_t all = 0;
};

/// The register at an end of the interval is the one after all that happened at it, so a stretch
/// of no length belongs to the interval that ends there.
std::int64_t rise_passed(Taken const& taken, Knot const& at) {
    if (at.at >= taken.stop.at) return taken.stop.value - taken.start.value;
    if (at.at < taken.start.at) return 0;
    return std::clamp(at.value, taken.start.value, taken.stop.value) - taken.start.value;
}

/// Of a stretch that several share each takes its part of what those before it have left. So each
/// watt-hour that passes is one's alone or nobody's, and nobody's part ever falls.
std::vector<Passed> passed(std::span<Taken const> taken, Knot const& at) {
    struct Left {
        std::int64_t passed = 0;
        std::int64_t rise = 0;
    };
    std::map<std::pair<std::int64_t, std::int64_t>, Left> lefts;
    std::vector<Passed> found;
    for (auto const& one : taken) {
        auto const rise = one.stop.value - one.start.value;
        auto const all = rise_passed(one, at);
        Left const whole{all, rise};
        auto& left = lefts.try_emplace({one.start.value, one.stop.value}, whole).first->second;
        // Two that did not share it, each with all of it.
        if (one.part > left.rise) left = whole;
        bool const over = at.at >= one.stop.at || (all == rise && rise > 0);
        auto const part = over ? one.part
                          : left.rise == 0
                              ? 0
                              : static_cast<std::int64_t>(Wide{one.part} * left.passed / left.rise);
        found.push_back({part, all});
        left = {std::max<std::int64_t>(0, left.passed - part), left.rise - one.part};
    }
    return found;
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

std::vector<Taken> taken_within(Knot const& from, Knot const& to, std::span<Taken const> taken) {
    auto const before = passed(taken, from), after = passed(taken, to);
    std::vector<Taken> within(taken.begin(), taken.end());
    for (std::size_t i = 0; i < taken.size(); ++i) {
        auto& one = within[i];
        one.stop = {std::min(to.at, one.stop.at), one.start.value + after[i].all};
        one.start = {std::max(from.at, one.start.at), one.start.value + before[i].all};
        one.part = after[i].part - before[i].part;
    }
    return within;
}

Balance balance_of(Knot const& from, Knot const& to, std::span<Taken const> taken, Energy behind) {
    Balance balance{.during = {from.at, to.at},
                    .register_start = {from.value},
                    .register_end = {to.value},
                    .behind = behind};
    balance.idle = Energy{to.value - from.value} - behind;
    for (auto const& stretch : taken_within(from, to, taken)) {
        Energy const part{stretch.part};
        bucket(balance, stretch.kind) += part;
        balance.idle = balance.idle - part;
        if (!stretch.rest_is_nobodys) continue;
        Energy const rest = Energy{stretch.stop.value - stretch.start.value} - part;
        balance.unattributed += rest;
        balance.idle = balance.idle - rest;
    }
    return balance;
}

}  // namespace karkhana::metering
