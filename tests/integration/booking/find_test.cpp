#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

#include "server/booking/find.hpp"
#include "server/booking/records.hpp"
#include "server/facility/book_changes.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::store {

/// A value that was one already, to hand a question on.
inline Value to_value(Value value) { return value; }

}  // namespace karkhana::store

namespace karkhana::booking {
namespace {

/// Hands every question on, and counts them.
class Counter final : public store::Reader {
public:
    explicit Counter(store::Reader& inner) : inner_(inner) {}
    bool is_postgres() const override { return inner_.is_postgres(); }
    int asked() const { return asked_; }

protected:
    std::int64_t run(std::string_view sql, std::span<store::Value const> values,
                     std::function<void(store::Row const&)> const& on_row) override {
        ++asked_;
        hand_on(sql, values, on_row, std::make_index_sequence<9>());
        return 0;
    }

private:
    template <std::size_t... Counts>
    void hand_on(std::string_view sql, std::span<store::Value const> values,
                 std::function<void(store::Row const&)> const& on_row,
                 std::index_sequence<Counts...>) {
        bool const known =
            ((values.size() == Counts
                  ? (with(sql, values, on_row, std::make_index_sequence<Counts>()), true)
                  : false) ||
             ...);
        if (!known) throw std::logic_error("say how to hand on " + std::string(sql));
    }
    template <std::size_t... Numbers>
    void with(std::string_view sql, std::span<store::Value const> values,
              std::function<void(store::Row const&)> const& on_row,
              std::index_sequence<Numbers...>) {
        static_cast<void>(values);
        inner_.each(sql, on_row, values[Numbers]...);
    }

    store::Reader& inner_;
    int asked_ = 0;
};

class Finding : public tests::StoreTest {
protected:
    Finding() {
        shop.ledger.write([&](store::Writer& writer) {
            for (auto const* name : {"daily_minutes", "needs_authorisation", "missed_most"})
                facility::insert_setting(writer, shop.facility, shop.ids.make<SettingId>(),
                                         {.name = name, .value = 1}, std::nullopt,
                                         shop.clock.now());
            facility::save_resource(writer, shop.facility,
                                    {.id = shop.ids.make<ResourceId>(),
                                     .kind = "operator",
                                     .slug = "karim",
                                     .name = {"Karim", "করিম"}});
            return true;
        });
        add_machines(1);
    }
    void add_machines(int count) {
        for (int i = 0; i < count; ++i) {
            auto const laser = shop.add_laser("laser-" + std::to_string(++machines));
            shop.ledger.write([&](store::Writer& writer) {
                insert_booking(writer,
                               {.facility = shop.facility,
                                .id = shop.ids.make<BookingId>(),
                                .machine = laser.id,
                                .enterprise = shop.rahim,
                                .created_by = shop.desk.person,
                                .during = {dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")}},
                               shop.clock.now());
                return true;
            });
        }
    }
    /// How often a search over all machines and a week asks the database.
    int questions() {
        Interval const week{dhaka("2026-11-21 00:00"), dhaka("2026-11-28 00:00")};
        Seeker const seeker{.facility = shop.facility,
                            .enterprise = shop.mita,
                            .asker = asker_of(shop.member, shop.mita)};
        auto const hour = [](World const&, facility::Machine const&) {
            return std::optional<Duration>{std::chrono::hours{1}};
        };
        return ledger().read([&](store::Reader& reader) {
            Counter counter(reader);
            auto const ground = look(shop.services, counter, seeker, {}, week, hour);
            EXPECT_EQ(ground.value().options.size(), static_cast<std::size_t>(machines));
            EXPECT_TRUE(ground->options.front().hand.assisted) << "nobody is authorised";
            return counter.asked();
        });
    }

    Workshop shop{ledger()};
    int machines = 0;
};

KARKHANA_ON_BOTH_ENGINES(Finding);

TEST_P(Finding, AsksAsOftenOverTwentyMachinesAsOverOne) {
    questions();  // reads the book
    auto const one = questions();
    add_machines(19);
    questions();
    EXPECT_EQ(questions(), one);
    EXPECT_GT(one, 5);
    EXPECT_LT(one, 12);
}

TEST_P(Finding, ManyMachinesInOneAnswer) {
    add_machines(1);
    auto const query = std::string{"/api/v1/availability?from=2026-11-21T11:00:00+06:00"
                                   "&to=2026-11-21T14:00:00+06:00&duration_minutes=60"};
    auto const answer = shop.get(shop.manager, query);
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto const body = json_of(answer);
    auto const& items = body.at("items").as_array();
    ASSERT_EQ(items.size(), 2U);
    for (auto const& item : items) {
        EXPECT_EQ(item.at("starts").at(0).as_string(), "2026-11-21T11:00:00+06:00");
        EXPECT_EQ(item.at("starts").at(1).as_string(), "2026-11-21T13:00:00+06:00");
    }
    EXPECT_EQ(shop.get(shop.manager, query + "&machine_id=7").status, 422);
    EXPECT_EQ(shop.get(shop.manager, query + "&group_id=" + shop.facility.text()).status, 404);
    EXPECT_EQ(shop.get(shop.member, query + "&enterprise_id=" + shop.rahim.text()).status, 404);
    EXPECT_EQ(shop.get(shop.manager, "/api/v1/availability?from=2026-11-21T11:00:00+06:00"
                                     "&to=2026-12-21T14:00:00+06:00&duration_minutes=60")
                  .status,
              422);
}

TEST_P(Finding, ByPiecesOfWorkOverManyDays) {
    add_machines(1);
    shop.ledger.write([&](store::Writer& writer) {
        auto const book = shop.services.books->get(writer, shop.facility);
        auto const slow =
            std::ranges::find(book->machines, "laser-1", &facility::Machine::slug)->id;
        auto const set = [&](std::int64_t seconds, std::optional<MachineId> machine) {
            facility::insert_setting(
                writer, shop.facility, shop.ids.make<SettingId>(),
                {.name = "work.sole.seconds", .machine = machine, .value = seconds}, std::nullopt,
                shop.clock.now());
        };
        set(30, std::nullopt);
        set(60, slow);
        return true;
    });
    auto const query = std::string{"/api/v1/find-a-time?day=2026-11-21&days=14&quantity=100"};
    auto const answer = shop.get(shop.manager, query + "&work_type=sole");
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto const body = json_of(answer);
    ASSERT_EQ(body.at("offers").as_array().size(), 3U);
    auto const& best = body.at("offers").at(0);
    EXPECT_EQ(best.at("machine").at("slug").as_string(), "laser-2")
        << "half the time, half the price";
    EXPECT_EQ(best.at("end").as_string(), "2026-11-21T10:00:00+06:00");
    EXPECT_TRUE(best.at("cheaper").as_bool());
    EXPECT_EQ(body.at("work_types").at(0).as_string(), "sole");
    EXPECT_TRUE(
        json_of(shop.get(shop.manager, query + "&work_type=heel")).at("offers").as_array().empty());
    EXPECT_EQ(shop.get(shop.manager, query + "&work_type=no%20slug").status, 422);
    EXPECT_EQ(
        shop.get(shop.manager, "/api/v1/find-a-time?day=2026-11-21&days=15&work_type=sole").status,
        422);
}

class FindingPrices : public tests::StoreTest {
protected:
    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

KARKHANA_ON_BOTH_ENGINES(FindingPrices);

TEST_P(FindingPrices, AreThoseThatWhoeverAsksWouldPay) {
    auto services = shop.services;
    services.pricing.price = [&](store::Reader&, FacilityId const&, facility::Machine const&,
                                 Interval, PriceWish const& wish) {
        return PriceAnswer{.price = {wish.enterprise == shop.mita ? 3000 : 6000}, .terms = {}};
    };
    http::Router router;
    add_routes(router, services);
    auto const price = [&](http::Principal const& who, std::string const& more) {
        auto const query = "/api/v1/find-a-time?day=2026-11-21&machine_kind=laser"
                           "&duration_minutes=60" +
                           more;
        auto const answer = tests::ask(router, who, tests::request_of("GET", query, "", {}));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json_of(answer).at("offers").at(0).at("price").at("amount").as_int64();
    };
    EXPECT_EQ(price(shop.member, ""), 3000);
    EXPECT_EQ(price(shop.other, ""), 6000);
    EXPECT_EQ(price(shop.manager, ""), 6000) << "asked for nobody";
    EXPECT_EQ(price(shop.manager, "&enterprise_id=" + shop.mita.text()), 3000);
}

}  // namespace
}  // namespace karkhana::booking
