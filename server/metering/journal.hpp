#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/reading.hpp"
#include "server/metering/chunk.hpp"

/// The journal of readings: what a line brought, complete, until the hour is compacted.
namespace karkhana::metering {

/// Packs frames of one line and hour. Raw words are kept for the channels marked in `words`.
std::string pack_frames(Hour hour, std::span<ReadingFrame const* const> frames,
                        std::vector<bool> const& words);

struct ChannelRange {
    Channel from = 0;
    Channel to = std::numeric_limits<Channel>::max();

    bool contains(Channel channel) const { return channel >= from && channel <= to; }
};

/// Calls `each` for every reading of these channels, in the order they were packed. Frames of
/// other devices are skipped unread.
void unpack_frames(Hour hour, std::string_view data, ChannelRange channels,
                   std::function<void(Reading const&)> const& each);

}  // namespace karkhana::metering
