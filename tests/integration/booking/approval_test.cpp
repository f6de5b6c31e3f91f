#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {
namespace {

std::string sunday_slot(Workshop const& shop, std::string const& from, std::string const& until) {
    return R"({"start":")" + shop.time(dhaka("2026-11-22 " + from)) + R"(","end":")" +
           shop.time(dhaka("2026-11-22 " + until)) + R"("})";
}

class BookingApproval : public LifeTest {
protected:
    http::Response move(Member const& who, std::string const& id, std::string const& from,
                        std::string const& until) {
        return shop.patch(who, id, find(id).version, sunday_slot(shop, from, until));
    }
    std::string approved() {
        auto const id = booked(shop.member, {dhaka("2026-11-22 10:00"), dhaka("2026-11-22 11:00")});
        EXPECT_EQ(act(shop.manager, id, "approve").status, 200);
        return id;
    }
};
KARKHANA_ON_BOTH_ENGINES(BookingApproval);

TEST_P(BookingApproval, IsForTheTimeThatWasApprovedAndForLess) {
    set("approval", 1);
    auto const id = approved();
    EXPECT_EQ(code_of(move(shop.member, id, "10:00", "13:00")), "needs_approval");
    EXPECT_EQ(code_of(move(shop.member, id, "14:00", "15:00")), "needs_approval");
    EXPECT_EQ(find(id).version, 2) << "nothing changed";
    EXPECT_EQ(move(shop.member, id, "10:00", "10:30").status, 200);
    EXPECT_EQ(state(id), "confirmed");
    EXPECT_EQ(move(shop.manager, id, "14:00", "15:00").status, 200) << "who would approve it";
}

TEST_P(BookingApproval, OfTheFirstTimeIsForTheMachineWheneverItIs) {
    set("approval", 2);
    auto const id = approved();
    EXPECT_EQ(move(shop.member, id, "14:00", "15:00").status, 200);
    EXPECT_EQ(state(id), "confirmed");
}

TEST_P(BookingApproval, IsOfWhatWasLookedAt) {
    set("approval", 1);
    auto const id = booked(shop.member, {dhaka("2026-11-22 10:00"), dhaka("2026-11-22 10:30")});
    EXPECT_EQ(move(shop.member, id, "10:00", "13:00").status, 200) << "it still waits";
    auto const stale = act(shop.manager, id, "approve", R"({"version":1})");
    EXPECT_EQ(std::to_string(stale.status) + " " + code_of(stale), "412 stale");
    EXPECT_EQ(state(id), "pending");
    EXPECT_EQ(act(shop.manager, id, "approve", R"({"version":0})").status, 422);
    EXPECT_EQ(act(shop.manager, id, "approve", R"({"version":2})").status, 200);
    EXPECT_EQ(state(id), "confirmed");
}

TEST_P(BookingApproval, IsNotWaitedForInASlotThatWasMovedNearer) {
    set("approval", 1);
    auto const id = booked(shop.member, {dhaka("2026-11-22 14:00"), dhaka("2026-11-22 15:00")});
    shop.clock.set(find(id).hold_until.value() - std::chrono::minutes{30});
    auto const soon = shop.clock.now() + std::chrono::minutes{15};
    ASSERT_EQ(shop.patch(shop.manager, id, 1,
                         R"({"start":")" + shop.time(soon) + R"(","end":")" +
                             shop.time(soon + std::chrono::minutes{30}) + R"("})")
                  .status,
              200);
    EXPECT_EQ(find(id).hold_until, soon);
}

}  // namespace
}  // namespace karkhana::booking
