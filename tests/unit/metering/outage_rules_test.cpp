#include <algorithm>
#include <gtest/gtest.h>

#include "server/metering/rules_outage.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

Monotonic at(std::chrono::seconds time) { return Monotonic{} + 1h + time; }
Witness silent(Channel channel, std::string line, std::chrono::seconds heard) {
    return {channel, std::move(line), at(heard), true};
}
std::vector<Channel> fallen(std::vector<Witness> witnesses) {
    std::vector<Channel> found;
    for (auto const& each : common_silence(std::move(witnesses))) found.push_back(each.channel);
    return found;
}
using Channels = std::vector<Channel>;

TEST(CommonSilence, OfMetersOnTwoLinesIsACut) {
    EXPECT_EQ(fallen({silent(1, "hall", 0s), silent(2, "hall", 1s), silent(3, "yard", 2s)}),
              (Channels{3, 2, 1}))
        << "the last one heard first";
    EXPECT_EQ(fallen({silent(1, "hall", 0s), silent(2, "yard", 15s)}), (Channels{2, 1}));
}

TEST(CommonSilence, IsNoneWhileAnyMeterAnswers) {
    auto speaks = silent(3, "yard", 60s);
    speaks.silent = false;
    EXPECT_EQ(fallen({silent(1, "hall", 0s), silent(2, "yard", 1s), speaks}), Channels{});
}

TEST(CommonSilence, IsNoneOfOneMeterOrOfOneLine) {
    EXPECT_EQ(fallen({}), Channels{});
    EXPECT_EQ(fallen({silent(1, "hall", 0s)}), Channels{});
    EXPECT_EQ(fallen({silent(1, "hall", 0s), silent(2, "hall", 1s)}), Channels{})
        << "a torn line says nothing of the mains";
}

TEST(CommonSilence, IsNotMadeOfMetersThatDiedOneAfterTheOther) {
    EXPECT_EQ(fallen({silent(1, "hall", 0s), silent(2, "yard", 16s)}), Channels{});
    EXPECT_EQ(fallen({silent(1, "hall", -3600s), silent(2, "hall", 0s), silent(3, "yard", 1s)}),
              (Channels{3, 2}))
        << "one that was dead before is no part of it";
}

}  // namespace
}  // namespace karkhana::metering
