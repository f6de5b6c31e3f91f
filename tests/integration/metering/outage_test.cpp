#include <gtest/gtest.h>

#include "server/booking/sweep.hpp"
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
    /// "start meter 5000000 wh", and so on.
    std::vector<std::string> evidence() {
        std::vector<std::string> found;
        for (auto const& each : shop.store.read([&](store::Reader& reader) {
                 return facility::evidence_between(reader, shop.workshop.facility,
                                                   {Instant{}, now() + 24h});
             }))
            found.push_back((each.at_end ? "end " : "start ") + each.what + " " + each.source +
                            (each.value ? " " + std::to_string(*each.value) + each.unit : ""));
        return found;
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

TEST_P(Outages, SayWhoShowedThem) {
    auto const last = std::to_string(shop.unit(laser).shown_wh()) + "Wh";
    shop.unit(laser).relay_answers = shop.unit(laser).answers = false;
    pass(5min);
    EXPECT_EQ(evidence(), (std::vector<std::string>{"start relay relays 1/1",
                                                    "start meter meter of laser " + last}));
    shop.unit(laser).relay_answers = shop.unit(laser).answers = true;
    pass(5s);
    auto const first = std::to_string(shop.unit(laser).shown_wh()) + "Wh";
    ASSERT_EQ(evidence().size(), 4U);
    EXPECT_EQ(evidence()[2], "end relay relays 1/1");
    EXPECT_EQ(evidence()[3], "end meter meter of laser " + first);
    EXPECT_THROW(ledger().write([](store::Writer& writer) {
        return writer.execute("DELETE FROM outage_evidence");
    }),
                 store::ConstraintViolated);
}

TEST_P(Outages, TheFirstRegisterAfterItIsKeptWithTheSessionThatWaits) {
    watch->on_back = [&](MachineId const& machine) { shop.daemon->run.read_after_outage(machine); };
    auto const booking = shop.here(laser, 2h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    pass(5min);
    shop.plant.cut_mains(laser);
    shop.unit(laser).relay_answers = shop.unit(laser).answers = false;
    pass(5min);
    auto const before = shop.only_session().registers.size();
    shop.unit(laser).mains = true;
    shop.unit(laser).relay_answers = shop.unit(laser).answers = true;
    pass(30s);
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_FALSE(shop.unit(laser).closed) << "after a power cut no machine starts by itself";
    auto const session = shop.only_session();
    ASSERT_GT(session.registers.size(), before);
    EXPECT_EQ(session.registers.back().edge, Edge::boundary);
    EXPECT_GE(session.registers.back().at, outages().at(0).during.end - 2s);
    shop.stop(booking, "stop-key-1");
    EXPECT_EQ(shop.only_session().energy->wh,
              shop.unit(laser).shown_wh() - session.registers.front().value.wh);
}

TEST_P(Outages, OfTheMainsAreExactAndPauseWhatARelayOnABatteryKeepsClosed) {
    shop.boot_with([](std::vector<DeviceSetup>& setups) {
        DeviceSetup input;
        input.name = "mains input";
        input.line = "line";
        input.endpoint = "127.0.0.1:1502";
        input.unit = 9;
        input.profile = "plc";
        input.points = {{"input_1", Unit::flag, false, false, 0, 1}};
        setups.push_back(input);
    });
    Channel mains = 0;
    for (auto const& point : shop.points())
        if (point.name == "input_1") mains = point.channel;
    ASSERT_NE(mains, 0);
    watch.emplace(shop.daemon->services, MachineMeters{machine_meters(shop.points())},
                  std::vector{laser}, mains);
    std::vector<MachineId> back;
    watch->on_back = [&](MachineId const& machine) { back.push_back(machine); };
    shop.daemon->run.watch_mains(mains);
    auto const tell = [&](bool on, Duration time) {
        for (Duration passed{}; passed < time; passed += 1s) {
            Reading reading;
            reading.channel = mains;
            reading.value = on ? 1 : 0;
            reading.quality = Quality::good;
            reading.asked = reading.answered = now();
            shop.daemon->writer.accept({.line = 1, .boot = 7, .readings = {reading}});
            pass(1s);
        }
    };
    auto const booking = shop.here(laser, 2h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    tell(true, 60s);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_TRUE(outages().empty());
    auto const off = now();
    tell(false, 40s);
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_EQ(shop.last_reason(booking), "power_cut");
    EXPECT_FALSE(shop.unit(laser).closed);
    EXPECT_EQ(code_of(shop.start(booking, "start-key-2")), "outage");
    auto const on = now();
    tell(true, 60s);
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].kind, "load_shedding");
    EXPECT_EQ(outages()[0].machine, std::nullopt);
    EXPECT_EQ(outages()[0].during, (Interval{off, on}));
    EXPECT_EQ(evidence(), (std::vector<std::string>{"start mains mains input 0flag",
                                                    "end mains mains input 1flag"}));
    EXPECT_FALSE(shop.unit(laser).closed);
    EXPECT_EQ(back, std::vector{laser}) << "its meter is asked when the mains is back";
    EXPECT_EQ(shop.start(booking, "start-key-3").status, 200);
}

/// Two machines, whose meters are on two lines.
class Cuts : public Outages {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.add_feeder({.name = "meter of the site"}, {.behind = {laser}});
        shop.boot();
        shop.run_for(3s);
        auto const points = shop.points();
        auto const devices = shop.store.read(
            [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); });
        watch.emplace(shop.daemon->services, MachineMeters{machine_meters(points)},
                      std::vector{laser}, std::nullopt, meter_places(devices, points));
        watch->on_cut = [&](bool off) { shop.daemon->run.cut(off); };
        watch->on_back = [&](MachineId const& machine) {
            shop.daemon->run.read_after_outage(machine);
        };
    }
    void answer(bool on) {
        shop.feeder("meter of the site").answers = shop.unit(laser).answers = on;
    }
};
KARKHANA_ON_BOTH_ENGINES(Cuts);

TEST_P(Cuts, OfEveryMeterAtOnceAreOneOutageOfTheFacility) {
    auto const booking = shop.here(laser, 2h);
    ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
    pass(2min);
    auto const last = now();
    answer(false);
    pass(30s);
    EXPECT_TRUE(outages().empty());
    EXPECT_EQ(shop.state_of(booking), "running");
    pass(2min);
    // A relay on a battery keeps it closed, and it would start by itself with the power.
    EXPECT_EQ(shop.state_of(booking), "paused");
    EXPECT_EQ(shop.last_reason(booking), "power_cut");
    EXPECT_FALSE(shop.unit(laser).closed);
    EXPECT_EQ(code_of(shop.start(booking, "start-key-2")), "outage");
    auto const before = shop.only_session().registers.size();
    answer(true);
    auto const back = now();
    pass(10s);
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].kind, "load_shedding");
    EXPECT_EQ(outages()[0].machine, std::nullopt);
    EXPECT_EQ(outages()[0].during, (Interval{last, back + 1s}));
    auto const told = evidence();
    ASSERT_EQ(told.size(), 6U);
    EXPECT_EQ(std::ranges::count(told, "start line line"), 1);
    EXPECT_EQ(std::ranges::count(told, "start line feeders"), 1);
    EXPECT_TRUE(told[1].starts_with("start meter meter of ")) << told[1];
    EXPECT_TRUE(told[4].starts_with("end meter meter of ")) << told[4];
    EXPECT_GT(shop.only_session().registers.size(), before) << "the first register after it";
    EXPECT_EQ(shop.start(booking, "start-key-3").status, 200);
}

TEST_P(Cuts, AreNoneWhileOneMeterAnswers) {
    shop.unit(laser).answers = false;
    pass(3min);
    ASSERT_EQ(outages().size(), 1U);
    EXPECT_EQ(outages()[0].machine, laser);
    EXPECT_EQ(outages()[0].kind, "unmetered");
}

TEST_P(Cuts, LeaveAMachineThatDoesNotComeBackItsOwnOutage) {
    answer(false);
    shop.unit(laser).relay_answers = false;
    pass(3min);
    shop.feeder("meter of the site").answers = true;
    pass(3min);
    ASSERT_EQ(outages().size(), 2U);
    auto const found = outages();
    EXPECT_EQ(found[0].machine, std::nullopt);
    EXPECT_EQ(found[1].machine, laser);
    EXPECT_EQ(found[1].kind, "unreachable");
    EXPECT_EQ(std::ranges::count(evidence(), "start relay relays 1/1"), 2);
    EXPECT_LE(found[0].during.end, found[1].during.start);
    EXPECT_LE(found[1].during.start, found[0].during.end + 2s);
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
    booking::Sweep sweep{shop.workshop.services};
    EXPECT_TRUE(sweep.run().empty());
    while (now() < slot.end) pass(1min);
    ASSERT_FALSE(sweep.run().empty());
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
