#include <algorithm>
#include <future>
#include <gtest/gtest.h>
#include <thread>
#include <utility>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// Requests that meet each other at one machine.
class Requests : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        shop.boot();
        shop.run_for(3s);
        booking = shop.here(laser, 2h);
    }

    /// What `repeat` is answered that was sent while `first` is at the meter, and has had the time
    /// to look for an answer that was kept before.
    template <class Ask>
    std::pair<http::Response, http::Response> meet(Ask&& ask) {
        std::future<http::Response> repeat;
        shop.plant.on_step = [&](std::string const& step) {
            if (step != "snapshot" || repeat.valid()) return;
            repeat = std::async(std::launch::async, ask);
            std::this_thread::sleep_for(200ms);
        };
        auto first = ask();
        auto second = repeat.get();
        shop.plant.on_step = {};
        return {std::move(first), std::move(second)};
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    std::string booking;
};
KARKHANA_ON_BOTH_ENGINES(Requests);

TEST_P(Requests, OfOneKeyGetOneAnswerWhileTheFirstIsAtWork) {
    auto const started = meet([&] { return shop.start(booking, "start-key-1"); });
    auto const paused = meet([&] { return shop.pause(booking, "pause-key-1"); });
    auto const stopped = meet([&] { return shop.stop(booking, "stop-key-1"); });
    for (auto const& [first, repeat] : {started, paused, stopped}) {
        EXPECT_EQ(first.status, 200) << first.body;
        EXPECT_EQ(repeat.status, 200) << repeat.body;
        EXPECT_EQ(repeat.body, first.body);
    }
    EXPECT_EQ(shop.sessions().size(), 1U);
}

TEST_P(Requests, DoNotAllWaitForASlowMeter) {
    std::vector<std::future<http::Response>> crowd;
    auto const before = std::chrono::steady_clock::now();
    shop.plant.on_step = [&](std::string const& step) {
        if (step != "snapshot" || !crowd.empty()) return;
        for (int i = 0; i < 24; ++i)
            crowd.push_back(std::async(std::launch::async, [&, i] {
                return shop.start(booking, "start-key-of-" + std::to_string(i));
            }));
        for (auto& one : crowd) one.wait_until(before + 3s);
    };
    EXPECT_EQ(shop.start(booking, "start-key-1").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
    shop.plant.on_step = {};
    for (auto& one : crowd) {
        auto const answer = one.get();
        EXPECT_EQ(answer.status, 503) << answer.body;
        EXPECT_EQ(code_of(answer), "busy");
        EXPECT_EQ(std::ranges::count(answer.headers,
                                     std::pair<std::string, std::string>("Retry-After", "1")),
                  1);
    }
    EXPECT_EQ(shop.sessions().size(), 1U);
}

TEST_P(Requests, DoNotStartWhatHasJustBeenCancelled) {
    // What another connection may do between this one's look and its change.
    ledger().write([&](store::Writer& writer) {
        std::string const cancel = "UPDATE booking SET state = 'cancelled', cancel_reason = 'gone'";
        if (!writer.is_postgres()) {
            writer.execute("CREATE TRIGGER meanwhile AFTER INSERT ON usage_session BEGIN " +
                           cancel + "; END");
            return true;
        }
        writer.execute("CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS "
                       "$$ BEGIN " +
                       cancel + "; RETURN NEW; END $$");
        writer.execute("CREATE TRIGGER meanwhile AFTER INSERT ON usage_session "
                       "FOR EACH ROW EXECUTE FUNCTION meanwhile()");
        return true;
    });
    auto const answer = shop.start(booking, "start-key-1");
    EXPECT_EQ(answer.status, 409) << answer.body;
    EXPECT_EQ(code_of(answer), "wrong_state");
    EXPECT_TRUE(shop.sessions().empty());
    EXPECT_FALSE(shop.unit(laser).closed);
}

TEST_P(Requests, OfAnotherFacilityAreNotThisDaemons) {
    auto const mine = shop.workshop.clock.now();
    booking::Workshop theirs{ledger()};
    auto const machine = theirs.add_laser("their laser");
    booking::Booking const here{.facility = theirs.facility,
                                .id = theirs.ids.make<BookingId>(),
                                .machine = machine.id,
                                .enterprise = theirs.mita,
                                .created_by = theirs.member.person,
                                .during = {mine - 10min, mine + 10min}};
    ledger().write([&](store::Writer& writer) {
        booking::insert_booking(writer, here, mine);
        return booking::change_state(writer, here, booking::State::checked_in, theirs.desk.person,
                                     "", mine);
    });
    auto const questions = shop.plant.snapshots;
    for (auto const* what : {"start", "pause", "stop"}) {
        auto const answer = shop.workshop.call(theirs.desk, "POST",
                                               "/api/v1/bookings/" + here.id.text() + "/" + what,
                                               "{}", {{"idempotency-key", "key-of-another"}});
        EXPECT_EQ(answer.status, 409) << answer.body;
        EXPECT_EQ(code_of(answer), "other_facility");
    }
    EXPECT_EQ(shop.plant.snapshots, questions);
}

}  // namespace
}  // namespace karkhana::metering
