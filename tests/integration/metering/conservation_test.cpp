#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

struct Faults {
    bool resets = false;
    bool rollovers = false;
};

/// Hours of a workshop's life from one seed: bookings, use that nobody booked, silent meters,
/// nonsense, power cuts, and a daemon that is killed. What the meters counted in truth is kept on
/// a tape that the daemon never sees.
class Life {
public:
    Life(store::Store& ledger, store::Store& telemetry, unsigned seed, Faults faults)
        : shop(ledger, telemetry), dice_(seed), faults_(faults) {
        for (int i = 0; i < 2; ++i) {
            auto const laser = shop.add_laser("laser-" + std::to_string(i)).id;
            lasers.push_back(laser);
            if (!faults.rollovers) continue;
            shop.unit(laser).modulus = 5'000'700;
        }
        shop.boot();
        if (faults.rollovers)
            shop.workshop.ledger.write([&](store::Writer& writer) {
                return writer.execute("UPDATE point SET modulus = 5000700 WHERE unit = 'Wh' "
                                      "AND facility_id = $1",
                                      shop.workshop.facility);
            });
        shop.boot();
        step();
        began = shop.workshop.clock.now();
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            for (auto const& laser : lasers) act(laser);
            if (chance(400)) die();
            step();
        }
    }

    /// Everything comes to its end, and every meter answers.
    void settle() {
        for (auto const& laser : lasers) {
            auto& unit = shop.unit(laser);
            unit.answers = unit.mains = true;
            unit.standby_w = 10;
            unit.glitch.reset();
        }
        step();
        for (auto const& laser : lasers) stop(laser);
        for (int i = 0; i < 60; ++i) step();
        shop.daemon->writer.flush();
        ended = shop.workshop.clock.now();
    }

    /// What the meter of the machine had counted at a moment of the tape.
    std::int64_t truth(MachineId const& laser, Instant at) const {
        auto const after = tape_.at(laser).upper_bound(at);
        return std::prev(after)->second;
    }

    Shop shop;
    std::vector<MachineId> lasers;
    Instant began;
    Instant ended;
    std::map<std::string, int> happened;

private:
    bool chance(unsigned one_in) { return dice_() % one_in == 0; }

    void record() {
        for (auto const& laser : lasers)
            tape_[laser][shop.workshop.clock.now()] = shop.unit(laser).true_wh();
    }

    void step() {
        shop.plant.pass(5s);
        record();
        for (auto& frame : shop.plant.poll()) shop.daemon->writer.accept(frame);
        shop.daemon->run.renew();
        shop.daemon->run.tick();
        auto const now = shop.workshop.clock.now();
        if (!boundary_) boundary_ = shop.daemon->run.next_boundary();
        if (now >= *boundary_) {
            shop.daemon->run.at_boundary(*boundary_);
            boundary_.reset();
        }
        if (++steps_ % 12 == 0) {
            shop.daemon->writer.flush();
            shop.daemon->writer.compact();
        }
        for (auto const& laser : lasers) shop.unit(laser).glitch.reset();
        record();
    }

    void act(MachineId const& laser) {
        auto& unit = shop.unit(laser);
        auto& booking = booked_[laser];
        if (booking.empty() && chance(60)) start(laser);
        if (!booking.empty() && chance(150)) stop(laser);
        if (!booking.empty() && chance(120) && ask("pause", booking) == 200) ++happened["pause"];
        if (!booking.empty() && chance(30) && ask("start", booking) == 200) ++happened["resume"];
        if (chance(150)) silence(unit);
        if (silent_until_.contains(&unit) && silent_until_[&unit] <= shop.workshop.clock.now())
            unit.answers = true;
        if (chance(100)) {
            unit.glitch = chance(2) ? 0 : 90'000'000;
            ++happened["glitch"];
        }
        if (chance(300)) {
            shop.plant.cut_mains(laser);
            ++happened["power cut"];
        }
        if (chance(40)) unit.mains = true;
        if (chance(120)) unit.standby_w = unit.standby_w == 10 ? 900 : 10;
        if (faults_.resets && chance(500)) {
            unit.was_reset = true;
            unit.reset_at = unit.true_wh();
            ++happened["reset"];
        }
    }

    void silence(Plant::Unit& unit) {
        unit.answers = false;
        silent_until_[&unit] = shop.workshop.clock.now() + 1s * (dice_() % 400);
        ++happened["silence"];
    }

    void start(MachineId const& laser) {
        try {
            auto const id = shop.here(laser, 15min * (1 + dice_() % 3));
            booked_[laser] = id;
            if (ask("start", id) == 200) ++happened["start"];
        } catch (store::ConstraintViolated const&) {
            ++happened["taken"];
        }
    }

    void stop(MachineId const& laser) {
        auto& booking = booked_[laser];
        if (booking.empty()) return;
        if (ask("stop", booking) == 200) ++happened["stop"];
        auto const state = shop.booking_of(booking).state;
        if (booking::is_live(state)) {
            if (state != booking::State::checked_in) return;
            shop.workshop.post(shop.workshop.desk, "/api/v1/bookings/" + booking + "/cancel", "{}");
        }
        booking.clear();
    }

    int ask(std::string const& what, std::string const& booking) {
        auto const key = "key-" + std::to_string(++keys_) + "-" + what;
        auto const body = what == "stop" ? R"({"quantity":1})" : "{}";
        auto const answer = shop.call(what, booking, key, body);
        record();
        if (chance(4)) {
            auto const again = shop.call(what, booking, key, body);
            if (answer.status < 400 && again.body != answer.body)
                throw std::runtime_error("one key, two answers");
        }
        record();
        return answer.status;
    }

    void die() {
        shop.kill();
        auto const dead_for = 1s * (dice_() % 90);
        for (auto passed = 0s; passed < dead_for; passed += 1s) {
            shop.plant.pass(1s);
            record();
        }
        shop.boot();
        boundary_.reset();
        shop.daemon->run.reconcile();
        record();
        ++happened["kill"];
    }

    std::mt19937 dice_;
    Faults faults_;
    std::map<MachineId, std::map<Instant, std::int64_t>> tape_;
    std::map<MachineId, std::string> booked_;
    std::map<Plant::Unit*, Instant> silent_until_;
    std::optional<Instant> boundary_;
    int steps_ = 0;
    int keys_ = 0;
};

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

}  // namespace
}  // namespace karkhana::metering
