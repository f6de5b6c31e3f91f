#include <algorithm>
#include <barrier>
#include <gtest/gtest.h>
#include <thread>

#include "server/booking/records.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr std::size_t crowd = 64;

class BookingRace : public tests::StoreTest {
protected:
    static Interval slot(std::string const& from, std::string const& until) {
        return {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)};
    }
    std::string booked(facility::Machine const& machine, Interval during) {
        auto const answer = shop.book(shop.member, machine.id, during);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    using Attempt = std::function<http::Response()>;
    /// Lets everybody go at once; the answers in order.
    static std::vector<http::Response> all_at_once(std::vector<Attempt> const& attempts) {
        std::vector<http::Response> answers(attempts.size());
        std::barrier gate(static_cast<std::ptrdiff_t>(attempts.size()));
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < attempts.size(); ++i)
            threads.emplace_back([&, i] {
                gate.arrive_and_wait();
                answers[i] = attempts[i]();
            });
        threads.clear();
        return answers;
    }
    static void expect_one_winner(std::vector<http::Response> const& answers) {
        auto const won = std::ranges::count_if(
            answers, [](http::Response const& answer) { return answer.status < 300; });
        EXPECT_EQ(won, 1);
        for (auto const& answer : answers)
            EXPECT_TRUE(answer.status < 300 || code_of(answer) == "slot_taken") << answer.body;
    }
    /// Live bookings of the machine that overlap: pairs that must not be.
    std::int64_t overlaps(facility::Machine const& machine) {
        return ledger().read([&](store::Reader& reader) {
            return reader
                .first(
                    "SELECT count(*) FROM booking a JOIN booking b ON a.facility_id = "
                    "b.facility_id AND a.machine_id = b.machine_id AND a.booking_id < "
                    "b.booking_id AND a.live = 1 AND b.live = 1 AND a.start_us < "
                    "b.occupied_until_us AND b.start_us < a.occupied_until_us "
                    "WHERE a.facility_id = $1 AND a.machine_id = $2",
                    [](store::Row const& row) { return row.integer(0); }, shop.facility, machine.id)
                .value();
        });
    }

    Workshop shop{ledger()};
};

KARKHANA_ON_BOTH_ENGINES(BookingRace);

TEST_P(BookingRace, OneSlotHasOneWinnerAmongThoseWhoBook) {
    auto const laser = shop.add_laser("laser-1");
    std::vector<Attempt> attempts(
        crowd, [&] { return shop.book(shop.member, laser.id, slot("10:00", "11:00")); });
    auto const answers = all_at_once(attempts);
    expect_one_winner(answers);
    EXPECT_EQ(overlaps(laser), 0);
    EXPECT_EQ(shop.published.size(), 1U);
}

TEST_P(BookingRace, TheGeneratorCarriesOnlyAsManyMachinesAsItCan) {
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE facility SET generator_w = 60000 WHERE facility_id = $1",
                              shop.facility);
    });
    shop.add_outage(std::nullopt, slot("10:00", "12:00"), "load_shedding");
    std::vector<Attempt> attempts;
    for (int i = 0; i < 16; ++i) {
        auto const machine = shop.add_machine({.slug = "crusher-" + std::to_string(i),
                                               .name = {"Crusher", "ক্রাশার"},
                                               .kind = "crusher",
                                               .rated_w = 45'000,
                                               .grid_minutes = 15,
                                               .min_minutes = 15,
                                               .max_minutes = 240});
        auto const& who = i % 2 == 0 ? shop.member : shop.other;
        attempts.emplace_back(
            [&, id = machine.id] { return shop.book(who, id, slot("10:00", "11:00")); });
    }
    auto const answers = all_at_once(attempts);
    EXPECT_EQ(std::ranges::count(answers, 201, &http::Response::status), 1);
    EXPECT_EQ(std::ranges::count(answers, 422, &http::Response::status), 15);
}

TEST_P(BookingRace, OneGapHasOneWinnerAmongThoseWhoBookMoveAndExtend) {
    for (int round = 0; round < 3; ++round) {
        auto const name = std::to_string(round);
        auto const laser = shop.add_laser("laser-" + name);
        auto const before = booked(laser, slot("10:00", "11:00"));
        auto const after = booked(laser, slot("12:00", "13:00"));
        auto const gap = slot("11:00", "12:00");
        std::vector<Attempt> attempts{
            [&] {
                return shop.patch(shop.member, before, 1,
                                  R"({"end":")" + shop.time(gap.end) + "\"}");
            },
            [&] {
                return shop.patch(shop.member, after, 1,
                                  R"({"start":")" + shop.time(gap.start) + "\"}");
            }};
        std::vector<std::string> movers;
        for (std::size_t i = 0; i < 31; ++i) {
            auto const other = shop.add_laser("other-" + name + "-" + std::to_string(i));
            movers.push_back(booked(other, slot("14:00", "15:00")));
        }
        for (auto const& mover : movers) {
            attempts.push_back([&, mover] {
                return shop.patch(shop.member, mover, 1,
                                  R"({"machine_id":")" + laser.id.text() + R"(","start":")" +
                                      shop.time(gap.start) + R"(","end":")" + shop.time(gap.end) +
                                      "\"}");
            });
            attempts.push_back([&] { return shop.book(shop.member, laser.id, gap); });
        }
        ASSERT_EQ(attempts.size(), crowd);
        std::ranges::rotate(attempts, attempts.begin() + round * 21);
        expect_one_winner(all_at_once(attempts));
        EXPECT_EQ(overlaps(laser), 0);
    }
}

TEST_P(BookingRace, CrossingMovesDoNotDeadlock) {
    auto const left = shop.add_laser("left"), right = shop.add_laser("right");
    auto const one = booked(left, slot("10:00", "11:00")),
               two = booked(right, slot("10:00", "11:00"));
    auto const to = [](facility::Machine const& machine) {
        return R"({"machine_id":")" + machine.id.text() + "\"}";
    };
    for (int round = 0; round < 10; ++round) {
        // Each wants the other's place: whoever asks first is refused, for it is taken.
        auto const answers =
            all_at_once({[&] { return shop.patch(shop.member, one, 1, to(right)); },
                         [&] { return shop.patch(shop.member, two, 1, to(left)); }});
        for (auto const& answer : answers) EXPECT_EQ(code_of(answer), "slot_taken");
    }
}

TEST_P(BookingRace, OneKeySentByManyIsOneBooking) {
    auto const laser = shop.add_laser("laser-1");
    auto const body = shop.draft(laser.id, slot("10:00", "11:00"));
    std::vector<Attempt> const attempts(16, [&] {
        return shop.call(shop.member, "POST", "/api/v1/bookings", body,
                         {{"idempotency-key", "the-same-key"}});
    });
    auto const answers = all_at_once(attempts);
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 201) << answer.body;
        EXPECT_EQ(answer.body, answers.front().body);
    }
    EXPECT_EQ(shop.published.size(), 1U);
}

TEST_P(BookingRace, OfManyWhoChangeOneBookingOneIsFirst) {
    auto const laser = shop.add_laser("laser-1");
    auto const id = booked(laser, slot("10:00", "11:00"));
    std::vector<Attempt> attempts;
    for (int i = 0; i < 16; ++i)
        attempts.push_back([&, i] {
            return shop.patch(shop.member, id, 1,
                              R"({"end":")" +
                                  shop.time(dhaka("2026-11-21 11:15") + minutes{15 * (i % 4)}) +
                                  "\"}");
        });
    auto const answers = all_at_once(attempts);
    auto const won = std::ranges::count_if(
        answers, [](http::Response const& answer) { return answer.status == 200; });
    auto const stale = std::ranges::count_if(
        answers, [](http::Response const& answer) { return answer.status == 412; });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, 15);
}

TEST_P(BookingRace, ACancelTellsWhatItCancelled) {
    auto const laser = shop.add_laser("laser-1");
    auto const id = booked(laser, slot("10:00", "11:00"));
    auto const moved = slot("12:00", "13:00");
    std::barrier moving(2);
    http::Response cancelled;
    std::jthread other{[&] {
        moving.arrive_and_wait();
        cancelled = shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}");
    }};
    ledger().write([&](store::Writer& writer) {
        auto booking = find_booking(writer, shop.facility, *BookingId::parse(id)).value();
        booking.during = moved;
        EXPECT_TRUE(update_booking(writer, booking));
        moving.arrive_and_wait();
        // Long enough for the other to have read what is about to change.
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
        return true;
    });
    other.join();
    EXPECT_EQ(cancelled.status, 200);
    EXPECT_EQ(text_of(json_of(cancelled), "start"), shop.time(moved.start));
    auto const version = shop.get(shop.member, "/api/v1/bookings/" + id);
    EXPECT_EQ(json_of(cancelled).at("version"), json_of(version).at("version"));
}

}  // namespace
}  // namespace karkhana::booking
