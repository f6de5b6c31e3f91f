#include <gtest/gtest.h>

#include "server/metering/exchange.hpp"
#include "server/metering/json.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// Meters that are exchanged, read in another form, or stand still, while a session is on.
class Belief : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
        booking = shop.here(laser, 2h);
        ASSERT_EQ(shop.start(booking, "start-key-1").status, 200);
        shop.run_for(10min);
    }

    Plant::Unit& unit() { return shop.unit(laser); }
    Instant now() const { return shop.workshop.clock.now(); }
    /// The meter is taken away, another one that shows `initial` is in its place two minutes later.
    void swap_meter(std::int64_t initial) {
        unit().answers = false;
        old_final = unit().shown_wh();
        swapped = now();
        auto const load = std::exchange(unit().load_w, 0);
        auto const standby = std::exchange(unit().standby_w, 0);
        shop.run_for(2min);
        unit().load_w = load;
        unit().standby_w = standby;
        unit().shown_from = initial;
        unit().watt_micros = 0;
    }
    std::string exchange_path() {
        auto const devices = shop.store.read(
            [&](store::Reader& reader) { return list_devices(reader, shop.workshop.facility); });
        return "/api/v1/devices/" + devices.at(0).id.text() + "/exchange";
    }
    http::Response enter(std::string const& final, std::int64_t initial,
                         std::string const& key = "exchange-key-1") {
        auto const body = R"({"at":")" + to_rfc3339(swapped, shop.workshop.zone) +
                          R"(","final_wh":)" + final + R"(,"initial_wh":)" +
                          std::to_string(initial) + R"(,"serial":"777","reason":"it burnt"})";
        return shop.workshop.call(shop.workshop.manager, "POST", exchange_path(), body,
                                  {{"idempotency-key", key}});
    }
    UsageSession stopped() {
        EXPECT_EQ(shop.stop(booking, "stop-key-1").status, 200);
        shop.run_for(3s);
        return shop.only_session();
    }
    std::vector<std::string> kinds() {
        std::vector<std::string> found;
        for (auto const& event : shop.store.read([&](store::Reader& reader) {
                 return events_between(reader, shop.workshop.facility, unit().energy,
                                       {Instant{}, now() + 1h});
             }))
            found.push_back(event.kind);
        return found;
    }
    void expect_rising(UsageSession const& session) {
        for (std::size_t i = 1; i < session.registers.size(); ++i)
            EXPECT_LE(session.registers[i - 1].value, session.registers[i].value) << i;
        Energy sum;
        for (auto const& segment : segments_of(session)) sum += segment.energy;
        EXPECT_EQ(session.energy, sum);
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    std::string booking;
    std::int64_t old_final = 0;
    Instant swapped;
};
KARKHANA_ON_BOTH_ENGINES(Belief);

TEST_P(Belief, AnExchangeDividesTheSessionIntoExactParts) {
    swap_meter(40);
    ASSERT_EQ(enter(std::to_string(old_final), 40).status, 201);
    unit().answers = true;
    shop.run_for(10min);
    auto const session = stopped();
    auto const* start = find_register(session, Edge::start);
    auto const* end = find_register(session, Edge::final);
    auto const* begin = find_register(session, Edge::initial);
    auto const* stop = find_register(session, Edge::stop);
    ASSERT_TRUE(end != nullptr && begin != nullptr);
    EXPECT_EQ(end->value, begin->value);
    EXPECT_EQ(end->value.wh - end->carried.wh, old_final);
    EXPECT_EQ(begin->value.wh - begin->carried.wh, 40);
    EXPECT_EQ(stop->value.wh - stop->carried.wh, unit().shown_wh());
    EXPECT_EQ(session.energy->wh,
              old_final - (start->value.wh - start->carried.wh) + unit().shown_wh() - 40);
    EXPECT_EQ(session.quality, Quality::edited);
    EXPECT_EQ(begin->why, "it burnt");
    EXPECT_EQ(begin->said_by, shop.workshop.manager.person);
    EXPECT_EQ(std::ranges::count(kinds(), "reset"), 0);
    expect_rising(session);
}

TEST_P(Belief, ASessionNamesTheMeterThatStoodThereAtEachOfItsRegisters) {
    auto const serial_before = shop.store
                                   .read([&](store::Reader& reader) {
                                       return list_devices(reader, shop.workshop.facility);
                                   })
                                   .at(0)
                                   .serial;
    swap_meter(40);
    ASSERT_EQ(enter(std::to_string(old_final), 40).status, 201);
    unit().answers = true;
    shop.run_for(10min);
    auto const session = stopped();
    auto const shown = shop.store.read([&](store::Reader& reader) {
        return session_json(session, names_for(reader, session.facility, {session}));
    });
    for (auto const& one : shown.at("registers").as_array()) {
        auto const& reg = one.as_object();
        std::string const edge{reg.at("edge").as_string()};
        std::string const serial{reg.at("serial").as_string()};
        if (edge == "start" || edge == "final") {
            EXPECT_EQ(serial, serial_before) << edge;
        }
        if (edge == "initial" || edge == "stop") {
            EXPECT_EQ(serial, "777") << edge;
        }
        if (edge == "initial") {
            EXPECT_TRUE(reg.at("said_by_name").is_object());
        }
    }
    EXPECT_EQ(shown.at("meter").at("serial").as_string(), serial_before);
}

TEST_P(Belief, AnExchangeIsOneWhateverIsRepeatedAndOutlivesTheDaemon) {
    swap_meter(40);
    auto const first = enter(std::to_string(old_final), 40);
    auto const again = enter(std::to_string(old_final), 40);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(std::ranges::count(kinds(), "exchange"), 1);
    unit().answers = true;
    shop.boot();
    shop.daemon->run.reconcile();
    shop.run_for(1min);
    EXPECT_EQ(std::ranges::count(kinds(), "reset"), 0);
    EXPECT_EQ(shop.daemon->meters.believed(unit().energy)->continued(),
              old_final + unit().shown_wh() - 40);
}

TEST_P(Belief, WithoutAFinalReadingTheSessionIsEstimated) {
    swap_meter(40);
    ASSERT_EQ(enter("null", 40).status, 201);
    unit().answers = true;
    shop.run_for(1min);
    auto const session = stopped();
    EXPECT_EQ(session.quality, Quality::estimated);
    EXPECT_EQ(find_register(session, Edge::final)->method, Method::last_good);
    expect_rising(session);
}

TEST_P(Belief, AnExchangeThatCannotBeIsRefusedAndChangesNothing) {
    swap_meter(40);
    EXPECT_EQ(code_of(enter("1", 40)), "final_below_last");
    EXPECT_EQ(code_of(enter("9000000", 40)), "final_implausible");
    swapped -= 5min;
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 40)), "exchange_too_early");
    swapped += 1h;
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 40)), "exchange_in_future");
    EXPECT_EQ(std::ranges::count(kinds(), "exchange"), 0);
    EXPECT_EQ(shop.workshop
                  .call(shop.workshop.desk, "POST", exchange_path(), "{}",
                        {{"idempotency-key", "exchange-key-9"}})
                  .status,
              403);
}

TEST_P(Belief, AnExchangeIsJudgedByTheNumberThatTheMeterTellsNow) {
    auto const told = [&] { return shop.first_device().serial_told; };
    unit().serial = "123";
    swap_meter(40);
    unit().answers = true;
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 40)), "serial_differs");
    unit().serial = "777";
    EXPECT_FALSE(told());
    ASSERT_EQ(enter(std::to_string(old_final), 40).status, 201);
    EXPECT_TRUE(told());
}

TEST_P(Belief, AnExchangeBeginsWhereTheNewMeterIs) {
    swap_meter(9'000);
    unit().answers = true;
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 9'001)), "initial_above_now");
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 40)), "initial_implausible");
    EXPECT_EQ(std::ranges::count(kinds(), "exchange"), 0);
    ASSERT_EQ(enter(std::to_string(old_final), 9'000).status, 201);
    shop.run_for(1min);
    EXPECT_EQ(shop.daemon->meters.believed(unit().energy)->continued(),
              old_final + unit().shown_wh() - 9'000);
}

TEST_P(Belief, AMeterThatNobodyAnnouncedIsExplainedLater) {
    swap_meter(40);
    unit().answers = true;
    shop.run_for(10s);
    ASSERT_EQ(std::ranges::count(kinds(), "reset"), 1);
    EXPECT_EQ(code_of(enter(std::to_string(old_final), 40)), "session_open");
    EXPECT_EQ(stopped().quality, Quality::questionable);
    shop.daemon->writer.flush();
    auto const before = shop.daemon->meters.believed(unit().energy)->continued();
    ASSERT_EQ(enter(std::to_string(old_final), 40, "exchange-key-2").status, 201);
    shop.run_for(3s);
    auto const after = shop.daemon->meters.believed(unit().energy)->continued();
    EXPECT_GE(after, before);
    EXPECT_EQ(after, old_final + unit().shown_wh() - 40);
}

TEST_P(Belief, AnotherFormOfTheWordsDividesTheSession) {
    auto const used = unit().shown_wh() - 5'000'000;
    shop.daemon->writer.flush();
    shop.boot_with([](auto& setups) { setups.at(0).points.at(0).form = "u32 big 2/1"; });
    auto const from = unit().shown_wh();
    unit().shown_from = 2 * from;  // the same meter, read at twice the scale
    unit().watt_micros = 0;
    shop.run_for(10min);
    auto const session = stopped();
    ASSERT_NE(find_register(session, Edge::final), nullptr);
    ASSERT_NE(find_register(session, Edge::initial), nullptr);
    EXPECT_EQ(find_register(session, Edge::final)->value,
              find_register(session, Edge::initial)->value);
    EXPECT_EQ(std::ranges::count(kinds(), "form"), 1);
    EXPECT_EQ(std::ranges::count(kinds(), "jump"), 0);
    EXPECT_EQ(session.quality, Quality::estimated);
    EXPECT_LE(session.energy->wh, used + unit().shown_wh() - 2 * from);
    expect_rising(session);
    auto const forms = shop.store.read([&](store::Reader& reader) {
        return reader.all("SELECT form FROM current_register WHERE edge IN ('final', 'initial') "
                          "ORDER BY edge",
                          [](store::Row const& row) { return row.text(0); });
    });
    EXPECT_EQ(forms, (std::vector<std::string>{"", "u32 big 2/1"}));
    // It is dated, and the next start finds nothing new.
    shop.boot_with([](auto&) {});
    shop.run_for(10s);
    EXPECT_EQ(std::ranges::count(kinds(), "form"), 1);
}

TEST_P(Belief, ACounterThatStandsStillUnderLoadInventsNothingAndIsSaid) {
    unit().glitch = unit().shown_wh();
    auto const stood = *unit().glitch;
    shop.run_for(5min);
    EXPECT_EQ(shop.daemon->meters.alarm(unit().energy), "frozen");
    auto const session = stopped();
    EXPECT_EQ(std::ranges::count(kinds(), "frozen"), 1);
    EXPECT_EQ(session.state, SessionState::closed);
    EXPECT_EQ(session.quality, Quality::questionable);
    EXPECT_EQ(session.registers.back().value.wh, stood);
}

TEST_P(Belief, ACounterThatContradictsThePowerIsSaid) {
    auto const channel = unit().energy;
    unit().energy = 0;  // the plant tells of it no more: the test does
    auto wh = unit().shown_wh();
    for (int i = 0; i < 35 * 60; ++i) {
        Reading energy = shop.plant.read(unit().power);
        energy.channel = channel;
        energy.value = wh += i % 6 == 0 ? 1 : 0;  // 600 W are counted, 1810 W are shown
        shop.daemon->writer.accept({.line = 1, .boot = 7, .readings = {energy}});
        shop.run_for(1s);
    }
    EXPECT_EQ(shop.daemon->meters.alarm(channel), "disagrees");
    unit().energy = channel;
    EXPECT_GE(std::ranges::count(kinds(), "disagrees"), 1);
}

}  // namespace
}  // namespace karkhana::metering
