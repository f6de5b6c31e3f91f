#include <gtest/gtest.h>

#include "server/booking/records.hpp"
#include "server/store/disk_full.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A disk that has no room for readings, or for anything.
class FullDisk : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.add_laser("other");
        shop.boot();
        energy = shop.unit(laser).energy;
        power = shop.unit(laser).power;
        shop.run_for(3s);
        shop.daemon->writer.flush();
        began = shop.workshop.clock.now();
    }

    /// Whoever adds to the journal needs more room than there is.
    void fill() {
        if (is_postgres()) {
            write("CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN "
                  "RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql");
            write("CREATE TRIGGER fills BEFORE INSERT ON frame "
                  "FOR EACH ROW EXECUTE FUNCTION no_room()");
        } else {
            write("CREATE TABLE filler (bytes BLOB)");
            write("CREATE TRIGGER fills AFTER INSERT ON frame BEGIN "
                  "INSERT INTO filler VALUES (zeroblob(1000000)); END");
            write("PRAGMA max_page_count = 1");
        }
    }
    void make_room() {
        write(is_postgres() ? "DROP TRIGGER fills ON frame" : "PRAGMA max_page_count = 100000");
    }
    /// Nothing at all can be kept.
    void leave_no_room() {
        shop.store.on_step = [](std::string const&) { throw store::DiskFull("no room"); };
    }
    /// A booking of the laser that has run for so long.
    std::string at_work(Duration length, Duration so_far) {
        auto booking = shop.here(laser, length);
        EXPECT_EQ(shop.start(booking, "start-key-1").status, 200);
        shop.run_for(so_far);
        return booking;
    }
    /// As the daemon's jobs do, which try again what found no room.
    void run_without_room(Duration real_time) {
        leave_no_room();
        for (Duration passed{}; passed < real_time; passed += 1s) {
            shop.plant.pass(1s);
            for (auto& frame : shop.plant.poll()) shop.daemon->writer.accept(frame);
            shop.daemon->run.renew();
            try {
                shop.daemon->run.tick();
            } catch (store::DiskFull const&) {
                ++refusals;
            }
        }
        shop.store.on_step = {};
    }
    /// How long the only session's booking ran, as its history says.
    Duration used() {
        auto const booking = shop.only_session().booking.value();
        auto const history = shop.store.read([&](store::Reader& reader) {
            return booking::history_of(reader, shop.workshop.facility, booking);
        });
        Duration used{};
        for (std::size_t i = 1; i < history.size(); ++i)
            if (history[i - 1].to == booking::State::running)
                used += history[i].at - history[i - 1].at;
        return used;
    }
    void write(char const* sql) {
        telemetry().write([&](store::Writer& writer) { return writer.execute(sql); });
    }

    /// Four readings each: an energy and a power of each laser.
    void poll(SeriesWriter& writer, int times, Duration apart) {
        for (int i = 0; i < times; ++i) {
            shop.plant.pass(apart);
            for (auto& frame : shop.plant.poll()) writer.accept(frame);
            if (i % 5 != 4) continue;
            EXPECT_THROW(writer.flush(), store::DiskFull);
        }
    }
    std::vector<Sample> samples(Channel channel) {
        return Series{telemetry(), shop.workshop.facility}.samples(
            channel, {began + 1us, shop.workshop.clock.now() + 1s});
    }
    SeriesWriter writer_for(std::size_t limit) {
        return {ledger(),
                telemetry(),
                shop.workshop.facility,
                shop.daemon->meters,
                shop.workshop.clock,
                {.queue_limit = limit}};
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    Channel energy = 0;
    Channel power = 0;
    Instant began;
    int refusals = 0;
};
KARKHANA_ON_BOTH_ENGINES(FullDisk);

TEST_P(FullDisk, LetsGoOfGaugesBeforeACounter) {
    auto writer = writer_for(80);
    fill();
    poll(writer, 30, 1s);
    EXPECT_EQ(writer.counts().durable, 0U);
    EXPECT_GE(writer.counts().dropped, 40U);
    EXPECT_EQ(writer.counts().counters_dropped, 0U);
    make_room();
    writer.flush();
    EXPECT_EQ(writer.counts().waiting, 0U);
    EXPECT_EQ(writer.counts().durable + writer.counts().dropped, 120U) << "each is somewhere";
    EXPECT_EQ(samples(energy).size(), 30U);
    EXPECT_LT(samples(power).size(), 20U);
}

TEST_P(FullDisk, KeepsEveryCounterFromEndToEndHoweverLongItLasts) {
    auto writer = writer_for(80);
    fill();
    for (int i = 0; i < 20; ++i) {
        poll(writer, 20, 1s);
        ASSERT_LE(writer.counts().waiting, 160U);
    }
    make_room();
    writer.flush();
    EXPECT_GT(writer.counts().counters_dropped, 0U);
    EXPECT_EQ(writer.counts().durable + writer.counts().dropped, 1600U);
    auto const kept = samples(energy);
    ASSERT_GE(kept.size(), 20U);
    EXPECT_LE(kept.front().at, began + 1min);
    EXPECT_EQ(kept.back().value, shop.unit(laser).shown_wh());
}

TEST_P(FullDisk, LosesNoQuarterOfAnHour) {
    auto writer = writer_for(80);
    fill();
    poll(writer, 120, 30s);
    make_room();
    writer.flush();
    Series series{telemetry(), shop.workshop.facility};
    for (auto const at : boundaries(shop.workshop.zone, {began, shop.workshop.clock.now()}, 15))
        EXPECT_TRUE(series.boundary(energy, at));
}

TEST_P(FullDisk, DoubtsASessionOnceThereIsRoomWhenTheClockWasSet) {
    auto const booking = at_work(2h, 5min);
    leave_no_room();
    shop.workshop.clock.advance(1h);
    EXPECT_THROW(shop.daemon->run.clock_was_set(1h), store::DiskFull);
    shop.store.on_step = {};
    shop.run_for(3s);
    EXPECT_EQ(shop.only_session().quality, Quality::questionable);
    auto const alarms = shop.store.read(
        [&](store::Reader& reader) { return list_alarms(reader, shop.workshop.facility, 0, 10); });
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_NE(alarms[0].evidence.find("\"set_by_s\":3600"), std::string::npos);
}

TEST_P(FullDisk, LetsNoQuarterOfAnHourSayThatItHasWords) {
    auto const booking = at_work(4h, 10min);
    // The quarters go to the series alone, and more of them than are remembered.
    for (int i = 0; i < 3600; ++i) {
        leave_no_room();
        shop.plant.pass(2s);
        for (auto& frame : shop.plant.poll()) shop.daemon->writer.accept(frame);
        shop.daemon->run.renew();
        shop.store.on_step = {};
        if (i % 30 == 0) shop.daemon->writer.flush();
    }
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    auto const session = shop.only_session();
    EXPECT_GE(session.registers.size(), 8U);
    for (auto const& reg : session.registers)
        EXPECT_EQ(reg.method == Method::read, reg.raw.count > 0);
}

TEST_P(FullDisk, StopsNobody) {
    auto const booking = at_work(2h, 10s);
    leave_no_room();
    shop.workshop.clock.advance(1h);
    EXPECT_THROW(shop.daemon->run.clock_was_set(1h), store::DiskFull);  // waits to be kept
    run_without_room(10min);
    EXPECT_GT(refusals, 500);
    EXPECT_TRUE(shop.unit(laser).closed);
    shop.run_for(5s);
    EXPECT_EQ(shop.state_of(booking), "running");
    EXPECT_EQ(shop.only_session().quality, Quality::questionable);
}

TEST_P(FullDisk, LetsNobodyPayForAContactThatWasOpenedAndCouldNotBeWrittenOf) {
    auto const booking = at_work(2h, 10min);
    leave_no_room();
    EXPECT_THROW(shop.stop(booking, "stop-key-1"), store::DiskFull);
    run_without_room(30min);
    EXPECT_FALSE(shop.unit(laser).closed);
    ASSERT_EQ(shop.stop(booking, "stop-key-2").status, 200);
    EXPECT_EQ(shop.state_of(booking), "completed");
    EXPECT_NEAR(std::chrono::duration<double>(used()).count(), 600, 8);
}

TEST_P(FullDisk, LetsNobodyPayForACycleThatEndedAndCouldNotBeWrittenOf) {
    shop.kill();
    shop.stops[laser] = {StopClass::end_of_cycle, 10min};
    shop.boot();
    shop.run_for(3s);
    auto const booking = at_work(2h, 10min);
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    EXPECT_TRUE(shop.unit(laser).closed) << "it ends its cycle first";
    shop.unit(laser).load_w = 0;
    run_without_room(30min);
    EXPECT_FALSE(shop.unit(laser).closed);
    shop.run_for(5s);
    EXPECT_EQ(shop.state_of(booking), "completed");
    // A minute at rest says that the cycle is over.
    EXPECT_NEAR(std::chrono::duration<double>(used()).count(), 660, 15);
}

TEST_P(FullDisk, LetsAPauseBeginWhenTheContactOpened) {
    auto const booking = at_work(2h, 10min);
    shop.unit(laser).closed = false;  // somebody at the emergency stop
    run_without_room(30min);
    shop.run_for(5s);
    EXPECT_EQ(shop.state_of(booking), "paused");
    ASSERT_EQ(shop.stop(booking, "stop-key-1").status, 200);
    EXPECT_NEAR(std::chrono::duration<double>(used()).count(), 600, 8);
}

}  // namespace
}  // namespace karkhana::metering
