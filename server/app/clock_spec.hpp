#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.hpp"
#include "server/base/result.hpp"

namespace karkhana::app {

/// A facility's clock that starts elsewhere and runs faster than real time: demo and tests alone.
struct ClockSpec {
    Instant origin;       ///< what it showed ...
    Instant real_origin;  ///< ... when the real clock showed this
    int speed = 1;

    /// In a form that parse_clock reads, so that a second process gets the same clock.
    std::string text() const;
};

/// "2026-11-20T16:40+06:00x60": a time (seconds may be left out) and a speed; the clock starts at
/// `now`, or at "@microseconds since 1970" when the text ends so. Errors: `bad_clock`.
Result<ClockSpec> parse_clock(std::string_view text, Instant now);

/// The system's clock without a spec.
std::unique_ptr<WallClock> make_clock(std::optional<ClockSpec> const& spec);

}  // namespace karkhana::app
