#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

#include "server/metering/rules_counter.hpp"
#include "server/metering/rules_share.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{1'790'000'000s};
constexpr std::array kinds{SessionKind::booked, SessionKind::own_use, SessionKind::unattributed};

/// Eight hours of one meter that three machines share, from one seed: readings are lost, the
/// register wraps or is reset, and the clock is set an hour either way.
class Hours {
public:
    explicit Hours(unsigned seed) : dice_(seed), modulus_(below(2) == 0 ? 4000 : 0) {
        counter_ = Counter{{.modulus = modulus_, .max_w = 9000}, std::nullopt, 0};
        for (int minute = 0; minute < 480; ++minute) step(minute);
        lost_ = false;
        for (int i = 0; i < 5; ++i) read(480 + i);
        cut();
    }

    Balance between(Instant from, Instant to) const {
        return balance_of(at(from), at(to), taken, {});
    }
    bool wraps() const { return modulus_ > 0; }
    Instant any() { return noon - 2h + 1s * below(12 * 3600); }

    std::vector<Taken> taken;
    std::vector<Knot> cuts;
    std::int64_t true_wh = 0;
    std::int64_t true_first = 0;  ///< at the first cut
    bool was_reset = false;

private:
    struct Machine {
        bool on = false;
        bool ends = false;
        Duration worked{};
    };

    std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(dice_()) % limit; }

    void step(int minute) {
        if (below(60) == 0) clock_ += (clock_ > Duration{} ? -1 : 1) * Duration{1h};
        if (below(30) == 0) lost_ = !lost_;
        // A reset of a register that wraps cannot always be told from that.
        if (modulus_ == 0 && below(200) == 0) {
            was_reset = true;
            reset_at_ = true_wh;
        }
        bool changed = false;
        for (auto& machine : machines_) {
            if (machine.on) machine.worked += 1min;
            if (below(25) != 0) continue;
            machine.on = !machine.on;
            machine.ends = !machine.on;
            changed = true;
        }
        true_wh += below(100);
        read(minute);
        if (changed) wanted_ = true;
        if (wanted_ && !lost_) cut();
    }

    void read(int minute) {
        if (lost_) return;
        auto const shown = true_wh - reset_at_;
        // Three that agree make a reset believed.
        for (int i = 0; i < 3; ++i)
            counter_.take({noon + clock_ + 1min * minute + 1s * i,
                           modulus_ > 0 ? shown % modulus_ : shown, 1,
                           Monotonic{} + 1min * minute + 1s * i});
        wall_ = noon + clock_ + 1min * minute;
    }

    void cut() {
        Knot now{wall_, counter_.continued()};
        if (cuts.empty()) {
            true_first = true_wh;
            cuts.push_back(now);
            return forget();
        }
        auto const& before = cuts.back();
        now.at = std::max(now.at, before.at + Duration{1});
        std::vector<Claim> claims;
        for (auto const& machine : machines_) claims.push_back({1000, machine.worked});
        auto const shares = shares_of({now.value - before.value}, Split::rated_power, claims);
        for (std::size_t i = 0; i < kinds.size(); ++i)
            if (shares[i].weight > 0)
                taken.push_back({before, now, kinds.at(i), shares[i].part.wh, false, {}});
        cuts.push_back(now);
        forget();
    }
    void forget() {
        for (auto& machine : machines_) machine.worked = {};
        wanted_ = false;
    }

    Knot at(Instant moment) const {
        if (moment <= cuts.front().at) return {moment, cuts.front().value};
        if (moment >= cuts.back().at) return {moment, cuts.back().value};
        auto const after = std::ranges::upper_bound(cuts, moment, {}, &Knot::at);
        return {moment, interpolate(*std::prev(after), *after, moment)};
    }

    std::mt19937 dice_;
    std::int64_t modulus_;
    Counter counter_;
    std::array<Machine, 3> machines_;
    Duration clock_{};
    Instant wall_ = noon;
    std::int64_t reset_at_ = 0;
    bool lost_ = false;
    bool wanted_ = false;
};

std::int64_t sum(Balance const& of) {
    return (of.sessions + of.own_use + of.unattributed + of.idle).wh;
}

TEST(EveryWattHour, IsSomewhereInEveryPeriod) {
    int resets = 0;
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Hours hours{seed};
        resets += hours.was_reset ? 1 : 0;
        auto const counted = hours.cuts.back().value - hours.cuts.front().value;
        ASSERT_LE(counted, hours.true_wh);
        if (!hours.was_reset && !hours.wraps()) {
            ASSERT_EQ(counted, hours.true_wh - hours.true_first);
        }
        auto const whole = hours.between(noon - 24h, noon + 48h);
        ASSERT_EQ(sum(whole), counted);
        ASSERT_GE(whole.idle.wh, 0);
        std::int64_t parts = 0;
        for (auto const& one : hours.taken) parts += one.part;
        ASSERT_EQ((whole.sessions + whole.own_use + whole.unattributed).wh, parts);
        for (int i = 0; i < 8; ++i) {
            std::array cut{hours.any(), hours.any(), hours.any()};
            // Some are at the very moment of a register.
            if (i % 2 == 0) cut[1] = hours.cuts[static_cast<std::size_t>(i) % hours.cuts.size()].at;
            std::ranges::sort(cut);
            auto const a = hours.between(cut[0], cut[1]), b = hours.between(cut[1], cut[2]);
            auto const both = hours.between(cut[0], cut[2]);
            for (auto const& part : {a, b, both}) {
                ASSERT_EQ(sum(part), (part.register_end - part.register_start).wh);
                for (auto const one : {part.sessions, part.own_use, part.unattributed, part.idle})
                    ASSERT_GE(one.wh, 0);
            }
            ASSERT_EQ((a.sessions + b.sessions).wh, both.sessions.wh);
            ASSERT_EQ((a.own_use + b.own_use).wh, both.own_use.wh);
            ASSERT_EQ((a.unattributed + b.unattributed).wh, both.unattributed.wh);
            ASSERT_EQ((a.idle + b.idle).wh, both.idle.wh);
        }
    }
    EXPECT_GT(resets, 100);
}

}  // namespace
}  // namespace karkhana::metering
