#include <gtest/gtest.h>

#include "server/booking/jobs.hpp"
#include "server/metering/outage_watch.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

class Outages : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
        begin();
    }
    void begin() {
        auto const points = shop.store.read(
            [&](store::Reader& reader) { return list_points(reader, shop.workshop.facility); });
        watch.emplace(shop.daemon->services, MachineMeters{machine_meters(points)},
                      std::vector{laser});
    }
    void pass(Duration time) {
        for (Duration passed{}; passed < time; passed += 1s) {
            shop.run_for(1s);
            watch->watch();
        }
    }
    std::vector<facility::Outage> outages() {
        return shop.store.read([&](store::Reader& reader) {
            return facility::outages_between(reader, shop.workshop.facility,
                                             {Instant{}, now() + 24h});
        });
    }
    BookingId book(Interval during) {
        auto const answer = shop.workshop.book(shop.workshop.member, laser, during);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return *BookingId::parse(text_of(json_of(answer), "id"));
    }
    Instant now() const { return shop.workshop.clock.now(); }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    std::optional<OutageWatch> watch;
};
KARKHANA_ON_BOTH_ENGINES(Outages);

TEST_P(Outages, AMachineThatDoesNotAnswerHasAnOutageAsLongAsThatLasts) {
    auto const before = now();
    shop.unit(laser).answers = false;
    pass(5min);
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].machine, laser);
    EXPECT_EQ(outages()[0].kind, "unmetered");
    EXPECT_LE(outages()[0].during.start, before + 10s);
    EXPECT_LE(outages()[0].during.end, now());
    EXPECT_GE(outages()[0].during.end, now() - 11s);
    shop.unit(laser).answers = true;
    pass(5s);
    auto const over = outages().at(0).during.end;
    EXPECT_LE(over, now());
    EXPECT_GE(over, now() - 5s);
    pass(5min);
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].during.end, over);
}

TEST_P(Outages, WithoutItsRelayItIsAnotherOneThanWithoutItsMeter) {
    shop.unit(laser).answers = false;
    pass(2min);
    shop.unit(laser).relay_answers = false;
    pass(3min);
    ASSERT_EQ(outages().size(), 2U);
    EXPECT_EQ(outages()[0].kind, "unmetered");
    EXPECT_EQ(outages()[1].kind, "unreachable");
    EXPECT_LE(outages()[0].during.end, outages()[1].during.start);
}

TEST_P(Outages, ALostReplyIsNone) {
    shop.unit(laser).answers = false;
    pass(40s);
    shop.unit(laser).answers = true;
    pass(2min);
    EXPECT_TRUE(outages().empty());
}

TEST_P(Outages, WhoCouldNotStartIsNotMissed) {
    auto const slot =
        Interval{booking::dhaka("2026-11-21 10:15"), booking::dhaka("2026-11-21 11:00")};
    auto const id = book(slot);
    shop.unit(laser).answers = false;
    while (now() < slot.start + 20min) pass(1min);
    EXPECT_TRUE(booking::mark_missed(ledger(), shop.workshop.clock, {}).empty());
    while (now() < slot.end) pass(1min);
    ASSERT_EQ(booking::mark_missed(ledger(), shop.workshop.clock, {}).size(), 1U);
    EXPECT_EQ(shop.booking_of(id.text()).state, booking::State::cancelled);
    EXPECT_EQ(shop.booking_of(id.text()).cancel_reason, "outage");
}

TEST_P(Outages, TheDaemonsOwnAbsenceIsOneOfTheWholeFacility) {
    shop.daemon->writer.flush();
    auto const last = last_alive(telemetry(), shop.workshop.facility);
    ASSERT_TRUE(last);
    shop.kill();
    shop.plant.pass(35min);
    shop.boot();
    begin();
    watch->note_absence(last_alive(telemetry(), shop.workshop.facility));
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].machine, std::nullopt);
    EXPECT_EQ(outages()[0].during, (Interval{*last, now()}));
}

TEST_P(Outages, AQuickRestartIsNone) {
    shop.daemon->writer.flush();
    shop.kill();
    shop.plant.pass(20s);
    shop.boot();
    begin();
    watch->note_absence(last_alive(telemetry(), shop.workshop.facility));
    EXPECT_TRUE(outages().empty());
}

}  // namespace
}  // namespace karkhana::metering
