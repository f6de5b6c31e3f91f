#include <gtest/gtest.h>

#include "server/metering/quality_codes.hpp"

namespace karkhana::metering {
namespace {

TEST(QualityCodes, AreThoseOfIec61968AndOfGreenButton) {
    struct Case {
        Quality quality;
        Method method;
        QualityCodes codes;
    };
    for (auto const& [quality, method, codes] : {
             Case{Quality::good, Method::read, {"3.0.0", 17}},
             Case{Quality::good, Method::interpolated, {"3.8.0", 9}},
             Case{Quality::good, Method::last_good, {"3.11.0", 11}},
             Case{Quality::good, Method::first_good, {"3.11.0", 11}},
             Case{Quality::good, Method::entered, {"3.7.0", 7}},
             Case{Quality::stale, Method::read, {"2.4.0", 16}},
             Case{Quality::missing, Method::read, {"2.5.259", 16}},
             Case{Quality::estimated, Method::interpolated, {"3.8.0", 9}},
             Case{Quality::estimated, Method::last_good, {"3.11.0", 11}},
             Case{Quality::estimated, Method::first_good, {"3.11.0", 11}},
             Case{Quality::edited, Method::entered, {"3.7.0", 7}},
             Case{Quality::questionable, Method::read, {"3.10.0", 10}},
             Case{Quality::questionable, Method::last_good, {"3.10.0", 10}},
         })
        EXPECT_EQ(codes_of(quality, method), codes) << name_of(quality) << " " << name_of(method);
}

}  // namespace
}  // namespace karkhana::metering
