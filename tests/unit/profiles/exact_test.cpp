#include <gtest/gtest.h>

#include "devices/profiles/exact.hpp"

namespace karkhana::profiles {
namespace {

TEST(Exact, ReadsFractionsAsTheyAreWritten) {
    struct {
        char const* text;
        std::optional<Scale> scale;
    } const rows[] = {
        {"1", Scale{1, 1}},      {"0.1", Scale{1, 10}},
        {"0.25", Scale{1, 4}},   {"1000000", Scale{1000000, 1}},
        {"1/3", Scale{1, 3}},    {"10/4", Scale{5, 2}},
        {"0.5/2", Scale{1, 4}},  {"", std::nullopt},
        {".5", std::nullopt},    {"5.", std::nullopt},
        {"1e3", std::nullopt},   {"-1", std::nullopt},
        {"1/0", std::nullopt},   {"1/2/3", std::nullopt},
        {"1.2.3", std::nullopt}, {"1234567890123", std::nullopt},
    };
    for (auto const& row : rows) EXPECT_EQ(exact(row.text), row.scale) << row.text;
}

TEST(NamedUnit, KnowsHowManyBaseUnitsItIs) {
    EXPECT_EQ(named_unit("kWh")->unit, Unit::wh);
    EXPECT_EQ(named_unit("kWh")->base_units, 1000);
    EXPECT_EQ(named_unit("1")->base_units, 1000);
    EXPECT_FALSE(named_unit("kilowatt"));
}

}  // namespace
}  // namespace karkhana::profiles
