#include "devices/interlock/decide.hpp"

#include <gtest/gtest.h>

namespace karkhana::interlock {
namespace {

using namespace std::chrono_literals;

constexpr auto open = Contact::open;
constexpr auto closed = Contact::closed;
constexpr auto unknown = Contact::unknown;

Monotonic at(Duration since) { return Monotonic{} + 1000s + since; }

Command closing(std::uint64_t id = 1, Duration lease = 100s, Duration expires = 5s) {
    return {id, true, at(lease), at(expires), false};
}
Command opening(std::uint64_t id) { return {id, false, {}, {}, false}; }
Command resuming(std::uint64_t id = 1) { return {id, true, at(100s), at(5s), true}; }

/// One poll: when, what is wanted, what is read back; and what has to come of it.
struct Poll {
    Duration when;
    Command desired;
    Contact actual;
    Action action;
    Alarm alarm = Alarm::none;
};

void play(char const* story, std::vector<Poll> const& polls, Policy policy = {}) {
    Memory memory;
    int number = 0;
    for (auto const& poll : polls) {
        auto const decision = decide(poll.desired, poll.actual, memory, policy, at(poll.when));
        EXPECT_EQ(static_cast<int>(decision.action), static_cast<int>(poll.action))
            << story << ", poll " << number;
        EXPECT_EQ(name_of(decision.memory.alarm), name_of(poll.alarm))
            << story << ", poll " << number;
        memory = decision.memory;
        ++number;
    }
}

TEST(Decide, ClosesRenewsAndOpens) {
    auto const want = closing(1);
    play("a session", {
        {0s, {}, open, Action::none},
        {1s, want, open, Action::close},
        {2s, want, closed, Action::none},
        {4s, want, closed, Action::close},
        {5s, want, closed, Action::none},
        {7s, want, closed, Action::close},
        {8s, opening(2), closed, Action::open},
        {9s, opening(2), open, Action::none},
    });
    play("the next session takes over a closed contact", {
        {1s, want, open, Action::close},
        {2s, want, closed, Action::none},
        {3s, closing(2), closed, Action::none},
        {4s, closing(2), closed, Action::close},
    });
}

TEST(Decide, OpensWhenTheLeaseLapses) {
    auto const want = closing(1, 4s);
    play("a lease not renewed", {
        {0s, want, open, Action::close},
        {1s, want, closed, Action::none},
        {3s, want, closed, Action::close},
        {4s, want, closed, Action::open},
        {5s, want, open, Action::none},
    });
    play("renewed too late: the machine must not start by itself", {
        {0s, want, open, Action::close},
        {1s, want, closed, Action::none},
        {4s, want, closed, Action::open},
        {5s, want, open, Action::none},
        {6s, closing(1, 60s), open, Action::open, Alarm::dropped_out},
        {7s, closing(1, 60s), open, Action::none, Alarm::dropped_out},
        {8s, closing(2, 60s, 20s), open, Action::close},
    });
}

TEST(Decide, OpensWhatIsInDoubt) {
    play("found closed at the start, nobody authorised", {
        {0s, {}, closed, Action::open},
        {1s, {}, open, Action::none},
    });
    play("found closed and will not open", {
        {0s, {}, closed, Action::open},
        {1s, {}, closed, Action::open, Alarm::will_not_open},
        {2s, {}, closed, Action::open, Alarm::will_not_open},
        {3s, {}, open, Action::none},
    });
}

TEST(Decide, ResumesButNeverRestarts) {
    play("the daemon was away for a moment", {
        {0s, resuming(), closed, Action::close},
        {1s, resuming(), closed, Action::none},
    });
    play("the daemon was away for long", {
        {0s, resuming(), open, Action::none, Alarm::dropped_out},
        {1s, resuming(), open, Action::none, Alarm::dropped_out},
    });
    play("the board is away too", {
        {0s, resuming(), unknown, Action::none},
        {1s, resuming(), open, Action::none, Alarm::dropped_out},
    });
}

TEST(Decide, DoesNotCloseAgainAfterAPowerCut) {
    auto const want = closing();
    play("the board comes back open", {
        {0s, want, open, Action::close},
        {1s, want, closed, Action::none},
        {2s, want, unknown, Action::none},
        {3s, want, unknown, Action::none},
        {4s, want, unknown, Action::none},  // due for renewal, but not on a state unseen
        {5s, want, open, Action::open, Alarm::dropped_out},
        {6s, want, open, Action::none, Alarm::dropped_out},
    });
    play("only the line was away", {
        {0s, want, open, Action::close},
        {1s, want, closed, Action::none},
        {5s, want, unknown, Action::none},
        {11s, want, unknown, Action::none, Alarm::unreachable},
        {12s, want, closed, Action::close},
    });
}

TEST(Decide, AlarmsOnAStateItDidNotCommand) {
    play("another master closes", {
        {0s, {}, open, Action::none},
        {1s, {}, closed, Action::open, Alarm::closed_uncommanded},
        {2s, {}, open, Action::none},
    });
    play("another master closes just after we opened", {
        {0s, closing(), open, Action::close},
        {1s, closing(), closed, Action::none},
        {2s, opening(2), closed, Action::open},
        {3s, opening(2), open, Action::none},
        {4s, opening(2), closed, Action::open, Alarm::closed_uncommanded},
    });
    play("a welded contact", {
        {0s, closing(), open, Action::close},
        {1s, closing(), closed, Action::none},
        {2s, opening(2), closed, Action::open},
        {3s, opening(2), closed, Action::open, Alarm::will_not_open},
    });
    play("another master opens", {
        {0s, closing(), open, Action::close},
        {1s, closing(), closed, Action::none},
        {2s, closing(), open, Action::open, Alarm::dropped_out},
    });
}

TEST(Decide, GivesUpAClosingThatExpires) {
    play("a stuck coil", {
        {0s, closing(), open, Action::close},
        {1s, closing(), open, Action::close},
        {2s, closing(), open, Action::close, Alarm::will_not_close},
        {5s, closing(), open, Action::open, Alarm::will_not_close},
        {6s, closing(), open, Action::none, Alarm::will_not_close},
        {7s, closing(2, 100s, 20s), open, Action::close},
    });
    play("a command that waited too long", {
        {6s, closing(), open, Action::open, Alarm::will_not_close},
        {7s, closing(), open, Action::none, Alarm::will_not_close},
    });
    play("a board that is away until the command is too old", {
        {0s, closing(), unknown, Action::none},
        {4s, closing(), unknown, Action::none},
        {5s, closing(), unknown, Action::none, Alarm::unreachable},
        {6s, closing(), open, Action::none, Alarm::unreachable},
    });
}

TEST(Decide, TellsASilentBoardToOpenWhileOurPulseMayHold) {
    play("the line breaks in the session's last second", {
        {0s, closing(1, 3s), open, Action::close},
        {1s, closing(1, 3s), closed, Action::none},
        {3s, closing(1, 3s), unknown, Action::open},
        {9s, closing(1, 3s), unknown, Action::open},
        {10s, closing(1, 3s), unknown, Action::none},
    });
}

TEST(Decide, RefusesToCloseWithoutAWatchdog) {
    Policy policy;
    policy.watchdog_verified = false;
    play("no watchdog", {
        {0s, closing(), open, Action::none, Alarm::unverified},
        {1s, closing(), closed, Action::open, Alarm::closed_uncommanded},
    }, policy);
}

/// Every sequence of eight polls, over all that a board may say: a closing is sent only while the
/// lease runs, only on a contact just read, and after a contact that was seen in effect and then
/// seen open, never under the same command.
TEST(Decide, NeverClosesWithoutAuthorityWhateverTheBoardSays) {
    Contact const contacts[] = {unknown, open, closed};
    Command const commands[] = {{}, closing(1, 4s), closing(1, 100s), opening(2)};
    for (int sequence = 0; sequence < 6561; ++sequence) {
        for (auto const& command : commands) {
            Memory memory;
            bool was_closed = false;
            bool dropped = false;
            int code = sequence;
            for (int poll = 0; poll < 8; ++poll, code /= 3) {
                auto const actual = contacts[code % 3];
                auto const when = at(std::chrono::seconds(poll));
                auto const decision = decide(command, actual, memory, {}, when);
                dropped |= was_closed && actual == open;
                was_closed |= actual == closed && decision.memory.settled_id == command.id;
                if (decision.action == Action::close) {
                    EXPECT_TRUE(command.closed);
                    EXPECT_LT(when, command.authorised_until);
                    EXPECT_NE(actual, unknown);
                    EXPECT_FALSE(dropped);
                }
                if (!command.closed && actual == closed) {
                    EXPECT_EQ(static_cast<int>(decision.action), static_cast<int>(Action::open));
                }
                memory = decision.memory;
            }
        }
    }
}

}  // namespace
}  // namespace karkhana::interlock
