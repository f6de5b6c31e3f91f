#include <gtest/gtest.h>

#include "devices/profiles/transform.hpp"

namespace karkhana::profiles {
namespace {

Point point_of(std::string name, Unit unit, bool transformed) {
    Point point;
    point.name = std::move(name);
    point.unit = unit;
    point.scale = {1, 10};
    point.transformed = transformed;
    point.min = -100;
    point.max = 1'000;
    return point;
}

TEST(Transformed, FollowsTheTransformerThatItsUnitGoesThrough) {
    Profile profile;
    profile.points = {point_of("current", Unit::ma, true),
                      point_of("voltage", Unit::mv, true),
                      point_of("active_power", Unit::w, true),
                      point_of("energy", Unit::wh, true),
                      point_of("frequency", Unit::mhz, false),
                      point_of("energy_of_the_installation", Unit::wh, false)};
    profile.points[3].modulus = 1'000'000;
    auto const behind = transformed(profile, {{40, 1}, {11, 2}});
    ASSERT_TRUE(behind);
    auto const scale = [&](std::size_t i) { return behind->points[i].scale; };
    EXPECT_EQ(scale(0), (Scale{4, 1}));
    EXPECT_EQ(scale(1), (Scale{11, 20}));
    EXPECT_EQ(scale(2), (Scale{22, 1}));
    EXPECT_EQ(scale(3), (Scale{22, 1}));
    EXPECT_EQ(scale(4), (Scale{1, 10}));
    EXPECT_EQ(scale(5), (Scale{1, 10}));
    EXPECT_EQ(behind->points[3].modulus, 220'000'000) << "it rolls over where its register does";
    EXPECT_EQ(behind->points[0].min, -4'000);
    EXPECT_EQ(behind->points[1].max, 5'500);
}

TEST(Transformed, RefusesAModulusThatIsNoWholeNumber) {
    Profile profile;
    profile.points = {point_of("energy", Unit::wh, true)};
    profile.points[0].modulus = 1'000'000;
    EXPECT_FALSE(transformed(profile, {{1, 3}, {1, 1}}));
    profile.points[0].modulus = 0;
    EXPECT_TRUE(transformed(profile, {{1, 3}, {1, 1}}));
}

TEST(Transformed, ChangesWhatIsElectric) {
    EXPECT_TRUE(is_transformed(Unit::varh));
    for (auto const unit : {Unit::mhz, Unit::permille, Unit::g, Unit::ml, Unit::count})
        EXPECT_FALSE(is_transformed(unit));
}

}  // namespace
}  // namespace karkhana::profiles
