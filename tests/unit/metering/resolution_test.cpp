#include <bit>
#include <gtest/gtest.h>

#include "server/metering/meters.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};

RawWords words_of(float kwh) {
    auto const bits = std::bit_cast<std::uint32_t>(kwh);
    return {{static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits)}, 2};
}

TEST(Resolution, OfAnIntegerIsItsScale) {
    EXPECT_EQ(Resolution{}.at(900'000'000, {}), 1);
    EXPECT_EQ(Resolution(10, "u32 big 10/1 @4:72").at(900'000'000, {}), 10);
    // What is below one unit is a float, and small: it is as fine as can be.
    EXPECT_EQ(Resolution(1, "s32 little 1000000/1 fraction f32 1000000/1 10 @3:8")
                  .at(9'000'000'000'000, {}),
              1);
}

TEST(Resolution, OfAFloatGrowsWithTheValue) {
    Resolution const kwh{1, "f32 big 1000/1 @4:72"};
    EXPECT_EQ(kwh.at(0, {}), 1);
    EXPECT_EQ(kwh.at(8'388'608, {}), 1);
    EXPECT_EQ(kwh.at(16'777'217, {}), 3);
    EXPECT_EQ(kwh.at(262'144'000, {}), 32) << "31.25 Wh";
    EXPECT_EQ(kwh.at(-262'144'000, {}), 32);
    Resolution const longer{1, "f64 big 1000/1 @4:72"};
    EXPECT_EQ(longer.at(262'144'000, {}), 1);
}

TEST(Resolution, OfARegisterThatIsScaledByAnotherFollowsThatOne) {
    RawWords raw{{7, 3}, 2};
    EXPECT_EQ(Resolution(10, "u16 big 10/1 exponent 9 @3:4").at(70'000, raw), 10'000);
    raw.word[1] = 0xFFFE;
    EXPECT_EQ(Resolution(10, "u16 big 10/1 exponent 9 @3:4").at(0, raw), 10) << "never too fine";
    raw.word[1] = 40;
    EXPECT_EQ(Resolution(10, "u16 big 10/1 factor 9 @3:4").at(2'800, raw), 400);
}

/// A meter of a small machine that has counted 300 MWh in its life shows kWh as a short float,
/// which can only move by 31.25 Wh then.
TEST(Meters, BelieveAnOldMeterWhoseFloatTakesLargeSteps) {
    SystemMonotonicClock clock;
    Meters meters{Zone::find("Asia/Dhaka").value(), clock};
    MachineId machine;
    Point point;
    point.channel = 1;
    point.machine = machine;
    point.unit = Unit::wh;
    point.counter = point.billing = true;
    point.form = point.form_before = "f32 big 1000/1 @4:72";
    meters.configure({point}, {{machine, 200}}, {});
    std::uint64_t sequence = 0;
    auto const says = [&](float kwh, Duration at) {
        Reading reading;
        reading.channel = 1;
        reading.value = static_cast<std::int64_t>(static_cast<double>(kwh) * 1000);
        reading.raw = words_of(kwh);
        reading.asked = reading.answered = noon + at;
        reading.sequence = ++sequence;
        reading.quality = Quality::good;
        meters.take({&reading, 1});
        return reading.quality;
    };
    EXPECT_EQ(says(300'000.0F, 0s), Quality::good);
    EXPECT_EQ(says(300'000.03125F, 1s), Quality::good);
    EXPECT_EQ(meters.believed(1)->reading.value, 300'000'031);
    EXPECT_EQ(says(300'000.0625F, 2s), Quality::good);
    EXPECT_EQ(says(300'001.0F, 3s), Quality::questionable) << "no rounding does that";
    EXPECT_TRUE(meters.unkept_events().empty());
}

}  // namespace
}  // namespace karkhana::metering
