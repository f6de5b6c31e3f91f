#include <gtest/gtest.h>
#include <random>

#include "server/metering/rules_counter.hpp"
#include "server/metering/rules_exchange.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t most_w = 2000;
constexpr std::int64_t wh_in_w_micros = 3'600'000'000;

/// A meter with all that befalls one, and the counter that is believed of it.
class Trial {
public:
    explicit Trial(unsigned seed) : dice_(seed) {
        modulus_ = chance(3) ? 9'999'990 : 0;
        step_ = chance(4) ? 10 : 1;
        shown_ = pick(0, modulus_ > 0 ? modulus_ - 1 : 20'000'000) / step_ * step_;
        counter_ = Counter{policy(), std::nullopt, 0};
        read();
        first_ = last_ = counter_.continued();
    }

    void run(int turns) {
        for (int i = 0; i < turns && !testing::Test::HasFailure(); ++i) {
            befall();
            use(chance(40) ? Duration{pick(1, 3 * 3600) * 1s} : Duration{pick(1, 20) * 1s});
            if (!chance(6)) read();  // lost
            check();
        }
    }
    /// Reads until the meter is believed as it stands.
    void settle() {
        for (int i = 0; i < 4; ++i) {
            use(2s);
            read();
        }
        check();
    }
    std::int64_t believed() const { return counter_.continued() - first_; }
    std::int64_t counted() const { return counted_; }
    bool lost() const { return lost_; }
    std::int64_t coarsest() const { return coarsest_; }

private:
    bool chance(int in) { return pick(1, in) == 1; }
    std::int64_t pick(std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>{from, to}(dice_);
    }
    CounterPolicy policy() const { return {.modulus = modulus_, .max_w = most_w}; }

    /// The machine draws what it may, and the meter counts it in whole steps.
    void use(Duration time) {
        now_ += time;
        if (frozen_) return;
        pending_ += pick(0, most_w) * time.count();
        auto const steps = pending_ / wh_in_w_micros / step_;
        pending_ -= steps * step_ * wh_in_w_micros;
        counted_ += steps * step_;
        shown_ += steps * step_;
        if (modulus_ > 0) shown_ %= modulus_;
    }

    void befall() {
        switch (pick(0, 60)) {
        case 0: reset(); break;
        case 1: glitch(); break;
        case 2: frozen_ = !frozen_; break;
        case 3: exchange(); break;
        case 4: change_scale(); break;
        case 5: counter_.take({now_, shown_, step_}); break;  // the same once more
        default: break;
        }
    }
    /// A reset near the end of the register looks like its wrapping: no rule could tell.
    void reset() {
        if (modulus_ > 0) return;
        shown_ = 0;
        lost_ = true;
    }
    void glitch() {
        auto const most = modulus_ > 0 ? modulus_ - 1 : 4'000'000'000;
        for (auto left = pick(1, 2); left > 0; --left) {
            use(1s);
            auto const wrong = chance(2) ? 0 : pick(0, most);
            auto const& last = counter_.last()->value;
            // What lies within what the machine can draw is no glitch that anybody could see.
            auto const ahead = (wrong - last + (modulus_ > 0 ? modulus_ : 0)) %
                               (modulus_ > 0 ? modulus_ : most + 1);
            if (ahead > 10'000) counter_.take({now_, wrong, step_});
        }
    }
    void exchange() {
        use(1s);
        bool const read_off = !frozen_ && chance(2);
        ExchangeFacts const facts{.policy = policy(),
                                  .last = *counter_.last(),
                                  .carried = counter_.carried(),
                                  .began_anew = std::nullopt,
                                  .now = now_,
                                  .at = now_,
                                  .final_wh = read_off ? std::optional{shown_} : std::nullopt,
                                  .initial_wh = pick(0, modulus_ > 0 ? modulus_ - 1 : 500'000) /
                                                step_ * step_};
        auto const plan = plan_exchange(facts);
        // Of one that wrapped or began anew unseen nobody can say how far it had come.
        if (!plan) return;
        lost_ = lost_ || !read_off;
        shown_ = facts.initial_wh;
        counter_.go_on_from(plan->goes_on_from, plan->carried_after);
    }
    /// From now on a step of the register is another amount of energy.
    void change_scale() {
        if (modulus_ > 0) return;
        auto const before = step_;
        step_ = step_ == 1 ? 10 : 1;
        coarsest_ = 10;
        shown_ = shown_ / before * step_;
        counter_ = Counter{policy(), counter_.last(), counter_.carried()};
        counter_.change_form();
        lost_ = true;
    }
    void read() { counter_.take({now_, shown_, step_}); }

    void check() {
        ASSERT_GE(counter_.continued(), last_) << "it fell";
        ASSERT_LE(believed(), counted_ + coarsest_) << "it was invented";
        last_ = counter_.continued();
    }

    std::mt19937 dice_;
    std::int64_t modulus_ = 0, step_ = 1, shown_ = 0, pending_ = 0, counted_ = 0;
    std::int64_t coarsest_ = 10, first_ = 0, last_ = 0;
    Instant now_ = Instant{1'790'000'000s};
    bool frozen_ = false, lost_ = false;
    Counter counter_;
};

TEST(CounterProperty, NeverFallsAndNeverHasMoreThanTheMeterCounted) {
    for (unsigned seed = 0; seed < 5'000; ++seed) {
        SCOPED_TRACE(seed);
        Trial trial{seed};
        trial.run(300);
        if (HasFailure()) return;
    }
}

TEST(CounterProperty, LosesNothingThatNobodyLost) {
    int whole = 0;
    for (unsigned seed = 0; seed < 5'000; ++seed) {
        SCOPED_TRACE(seed);
        Trial trial{seed};
        trial.run(25);
        trial.settle();
        if (trial.lost()) continue;
        ++whole;
        ASSERT_EQ(trial.believed(), trial.counted());
    }
    EXPECT_GT(whole, 1'000);
}

}  // namespace
}  // namespace karkhana::metering
