#include "server/metering/journal.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/metering/packing.hpp"

namespace karkhana::metering {
namespace {

constexpr std::uint8_t journal_format = 1;

constexpr std::uint8_t quality_bits = 0x07;
constexpr std::uint8_t new_times = 0x08;
constexpr std::uint8_t new_sequence = 0x10;
constexpr std::uint8_t has_words = 0x20;

/// What a reading is told against: the one before it, or the beginning of the hour.
struct Before {
    Channel channel = 0;
    Instant asked;
    Instant answered;
    std::uint64_t sequence = 0;
};

std::uint8_t flags_of(Reading const& reading, Before const& before, bool words) {
    auto flags = static_cast<std::uint8_t>(reading.quality);
    if (reading.asked != before.asked || reading.answered != before.answered) flags |= new_times;
    if (reading.sequence != before.sequence) flags |= new_sequence;
    if (words) flags |= has_words;
    return flags;
}

void pack_reading(Packer& packer, Reading const& reading, Before& before, bool words) {
    auto const flags = flags_of(reading, before, words);
    packer.byte(flags);
    packer.signed_number(reading.channel - before.channel);
    if ((flags & new_times) != 0) {
        packer.signed_number((reading.asked - before.asked).count());
        packer.signed_number((reading.answered - reading.asked).count());
    }
    if ((flags & new_sequence) != 0)
        packer.signed_number(static_cast<std::int64_t>(reading.sequence - before.sequence));
    packer.signed_number(reading.value);
    if (words) {
        packer.byte(reading.raw.count);
        for (std::size_t i = 0; i < reading.raw.count; ++i) packer.number(reading.raw.word.at(i));
    }
    before = {reading.channel, reading.asked, reading.answered, reading.sequence};
}

Channel channel_of(std::int64_t number) {
    if (!std::in_range<Channel>(number)) damaged();
    return static_cast<Channel>(number);
}

Instant later(Instant from, std::int64_t micros) {
    return instant(plus(from.time_since_epoch().count(), micros));
}

Reading unpack_reading(Unpacker& unpacker, Before& before) {
    Reading reading;
    auto const flags = unpacker.byte();
    reading.quality = static_cast<Quality>(flags & quality_bits);
    reading.channel = channel_of(plus(before.channel, unpacker.signed_number()));
    reading.asked = before.asked;
    reading.answered = before.answered;
    if ((flags & new_times) != 0) {
        reading.asked = later(before.asked, unpacker.signed_number());
        reading.answered = later(reading.asked, unpacker.signed_number());
    }
    reading.sequence = before.sequence;
    if ((flags & new_sequence) != 0)
        reading.sequence += static_cast<std::uint64_t>(unpacker.signed_number());
    reading.value = unpacker.signed_number();
    if ((flags & has_words) != 0) {
        reading.raw.count = std::min<std::uint8_t>(unpacker.byte(), 4);
        for (std::size_t i = 0; i < reading.raw.count; ++i)
            reading.raw.word.at(i) = static_cast<std::uint16_t>(unpacker.number());
    }
    before = {reading.channel, reading.asked, reading.answered, reading.sequence};
    return reading;
}

bool is_marked(std::vector<bool> const& channels, Channel channel) {
    auto const place = static_cast<std::size_t>(channel);
    return channel >= 0 && place < channels.size() && channels[place];
}

}  // namespace

std::string pack_frames(Hour hour, std::span<ReadingFrame const* const> frames,
                        std::vector<bool> const& words) {
    Packer packer;
    packer.byte(journal_format);
    for (auto const* frame : frames) {
        auto const [least, most] = std::ranges::minmax(frame->readings, {}, &Reading::channel);
        packer.number(static_cast<std::uint64_t>(least.channel));
        packer.number(static_cast<std::uint64_t>(most.channel));
        Packer inner;
        Before before{0, start_of(hour), start_of(hour), 0};
        for (auto const& reading : frame->readings)
            pack_reading(inner, reading, before,
                         reading.raw.count > 0 && is_marked(words, reading.channel));
        packer.append(inner.view());
    }
    return packer.take();
}

void unpack_frames(Hour hour, std::string_view data, ChannelRange channels,
                   std::function<void(Reading const&)> const& each) {
    Unpacker unpacker{data};
    if (unpacker.byte() != journal_format)
        throw std::runtime_error("stored readings are of a newer kind");
    while (!unpacker.done()) {
        auto const least = static_cast<Channel>(unpacker.number());
        auto const most = static_cast<Channel>(unpacker.number());
        Unpacker inner{unpacker.part()};
        if (channels.to < least || channels.from > most) continue;
        Before before{0, start_of(hour), start_of(hour), 0};
        while (!inner.done()) {
            auto const reading = unpack_reading(inner, before);
            if (channels.contains(reading.channel)) each(reading);
        }
    }
}

}  // namespace karkhana::metering
