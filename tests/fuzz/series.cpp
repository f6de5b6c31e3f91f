// Stored readings as a damaged disk returns them: chunks and journal frames are read or refused by
// an exception, and what was packed is read as it was.

#include <cstdlib>
#include <exception>

#include "server/metering/chunk.hpp"
#include "server/metering/journal.hpp"

using namespace karkhana;
using namespace karkhana::metering;

namespace {

constexpr Hour hour = 472'222;

void read_chunk(int codec, std::string_view bytes) {
    try {
        unpack_chunk(hour, codec, bytes, [](Sample const&) {});
    } catch (std::exception const&) {
        // Refused, and whoever asked is told.
    }
}

void read_frames(std::uint8_t first, std::string_view bytes) {
    ChannelRange channels;
    if (first >= 0x80) channels = {first & 7, (first & 7) + 3};
    try {
        unpack_frames(hour, bytes, channels, [&](Reading const& reading) {
            if (!channels.contains(reading.channel)) std::abort();
        });
    } catch (std::exception const&) {
        // As above.
    }
}

/// Three bytes a sample: seconds since the one before, and how much more or less.
void pack_and_read(std::string_view bytes) {
    std::vector<Sample> samples;
    auto at = start_of(hour);
    std::int64_t value = 0;
    for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
        auto const byte = [&](std::size_t n) { return static_cast<std::uint8_t>(bytes[i + n]); };
        at += std::chrono::seconds{1 + byte(0) % 32};
        if (at >= start_of(hour + 1)) break;
        value += (std::int64_t{byte(1)} - 128) << byte(2) % 40;
        samples.push_back(
            {at, value, (byte(2) & 0x80) != 0 ? Quality::questionable : Quality::good});
    }
    if (samples.empty()) return;
    auto const chunk = pack_chunk(hour, samples);
    if (unpack_chunk(hour, chunk.codec, chunk.data) != samples) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 2) return 0;
    std::string_view const bytes{reinterpret_cast<char const*>(data) + 2, size - 2};
    switch (data[0] % 4) {
    case 0:
    case 1: read_chunk(data[0] % 4, bytes); break;
    case 2: read_frames(data[1], bytes); break;
    default: pack_and_read(bytes);
    }
    return 0;
}
