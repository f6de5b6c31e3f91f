#include <gtest/gtest.h>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// What the field's scenarios say of starting and stopping. It is ten o'clock.
class StartScenarios : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
    }
    std::string start_as(http::Principal const& who, std::string const& booking) {
        auto const key = "start-key-" + std::to_string(++keys_);
        return code_of(shop.workshop.call(who, "POST", "/api/v1/bookings/" + booking + "/start",
                                          "{}", {{"idempotency-key", key}}));
    }
    bool on() { return shop.unit(laser).closed; }
    /// Another booking, of Rahim, which begins later.
    std::string next(std::string const& from, std::string const& until) {
        auto const answer = shop.workshop.book(
            shop.workshop.other, laser,
            {booking::dhaka("2026-11-21 " + from), booking::dhaka("2026-11-21 " + until)});
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    void change(std::string const& sql) {
        ledger().write([&](store::Writer& writer) {
            return writer.execute(sql, shop.workshop.facility, laser);
        });
    }
    void outage(bool there) {
        auto const now = shop.workshop.clock.now();
        ledger().write([&](store::Writer& writer) {
            if (there)
                facility::insert_outage(writer, shop.workshop.facility,
                                        {.id = outage_,
                                         .machine = laser,
                                         .during = {now - 1min, now + 1h},
                                         .kind = "maintenance",
                                         .reason = ""},
                                        now);
            else
                facility::withdraw_outage(writer, shop.workshop.facility, outage_, now);
            return true;
        });
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;

private:
    OutageId outage_ = shop.workshop.ids.make<OutageId>();
    int keys_ = 0;
};
KARKHANA_ON_BOTH_ENGINES(StartScenarios);

// Start refused during another's booking; stop at the end after grace.
TEST_P(StartScenarios, NobodyStartsInAnothersTimeAndWhoStaysIsStoppedAfterTheGrace) {
    auto const first = shop.here(laser, 30min);
    auto const second = next("10:30", "11:30");
    shop.run_for(20min);
    EXPECT_EQ(start_as(shop.workshop.other, second), "machine_busy") << "the time is Mita's";
    EXPECT_FALSE(on());
    EXPECT_EQ(start_as(shop.workshop.desk, first), "");
    EXPECT_TRUE(on());
    EXPECT_EQ(start_as(shop.workshop.other, second), "machine_busy") << "she is at work";
    shop.run_for(14min);  // four minutes over her end
    EXPECT_EQ(shop.state_of(first), "running");
    EXPECT_EQ(start_as(shop.workshop.other, second), "machine_busy") << "she is still at work";
    shop.run_for(90s);
    EXPECT_EQ(shop.state_of(first), "completed");
    EXPECT_FALSE(on());
    EXPECT_EQ(start_as(shop.workshop.other, second), "");
    EXPECT_TRUE(on());
    EXPECT_EQ(shop.sessions().size(), 2U);
}

// Every refusal after unlocking leaves the relay off.
TEST_P(StartScenarios, WhateverRefusesAStartTheContactStaysOpen) {
    auto const booking = shop.here(laser, 2h);
    struct Refusal {
        std::string code;
        std::function<void(bool)> is;
    };
    std::vector<Refusal> const refusals{
        {"out_of_order",
         [&](bool is) {
             change(std::string{"UPDATE machine SET out_of_order = "} + (is ? "1" : "0") +
                    " WHERE facility_id = $1 AND machine_id = $2");
         }},
        {"outage", [&](bool is) { outage(is); }},
        {"contact_silent", [&](bool is) { shop.unit(laser).relay_answers = !is; }},
        {"meter_silent",
         [&](bool is) {
             shop.unit(laser).answers = !is;
             shop.run_for(61s);
         }},
    };
    for (auto const& refusal : refusals) {
        refusal.is(true);
        EXPECT_EQ(start_as(shop.workshop.desk, booking), refusal.code);
        shop.run_for(5s);
        EXPECT_FALSE(on()) << refusal.code;
        EXPECT_EQ(shop.state_of(booking), "checked_in") << refusal.code;
        refusal.is(false);
        shop.run_for(5s);
        EXPECT_FALSE(on()) << "nothing starts by itself after " << refusal.code;
    }
    EXPECT_TRUE(shop.sessions().empty());
    EXPECT_EQ(start_as(shop.workshop.desk, booking), "");
    EXPECT_TRUE(on());
}

TEST_P(StartScenarios, WhatCannotBeKeptIsNotSwitchedOn) {
    auto const booking = shop.here(laser, 2h);
    shop.store.on_step = [](std::string const& step) {
        if (step == "before_commit") throw store::Unavailable("no database");
    };
    EXPECT_THROW(start_as(shop.workshop.desk, booking), store::Unavailable);
    shop.store.on_step = {};
    shop.run_for(10s);
    EXPECT_FALSE(on());
    EXPECT_EQ(shop.state_of(booking), "checked_in");
}

}  // namespace
}  // namespace karkhana::metering
