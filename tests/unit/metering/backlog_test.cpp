#include <gtest/gtest.h>

#include "server/metering/rules_backlog.hpp"

namespace karkhana::metering {
namespace {

constexpr Channel energy = 1, power = 2, mass = 3;
std::vector<bool> const counters{false, true, false, true};

/// A poll a second: everything the meter has.
std::vector<ReadingFrame> polls(int count) {
    std::vector<ReadingFrame> frames;
    for (int i = 0; i < count; ++i) {
        ReadingFrame frame;
        for (auto const channel : {energy, power})
            frame.readings.push_back({.channel = channel, .value = i});
        frames.push_back(frame);
    }
    return frames;
}

std::vector<std::int64_t> values_of(std::vector<ReadingFrame> const& frames, Channel channel) {
    std::vector<std::int64_t> values;
    for (auto const& frame : frames)
        for (auto const& reading : frame.readings)
            if (reading.channel == channel) values.push_back(reading.value);
    return values;
}

TEST(Backlog, LetsGoOfGaugesBeforeAnyCounter) {
    auto frames = polls(3);
    EXPECT_EQ(keep_counters(frames, counters), 3U);
    EXPECT_EQ(values_of(frames, energy), (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_TRUE(values_of(frames, power).empty());
}

TEST(Backlog, KeepsNoFrameThatHasNothingLeft) {
    std::vector<ReadingFrame> frames(2);
    frames[0].readings = {{.channel = power}};
    frames[1].readings = {{.channel = mass}};
    EXPECT_EQ(keep_counters(frames, counters), 1U);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].readings[0].channel, mass);
}

TEST(Backlog, DoesNotTakeAChannelThatNobodyKnowsForACounter) {
    ReadingFrame frame;
    frame.readings = {{.channel = 9}};
    EXPECT_EQ(keep_counters(frame, counters), 1U);
}

TEST(Backlog, ThinsEveryCounterAlikeAndKeepsItsLatest) {
    auto frames = polls(5);
    frames[1].readings.push_back({.channel = mass, .value = 7});
    EXPECT_EQ(thin(frames), 4U);
    EXPECT_EQ(values_of(frames, energy), (std::vector<std::int64_t>{0, 2, 4}));
    EXPECT_EQ(values_of(frames, mass), (std::vector<std::int64_t>{7}));
    thin(frames);
    EXPECT_EQ(values_of(frames, energy), (std::vector<std::int64_t>{0, 4}));
    EXPECT_EQ(count_of(frames), 5U);
}

}  // namespace
}  // namespace karkhana::metering
