#include "devices/poller/gate.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>

#include "server/base/quantities.hpp"

namespace karkhana::poller {
namespace {

/// Meters that show 0.01 kWh move in steps of that, whatever their registers could hold.
constexpr std::int64_t least_step_wh = 10;

}  // namespace

std::int64_t resolution_of(profiles::Point const& point, profiles::Decoded const& decoded) {
    long double step = 1;
    if (point.type == profiles::WordType::f32) {
        auto const bits =
            profiles::joined(point.order, point.byte_order, std::span(decoded.raw.word).first(2));
        auto const value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        step = std::nextafter(std::fabs(value), std::numeric_limits<float>::infinity()) -
               std::fabs(value);
    }
    auto const words = std::span(decoded.raw.word).first(decoded.raw.count);
    auto const scale = profiles::scale_of(point, words).value_or(point.scale);
    auto const scaled = step * static_cast<long double>(scale.numerator) /
                        static_cast<long double>(scale.denominator);
    return static_cast<std::int64_t>(std::ceil(std::fmax(scaled, 1.0L)));
}

Judgement judge(profiles::Point const& point, profiles::Decoded const& decoded,
                std::optional<CounterMemory> const& before, Monotonic now, GateLimits limits) {
    if (!before) return Judgement::plausible;
    if (decoded.value < before->value) return Judgement::backwards;
    if (point.unit != Unit::wh || limits.max_power_w == 0) return Judgement::plausible;
    Wide const elapsed_us =
        Wide{std::chrono::duration_cast<Duration>(now - before->at).count()} * limits.clock_speed;
    // W x us / 3.6e9 = Wh; a fifth more, because ratings are rounded and meters are not exact.
    Wide const most = limits.max_power_w * elapsed_us * 12 / 10 / 3'600'000'000;
    Wide const delta = Wide{decoded.value} - before->value;
    auto const step = std::max(least_step_wh, resolution_of(point, decoded));
    return delta > most + step ? Judgement::too_fast : Judgement::plausible;
}

}  // namespace karkhana::poller
