#include <gtest/gtest.h>

#include "server/exports/visits.hpp"

namespace karkhana::exports {
namespace {

TEST(Visits, AreCountedByAddressAndMinute) {
    Visits visits{2};
    auto const second = [](int count) { return instant(count * 1'000'000); };
    EXPECT_FALSE(visits.count("a", second(1)));
    EXPECT_FALSE(visits.count("a", second(2)));
    EXPECT_EQ(visits.count("a", second(3)), std::chrono::seconds{58});
    EXPECT_FALSE(visits.count("b", second(3))) << "another address";
    EXPECT_FALSE(visits.count("a", second(61)));
    EXPECT_FALSE(visits.count("a", second(62)));
    EXPECT_TRUE(visits.count("a", second(63)));
    EXPECT_FALSE(visits.count("a", second(-9))) << "a clock that was put back locks nobody out";
}

TEST(Visits, AreForgottenBeforeTheyFillTheMemory) {
    Visits visits{1};
    for (int i = 0; i < 20'001; ++i) visits.count(std::to_string(i), instant(1));
    EXPECT_FALSE(visits.count("0", instant(2))) << "so many at once begin anew";
    EXPECT_TRUE(visits.count("20000", instant(2)));
}

}  // namespace
}  // namespace karkhana::exports
