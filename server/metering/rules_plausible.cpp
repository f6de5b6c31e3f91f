#include "server/metering/rules_plausible.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "server/base/quantities.hpp"

namespace karkhana::metering {
namespace {

constexpr std::int64_t wh_in_w_micros = 3'600'000'000;
/// Two readings of power further apart say nothing of the time between them.
constexpr Duration longest_gap = std::chrono::minutes(2);
/// Readings are stamped this much off, by threads that wait for each other.
constexpr Duration stamp_slack = std::chrono::milliseconds(200);
constexpr Duration window_length = std::chrono::minutes(15);
/// Registers that show 0.01 kWh move in steps of 10 Wh, whatever their format could hold.
constexpr std::int64_t least_to_be_frozen_wh = 50;
constexpr std::int64_t resolutions = 3;

}  // namespace

void PowerSum::clear() {
    twice_ = least_ = spread_ = micros_ = 0;
    lowest_w_ = highest_w_ = last_ ? last_->w : 0;
}

/// Both clocks tell the same story: the wall clock may run at another pace, but at one.
bool PowerSum::steady(Duration wall, Duration real) const {
    if (wall < Duration::zero() || wall > longest_gap) return false;
    if (!pace_ || pace_->real <= Duration::zero()) return true;
    auto const at_pace = [&](Duration span) {
        return Duration{static_cast<std::int64_t>(Wide{span.count()} * pace_->wall.count() /
                                                  pace_->real.count())};
    };
    auto const expected = at_pace(real);
    auto const off = wall > expected ? wall - expected : expected - wall;
    return off <= expected / 2 + at_pace(stamp_slack);
}

bool PowerSum::take(Instant at, Monotonic heard, std::int64_t w) {
    w = std::max<std::int64_t>(w, 0);
    auto const before = last_;
    last_ = Last{at, heard, w};
    if (!before) return true;
    auto const wall = at - before->at;
    auto const real = std::chrono::duration_cast<Duration>(heard - before->heard);
    bool const known = steady(wall, real);
    if (!known || real > stamp_slack)
        pace_ = known ? std::optional{Pace{wall, real}} : std::nullopt;
    if (!known) {
        clear();
        return false;
    }
    twice_ += (w + before->w) * wall.count();
    least_ += std::min(w, before->w) * wall.count();
    spread_ += std::abs(w - before->w) * wall.count();
    micros_ += wall.count();
    lowest_w_ = std::min(lowest_w_, w);
    highest_w_ = std::max(highest_w_, w);
    return true;
}

bool PowerSum::reaches(Instant at) const {
    return last_ && at >= last_->at && at - last_->at <= longest_gap;
}

std::int64_t PowerSum::wh() const { return twice_ / 2 / wh_in_w_micros; }
std::int64_t PowerSum::least() const { return least_ / wh_in_w_micros; }
std::int64_t PowerSum::spread() const { return spread_ / wh_in_w_micros; }
bool PowerSum::can_be(std::int64_t wh) const {
    Wide const flowed = Wide{wh} * wh_in_w_micros;
    return flowed >= Wide{lowest_w_} * micros_ && flowed <= Wide{highest_w_} * micros_;
}

void CounterWatch::restart() {
    moved_.reset();
    window_.reset();
    since_moved_.clear();
    in_window_.clear();
}

void CounterWatch::power(Instant at, Monotonic heard, std::int64_t w) {
    bool const known = since_moved_.take(at, heard, w);
    in_window_.take(at, heard, w);
    if (!known) restart();
}

Finding CounterWatch::counter(Instant at, std::int64_t wh, std::int64_t resolution) {
    Mark const now{at, wh};
    if (!moved_ || moved_->wh != wh) {
        bool const counted = moved_.has_value();
        moved_ = now;
        since_moved_.clear();
        if (counted && frozen_) {
            frozen_ = false;
            return Finding::moving;
        }
    } else if (!frozen_ &&
               since_moved_.least() >= std::max(least_to_be_frozen_wh, resolutions * resolution)) {
        frozen_ = true;
        return Finding::frozen;
    }
    return compare(now, resolution);
}

Finding CounterWatch::compare(Mark const& now, std::int64_t resolution) {
    if (!in_window_.reaches(now.at)) {
        window_.reset();
        return Finding::none;
    }
    if (!window_) {
        // Counter and power come one after the other: both ends of the window lag by the same.
        window_ = now;
        in_window_.clear();
        return Finding::none;
    }
    if (now.at - window_->at < window_length) return Finding::none;
    auto const counted = now.wh - window_->wh;
    auto const summed = in_window_.wh();
    auto const allowed = std::max(std::max(counted, summed) / 50, resolutions * resolution);
    auto const nearest = counted > summed ? counted - allowed : counted + allowed;
    bool const differs =
        std::abs(counted - summed) > allowed + in_window_.spread() && !in_window_.can_be(nearest);
    window_ = now;
    in_window_.clear();
    if (differs) {
        disagrees_ = true;
        return Finding::disagrees;
    }
    return std::exchange(disagrees_, false) ? Finding::agrees : Finding::none;
}

}  // namespace karkhana::metering
