#include "server/facility/shifts.hpp"
#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

/// Two operators who are known by name: one is there from morning to evening in two shifts.
class BookingOperator : public LifeTest {
protected:
    void SetUp() override {
        ledger().write([&](store::Writer& writer) {
            for (auto const& who : {shop.desk, karim}) {
                facility::save_resource(writer, shop.facility,
                                        {.id = shop.ids.make<ResourceId>(),
                                         .kind = "operator",
                                         .slug = "operator-" + who.person.text(),
                                         .name = {"Operator", "অপারেটর"},
                                         .person = who.person});
            }
            facility::replace_shifts(writer, shop.ids, shop.facility, saturday("06:00", "22:00"),
                                     {{shop.desk.person, saturday("06:00", "10:30")},
                                      {shop.desk.person, saturday("10:30", "14:00")},
                                      {karim.person, saturday("13:00", "17:00")}});
            return true;
        });
    }
    http::Response assisted(MachineId const& machine, Interval during, Member const& by) {
        auto draft = shop.draft(machine, during);
        draft.pop_back();
        return shop.post(shop.desk, "/api/v1/bookings",
                         draft + R"(,"assisted":true,"enterprise_id":")" + shop.mita.text() +
                             R"(","operated_by":")" + by.person.text() + "\"}");
    }

    facility::Machine press = shop.add_laser("press-1");
    Member karim = shop.add_person("karim", "operator", {});
};
KARKHANA_ON_BOTH_ENGINES(BookingOperator);

TEST_P(BookingOperator, WhoIsPromisedToOneIsNotPromisedToAnother) {
    EXPECT_EQ(assisted(laser.id, saturday("13:00", "14:00"), karim).status, 201);
    auto const twice = assisted(press.id, saturday("13:30", "14:00"), karim);
    EXPECT_EQ(twice.status, 422) << twice.body;
    EXPECT_NE(twice.body.find("operator_busy"), twice.body.npos);
    EXPECT_EQ(assisted(press.id, saturday("13:30", "14:00"), shop.desk).status, 201);
    EXPECT_EQ(assisted(press.id, saturday("10:00", "11:00"), karim).status, 422)
        << "not on shift yet";
}

TEST_P(BookingOperator, TwoShiftsThatTouchAreOne) {
    EXPECT_EQ(assisted(laser.id, saturday("10:00", "11:00"), shop.desk).status, 201);
    EXPECT_EQ(assisted(laser.id, saturday("13:45", "14:15"), shop.desk).status, 422);
}

}  // namespace
}  // namespace karkhana::booking
