#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "server/people/audit.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

class BookingJobs : public tests::StoreTest {
protected:
    BookingId booked(std::string const& from, std::string const& until) {
        auto const answer = shop.book(shop.member, laser.id,
                                      {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)});
        EXPECT_EQ(answer.status, 201) << answer.body;
        return *BookingId::parse(text_of(json_of(answer), "id"));
    }
    Booking find(BookingId const& id) {
        return ledger().read(
            [&](store::Reader& reader) { return find_booking(reader, shop.facility, id).value(); });
    }
    std::vector<Booking> run_at(std::string const& clock) {
        shop.clock.set(dhaka("2026-11-21 " + clock));
        auto changed = Sweep{shop.services}.run();
        // A new time that was proposed ends nothing.
        std::erase_if(changed, [&](Booking const& booking) {
            return is_live(booking.state) || !told_.insert({booking.id, booking.version}).second;
        });
        return changed;
    }

    std::set<std::pair<BookingId, std::int64_t>> told_;
    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

KARKHANA_ON_BOTH_ENGINES(BookingJobs);

TEST_P(BookingJobs, ASleepOfTheSchedulerLosesNobodyAndCountsNobodyTwice) {
    auto const absent = booked("10:00", "11:00");
    auto const later = booked("11:00", "12:00");
    EXPECT_TRUE(run_at("10:14").empty());
    // The scheduler slept over 10:15 and five minutes more.
    auto const ended = run_at("10:20");
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].id, absent);
    EXPECT_EQ(ended[0].state, State::missed);
    EXPECT_EQ(ended[0].version, 2);
    EXPECT_TRUE(run_at("10:20").empty());
    EXPECT_TRUE(run_at("10:25").empty());
    EXPECT_EQ(find(later).state, State::confirmed);
    auto const history = ledger().read(
        [&](store::Reader& reader) { return history_of(reader, shop.facility, absent); });
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[1].person, std::nullopt);
    EXPECT_EQ(history[1].reason, "nobody came");
    // The slot is free again.
    shop.book(shop.other, laser.id, {dhaka("2026-11-21 10:30"), dhaka("2026-11-21 11:00")});
    // A long sleep: everything that is overdue is found.
    EXPECT_EQ(run_at("16:00").size(), 2U);
    auto const audit = ledger().read(
        [&](store::Reader& reader) { return people::list_audit(reader, shop.facility, 0, 1); });
    EXPECT_EQ(audit.at(0).event.action, "markMissed");
    EXPECT_EQ(audit.at(0).event.person, std::nullopt);
}

TEST_P(BookingJobs, NobodyIsMissedInAPowerCut) {
    auto const id = booked("10:00", "11:00");
    shop.add_outage(std::nullopt, {dhaka("2026-11-21 10:10"), dhaka("2026-11-21 10:40")},
                    "load_shedding");
    EXPECT_TRUE(run_at("10:16").empty());
    EXPECT_TRUE(run_at("10:44").empty());
    EXPECT_EQ(run_at("10:45").size(), 1U);
    EXPECT_EQ(find(id).state, State::cancelled);
    auto const lost = booked("13:00", "14:00");
    shop.add_outage(laser.id, {dhaka("2026-11-21 12:30"), dhaka("2026-11-21 18:00")}, "breakdown");
    EXPECT_TRUE(run_at("13:30").empty());
    ASSERT_EQ(run_at("14:00").size(), 1U);
    EXPECT_EQ(find(lost).state, State::cancelled);
    EXPECT_EQ(find(lost).cancel_reason, "outage");
}

TEST_P(BookingJobs, WhoWaitsForOthersWhoStayIsNotMissed) {
    auto const force = [&](BookingId const& id, State to) {
        ledger().write([&](store::Writer& writer) {
            auto const booking = find_booking(writer, shop.facility, id).value();
            return change_state(writer, booking, to, std::nullopt, "", shop.clock.now());
        });
    };
    auto const stays = booked("10:00", "11:00");
    auto const waits = booked("11:00", "12:00");
    shop.clock.set(dhaka("2026-11-21 10:00"));
    force(stays, State::running);
    EXPECT_TRUE(run_at("11:30").empty());
    force(stays, State::completed);
    EXPECT_TRUE(run_at("11:44").empty());
    ASSERT_EQ(run_at("11:45").size(), 1U);
    EXPECT_EQ(find(waits).state, State::missed);
    auto const too_long = booked("12:00", "13:00");
    auto const never = booked("13:00", "14:00");
    shop.clock.set(dhaka("2026-11-21 12:00"));
    force(too_long, State::running);
    EXPECT_TRUE(run_at("13:59").empty());
    ASSERT_EQ(run_at("14:00").size(), 1U);
    EXPECT_EQ(find(never).state, State::cancelled) << "it is nobody's fault but theirs who stayed";
}

TEST_P(BookingJobs, WhoIsHereIsNotMissed) {
    auto const id = booked("10:00", "11:00");
    shop.clock.set(dhaka("2026-11-21 10:10"));
    shop.post(shop.member, "/api/v1/bookings/" + id.text() + "/check-in", "{}");
    EXPECT_TRUE(run_at("10:59").empty());
    ASSERT_EQ(run_at("11:00").size(), 1U);
    EXPECT_EQ(find(id).state, State::completed);
}

TEST_P(BookingJobs, ManyAtOnceEndABookingOnce) {
    for (int i = 0; i < 6; ++i)
        booked((i == 0 ? "0" : "") + std::to_string(9 + i) + ":00", std::to_string(10 + i) + ":00");
    shop.clock.set(dhaka("2026-11-21 16:59"));
    std::atomic<std::size_t> ended = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { ended += Sweep{shop.services}.run().size(); });
    threads.clear();
    EXPECT_EQ(ended, 6U);
}

}  // namespace
}  // namespace karkhana::booking
