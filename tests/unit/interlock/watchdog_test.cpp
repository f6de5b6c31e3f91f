#include <algorithm>

#include "tests/unit/interlock/bench.hpp"

namespace karkhana::interlock {
namespace {

using profiles::Watchdog;

/// A board that opens its contacts when nobody writes to it, and contactors that tell.
class Guarded : public Boards {
protected:
    void SetUp() override { clock.advance(1000s); }

    std::vector<RelaySetup> fed() {
        auto setups = relays(Watchdog::reg);
        auto profile = *setups[0].profile;
        profile.relay->heartbeat = heartbeat_at;
        auto const shared = std::make_shared<profiles::Profile const>(profile);
        for (auto& each : setups) each.profile = shared;
        return setups;
    }
    /// The contactor of the first machine tells at input 2.
    std::vector<RelaySetup> told(Watchdog watchdog = Watchdog::pulse) {
        auto setups = relays(watchdog);
        auto profile = *setups[0].profile;
        profile.relay->inputs = 8;
        setups[0].profile = setups[1].profile = std::make_shared<profiles::Profile const>(profile);
        setups[0].feedback = 2;
        return setups;
    }
    std::vector<std::string> wrong(std::vector<RelaySetup> const& setups) {
        return problems_of(setups, Timing{});
    }
};

TEST_F(Guarded, TheRegisterIsFedAndReadAgainWithinTwoSeconds) {
    make(fed());
    interlock->set_desired(machine(1), closing(7, 3600s));
    run_for(20s);
    std::optional<Monotonic> before;
    int beats = 0;
    for (std::size_t i = 0; i < board.asked.size(); ++i) {
        bool const beat = board.asked[i].function == Function::write_register &&
                          board.asked[i].address == heartbeat_at;
        if (!beat) continue;
        if (before) {
            EXPECT_LE(board.asked_at[i] - *before, 2s) << ++beats;
        }
        before = board.asked_at[i];
    }
    EXPECT_NEAR(board.heartbeat_register, 12, 2) << "and hardly more often";
    EXPECT_TRUE(board.closed[0]);
    // Somebody sets it to nothing: it is written again before the next heartbeat is over.
    board.watchdog_register = 0;
    run_for(2600ms);
    EXPECT_EQ(board.watchdog_register, 100);
    EXPECT_TRUE(board.closed[0]);
}

TEST_F(Guarded, ARegisterThatNoLongerHoldsOpensTheContact) {
    make(fed());
    interlock->set_desired(machine(1), closing(7, 3600s));
    run_for(5s);
    ASSERT_TRUE(board.closed[0]);
    board.watchdog_register = 0;
    board.register_holds = false;
    run_for(3s);
    EXPECT_FALSE(board.closed[0]);
    EXPECT_EQ(alarm(1), Alarm::unverified);
}

TEST_F(Guarded, TheFeedbackIsWhatIs) {
    make(told());
    run_for(1s);
    EXPECT_EQ(actual(1), Contact::open);
    interlock->set_desired(machine(1), closing(7));
    run_for(200ms);
    EXPECT_TRUE(board.closed[0]);
    EXPECT_EQ(actual(1), Contact::open) << "the coil is told, the contactor has not followed";
    board.inputs[2] = true;
    run_for(600ms);
    EXPECT_EQ(actual(1), Contact::closed);
    EXPECT_EQ(alarm(1), Alarm::none);
}

TEST_F(Guarded, AContactorThatDoesNotFollowIsAnAlarmAndGivenUp) {
    make(told());
    run_for(1s);
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    EXPECT_EQ(alarm(1), Alarm::will_not_close);
    run_for(5s);
    EXPECT_FALSE(board.closed[0]) << "what comes late shall not start a machine";
    EXPECT_EQ(alarm(1), Alarm::will_not_close);
}

TEST_F(Guarded, AContactorThatStaysIsWelded) {
    make(told());
    run_for(1s);
    interlock->set_desired(machine(1), closing(7));
    board.inputs[2] = true;
    run_for(2s);
    interlock->set_desired(machine(1), {8, false, {}, {}, false});
    run_for(1200ms);
    EXPECT_FALSE(board.closed[0]);
    EXPECT_EQ(actual(1), Contact::closed);
    EXPECT_EQ(alarm(1), Alarm::welded);
    EXPECT_EQ(interlock->state(machine(1))->coil, Contact::open);
    board.inputs[2] = false;
    run_for(1s);
    EXPECT_EQ(alarm(1), Alarm::none);
}

TEST_F(Guarded, WithoutItsInputNobodyKnowsAndNothingIsClosed) {
    make(told());
    board.inputs_answer = false;
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    EXPECT_EQ(actual(1), Contact::unknown);
    EXPECT_FALSE(board.closed[0]);
    // A coil that is closed for nobody is opened all the same.
    board.closed[0] = true;
    run_for(6s);
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Guarded, AMachineThatEndsItsCycleIsHeldThatLongByTheBoardItself) {
    auto setups = relays(Watchdog::pulse);
    setups[0].watchdog = 10min;
    make(setups);
    interlock->set_desired(machine(1), closing(7, 10min));
    interlock->set_desired(machine(2), closing(8));
    run_for(1s);
    EXPECT_EQ(board.writes[0].words[0], 6000);
    EXPECT_EQ(board.writes[1].words[0], 100);
    clock.advance(9min);  // the daemon is gone
    board.settle();
    EXPECT_TRUE(board.closed[0]);
    EXPECT_FALSE(board.closed[5]);
    clock.advance(1min);
    board.settle();
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Guarded, AMachineThatNobodyMayStopIsClosedForGoodAndOpenedOnACommandAlone) {
    auto setups = relays(Watchdog::pulse);
    setups[0].never_opens_alone = true;
    make(setups);
    interlock->set_desired(machine(1), closing(7, 3s));
    run_for(1s);
    EXPECT_EQ(board.writes[0], (modbus::Request{1, Function::write_coil, 0, 1, {0xFF00}}));
    run_for(60s);
    EXPECT_TRUE(board.closed[0]) << "its lease has ended long ago";
    make(setups);  // a new daemon that nobody has told anything
    run_for(10s);
    EXPECT_TRUE(board.closed[0]);
    interlock->set_desired(machine(1), {9, false, {}, {}, false});
    run_for(1s);
    EXPECT_FALSE(board.closed[0]);
    board.closed[0] = true;  // another master
    run_for(5s);
    EXPECT_TRUE(board.closed[0]);
    EXPECT_EQ(alarm(1), Alarm::closed_uncommanded);
}

TEST_F(Guarded, WhatCannotBeIsSaidBeforeItRuns) {
    auto setups = relays(Watchdog::pulse);
    setups[0].watchdog = 60min;
    EXPECT_EQ(wrong(setups).size(), 1U) << "its timer ends after 54 minutes";
    setups[0].watchdog = 50min;
    EXPECT_TRUE(wrong(setups).empty());
    setups = relays(Watchdog::reg);
    setups[0].watchdog = setups[1].watchdog = 10min;
    EXPECT_TRUE(wrong(setups).empty());
    setups[1].watchdog = {};
    EXPECT_EQ(wrong(setups).size(), 1U) << "one register, and the other must stop sooner";
    setups = relays(Watchdog::reg);
    setups[0].never_opens_alone = true;
    EXPECT_EQ(wrong(setups).size(), 1U);
    setups = relays(Watchdog::none);
    for (auto& each : setups) each.never_opens_alone = true;
    EXPECT_TRUE(wrong(setups).empty());
    setups = told();
    setups[0].feedback = 8;
    EXPECT_EQ(wrong(setups).size(), 1U);
}

TEST_F(Guarded, NothingIsWrittenButWhatTheConfigurationNames) {
    auto setups = fed();
    setups[0].unit = setups[1].unit = 3;
    make(setups);
    interlock->set_desired(machine(1), closing(7));
    run_for(5s);
    interlock->set_desired(machine(1), {8, false, {}, {}, false});
    run_for(5s);
    EXPECT_FALSE(board.writes.empty());
    auto const writable = writes_of(setups, 2);
    EXPECT_EQ(writable.size(), 6U);
    for (auto const& each : board.writes)
        EXPECT_TRUE(std::ranges::any_of(writable, [&](poller::Writable const& one) {
            return one.unit == each.unit && one.first == each.address &&
                   one.function == static_cast<std::uint8_t>(each.function);
        })) << each.address;
    EXPECT_TRUE(writes_of(setups, 1).empty());
}

/// A guest that writes what it likes.
class Vandal final : public poller::LineGuest {
public:
    Monotonic due() const override { return {}; }
    void run(modbus::Bus& bus) override {
        for (auto const& [unit, function, address] :
             std::vector<std::tuple<int, Function, int>>{{1, Function::write_coil, 1},
                                                         {2, Function::write_coil, 0},
                                                         {1, Function::write_register, 0},
                                                         {1, Function::write_coil, 0x0201}}) {
            auto const outcome = bus.transact({static_cast<std::uint8_t>(unit),
                                               function,
                                               static_cast<std::uint16_t>(address),
                                               1,
                                               {0xFF00}},
                                              Monotonic::max());
            faults.push_back(outcome ? "written" : std::string{name_of(outcome.error().fault)});
        }
    }
    void attached(std::function<void()>) override {}
    std::vector<std::string> faults;
};

TEST_F(Guarded, NoGuestOfTheLineWritesAnythingElseEither) {
    make();
    Vandal vandal;
    engine->attach(vandal, [] {});
    engine->step();
    engine->step();
    ASSERT_GE(vandal.faults.size(), 4U);
    for (auto const& fault : vandal.faults) EXPECT_EQ(fault, name_of(Fault::forbidden));
    EXPECT_TRUE(board.writes.empty());
}

}  // namespace
}  // namespace karkhana::interlock
