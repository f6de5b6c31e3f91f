#include <gtest/gtest.h>

#include "server/booking/rules_pin.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace std::chrono_literals;
using namespace tests;

TEST(Pin, HasFourDigitsAndDependsOnTheBookingAndTheSecret) {
    std::set<std::string> seen;
    for (std::uint8_t number = 1; number <= 200; ++number) {
        auto const pin = pin_of("secret", numbered_id<BookingId>(number));
        EXPECT_EQ(pin.size(), 4U);
        EXPECT_NE(pin.front(), '0');
        seen.insert(pin);
    }
    EXPECT_GT(seen.size(), 190U);
    auto const one = numbered_id<BookingId>(1);
    EXPECT_EQ(pin_of("secret", one), pin_of("secret", one));
    EXPECT_NE(pin_of("secret", one), pin_of("another", one));
}

TEST(Pin, AFifthWrongNumberIsTheLastUntilTheFirstIsForgotten) {
    auto const now = dhaka("2026-11-21 10:00");
    std::vector<Instant> wrong{now - 9min, now - 8min, now - 7min, now - 6min};
    EXPECT_FALSE(pin_wait(wrong, now));
    wrong.push_back(now);
    EXPECT_EQ(pin_wait(wrong, now), 60s);
    EXPECT_FALSE(pin_wait(wrong, now + 1min));
    wrong.push_back(now);
    EXPECT_EQ(pin_wait(wrong, now), 2min) << "two got through together";
}

}  // namespace
}  // namespace karkhana::booking
