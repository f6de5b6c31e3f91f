#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// Two lasers of 2000 W and a room of four seats with as many, in load-shedding that was announced
/// before the generator was asked.
class Generator : public tests::StoreTest {
protected:
    void SetUp() override {
        first = shop.add_laser("laser-1").id;
        second = shop.add_laser("laser-2").id;
        room = shop.add_laser("cad-room", 4).id;
        shop.boot();
        shop.run_for(3s);
    }
    void carries(std::int64_t watts) {
        store().write([&](store::Writer& writer) {
            return writer.execute("UPDATE facility SET generator_w = $2 WHERE facility_id = $1",
                                  shop.workshop.facility, watts);
        });
    }
    void shed_load() {
        auto const now = shop.workshop.clock.now();
        shop.workshop.add_outage(std::nullopt, {now - 1min, now + 2h}, "load_shedding");
    }
    store::Store& store() { return shop.workshop.ledger; }
    http::Response start(http::Principal const& who, std::string const& id,
                         std::string const& body = "{}") {
        return shop.workshop.call(who, "POST", "/api/v1/bookings/" + id + "/start", body,
                                  {{"idempotency-key", "start-" + std::to_string(++calls)}});
    }

    Shop shop{ledger(), telemetry()};
    MachineId first, second, room;
    int calls = 0;
};
KARKHANA_ON_BOTH_ENGINES(Generator);

TEST_P(Generator, StartsNoMoreThanItCarriesUnlessTheManagerVouches) {
    auto const one = shop.here(first, 2h), two = shop.here(second, 2h);
    carries(3'000);
    shed_load();
    EXPECT_EQ(start(shop.workshop.member, one).status, 200);
    auto const refused = start(shop.workshop.member, two);
    ASSERT_EQ(refused.status, 422) << refused.body;
    auto const problem = json_of(refused);
    auto const violation = problem.at("violations").as_array().at(0).as_object();
    EXPECT_EQ(text_of(violation, "code"), "power_budget");
    EXPECT_EQ(violation.at("numbers").at("wanted"), 2'000);
    EXPECT_EQ(violation.at("numbers").at("free"), 1'000);
    EXPECT_FALSE(violation.at("may_override").as_bool());
    EXPECT_FALSE(problem.at("assisted_possible").as_bool());
    EXPECT_FALSE(shop.unit(second).closed);
    auto const vouch = R"({"overrides":[{"rule":"power_budget","reason":"the oven is off"}]})";
    EXPECT_EQ(start(shop.workshop.member, two, vouch).status, 422) << "a party may not";
    EXPECT_TRUE(json_of(start(shop.workshop.manager, two))
                    .at("violations")
                    .as_array()
                    .at(0)
                    .at("may_override")
                    .as_bool());
    EXPECT_EQ(start(shop.workshop.manager, two, vouch).status, 200);
    EXPECT_TRUE(shop.unit(second).closed);
    ASSERT_EQ(shop.pause(two, "pause-1").status, 200);
    EXPECT_EQ(start(shop.workshop.member, two).status, 200) << "it was let pass for this booking";
}

TEST_P(Generator, IsAskedForNothingWhileTheMainsIsThere) {
    auto const one = shop.here(first, 2h), two = shop.here(second, 2h);
    carries(3'000);
    EXPECT_EQ(start(shop.workshop.member, one).status, 200);
    EXPECT_EQ(start(shop.workshop.member, two).status, 200);
}

TEST_P(Generator, CarriesOfARoomWhoIsThere) {
    auto const two = shop.here(room, 2h, 2), other = shop.here(room, 2h, 1);
    auto const laser = shop.here(first, 2h), last = shop.here(room, 2h, 1);
    carries(3'500);
    shed_load();
    EXPECT_EQ(start(shop.workshop.member, two).status, 200) << "1000 W";
    EXPECT_EQ(start(shop.workshop.member, other).status, 200) << "500 W";
    EXPECT_EQ(start(shop.workshop.member, laser).status, 200) << "2000 W";
    EXPECT_EQ(start(shop.workshop.member, last).status, 422) << "nothing is left";
}

}  // namespace
}  // namespace karkhana::metering
