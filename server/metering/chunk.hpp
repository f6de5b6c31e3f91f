#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/reading.hpp"
#include "server/base/time.hpp"

/// One hour of one channel in half a byte a reading.
namespace karkhana::metering {

/// Whole hours since 1970, UTC.
using Hour = std::int64_t;

constexpr Hour hour_of(Instant at) {
    return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
}
constexpr Instant start_of(Hour hour) { return Instant{std::chrono::hours{hour}}; }

/// A value as the series keeps it: what the register said, not continued over resets.
struct Sample {
    Instant at;
    std::int64_t value = 0;
    Quality quality = Quality::good;

    bool operator==(Sample const&) const = default;
};

/// Whether a screen shows it: what nobody believes is not drawn.
constexpr bool is_good(Sample const& sample) {
    return sample.quality == Quality::good || sample.quality == Quality::edited;
}

/// What the good samples of a chunk say together.
struct Summary {
    std::int64_t good = 0;  ///< how many; without any, the rest means nothing
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::int64_t last = 0;
    Instant last_at;

    bool operator==(Summary const&) const = default;
};
Summary summary_of(std::span<Sample const> samples);

struct Chunk {
    std::int64_t samples = 0;
    int codec = 0;  ///< 0 packed, 1 packed and compressed
    std::string data;
    Summary summary;
};

/// Packs samples that are in order of time. Values are kept exactly; times to the second (to a
/// tenth where there are more than one and a half a second), counted from the first, so that a
/// steady poll costs nothing.
Chunk pack_chunk(Hour hour, std::span<Sample const> samples);

/// Calls `each` for every sample, by time. Throws when the bytes are damaged.
void unpack_chunk(Hour hour, int codec, std::string_view data,
                  std::function<void(Sample const&)> const& each);
std::vector<Sample> unpack_chunk(Hour hour, int codec, std::string_view data);

/// Two runs of samples as one, by time; what is in both is in it once.
std::vector<Sample> merge(std::vector<Sample> const& a, std::vector<Sample> const& b);

}  // namespace karkhana::metering
