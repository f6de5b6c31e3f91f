#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

/// Announced load-shedding at a site with a generator.
class BookingGenerator : public DisplacedTest {};
KARKHANA_ON_BOTH_ENGINES(BookingGenerator);

TEST_P(BookingGenerator, WhatIsProposedInLoadSheddingTheGeneratorCarries) {
    auto const line = [&](std::string const& slug) {
        return shop.add_machine({.slug = slug,
                                 .name = {slug, slug},
                                 .kind = slug,
                                 .rated_w = 30'000,
                                 .grid_minutes = 15,
                                 .min_minutes = 30,
                                 .max_minutes = 240});
    };
    auto const sole = line("sole-line"), press = line("press");
    generator(50'000);
    shop.book(shop.member, sole.id, saturday("10:00", "11:00"));
    shop.book(shop.other, press.id, saturday("10:00", "11:00"));
    shop.add_outage(std::nullopt, saturday("09:30", "12:00"), "maintenance");
    shop.add_outage(std::nullopt, saturday("12:00", "14:00"), "load_shedding");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.manager), "move 12:15-13:15, move 13:15-14:15") << "one after the other";
}

TEST_P(BookingGenerator, WhoMovesWithinLoadSheddingIsNotInTheOwnWay) {
    auto const press = shop.add_machine({.slug = "press",
                                         .name = {"Press", "প্রেস"},
                                         .kind = "press",
                                         .rated_w = 30'000,
                                         .grid_minutes = 15,
                                         .min_minutes = 30,
                                         .max_minutes = 240});
    generator(50'000);
    shop.book(shop.member, press.id, saturday("10:00", "12:00"));
    shop.add_outage(press.id, saturday("10:00", "10:30"), "maintenance");
    shop.add_outage(std::nullopt, saturday("10:00", "15:00"), "load_shedding");
    sweep_at("08:30");
    EXPECT_EQ(shown(shop.member), "move 10:45-12:45");
}

TEST_P(BookingGenerator, WhatTheGeneratorWasTooSmallForIsOverWithTheOutage) {
    auto const press = shop.add_machine({.slug = "press",
                                         .name = {"Press", "প্রেস"},
                                         .kind = "press",
                                         .rated_w = 60'000,
                                         .grid_minutes = 15,
                                         .min_minutes = 30,
                                         .max_minutes = 240});
    generator(50'000);
    shop.book(shop.member, press.id, saturday("10:00", "14:00"));
    auto const id = text_of(
        json_of(shop.get(shop.member, "/api/v1/bookings")).at("items").as_array().at(0).as_object(),
        "id");
    shop.add_outage(std::nullopt, saturday("09:30", "12:00"), "load_shedding");
    sweep_at("08:30");
    ASSERT_NE(shown(shop.member), "");
    at("10:00");
    force(id, State::checked_in);
    sweep_at("11:59");
    EXPECT_NE(shown(shop.member), "");
    sweep_at("12:00");
    EXPECT_EQ(shown(shop.member), "") << "the mains is back: it keeps its time";
    EXPECT_EQ(state(id), "checked_in");
}

}  // namespace
}  // namespace karkhana::booking
