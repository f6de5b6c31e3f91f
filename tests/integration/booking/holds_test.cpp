#include <gtest/gtest.h>

#include "server/facility/book_changes.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

/// A laser that needs any one of two dies.
class BookingHolds : public tests::StoreTest {
protected:
    void SetUp() override {
        for (auto* const die : {&first, &second}) *die = shop.ids.make<ResourceId>();
        seat = shop.ids.make<ResourceId>();
        ledger().write([&](store::Writer& writer) {
            auto const save = [&](ResourceId const& id, std::string kind, std::string slug) {
                facility::save_resource(
                    writer, shop.facility,
                    {.id = id, .kind = std::move(kind), .slug = slug, .name = {slug, slug}});
            };
            save(first, "die", "die-1");
            save(second, "die", "die-2");
            save(seat, "seat", "seat-1");
            facility::replace_needs(writer, shop.facility, laser.id,
                                    {{.machine = laser.id, .resource = {}, .kind = "die"}});
            return true;
        });
    }
    Interval today(std::string const& from, std::string const& until) {
        return {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)};
    }
    http::Response book(std::string const& from, std::string const& until,
                        std::vector<ResourceId> const& resources) {
        auto body = shop.draft(laser.id, today(from, until));
        std::string named;
        for (auto const& each : resources)
            named += (named.empty() ? "" : ",") + (R"({"id":")" + each.text() + R"("})");
        body.insert(body.size() - 1, R"(,"resources":[)" + named + "]");
        return shop.post(shop.member, "/api/v1/bookings", body);
    }
    /// "die-2 asked, seat-1 asked"
    static std::string holds_of(http::Response const& answer) {
        std::string text;
        auto const booking = json_of(answer);
        if (!booking.contains("holds")) return "(not told)";
        for (auto const& each : booking.at("holds").as_array())
            text += (text.empty() ? "" : ", ") +
                    text_of(each.as_object().at("name").as_object(), "en") +
                    (each.at("asked").as_bool() ? " asked" : "");
        return text;
    }
    std::string of(std::string const& id) {
        return holds_of(shop.get(shop.member, "/api/v1/bookings/" + id));
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
    ResourceId first, second, seat;
};
KARKHANA_ON_BOTH_ENGINES(BookingHolds);

TEST_P(BookingHolds, ADieThatWasNamedIsTheOneThatTheMachineNeeds) {
    auto const made = book("10:00", "11:00", {second, seat});
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(holds_of(made), "die-2 asked, seat-1 asked");
    auto const any = book("12:00", "13:00", {});
    EXPECT_EQ(holds_of(any), "die-1");
}

TEST_P(BookingHolds, WhatWasNamedStaysWhereverTheBookingMoves) {
    auto const id = text_of(json_of(book("10:00", "11:00", {second})), "id");
    auto const any = text_of(json_of(book("12:00", "13:00", {})), "id");
    auto const moved = [&](std::string const& booking, std::string const& start,
                           std::string const& end) {
        return shop.patch(shop.member, booking, 1,
                          R"({"start":")" + shop.time(dhaka("2026-11-21 " + start)) +
                              R"(","end":")" + shop.time(dhaka("2026-11-21 " + end)) + "\"}");
    };
    EXPECT_EQ(holds_of(moved(id, "14:00", "15:00")), "die-2 asked");
    EXPECT_EQ(holds_of(moved(any, "10:00", "11:00")), "die-1");
}

TEST_P(BookingHolds, WhatDidNotTakePlaceHoldsNothing) {
    auto const id = text_of(json_of(book("10:00", "11:00", {second})), "id");
    EXPECT_EQ(of(id), "die-2 asked");
    ASSERT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    EXPECT_EQ(of(id), "");
}

TEST_P(BookingHolds, WhoRunsItIsTold) {
    auto const id = text_of(json_of(book("10:00", "11:00", {})), "id");
    auto const booking = json_of(shop.get(shop.member, "/api/v1/bookings/" + id));
    EXPECT_EQ(text_of(booking.at("operated_by").as_object(), "id"), shop.member.person.text());
}

}  // namespace
}  // namespace karkhana::booking
