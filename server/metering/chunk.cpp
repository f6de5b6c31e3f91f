#include "server/metering/chunk.hpp"

#include <algorithm>
#include <stdexcept>

#include "server/metering/packing.hpp"

namespace karkhana::metering {
namespace {

constexpr std::uint8_t chunk_format = 1;
/// More samples than this an hour, and a second is too coarse to tell them apart.
constexpr std::size_t many = 5400;
constexpr std::size_t largest_chunk = std::size_t{64} << 20;
/// Several a millisecond for an hour: a longer one is damaged, and would be read for ever.
constexpr std::uint64_t most_samples = 10'000'000;

/// How many units after the first, to the nearest.
std::int64_t units_after(Instant first, Instant at, std::int64_t unit) {
    return ((at - first).count() + unit / 2) / unit;
}

std::string pack_qualities(std::span<Sample const> samples) {
    Packer packer;
    for (std::size_t i = 0; i < samples.size();) {
        auto const quality = samples[i].quality;
        std::size_t run = 0;
        while (i + run < samples.size() && samples[i + run].quality == quality) ++run;
        // Nothing at all means that all are good.
        if (run == samples.size() && quality == Quality::good) break;
        packer.byte(static_cast<std::uint8_t>(quality));
        packer.number(run);
        i += run;
    }
    return packer.take();
}

class Qualities {
public:
    explicit Qualities(std::string_view bytes) : unpacker_(bytes) {}

    Quality next() {
        if (left_ == 0) {
            if (unpacker_.done()) return Quality::good;
            quality_ = static_cast<Quality>(unpacker_.byte());
            left_ = std::max<std::uint64_t>(unpacker_.number(), 1);
        }
        --left_;
        return quality_;
    }

private:
    Unpacker unpacker_;
    Quality quality_ = Quality::good;
    std::uint64_t left_ = 0;
};

template <class Each>
void unpack(Hour hour, std::string_view bytes, Each&& each) {
    Unpacker unpacker{bytes};
    if (unpacker.byte() != chunk_format)
        throw std::runtime_error("stored readings are of a newer kind");
    auto const count = unpacker.number();
    if (count > most_samples) damaged();
    auto const unit = static_cast<std::int64_t>(unpacker.number());
    auto at = plus(start_of(hour).time_since_epoch().count(), unpacker.signed_number());
    ZeroRunUnpacker steps{unpacker.part()};
    ZeroRunUnpacker values{unpacker.part()};
    Qualities qualities{unpacker.part()};
    std::int64_t step = 0;
    Sample sample;
    for (std::uint64_t i = 0; i < count; ++i) {
        step = plus(step, steps.next());
        at = plus(at, times(step, unit));
        sample.at = instant(at);
        sample.value = plus(sample.value, values.next());
        sample.quality = qualities.next();
        each(sample);
    }
}

}  // namespace

Summary summary_of(std::span<Sample const> samples) {
    Summary summary;
    for (auto const& sample : samples) {
        if (!is_good(sample)) continue;
        bool const first = summary.good++ == 0;
        summary.least = first ? sample.value : std::min(summary.least, sample.value);
        summary.most = first ? sample.value : std::max(summary.most, sample.value);
        summary.last = sample.value;
        summary.last_at = sample.at;
    }
    return summary;
}

Chunk pack_chunk(Hour hour, std::span<Sample const> samples) {
    if (samples.empty()) return {};
    std::int64_t const unit = samples.size() > many ? 100'000 : 1'000'000;
    auto const first = samples.front().at;
    ZeroRunPacker times;
    ZeroRunPacker values;
    std::int64_t place = 0;
    std::int64_t step = 0;
    std::int64_t value = 0;
    for (auto const& sample : samples) {
        auto const next = units_after(first, sample.at, unit);
        times.add(next - place - step);
        step = next - place;
        place = next;
        values.add(sample.value - value);
        value = sample.value;
    }
    Packer packer;
    packer.byte(chunk_format);
    packer.number(samples.size());
    packer.number(static_cast<std::uint64_t>(unit));
    packer.signed_number((first - start_of(hour)).count());
    packer.append(times.take());
    packer.append(values.take());
    packer.append(pack_qualities(samples));
    Chunk chunk{static_cast<std::int64_t>(samples.size()), 1, compress(packer.view()),
                summary_of(samples)};
    if (chunk.data.size() >= packer.size()) {
        chunk.codec = 0;
        chunk.data = packer.take();
    }
    return chunk;
}

void unpack_chunk(Hour hour, int codec, std::string_view data,
                  std::function<void(Sample const&)> const& each) {
    if (codec == 1)
        unpack(hour, decompress(data, largest_chunk), each);
    else if (codec == 0)
        unpack(hour, data, each);
    else
        throw std::runtime_error("stored readings are of a newer kind");
}

std::vector<Sample> unpack_chunk(Hour hour, int codec, std::string_view data) {
    std::vector<Sample> samples;
    unpack_chunk(hour, codec, data, [&](Sample const& sample) { samples.push_back(sample); });
    return samples;
}

std::vector<Sample> merge(std::vector<Sample> const& a, std::vector<Sample> const& b) {
    std::vector<Sample> both;
    both.reserve(a.size() + b.size());
    std::ranges::merge(a, b, std::back_inserter(both), std::ranges::less{}, &Sample::at,
                       &Sample::at);
    auto const doubles = std::ranges::unique(both);
    both.erase(doubles.begin(), doubles.end());
    return both;
}

}  // namespace karkhana::metering
