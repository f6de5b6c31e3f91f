#include <atomic>
#include <thread>

#include "devices/poller/line_poller.hpp"
#include "tests/unit/interlock/bench.hpp"

namespace karkhana::interlock {
namespace {

TEST_F(Boards, TellHowTheyDo) {
    make();
    EXPECT_FALSE(interlock->health().at(0).heard);
    run_for(2s);
    auto const well = interlock->health().at(0);
    EXPECT_EQ(well.unit, 1);
    EXPECT_GE(well.polls, 3U);
    EXPECT_EQ(well.errors, 0U);
    EXPECT_EQ(well.latency, Duration{20ms});
    EXPECT_GE(*well.heard, clock.now() - 1s);
    board.alive = false;
    run_for(5s);
    auto const gone = interlock->health().at(0);
    EXPECT_GT(gone.errors, 0U);
    EXPECT_LE(*gone.heard, clock.now() - 4s);
}

TEST_F(Boards, NeverSeesAContactThatTheBoardDoesNotHave) {
    auto setups = relays(profiles::Watchdog::pulse);
    setups.push_back({machine(9), 2, 1, 8, setups.front().profile});
    make(setups);
    interlock->set_desired(machine(9), {.id = 1,
                                        .closed = true,
                                        .authorised_until = clock.now() + 60s,
                                        .expires = clock.now() + 60s});
    run_for(3s);
    EXPECT_EQ(interlock->state(machine(9))->actual, Contact::unknown);
    EXPECT_FALSE(interlock->state(machine(9))->seen);
    EXPECT_EQ(interlock->state(machine(1))->actual, Contact::open);
    EXPECT_TRUE(board.writes.empty());
}

/// The server renews its wishes from a thread of its own, also while a line goes on by another
/// plan.
TEST(BoardOnALine, IsRenewedWhileItsLineIsReplaced) {
    ManualMonotonicClock still;
    Board contacts{still};
    class Nobody final : public InterlockListener {
        void relay_changed(RelayState const&, RelayState const&) override {}
    } nobody;
    class Borrowed final : public modbus::Bus {
    public:
        explicit Borrowed(Board& board) : board_(board) {}
        modbus::Outcome transact(modbus::Request const& request, Monotonic until) override {
            return board_.transact(request, until);
        }
        Monotonic ready_at(std::uint8_t) const override { return {}; }
        void close() override {}

    private:
        Board& board_;
    };
    auto profile = std::make_shared<profiles::Profile>();
    profile->relay = profiles::Relay{8, 0, profiles::Watchdog::pulse, true, 0x0200, 100, 0x7FFF};
    SystemMonotonicClock clock;
    ManualWallClock wall{instant(0)};
    NoReadings sink;
    Interlock interlock({{machine(1), 2, 1, 0, profile}}, Timing{}, clock, nobody);
    std::atomic<bool> done = false;
    std::thread renewing([&] {
        for (std::uint64_t id = 1; !done; ++id)
            interlock.set_desired(machine(1), {.id = id / 16 + 1,
                                               .closed = true,
                                               .authorised_until = clock.now() + 60s,
                                               .expires = clock.now() + 60s});
    });
    poller::LineSetup setup;
    setup.writable = writes_of({{machine(1), 2, 1, 0, profile}}, 2);
    for (int times = 0; times < 500; ++times) {
        poller::LinePoller line(setup, std::make_unique<Borrowed>(contacts), sink, wall, clock);
        for (auto* guest : interlock.guests(2)) line.attach(*guest);
        line.start();
        line.stop();
    }
    poller::LinePoller line(setup, std::make_unique<Borrowed>(contacts), sink, wall, clock);
    for (auto* guest : interlock.guests(2)) line.attach(*guest);
    line.start();
    while (interlock.health().at(0).polls == 0) std::this_thread::yield();
    line.stop();
    done = true;
    renewing.join();
    EXPECT_GE(interlock.health().at(0).polls, 1U);
}

TEST_F(Boards, CloseByPulsesThatAreRenewed) {
    clock.advance(1000s);
    make();
    EXPECT_EQ(actual(1), Contact::unknown);
    run_for(1s);
    EXPECT_EQ(actual(1), Contact::open);
    EXPECT_TRUE(board.writes.empty());
    EXPECT_TRUE(interlock->set_desired(machine(1), closing(7)));
    run_for(60ms);
    ASSERT_EQ(board.writes.size(), 1U);
    EXPECT_EQ(board.writes[0], (modbus::Request{1, Function::write_coil, 0x0200, 1, {100}}));
    run_for(30s);
    EXPECT_EQ(actual(1), Contact::closed);
    EXPECT_EQ(actual(2), Contact::open);
    EXPECT_TRUE(interlock->state(machine(1))->wanted_closed);
    EXPECT_NEAR(static_cast<double>(board.writes.size()), 11, 2);
    EXPECT_TRUE(interlock->set_desired(machine(1), {8, false, {}, {}, false}));
    run_for(200ms);
    EXPECT_FALSE(board.closed[0]);
    EXPECT_EQ(actual(1), Contact::open);
    EXPECT_EQ(board.writes.back(), (modbus::Request{1, Function::write_coil, 0, 1, {0}}));
    ASSERT_EQ(changes.size(), 4U);  // both seen open at first, then the one closed and opened
    EXPECT_EQ(changes[2].actual, Contact::closed);
    EXPECT_EQ(changes[3].actual, Contact::open);
}

TEST_F(Boards, OpenByThemselvesWhenTheDaemonIsGone) {
    clock.advance(1000s);
    make();
    interlock->set_desired(machine(1), closing(7));
    run_for(5s);
    EXPECT_TRUE(board.closed[0]);
    clock.advance(Timing{}.watchdog);  // nobody calls step() any more
    board.settle();
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Boards, OpenAtTheMomentTheLeaseLapses) {
    clock.advance(1000s);
    make();
    auto command = closing(7, 4s);
    interlock->set_desired(machine(1), command);
    run_for(3900ms);
    EXPECT_TRUE(board.closed[0]);
    run_for(200ms);
    EXPECT_FALSE(board.closed[0]);

    command = closing(8, 4s);
    interlock->set_desired(machine(1), command);
    for (int i = 0; i < 10; ++i) {
        run_for(2s);
        EXPECT_TRUE(board.closed[0]);
        command.authorised_until = clock.now() + 4s;
        EXPECT_TRUE(interlock->set_desired(machine(1), command));
    }
    command.authorised_until = clock.now();
    interlock->set_desired(machine(1), command);
    run_for(600ms);
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Boards, IgnoreCommandsOutOfOrder) {
    clock.advance(1000s);
    make();
    EXPECT_TRUE(interlock->set_desired(machine(1), {9, false, {}, {}, false}));
    EXPECT_FALSE(interlock->set_desired(machine(1), closing(8)));
    EXPECT_FALSE(interlock->set_desired(machine(1), closing(9)));
    EXPECT_FALSE(interlock->set_desired(machine(3), closing(10)));
    EXPECT_FALSE(interlock->set_desired(machine(1), closing(0)));
    run_for(2s);
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Boards, AlarmWithinTwoPollsOnAForeignWrite) {
    clock.advance(1000s);
    make();
    run_for(2s);
    board.closed[5] = true;
    run_for(600ms);
    EXPECT_FALSE(board.closed[5]);
    ASSERT_GE(changes.size(), 3U);
    EXPECT_EQ(changes[2].machine, machine(2));
    EXPECT_EQ(changes[2].alarm, Alarm::closed_uncommanded);
}

TEST_F(Boards, AlarmOnAWeldedContact) {
    clock.advance(1000s);
    make();
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    board.welded = true;
    board.opens_at = {};
    interlock->set_desired(machine(1), {8, false, {}, {}, false});
    run_for(1s);
    EXPECT_EQ(actual(1), Contact::closed);
    EXPECT_EQ(alarm(1), Alarm::will_not_open);
    EXPECT_FALSE(interlock->state(machine(1))->wanted_closed);
}

TEST_F(Boards, ShowUnknownAndNotOpenWhenTheyDoNotAnswer) {
    clock.advance(1000s);
    make();
    run_for(2s);
    EXPECT_EQ(actual(1), Contact::open);
    board.alive = false;
    run_for(2s);
    EXPECT_EQ(actual(1), Contact::unknown);
    EXPECT_EQ(actual(2), Contact::unknown);
}

TEST_F(Boards, LeaveTheLineToOthersWhenTheyAreDead) {
    clock.advance(1000s);
    make();
    board.alive = false;
    run_for(60s);
    // An exchange takes 300 ms in vain: a twentieth of the line is one every 6 s.
    for (std::size_t i = 1; i < board.asked_at.size(); ++i)
        EXPECT_GE(board.asked_at[i] - board.asked_at[i - 1], 6s) << i;
    board.spent = {};
    run_for(600s);
    EXPECT_LE(board.spent, 30s);
    board.alive = true;
    run_for(70s);
    EXPECT_EQ(actual(1), Contact::open);
}

TEST_F(Boards, AreBackSoonAfterTheirLineIs) {
    clock.advance(1000s);
    make();
    run_for(5s);
    for (auto const away : {3s, 60s, 600s}) {
        board.alive = false;
        run_for(away);
        board.spent = {};
        run_for(60s);
        EXPECT_LE(board.spent, 3s + 300ms) << "a dead board has a twentieth of the line";
        board.alive = true;
        auto const began = clock.now();
        while (actual(1) == Contact::unknown && clock.now() < began + 60s) run_for(100ms);
        EXPECT_LE(clock.now() - began, 3s) << away.count();
    }
}

TEST_F(Boards, AskADeadBoardOftenWhileItsContactMayBeClosed) {
    clock.advance(1000s);
    make();
    interlock->set_desired(machine(1), closing(7));
    run_for(5s);
    board.alive = false;
    board.asked_at.clear();
    run_for(5s);
    EXPECT_GE(board.asked_at.size(), 4U);
}

TEST_F(Boards, ResumeAfterARestartOfTheDaemonWhatIsStillClosed) {
    clock.advance(1000s);
    make();
    interlock->set_desired(machine(1), closing(7));
    run_for(5s);
    make();
    auto again = closing(7);
    again.resume = true;
    interlock->set_desired(machine(1), again);
    interlock->set_desired(machine(2), again);
    run_for(20s);
    EXPECT_TRUE(board.closed[0]);
    EXPECT_FALSE(board.closed[5]);
    EXPECT_EQ(alarm(2), Alarm::dropped_out);
}

TEST_F(Boards, OpenWhatNobodyClaimsAfterARestart) {
    clock.advance(1000s);
    board.closed[0] = true;
    make();
    run_for(200ms);
    EXPECT_FALSE(board.closed[0]);
}

TEST_F(Boards, WriteAndReadBackAWatchdogRegister) {
    clock.advance(1000s);
    make(profiles::Watchdog::reg);
    run_for(1s);
    EXPECT_EQ(board.watchdog_register, 100);
    EXPECT_TRUE(interlock->state(machine(1))->watchdog_verified);
    interlock->set_desired(machine(1), closing(7));
    run_for(1s);
    EXPECT_TRUE(board.closed[0]);
    EXPECT_EQ(board.writes.back(), (modbus::Request{1, Function::write_coil, 0, 1, {0xFF00}}));
}

TEST_F(Boards, RefuseToCloseWhereTheWatchdogDoesNotHold) {
    clock.advance(1000s);
    board.register_holds = false;
    make(profiles::Watchdog::reg);
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    EXPECT_FALSE(board.closed[0]);
    EXPECT_EQ(alarm(1), Alarm::unverified);
    make(profiles::Watchdog::none);
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    EXPECT_FALSE(board.closed[0]);
    make(profiles::Watchdog::none, false);
    interlock->set_desired(machine(1), closing(7));
    run_for(2s);
    EXPECT_TRUE(board.closed[0]);
}

TEST_F(Boards, AreCheckedBeforeTheyRun) {
    auto bad = relays(profiles::Watchdog::none);
    bad[1].channel = 8;
    bad.push_back(bad[0]);
    EXPECT_EQ(problems_of(relays(profiles::Watchdog::pulse), {}), std::vector<std::string>{});
    EXPECT_EQ(problems_of(bad, {}).size(), 6U);
    Timing slow;
    slow.renew = 6s;
    EXPECT_EQ(problems_of(relays(profiles::Watchdog::pulse), slow).size(), 1U);
}

}  // namespace
}  // namespace karkhana::interlock
