#include <gtest/gtest.h>
#include <limits>
#include <stdexcept>
#include <vector>

#include "server/metering/chunk.hpp"
#include "server/metering/journal.hpp"
#include "server/metering/packing.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Hour hour = 497'222;

std::vector<Sample> steady(std::size_t count, Duration step) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < count; ++i)
        samples.push_back({start_of(hour) + 250ms + static_cast<std::int64_t>(i) * step,
                           5'000'000 + static_cast<std::int64_t>(i) / 2, Quality::good});
    return samples;
}

/// What a damaged disk may bring, sealed as it should be.
std::string chunk_with(std::uint64_t count, std::uint64_t unit, std::int64_t step) {
    Packer steps, values, packer;
    if (step != 0) steps.signed_number(step);
    for (auto* each : {&steps, &values}) {
        each->byte(0);
        each->number(std::uint64_t{1} << 62);
    }
    packer.byte(1);
    packer.number(count);
    packer.number(unit);
    packer.signed_number(0);
    packer.append(steps.view());
    packer.append(values.view());
    packer.append("");
    return packer.take();
}

TEST(Packing, RefusesWhatNobodyCanHavePacked) {
    EXPECT_EQ(unpack_chunk(hour, 0, chunk_with(3, 1'000'000, 1)).size(), 3U);
    auto const refused = [](std::string const& bytes) {
        EXPECT_THROW(unpack_chunk(hour, 0, bytes, [](Sample const&) {}), std::runtime_error);
    };
    refused(chunk_with(std::uint64_t{1} << 34, 1'000'000, 1));
    refused(chunk_with(3, 1'000'000, std::int64_t{1} << 60));
    refused(chunk_with(30, 1'000'000, std::int64_t{1} << 42));
    Packer frame;
    frame.byte(0);
    frame.signed_number(std::int64_t{1} << 40);
    frame.signed_number(5);
    Packer journal;
    journal.byte(1);
    journal.number(0);
    journal.number(100);
    journal.append(frame.view());
    EXPECT_THROW(unpack_frames(hour, journal.view(), {}, [](Reading const&) {}),
                 std::runtime_error);
}

TEST(Packing, GivesBackEveryNumber) {
    std::vector<std::int64_t> const numbers{0,
                                            1,
                                            -1,
                                            63,
                                            64,
                                            -64,
                                            -65,
                                            300,
                                            std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int64_t>::min()};
    Packer packer;
    for (auto const number : numbers) packer.signed_number(number);
    auto const bytes = packer.take();
    Unpacker unpacker{bytes};
    for (auto const number : numbers) EXPECT_EQ(unpacker.signed_number(), number);
    EXPECT_TRUE(unpacker.done());
}

TEST(Packing, RefusesToReadBeyondTheEnd) {
    EXPECT_THROW(Unpacker{""}.byte(), std::runtime_error);
    EXPECT_THROW(Unpacker{"\x80"}.number(), std::runtime_error);
    EXPECT_THROW(Unpacker{"\x05"
                          "abc"}
                     .part(),
                 std::runtime_error);
    EXPECT_THROW(Unpacker{std::string(11, '\xff')}.number(), std::runtime_error);
    EXPECT_THROW(decompress("no zstd at all", 1000), std::runtime_error);
    EXPECT_THROW(decompress(compress(std::string(2000, 'x')), 1000), std::runtime_error);
}

TEST(ZeroRuns, GiveBackWhatWentIn) {
    std::vector<std::int64_t> const numbers{0, 0, 0, 5, 0, -3, 0, 0, 7, 7, 0};
    ZeroRunPacker packer;
    for (auto const number : numbers) packer.add(number);
    auto const bytes = packer.take();
    ZeroRunUnpacker unpacker{bytes};
    for (auto const number : numbers) EXPECT_EQ(unpacker.next(), number);
}

TEST(Chunk, KeepsSteadySamplesExactly) {
    auto const samples = steady(3600, 1s);
    auto const chunk = pack_chunk(hour, samples);
    EXPECT_EQ(chunk.samples, 3600);
    EXPECT_EQ(unpack_chunk(hour, chunk.codec, chunk.data), samples);
    EXPECT_LT(chunk.data.size(), 100U);
}

TEST(Chunk, KeepsTimesToTheSecondAndValuesExactly) {
    std::vector<Sample> samples;
    std::uint32_t dice = 1;
    for (int i = 0; i < 3000; ++i) {
        dice = dice * 1'664'525 + 1'013'904'223;
        samples.push_back({start_of(hour) + i * 1s + Duration{dice % 200'000},
                           static_cast<std::int64_t>(dice % 5000) - 2500,
                           i % 97 == 0 ? Quality::questionable : Quality::good});
    }
    auto const chunk = pack_chunk(hour, samples);
    auto const back = unpack_chunk(hour, chunk.codec, chunk.data);
    ASSERT_EQ(back.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        ASSERT_EQ(back[i].value, samples[i].value);
        ASSERT_EQ(back[i].quality, samples[i].quality);
        ASSERT_LE(std::chrono::abs(back[i].at - samples[i].at), 500ms);
    }
}

TEST(Chunk, TellsFastSamplesApart) {
    auto const samples = steady(18'000, 200ms);
    auto const chunk = pack_chunk(hour, samples);
    EXPECT_EQ(unpack_chunk(hour, chunk.codec, chunk.data), samples);
}

TEST(Chunk, KeepsGapsAndExtremes) {
    std::vector<Sample> const samples{
        {start_of(hour), std::numeric_limits<std::int64_t>::max() / 2, Quality::good},
        {start_of(hour) + 1s, std::numeric_limits<std::int64_t>::min() / 2, Quality::good},
        {start_of(hour) + 3599s, 0, Quality::edited}};
    auto const chunk = pack_chunk(hour, samples);
    EXPECT_EQ(unpack_chunk(hour, chunk.codec, chunk.data), samples);
}

TEST(Chunk, NoticesDamage) {
    auto chunk = pack_chunk(hour, steady(100, 1s));
    chunk.data.resize(chunk.data.size() / 2);
    EXPECT_THROW(unpack_chunk(hour, chunk.codec, chunk.data), std::runtime_error);
    EXPECT_THROW(unpack_chunk(hour, 7, chunk.data), std::runtime_error);
    EXPECT_THROW(unpack_chunk(hour, 0, "\x09"), std::runtime_error);
}

TEST(Merge, KeepsWhatIsInBothOnce) {
    auto const whole = steady(10, 1s);
    std::vector<Sample> const a{whole.begin(), whole.begin() + 6};
    std::vector<Sample> const b{whole.begin() + 4, whole.end()};
    EXPECT_EQ(merge(a, b), whole);
    EXPECT_EQ(merge(b, a), whole);
}

ReadingFrame frame_of(Channel first, int count, Instant at, std::uint64_t sequence) {
    ReadingFrame frame{.line = 2, .boot = 99, .readings = {}};
    for (int i = 0; i < count; ++i) {
        Reading reading;
        reading.channel = first + i;
        reading.value = 1000 * i - 3;
        reading.raw = {{0x461c, 0x4000, 0, 0}, 2};
        reading.asked = at;
        reading.answered = at + 17ms;
        reading.sequence = sequence + static_cast<std::uint64_t>(i);
        reading.quality = i == 1 ? Quality::questionable : Quality::good;
        frame.readings.push_back(reading);
    }
    return frame;
}

std::vector<Reading> unpacked(std::string const& data, ChannelRange channels) {
    std::vector<Reading> readings;
    unpack_frames(hour, data, channels,
                  [&](Reading const& reading) { readings.push_back(reading); });
    return readings;
}

TEST(Journal, KeepsReadingsWhole) {
    auto const a = frame_of(1, 5, start_of(hour) + 3s, 100);
    auto const b = frame_of(10, 3, start_of(hour) + 4s, 1'000'000'000'000);
    std::vector<ReadingFrame const*> const frames{&a, &b};
    auto const data = pack_frames(hour, frames, std::vector<bool>(64, true));
    auto expected = a.readings;
    expected.insert(expected.end(), b.readings.begin(), b.readings.end());
    EXPECT_EQ(unpacked(data, {}), expected);
    EXPECT_EQ(unpacked(data, {11, 11}), std::vector{b.readings[1]});
    EXPECT_TRUE(unpacked(data, {7, 7}).empty());
}

TEST(Journal, KeepsWordsOnlyWhereTheyAreEvidence) {
    auto const a = frame_of(1, 2, start_of(hour), 5);
    std::vector<ReadingFrame const*> const frames{&a};
    auto const data = pack_frames(hour, frames, {false, false, true});
    auto const back = unpacked(data, {});
    EXPECT_EQ(back[0].raw.count, 0);
    EXPECT_EQ(back[1].raw, a.readings[1].raw);
}

TEST(Journal, NoticesDamage) {
    auto const a = frame_of(1, 40, start_of(hour), 5);
    std::vector<ReadingFrame const*> const frames{&a};
    auto const data = pack_frames(hour, frames, std::vector<bool>(64, true));
    EXPECT_THROW(unpacked(data.substr(0, data.size() - 3), {}), std::runtime_error);
    EXPECT_THROW(unpacked("\x07", {}), std::runtime_error);
}

}  // namespace
}  // namespace karkhana::metering
