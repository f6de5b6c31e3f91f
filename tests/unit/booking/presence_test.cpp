#include <gtest/gtest.h>

#include "server/booking/rules_presence.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace std::chrono_literals;
using namespace tests;

/// Mita has the laser from 10 to 11 and is given up at 10:15; it is 10:05 unless it is said.
class WhoseUse : public ::testing::Test {
protected:
    static Instant today(std::string const& clock) { return dhaka("2026-11-21 " + clock); }

    Booking booking(std::uint8_t number, std::uint8_t enterprise, std::string const& from,
                    std::string const& until) const {
        Booking made;
        made.id = numbered_id<BookingId>(number);
        made.machine = laser().id;
        made.enterprise = numbered_id<EnterpriseId>(enterprise);
        made.during = {today(from), today(until)};
        return made;
    }
    PowerUse use(std::string const& risen) const {
        return {.machine = laser().id,
                .session = numbered_id<SessionId>(1),
                .risen = today(risen),
                .watts = 1800,
                .until = std::nullopt,
                .of = std::nullopt};
    }
    Whose whose(PowerUse const& use) const { return whose_use(use, mitas, waiting, over, now); }

    Booking mitas = booking(1, 1, "10:00", "11:00");
    std::vector<Booking> waiting{mitas};
    Instant over = today("10:15");
    Instant now = today("10:05");
};

TEST_F(WhoseUse, IsTheirsFromAQuarterOfAnHourBeforeUntilTheyAreGivenUp) {
    EXPECT_EQ(whose(use("09:44")), Whose::others);
    EXPECT_EQ(whose(use("09:45")), Whose::theirs);
    EXPECT_EQ(whose(use("10:02")), Whose::theirs);
    now = today("10:20");
    EXPECT_EQ(whose(use("10:14")), Whose::theirs) << "the job slept, and they came in time";
    EXPECT_EQ(whose(use("10:15")), Whose::nobody_knows) << "nobody waited for them any more";
}

TEST_F(WhoseUse, SaysNothingOfAnotherMachineOrOfWhatWasOverBefore) {
    auto press = use("10:02");
    press.machine = numbered_id<MachineId>(2);
    EXPECT_EQ(whose(press), Whose::nobody_knows);
    auto before = use("09:50");
    before.until = today("10:00");
    EXPECT_EQ(whose(before), Whose::nobody_knows);
    before.until = today("10:00") + 1s;
    EXPECT_EQ(whose(before), Whose::theirs);
}

TEST_F(WhoseUse, BelongsToWhoHadTheMachineUntilThen) {
    auto goes_on = use("10:02");
    goes_on.of = numbered_id<EnterpriseId>(2);
    EXPECT_EQ(whose(goes_on), Whose::others);
    goes_on = use("08:00");
    goes_on.of = mitas.enterprise;
    EXPECT_EQ(whose(goes_on), Whose::theirs) << "two bookings in a row";
    goes_on.risen = today("10:30");
    EXPECT_EQ(whose(goes_on), Whose::theirs);
}

TEST_F(WhoseUse, BelongsToWhoseTimeItWasWhenItBegan) {
    waiting.insert(waiting.begin(), booking(2, 2, "09:00", "10:00"));
    EXPECT_EQ(whose(use("09:50")), Whose::others);
    EXPECT_EQ(whose(use("10:00")), Whose::theirs);
}

TEST_F(WhoseUse, IsNotThatOfWhoWaitsForAnotherMachine) {
    auto elsewhere = booking(2, 2, "09:00", "10:00");
    elsewhere.machine = numbered_id<MachineId>(2);
    waiting.push_back(elsewhere);
    EXPECT_EQ(whose(use("09:50")), Whose::theirs);
}

TEST_F(WhoseUse, IsWaitedForWhileItMayBecomeTheirs) {
    auto begins = use("10:14");
    begins.session.reset();
    now = today("10:14") + 6s;
    EXPECT_EQ(whose(begins), Whose::just_begun);
    now = today("10:14") + 30s;
    EXPECT_EQ(whose(begins), Whose::nobody_knows) << "no session comes of it any more";
    begins.risen = now = over;
    EXPECT_EQ(whose(begins), Whose::nobody_knows);
}

}  // namespace
}  // namespace karkhana::booking
