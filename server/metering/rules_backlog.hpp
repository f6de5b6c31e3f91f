#pragma once

#include <cstdint>
#include <vector>

#include "server/base/reading.hpp"

/// What goes when readings wait for a disk that takes nothing: a counter that is read less often
/// has counted all the same, and everything else is a picture of a moment.
namespace karkhana::metering {

std::uint64_t count_of(std::vector<ReadingFrame> const& frames);

/// Keeps the channels that are marked; returns how many readings went.
std::uint64_t keep_counters(ReadingFrame& frame, std::vector<bool> const& counters);
/// The same; frames that are left empty go.
std::uint64_t keep_counters(std::vector<ReadingFrame>& frames, std::vector<bool> const& counters);

/// Keeps every other reading of each channel, the latest among them; returns how many went.
std::uint64_t thin(std::vector<ReadingFrame>& frames);

}  // namespace karkhana::metering
