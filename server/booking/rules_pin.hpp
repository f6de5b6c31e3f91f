#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"

/// The number by which whoever comes says at the machine which booking is theirs.
namespace karkhana::booking {

/// This many wrong numbers at a machine, and it asks for patience until the oldest is out of the
/// window.
constexpr std::size_t wrong_pins_allowed = 5;
constexpr std::chrono::minutes wrong_pin_window{10};

/// Four digits, none of them in front a zero: derived from the id, so that none needs to be kept.
std::string pin_of(std::string_view secret, BookingId const& booking);

/// How long to wait before the next try; empty: none. `wrong`: the tries of the window, oldest
/// first.
std::optional<std::chrono::seconds> pin_wait(std::span<Instant const> wrong, Instant now);

}  // namespace karkhana::booking
