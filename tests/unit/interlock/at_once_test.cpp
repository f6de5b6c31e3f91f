#include <algorithm>

#include "tests/unit/interlock/bench.hpp"

namespace karkhana::interlock {
namespace {

using profiles::Watchdog;

/// A command is the next thing that its board hears.
class AtOnce : public Boards {
protected:
    void SetUp() override { clock.advance(1000s); }

    void settle(Watchdog watchdog = Watchdog::pulse) {
        make(watchdog);
        run_for(5s);
        ASSERT_EQ(actual(1), Contact::open);
        board.asked.clear();
        board.writes.clear();
    }
    static bool writes(modbus::Request const& request) {
        return request.function == Function::write_coil;
    }
    /// Which of the requests since was the first write of a coil; from 0.
    std::size_t first_write() const {
        return static_cast<std::size_t>(std::ranges::find_if(board.asked, writes) -
                                        board.asked.begin());
    }
    long count(Function function) const {
        return std::ranges::count(board.asked, function, &modbus::Request::function);
    }
};

TEST_F(AtOnce, AClosingIsWrittenBeforeAnythingIsRead) {
    for (auto const watchdog : {Watchdog::pulse, Watchdog::reg}) {
        settle(watchdog);
        interlock->set_desired(machine(1), closing(7));
        run_for(1ms);
        EXPECT_EQ(first_write(), 0U);
        EXPECT_EQ(board.writes.size(), 1U);
        EXPECT_EQ(count(Function::read_coils), 1) << "and read back right after";
        EXPECT_EQ(count(Function::read_holding_registers), watchdog == Watchdog::reg ? 1 : 0);
        EXPECT_EQ(actual(1), Contact::closed);
        board.closed = {};
    }
}

TEST_F(AtOnce, AWatchdogThatWasLostSinceItWasReadOpensTheContactAgain) {
    settle(Watchdog::reg);
    board.watchdog_register = 0;
    board.register_holds = false;
    interlock->set_desired(machine(1), closing(7));
    run_for(1ms);
    ASSERT_EQ(board.asked.at(0).words, std::vector<std::uint16_t>{modbus::coil_closed});
    EXPECT_FALSE(board.closed[0]) << "within the same turn";
    EXPECT_EQ(alarm(1), Alarm::unverified);
}

TEST_F(AtOnce, WhatWasCommandedDuringABoardsOwnRoundIsNext) {
    settle(Watchdog::reg);
    std::size_t when = 0;
    board.meanwhile = [&](modbus::Request const& request) {
        // The heartbeat's round has a coil's reading, and the register's.
        if (when > 0 || request.function != Function::read_holding_registers) return;
        when = board.asked.size();
        interlock->set_desired(machine(1), closing(7));
        interlock->set_desired(machine(2), {3, false, {}, {}, false});
    };
    run_for(3s);
    ASSERT_GT(when, 0U);
    EXPECT_EQ(first_write(), when);
    when = 0;
    board.asked.clear();
    board.meanwhile = [&](modbus::Request const& request) {
        if (when > 0 || request.function != Function::read_coils) return;
        when = board.asked.size();
        interlock->set_desired(machine(1), {8, false, {}, {}, false});
    };
    run_for(1s);
    ASSERT_GT(when, 0U);
    EXPECT_EQ(board.asked.at(when).words, std::vector<std::uint16_t>{modbus::coil_open});
    EXPECT_FALSE(board.closed[0]);
}

/// What was read before a command says nothing of what came of it.
TEST_F(AtOnce, AStopAndAStartDuringABoardsOwnRoundAreBothDone) {
    auto profile = *relays(Watchdog::reg)[0].profile;
    profile.relay->heartbeat = heartbeat_at;
    make({{machine(1), 2, 1, 0, std::make_shared<profiles::Profile const>(profile)}});
    interlock->set_desired(machine(1), closing(7, 3600s));
    run_for(5s);
    ASSERT_EQ(actual(1), Contact::closed);
    int step = 0;
    board.meanwhile = [&](modbus::Request const& request) {
        bool const open = request.function == Function::write_coil && request.words[0] == 0;
        if (step == 0 && request.address == heartbeat_at) {
            interlock->set_desired(machine(1), {8, false, {}, {}, false});
            step = 1;
        } else if (step == 1 && open) {
            interlock->set_desired(machine(1), closing(9, 3600s));
            step = 2;
        }
    };
    run_for(5s);
    EXPECT_EQ(step, 2);
    EXPECT_TRUE(board.closed[0]);
    EXPECT_EQ(actual(1), Contact::closed);
    EXPECT_EQ(alarm(1), Alarm::none);
}

TEST_F(AtOnce, ARenewalThatAStopOvertookIsNotWritten) {
    settle();
    interlock->set_desired(machine(1), closing(7, 3600s));
    interlock->set_desired(machine(2), closing(7, 3600s));
    run_for(10s);
    bool stopped = false;
    // Both are renewed in one turn; the stop comes while the first renewal is under way.
    board.meanwhile = [&](modbus::Request const& request) {
        if (stopped || request.address != 0x0200) return;
        stopped = interlock->set_desired(machine(2), {8, false, {}, {}, false});
        board.asked.clear();
    };
    run_for(5s);
    ASSERT_TRUE(stopped);
    EXPECT_EQ(board.asked.at(0), (modbus::Request{1, Function::write_coil, 5, 1, {0}}));
    for (auto const& each : board.asked) EXPECT_NE(each.address, 0x0205);
    EXPECT_FALSE(board.closed[5]);
    EXPECT_TRUE(board.closed[0]);
}

TEST_F(AtOnce, AnOpeningGoesBeforeAClosing) {
    settle();
    interlock->set_desired(machine(2), closing(7));
    run_for(2s);
    board.writes.clear();
    interlock->set_desired(machine(1), closing(8));
    interlock->set_desired(machine(2), {9, false, {}, {}, false});
    run_for(1ms);
    ASSERT_GE(board.writes.size(), 2U);
    EXPECT_EQ(board.writes[0], (modbus::Request{1, Function::write_coil, 5, 1, {0}}));
    EXPECT_EQ(board.writes[1], (modbus::Request{1, Function::write_coil, 0x0200, 1, {100}}));
}

TEST_F(AtOnce, ALeaseThatEndsOpensBeforeAnythingIsRead) {
    settle(Watchdog::reg);
    for (std::uint64_t id = 7; id < 20; ++id) {
        // Whatever is under way when it ends.
        auto const command = closing(id, 4s + id * 31ms);
        interlock->set_desired(machine(1), command);
        run_for(3900ms);
        board.asked.clear();
        board.asked_at.clear();
        run_for(1s);
        auto const after = std::ranges::lower_bound(board.asked_at, command.authorised_until);
        ASSERT_NE(after, board.asked_at.end());
        EXPECT_LE(*after, command.authorised_until + 20ms);
        auto const& next = board.asked.at(static_cast<std::size_t>(after - board.asked_at.begin()));
        EXPECT_EQ(next, (modbus::Request{1, Function::write_coil, 0, 1, {0}})) << id;
        EXPECT_EQ(count(Function::write_coil), 1);
    }
}

TEST_F(AtOnce, WhatWasNotReadLatelyIsReadFirst) {
    settle();
    clock.advance(3s);
    interlock->set_desired(machine(1), closing(7));
    run_for(1ms);
    EXPECT_EQ(first_write(), 1U) << "the contact first";
    EXPECT_TRUE(board.closed[0]);

    settle(Watchdog::reg);
    while (count(Function::read_holding_registers) == 0) run_for(10ms);
    run_for(1s);
    ASSERT_EQ(count(Function::read_holding_registers), 1);
    clock.advance(1100ms);
    board.asked.clear();
    interlock->set_desired(machine(1), closing(8));
    run_for(1ms);
    EXPECT_EQ(first_write(), 2U) << "the watchdog first";

    settle(Watchdog::reg);
    board.alive = false;
    run_for(1s);
    board.alive = true;
    board.asked.clear();
    interlock->set_desired(machine(2), closing(8));
    run_for(1s);
    EXPECT_GE(first_write(), 2U) << "the contact and the watchdog first";
    EXPECT_TRUE(board.closed[5]);

    settle();
    auto again = closing(9);
    again.resume = true;
    interlock->set_desired(machine(1), again);
    run_for(2s);
    EXPECT_EQ(first_write(), board.asked.size()) << "what only resumes never begins";
}

TEST_F(AtOnce, ACoilOfNoMachineThatAnotherClosesIsToldWithinTwoPolls) {
    auto const setups = relays(Watchdog::pulse);
    make(setups, {{2, 1, setups[0].profile}});
    run_for(2s);
    EXPECT_TRUE(interlock->health().at(0).uncommanded.empty());
    board.closed[3] = true;
    run_for(1100ms);
    EXPECT_EQ(interlock->health().at(0).uncommanded, std::vector<std::uint16_t>{3});
    EXPECT_TRUE(board.writes.empty()) << "it is nobody's, so nobody switches it";
    board.closed[3] = false;
    run_for(50s);
    EXPECT_EQ(interlock->health().at(0).uncommanded.size(), 1U) << "it is told of for a while";
    run_for(15s);
    EXPECT_TRUE(interlock->health().at(0).uncommanded.empty());
    board.closed[5] = true;
    run_for(1100ms);
    EXPECT_TRUE(interlock->health().at(0).uncommanded.empty()) << "this is a machine's";
}

TEST_F(AtOnce, ABoardWithoutMachinesIsWatchedAndNothingIsWrittenToIt) {
    auto const profile = relays(Watchdog::reg)[0].profile;
    make({}, {{2, 1, profile}});
    run_for(2s);
    board.closed[7] = true;
    run_for(1100ms);
    EXPECT_EQ(interlock->health().at(0).uncommanded, std::vector<std::uint16_t>{7});
    run_for(60s);
    EXPECT_EQ(count(Function::read_coils), static_cast<long>(board.asked.size()));
}

}  // namespace
}  // namespace karkhana::interlock
