#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A line with two lasers (channels 1 to 4), written a second at a time.
class Readings : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.add_laser("other");
        shop.boot();
        energy = shop.unit(laser).energy;
        power = shop.unit(laser).power;
    }

    SeriesWriter& writer() { return shop.daemon->writer; }
    Series series() { return {telemetry(), shop.workshop.facility}; }
    Instant now() const { return shop.workshop.clock.now(); }

    void poll(Duration for_time) {
        for (Duration passed{}; passed < for_time; passed += 1s) {
            shop.plant.pass(1s);
            for (auto& frame : shop.plant.poll()) writer().accept(frame);
            if (++polls % 60 == 0) {
                writer().flush();
                writer().compact();
            }
        }
    }
    std::int64_t rows(std::string_view table) {
        return telemetry().read([&](store::Reader& reader) {
            auto const count = [](store::Row const& row) { return row.integer(0); };
            return (table == "frame" ? reader.first("SELECT COUNT(*) FROM frame", count)
                                     : reader.first("SELECT COUNT(*) FROM chunk", count))
                .value();
        });
    }
    Hour newest_chunk() {
        return telemetry().read([&](store::Reader& reader) {
            return reader
                .first("SELECT MAX(hour) FROM chunk",
                       [](store::Row const& row) { return row.integer(0); })
                .value();
        });
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Channel energy = 0;
    Channel power = 0;
    int polls = 0;
};
KARKHANA_ON_BOTH_ENGINES(Readings);

TEST_P(Readings, AreCountedOnceTheyAreDurable) {
    poll(10s);
    EXPECT_EQ(writer().counts().accepted, 40U);
    EXPECT_EQ(writer().counts().durable, 0U);
    EXPECT_EQ(writer().counts().waiting, 40U);
    writer().flush();
    EXPECT_EQ(writer().counts().durable, 40U);
    EXPECT_EQ(writer().counts().waiting, 0U);
    EXPECT_EQ(series().samples(energy, {now() - 1min, now() + 1s}).size(), 10U);
}

TEST_P(Readings, ThatFindNoRoomAreCounted) {
    SeriesWriter small{ledger(),
                       telemetry(),
                       shop.workshop.facility,
                       shop.daemon->meters,
                       shop.workshop.clock,
                       {.queue_limit = 6}};
    for (int i = 0; i < 3; ++i)
        for (auto& frame : shop.plant.poll()) small.accept(frame);
    EXPECT_EQ(small.counts().accepted, 9U) << "counters find room for longer";
    EXPECT_EQ(small.counts().dropped, 3U);
    EXPECT_EQ(small.counts().counters_dropped, 0U);
    small.flush();
    for (auto& frame : shop.plant.poll()) small.accept(frame);
    EXPECT_EQ(small.counts().dropped, 3U);
}

TEST_P(Readings, StayForTheNextTimeWhenTheStoreIsGone) {
    MortalStore mortal{telemetry()};
    SeriesWriter fragile{
        ledger(), mortal, shop.workshop.facility, shop.daemon->meters, shop.workshop.clock, {}};
    for (auto& frame : shop.plant.poll()) fragile.accept(frame);
    mortal.on_step = [](std::string const&) { throw store::Unavailable("full"); };
    EXPECT_THROW(fragile.flush(), store::Unavailable);
    EXPECT_EQ(fragile.counts().durable, 0U);
    mortal.on_step = {};
    for (auto& frame : shop.plant.poll()) fragile.accept(frame);
    fragile.flush();
    EXPECT_EQ(fragile.counts().durable, 8U);
    EXPECT_EQ(fragile.counts().waiting, 0U);
}

TEST_P(Readings, AreKeptOnceWhenTheirCommitWasNotHeardOf) {
    MortalStore mortal{telemetry()};
    SeriesWriter fragile{
        ledger(), mortal, shop.workshop.facility, shop.daemon->meters, shop.workshop.clock, {}};
    for (auto& frame : shop.plant.poll()) fragile.accept(frame);
    fragile.flush();
    shop.plant.pass(1s);
    for (auto& frame : shop.plant.poll()) fragile.accept(frame);
    mortal.on_step = [](std::string const& step) {
        if (step == "after_commit") throw store::Unavailable("the connection broke");
    };
    EXPECT_THROW(fragile.flush(), store::Unavailable);
    mortal.on_step = {};
    shop.plant.pass(1s);
    for (auto& frame : shop.plant.poll()) fragile.accept(frame);
    EXPECT_NO_THROW(fragile.flush());
    EXPECT_EQ(fragile.counts().durable, 12U);
    EXPECT_EQ(fragile.counts().waiting, 0U);
    EXPECT_EQ(series().samples(energy, {now() - 1min, now() + 1s}).size(), 3U);
}

TEST_P(Readings, AreCompactedWhenTheirHourIsOver) {
    poll(59min);
    EXPECT_EQ(rows("chunk"), 0);
    auto const before = series().samples(energy, {now() - 2h, now() + 1s});
    poll(2min);
    EXPECT_EQ(rows("chunk"), 0) << "readings may still be on their way";
    poll(2min);
    EXPECT_EQ(rows("chunk"), 4);
    EXPECT_LT(newest_chunk(), hour_of(now()));
    auto const after = series().samples(energy, {now() - 2h, before.back().at + 1us});
    EXPECT_EQ(after, before);
}

TEST_P(Readings, AreCompactedAfterARestart) {
    poll(30min);
    writer().flush();
    shop.kill();
    shop.plant.pass(5h);
    shop.boot();
    writer().compact();
    EXPECT_EQ(rows("chunk"), 4);
    EXPECT_EQ(rows("frame"), 0);
    EXPECT_EQ(series().samples(power, {now() - 6h, now()}).size(), 1800U);
}

TEST_P(Readings, ThatComeLateAreAddedToTheirHour) {
    poll(10min);
    shop.unit(laser).standby_w = 11;
    auto late = shop.plant.poll();
    for (auto& frame : late)
        for (auto& reading : frame.readings) reading.answered -= 500s;
    shop.plant.pass(2h);
    writer().flush();
    series().compact(now());
    for (auto& frame : late) writer().accept(frame);
    writer().flush();
    EXPECT_EQ(rows("frame"), 1);
    auto const during = Interval{now() - 3h, now()};
    EXPECT_EQ(series().samples(power, during).size(), 601U);
    EXPECT_GT(series().compact(now()), 0);
    EXPECT_EQ(rows("frame"), 0);
    EXPECT_EQ(series().samples(power, during).size(), 601U);
}

TEST_P(Readings, LeaveGapsOpen) {
    poll(5min);
    shop.unit(laser).answers = false;
    poll(5min);
    shop.unit(laser).answers = true;
    poll(5min);
    writer().flush();
    auto const trace = series().trace(power, {now() - 15min, now()}, 15, {});
    ASSERT_EQ(trace.last.size(), 15U);
    EXPECT_EQ(trace.step, 60s);
    EXPECT_EQ(trace.last[2], 10);
    for (std::size_t i = 6; i < 9; ++i) EXPECT_FALSE(trace.last[i]) << i;
    EXPECT_TRUE(trace.last[12]);
}

TEST_P(Readings, AreTracedBySmallestLargestAndLast) {
    shop.unit(laser).closed = true;
    shop.unit(laser).authorised_until = Monotonic::max();
    poll(2min);
    shop.unit(laser).load_w = 500;
    poll(2min);
    writer().flush();
    auto const trace = series().trace(power, {now() - 4min + 1s, now() + 1s}, 1, {});
    ASSERT_EQ(trace.last.size(), 1U);
    EXPECT_EQ(trace.min[0], 510);
    EXPECT_EQ(trace.max[0], 1810);
    EXPECT_EQ(trace.last[0], 510);
}

TEST_P(Readings, OfManyHoursAreTracedAsIfEachHadBeenLookedAt) {
    shop.unit(laser).closed = true;
    shop.unit(laser).authorised_until = Monotonic::max();
    for (int hour = 0; hour < 5; ++hour) {
        shop.unit(laser).load_w = 100 + 300 * (hour % 2);
        poll(50min);
        shop.plant.pass(10min);  // a gap
    }
    writer().flush();
    Interval const all{now() - 5h, now()};
    for (auto const channel : {energy, power}) {
        auto const samples = series().samples(channel, all);
        for (int const steps : {1, 2, 5, 100}) {
            auto const trace = series().trace(channel, all, steps, {});
            std::vector<std::optional<std::int64_t>> least(trace.min.size()), most = least,
                                                                              last = least;
            for (auto const& sample : samples) {
                auto const place = static_cast<std::size_t>((sample.at - all.start) / trace.step);
                least[place] = std::min(least[place].value_or(sample.value), sample.value);
                most[place] = std::max(most[place].value_or(sample.value), sample.value);
                last[place] = sample.value;
            }
            EXPECT_EQ(trace.min, least) << steps;
            EXPECT_EQ(trace.max, most) << steps;
            EXPECT_EQ(trace.last, last) << steps;
        }
    }
}

TEST_P(Readings, GoWhenTheyAreOldAndNobodyHoldsThem) {
    poll(3h);
    writer().flush();
    auto const before = hour_of(now()) - 1;
    auto const kept = rows("chunk");
    std::vector const held{Held{energy, {start_of(before - 2), start_of(before - 1)}}};
    EXPECT_EQ(series().forget(before - 10, held), 0);
    auto const boundaries = series().last_boundaries();
    auto const gone = series().forget(before, held);
    EXPECT_GT(gone, 0);
    EXPECT_EQ(rows("chunk"), kept - gone);
    EXPECT_FALSE(series().samples(energy, {start_of(before - 1), start_of(before)}).empty());
    EXPECT_TRUE(series().samples(power, {start_of(before - 1), start_of(before)}).empty());
    EXPECT_EQ(series().last_boundaries(), boundaries) << "registers at quarters stay";
    EXPECT_GT(series().forget(before, {}), 0) << "what was held goes when the bill is paid";
}

TEST_P(Readings, OfACounterDoNotFallWhereItWrapped) {
    CarriedSteps const steps{{now() + 60s, 5'000'000, 0, 5'000'000}};
    auto& unit = shop.unit(laser);
    poll(59s);
    unit.was_reset = true;
    unit.reset_at = unit.true_wh();
    poll(60s);
    writer().flush();
    auto const trace = series().trace(energy, {now() - 2min, now() + 1s}, 1000, steps);
    std::optional<std::int64_t> before;
    for (auto const& value : trace.last) {
        if (!value) continue;
        EXPECT_GE(*value, before.value_or(0));
        before = value;
    }
}

TEST_P(Readings, GiveTheRegisterAtEachQuarterOfAnHour) {
    shop.unit(laser).closed = true;
    shop.unit(laser).authorised_until = Monotonic::max();
    poll(14min + 30s);
    auto const quarter = booking::dhaka("2026-11-21 10:15");
    shop.plant.pass(30s);
    auto const exact = shop.unit(laser).shown_wh();
    for (auto& frame : shop.plant.poll()) writer().accept(frame);
    poll(10s);
    writer().flush();
    auto const found = series().boundary(energy, quarter);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value, exact);
    EXPECT_EQ(found->method, Method::read);
}

TEST_P(Readings, AreInterpolatedWhereTheMeterWasSilentAtTheQuarter) {
    shop.unit(laser).closed = true;
    shop.unit(laser).authorised_until = Monotonic::max();
    poll(10min);
    auto const before = shop.unit(laser).shown_wh();
    shop.unit(laser).answers = false;
    poll(30min);
    shop.unit(laser).answers = true;
    poll(5s);
    auto const after = shop.unit(laser).shown_wh();
    writer().flush();
    std::int64_t last = before;
    for (auto const* text : {"2026-11-21 10:15", "2026-11-21 10:30"}) {
        auto const found = series().boundary(energy, booking::dhaka(text));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->method, Method::interpolated);
        EXPECT_EQ(found->quality, Quality::estimated);
        EXPECT_GT(found->value, last);
        EXPECT_LT(found->value, after);
        last = found->value;
    }
    // 15 of 30 minutes at an even load: half of it.
    EXPECT_NEAR(static_cast<double>(last - before), static_cast<double>(after - before) * 2 / 3, 4);
}

TEST_P(Readings, AreRememberedOverARestart) {
    poll(20min);
    writer().flush();
    auto const points = shop.store.read(
        [&](store::Reader& reader) { return list_points(reader, shop.workshop.facility); });
    auto const known = recall(ledger(), telemetry(), shop.workshop.facility, points);
    ASSERT_EQ(known.size(), 2U);
    EXPECT_EQ(known[0].channel, energy);
    EXPECT_EQ(known[0].last.at, now());
    EXPECT_EQ(known[0].last.value, shop.unit(laser).shown_wh());
    shop.plant.pass(5h);
    writer().compact();
    auto const later = recall(ledger(), telemetry(), shop.workshop.facility, points);
    ASSERT_EQ(later.size(), 2U) << "from the quarters of an hour, when the journal is empty";
    EXPECT_LE(later[0].last.at, now() - 5h);
}

TEST_P(Readings, WorkWhenTheClockRunsSixtyTimesAsFast) {
    shop.plant.speed = 60;
    for (int second = 0; second < 300; ++second) {
        shop.plant.pass(1s);
        for (auto& frame : shop.plant.poll()) writer().accept(frame);
        writer().flush();
        writer().compact();
    }
    EXPECT_EQ(rows("chunk"), 4 * 4);
    auto const start = booking::dhaka("2026-11-21 10:00");
    EXPECT_EQ(series().samples(energy, {start, now() + 1s}).size(), 300U);
    for (auto at = start + 15min; at < now(); at += 15min)
        EXPECT_EQ(series().boundary(energy, at)->method, Method::read);
}

}  // namespace
}  // namespace karkhana::metering
