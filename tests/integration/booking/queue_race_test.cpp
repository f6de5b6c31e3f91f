#include <algorithm>
#include <barrier>
#include <thread>

#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

/// An hour that is offered to an ME, while several want to do something about it at once.
class BookingQueueRace : public LifeTest {
protected:
    struct Offered {
        std::string entry;
        std::string booking;
    };
    /// The hour from `from` on is all that is waited for, and is free.
    Offered offered(std::string const& from, std::string const& until) {
        auto const joined =
            shop.post(shop.member, "/api/v1/waitlist",
                      R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
                          shop.time(dhaka("2026-11-21 " + from)) + R"(","until":")" +
                          shop.time(dhaka("2026-11-21 " + until)) + R"(","length_minutes":60})");
        EXPECT_EQ(joined.status, 201) << joined.body;
        sweep();
        auto const list = json_of(shop.get(shop.member, "/api/v1/waitlist"));
        auto const& item = list.at("items").as_array().at(0).as_object();
        return {text_of(item, "id"), text_of(item.at("offer").as_object(), "booking_id")};
    }
    http::Response answer(Offered const& offer, std::string const& action) {
        return shop.post(shop.member, "/api/v1/waitlist/" + offer.entry + "/" + action, "{}");
    }
    /// What has become of both, as "confirmed taken".
    std::string states(Offered const& offer) {
        auto const entry = ledger().read([&](store::Reader& reader) {
            return find_entry(reader, shop.facility, *WaitlistEntryId::parse(offer.entry)).value();
        });
        return state(offer.booking) + " " + std::string(name_of(entry.state));
    }
    /// How often the log says it.
    std::int64_t logged(std::string const& what) {
        auto const body = json_of(shop.get(shop.manager, "/api/v1/waitlist/log?limit=100"));
        return std::ranges::count_if(body.at("items").as_array(), [&](auto const& item) {
            return text_of(item.as_object(), "what") == what;
        });
    }
    void expect_whole_log() {
        EXPECT_EQ(ledger().read([&](store::Reader& reader) {
            return first_broken_queue(reader, shop.facility);
        }),
                  std::nullopt);
    }
    using Act = std::function<void()>;
    static void at_once(std::vector<Act> const& acts) {
        std::barrier gate(static_cast<std::ptrdiff_t>(acts.size()));
        std::vector<std::jthread> threads;
        for (auto const& act : acts)
            threads.emplace_back([&] {
                gate.arrive_and_wait();
                act();
            });
    }
};

KARKHANA_ON_BOTH_ENGINES(BookingQueueRace);

TEST_P(BookingQueueRace, OfManyWhoTakeOneOfferOneDoes) {
    auto const offer = offered("10:00", "11:00");
    std::vector<http::Response> answers(12);
    std::vector<Act> acts;
    for (auto& each : answers) acts.emplace_back([&] { each = answer(offer, "take"); });
    at_once(acts);
    EXPECT_EQ(std::ranges::count(answers, 200, &http::Response::status), 1);
    for (auto const& each : answers)
        EXPECT_TRUE(each.status == 200 || code_of(each) == "wrong_state") << each.body;
    EXPECT_EQ(states(offer), "confirmed taken");
    EXPECT_EQ(logged("taken"), 1);
    expect_whole_log();
}

TEST_P(BookingQueueRace, WhatIsTakenInTheLastMomentIsEitherTakenOrOver) {
    for (int hour = 10; hour < 17; ++hour) {
        at("08:00");
        auto const offer = offered(std::to_string(hour) + ":00", std::to_string(hour + 1) + ":00");
        auto const over = find(offer.booking).hold_until.value();
        shop.clock.set(over - Duration{1});
        // The job's clock is a moment ahead.
        ManualWallClock const then{over};
        Services later{.store = shop.ledger,
                       .clock = then,
                       .ids = shop.ids,
                       .pricing = shop.services.pricing,
                       .publish = shop.services.publish,
                       .sessions_of = {},
                       .account = shop.services.account};
        http::Response taken;
        at_once({[&] { taken = answer(offer, "take"); }, [&] { Sweep{later}.run(); }});
        auto const [won, code] = std::pair{taken.status == 200, code_of(taken)};
        EXPECT_TRUE(won || code == "wrong_state" || code == "offer_over") << taken.body;
        EXPECT_EQ(states(offer), won ? "confirmed taken" : "released expired");
        EXPECT_EQ(logged("taken") + logged("expired"), hour - 9);
    }
    expect_whole_log();
}

TEST_P(BookingQueueRace, WhoTakesDeclinesAndCancelsAtOnceDoesOneOfThem) {
    for (int hour = 10; hour < 16; ++hour) {
        auto const offer = offered(std::to_string(hour) + ":00", std::to_string(hour + 1) + ":00");
        http::Response taken, declined, left;
        at_once({[&] { taken = answer(offer, "take"); },
                 [&] { declined = answer(offer, "decline"); },
                 [&] { left = answer(offer, "leave"); }, [&] { sweep(); }});
        auto const ok = (taken.status == 200) + (declined.status == 200) + (left.status == 200);
        EXPECT_EQ(ok, 1) << taken.body << declined.body << left.body;
        for (auto const& each : {taken, declined, left})
            EXPECT_TRUE(each.status == 200 || code_of(each) == "wrong_state") << each.body;
        EXPECT_EQ(states(offer), taken.status == 200 ? "confirmed taken" : "cancelled left");
    }
    expect_whole_log();
}

TEST_P(BookingQueueRace, WhatIsGivenUpGoesToWhoWaitsHoweverManyAreAfterIt) {
    for (int hour = 10; hour < 15; ++hour) {
        Interval const during{dhaka("2026-11-21 " + std::to_string(hour) + ":00"),
                              dhaka("2026-11-21 " + std::to_string(hour + 1) + ":00")};
        auto const held = booked(shop.other, during);
        auto const joined = shop.post(shop.member, "/api/v1/waitlist",
                                      R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
                                          shop.time(during.start) + R"(","until":")" +
                                          shop.time(during.end) + R"(","length_minutes":60})");
        EXPECT_EQ(joined.status, 201) << joined.body;
        std::vector<http::Response> answers(6);
        std::vector<Act> acts{[&] { act(shop.other, held, "cancel"); }};
        for (auto& each : answers)
            acts.emplace_back([&] {
                for (int i = 0; i < 4; ++i) {
                    each = shop.book(shop.other, laser.id, during);
                    if (each.status == 201) return;
                }
            });
        at_once(acts);
        EXPECT_EQ(std::ranges::count(answers, 201, &http::Response::status), 0);
        sweep();
        EXPECT_EQ(logged("offered"), hour - 9);
    }
    expect_whole_log();
}

TEST_P(BookingQueueRace, OfManyWishesAtOnceAnMeWaitsForFiveAndOnceForEach) {
    auto const join = [&](Instant from) {
        return shop.post(shop.member, "/api/v1/waitlist",
                         R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
                             shop.time(from) + R"(","until":")" +
                             shop.time(from + std::chrono::hours{1}) + R"(","length_minutes":60})");
    };
    std::vector<http::Response> answers(14);
    std::vector<Act> acts;
    for (std::size_t i = 0; i < answers.size(); ++i)
        acts.emplace_back(
            [&, i] { answers[i] = join(dhaka("2026-11-21 10:00") + std::chrono::hours{i / 2}); });
    at_once(acts);
    EXPECT_EQ(std::ranges::count(answers, 201, &http::Response::status), 5);
    for (auto const& each : answers)
        EXPECT_TRUE(each.status == 201 || code_of(each) == "too_many_waiting" ||
                    code_of(each) == "already_waiting")
            << each.body;
    for (std::size_t i = 0; i < answers.size(); i += 2)
        EXPECT_FALSE(answers[i].status == 201 && answers[i + 1].status == 201);
    expect_whole_log();
}

}  // namespace
}  // namespace karkhana::booking
