#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "tests/integration/metering/life.hpp"

namespace karkhana::metering {
namespace {

class Conservation : public tests::StoreTest {
protected:
    unsigned seeds() const { return is_postgres() ? 1 : 4; }

    Balance balance_of_meter(Life& life, MachineId const& laser, Interval during) {
        return balance(ledger(), telemetry(), life.shop.workshop.facility,
                       life.shop.unit(laser).energy, during)
            .value();
    }

    static std::vector<UsageSession> sessions_of_machine(Life& life, MachineId const& laser) {
        auto sessions = life.shop.sessions();
        std::erase_if(sessions, [&](auto const& session) { return session.machine != laser; });
        return sessions;
    }

    void expect_sums(Life& life, MachineId const& laser, unsigned seed) {
        std::mt19937 dice(seed);
        auto const whole = (life.ended - life.began).count();
        for (int i = 0; i < 60; ++i) {
            std::array<Instant, 3> cut;
            for (auto& at : cut)
                at = life.began + Duration{static_cast<std::int64_t>(
                                               dice() % static_cast<unsigned>(whole / 1'000'000)) *
                                           1'000'000};
            // Some cuts are at the very moments of registers.
            auto const sessions = sessions_of_machine(life, laser);
            if (!sessions.empty() && i % 3 == 0) cut[1] = sessions[dice() % sessions.size()].start;
            std::ranges::sort(cut);
            if (cut[0] == cut[1] || cut[1] == cut[2]) continue;
            auto const a = balance_of_meter(life, laser, {cut[0], cut[1]});
            auto const b = balance_of_meter(life, laser, {cut[1], cut[2]});
            auto const both = balance_of_meter(life, laser, {cut[0], cut[2]});
            for (auto const& part : {a, b, both}) {
                ASSERT_EQ((part.sessions + part.idle + part.unattributed).wh,
                          (part.register_end - part.register_start).wh);
                ASSERT_GE(part.sessions.wh, 0);
                ASSERT_GE(part.idle.wh, 0);
                ASSERT_GE(part.unattributed.wh, 0);
            }
            ASSERT_EQ((a.sessions + b.sessions).wh, both.sessions.wh);
            ASSERT_EQ((a.idle + b.idle).wh, both.idle.wh);
            ASSERT_EQ((a.unattributed + b.unattributed).wh, both.unattributed.wh);
        }
    }

    /// Sessions follow each other on the register, and each is what its own registers say.
    void expect_sessions_in_order(Life& life, MachineId const& laser) {
        std::int64_t reached = 0;
        for (auto const& session : sessions_of_machine(life, laser)) {
            ASSERT_EQ(session.state, SessionState::closed);
            ASSERT_GE(session.registers.front().value.wh, reached);
            reached = session.registers.front().value.wh;
            std::int64_t sum = 0;
            for (auto const& segment : segments_of(session)) {
                ASSERT_GE(segment.energy.wh, 0);
                sum += segment.energy.wh;
            }
            ASSERT_EQ(sum, session.energy->wh);
            reached += sum;
        }
    }

    /// Every register that was read says what the meter had counted at that moment.
    void expect_true_registers(Life& life, MachineId const& laser, std::int64_t offset) {
        for (auto const& session : sessions_of_machine(life, laser))
            for (auto const& reg : session.registers)
                if (reg.method == Method::read && reg.quality == Quality::good) {
                    ASSERT_EQ(reg.value.wh - offset, life.truth(laser, *reg.answered));
                }
    }
};
KARKHANA_ON_BOTH_ENGINES(Conservation);

TEST_P(Conservation, HoldsThroughSilenceNonsensePowerCutsAndKills) {
    std::map<std::string, int> happened;
    for (unsigned seed = 1; seed <= seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life life{ledger(), telemetry(), seed, {}};
        life.live(2000);
        life.settle();
        for (auto const& laser : life.lasers) {
            expect_sums(life, laser, seed);
            expect_sessions_in_order(life, laser);
            expect_true_registers(life, laser, 5'000'000);
            auto const whole = balance_of_meter(life, laser, {life.began, life.ended});
            EXPECT_EQ((whole.register_end - whole.register_start).wh,
                      life.truth(laser, life.ended) - life.truth(laser, life.began));
        }
        for (auto const& [what, times] : life.happened) happened[what] += times;
    }
    for (auto const* what :
         {"start", "stop", "pause", "resume", "silence", "glitch", "power cut", "kill"})
        EXPECT_GT(happened[what], 0) << what;
}

TEST_P(Conservation, HoldsThroughRollovers) {
    for (unsigned seed = 11; seed <= 10 + seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life life{ledger(), telemetry(), seed, {.rollovers = true}};
        life.live(1500);
        life.settle();
        for (auto const& laser : life.lasers) {
            expect_sums(life, laser, seed);
            expect_sessions_in_order(life, laser);
            expect_true_registers(life, laser, 5'000'000);
            EXPECT_LT(life.shop.unit(laser).shown_wh(), 5'000'000) << "it wrapped";
            auto const whole = balance_of_meter(life, laser, {life.began, life.ended});
            EXPECT_EQ((whole.register_end - whole.register_start).wh,
                      life.truth(laser, life.ended) - life.truth(laser, life.began));
        }
    }
}

TEST_P(Conservation, NeverInventsEnergyWhenMetersAreReset) {
    for (unsigned seed = 21; seed <= 20 + seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life life{ledger(), telemetry(), seed, {.resets = true}};
        life.live(1500);
        life.settle();
        for (auto const& laser : life.lasers) {
            expect_sums(life, laser, seed);
            expect_sessions_in_order(life, laser);
            auto const whole = balance_of_meter(life, laser, {life.began, life.ended});
            EXPECT_LE((whole.register_end - whole.register_start).wh,
                      life.truth(laser, life.ended) - life.truth(laser, life.began));
        }
        EXPECT_GT(life.happened["reset"], 0);
    }
}

/// What must hold of every meter in every period, whatever happened.
class AnyMeter : public Conservation {
protected:
    static Energy parts_of(Balance const& part) { return sum_of(part) + part.behind; }

    void expect_exact(Life& life, Channel channel, unsigned seed, bool clock_steps) {
        std::mt19937 dice(seed + static_cast<unsigned>(channel));
        auto const first = life.began - 2h, last = std::max(life.ended, life.began) + 2h;
        auto const seconds = static_cast<unsigned>((last - first) / 1s);
        for (int i = 0; i < 40; ++i) {
            std::array cut{first + 1s * (dice() % seconds), first + 1s * (dice() % seconds)};
            if (i == 0) cut = {first, last};
            if (cut[1] < cut[0]) std::swap(cut[0], cut[1]);
            auto const found = balance(ledger(), telemetry(), life.shop.workshop.facility, channel,
                                       {cut[0], cut[1]});
            ASSERT_TRUE(found);
            ASSERT_EQ(parts_of(*found).wh, (found->register_end - found->register_start).wh)
                << "seed " << seed << ", channel " << channel;
            if (clock_steps) continue;
            for (auto const part : {found->sessions, found->unattributed, found->behind})
                ASSERT_GE(part.wh, 0) << "seed " << seed << ", channel " << channel;
            // What a silent meter counted behind it comes later, and may have been parted by then.
            if (found->behind.wh > 0) continue;
            ASSERT_GE(found->idle.wh, 0) << "seed " << seed << ", channel " << channel;
        }
    }
    void expect_all(unsigned seed, Faults faults, std::map<std::string, int>& happened) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life life{ledger(), telemetry(), seed, faults};
        life.live(700);
        life.settle();
        std::int64_t of_sessions = 0, of_meters = 0;
        for (auto const& session : life.shop.sessions()) {
            ASSERT_EQ(session.state, SessionState::closed) << "seed " << seed;
            std::int64_t sum = 0;
            for (auto const& segment : segments_of(session)) {
                ASSERT_GE(segment.energy.wh, 0) << "seed " << seed;
                sum += segment.energy.wh;
            }
            ASSERT_EQ(sum, session.energy->wh) << "seed " << seed;
            of_sessions += sum;
        }
        Interval const ever{life.began - 48h, life.ended + 48h};
        auto const counted = life.counted();
        for (auto const& point : life.shop.points()) {
            if (!point.counter) continue;
            expect_exact(life, point.channel, seed, faults.clock_steps);
            auto const whole =
                balance(ledger(), telemetry(), life.shop.workshop.facility, point.channel, ever);
            of_meters += (sum_of(*whole) - whole->idle).wh;
            auto const& [in_truth, believed] = counted.at(point.channel);
            // A reset takes with it what the meter counted unseen; nothing else does.
            if (faults.resets) {
                EXPECT_LE(believed, in_truth) << "seed " << seed;
            } else {
                EXPECT_EQ(believed, in_truth) << "seed " << seed;
            }
            if (!faults.clock_steps) {
                EXPECT_EQ((whole->register_end - whole->register_start).wh, believed);
            }
        }
        // What a lower bound leaves is nobody's, but no session's either.
        if (faults.bills == EstimatedBills::share) {
            EXPECT_EQ(of_sessions, of_meters) << "seed " << seed;
        } else {
            EXPECT_LE(of_sessions, of_meters) << "seed " << seed;
        }
        for (auto const& [what, times] : life.happened) happened[what] += times;
    }
    unsigned lives() const { return is_postgres() ? 2 : 20; }
};
KARKHANA_ON_BOTH_ENGINES(AnyMeter);

TEST_P(AnyMeter, IsConservedWhenMachinesShareItAndMachinesHaveSeveral) {
    std::map<std::string, int> happened;
    for (unsigned seed = 101; seed < 101 + lives(); ++seed)
        expect_all(seed,
                   {.resets = seed % 3 == 0,
                    .rollovers = seed % 4 == 0,
                    .shared = true,
                    .bills = seed % 2 == 0 ? EstimatedBills::lower_bound : EstimatedBills::share},
                   happened);
    for (auto const* what : {"start", "stop", "pause", "silence", "kill"})
        EXPECT_GT(happened[what], 0) << what;
}

TEST_P(AnyMeter, IsConservedWhateverTheClockDoes) {
    std::map<std::string, int> happened;
    for (unsigned seed = 201; seed < 201 + lives(); ++seed)
        expect_all(seed, {.clock_steps = true, .shared = true}, happened);
    EXPECT_GT(happened["clock step"], 0);
}

}  // namespace
}  // namespace karkhana::metering
