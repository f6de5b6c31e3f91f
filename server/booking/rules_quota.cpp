#include "server/booking/rules_quota.hpp"

#include <algorithm>
#include <array>

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::minutes;

Duration overlap(Interval a, Interval b) {
    auto const from = std::max(a.start, b.start), until = std::min(a.end, b.end);
    return from < until ? until - from : Duration::zero();
}

/// Days or weeks that the wish is in; all that is ahead is one window.
std::vector<Interval> windows_of(facility::Book const& book, Quota quota, Interval wish,
                                 Instant now) {
    std::vector<Interval> found;
    if (quota == Quota::future) return {{now, std::max(wish.end, now) + days{3660}}};
    for (auto at = wish.start; at < wish.end; at = found.back().end)
        found.push_back(quota == Quota::daily ? day_interval(book.zone, local_day(book.zone, at))
                                              : week_of(book.zone, at, book.facility.week_starts));
    return found;
}

std::vector<Spent> counted(facility::Book const& book, facility::Setting const& setting,
                           std::span<Spent const> spent) {
    std::vector<Spent> found;
    for (auto const& each : spent) {
        bool const other = setting.machine && *setting.machine != each.machine;
        bool const outside =
            setting.group && !facility::is_member(book, *setting.group, each.machine);
        if (!other && !outside) found.push_back(each);
    }
    return found;
}

}  // namespace

bool counts(State state) { return state != State::cancelled && state != State::released; }

Interval spent_of(State state, Interval during, std::optional<Instant> ended_at) {
    bool const worked = state == State::completed || state == State::interrupted;
    if (!worked || !ended_at) return during;
    return {during.start, std::clamp(*ended_at, during.start, during.end)};
}

Use used_in(Interval window, std::span<Spent const> spent) {
    Duration time{};
    Use use;
    for (auto const& each : spent) {
        time += overlap(window, each.during);
        if (window.contains(each.during.start)) ++use.count;
    }
    use.minutes = duration_cast<minutes>(time).count();
    return use;
}

Interval week_of(Zone const& zone, Instant at, int week_starts) {
    auto const day = local_day(zone, at);
    auto const weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding());
    auto const first = day - days{(weekday - week_starts + 7) % 7};
    return {at_minute(zone, first, 0), at_minute(zone, first + days{7}, 0)};
}

std::optional<Exceeded> exceeded(facility::Book const& book, Quota quota, Scope const& scope,
                                 std::span<Spent const> spent, Interval wish, Instant now) {
    struct Names {
        std::string_view minutes, count;
    };
    constexpr std::array<Names, 3> names{{{"daily_minutes", "daily_count"},
                                          {"weekly_minutes", "weekly_count"},
                                          {"future_minutes", "future_count"}}};
    auto const name = names.at(static_cast<std::size_t>(quota));
    std::array<Spent, 1> const asked{{{scope.machine, wish}}};
    for (auto const in_minutes : {true, false}) {
        auto const settings = each_in_force(book, in_minutes ? name.minutes : name.count, scope);
        for (auto const* const setting : settings) {
            if (!setting->value) continue;
            auto const before = counted(book, *setting, spent);
            for (auto const window : windows_of(book, quota, wish, now)) {
                auto const used = used_in(window, before), wanted = used_in(window, asked);
                Exceeded const found{.unit = in_minutes ? "minutes" : "count",
                                     .limit = *setting->value,
                                     .used = in_minutes ? used.minutes : used.count,
                                     .asked = in_minutes ? wanted.minutes : wanted.count,
                                     .window = window};
                // A day on which the wish only ends is not charged with another booking.
                if (found.asked > 0 && found.used + found.asked > found.limit) return found;
            }
        }
    }
    return std::nullopt;
}

}  // namespace karkhana::booking
