#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"

/// What an energy counter may do, and what is made of it when it does something else.
namespace karkhana::metering {

struct CounterPolicy {
    std::int64_t modulus = 0;  ///< where the counter wraps; 0: never
    /// The most the machine can draw; 0: unknown, any sane rate is believed.
    std::int64_t max_w = 0;

    bool operator==(CounterPolicy const&) const = default;
};

struct CounterValue {
    Instant at;
    std::int64_t value = 0;
    std::int64_t resolution = 1;  ///< the smallest step that the register can show near it
    /// On the clock that nobody sets; empty when it was read before the daemon last began.
    std::optional<Monotonic> heard = {};

    bool operator==(CounterValue const&) const = default;
};

/// The most time that can have passed from one value to the next. The wall clock may have been set
/// meanwhile: forward, that allows more; back, the other clock knows, or nobody does.
Duration time_between(CounterValue const& from, CounterValue const& to);

enum class Verdict {
    good,      ///< an advance the machine can have drawn
    rollover,  ///< the counter wrapped; exact
    reset,     ///< it began anew at a lower value: what it counted unseen is lost
    jump,      ///< it went on at a value no machine can have drawn in the time
    restored,  ///< after a reset or jump it went back to where it was: nothing was lost
    doubted,   ///< implausible so far: not believed, not billed, asked again
    exchange,  ///< another meter took its place, a person said so
    form,      ///< the words mean something else from here on: scale, order, CT ratio
};

std::string_view name_of(Verdict verdict);

/// True if a machine of this power can have drawn so much in the time, with a fifth to spare and
/// allowing for late answers and for registers that move in steps of `resolution`.
bool plausible_advance(CounterPolicy const& policy, std::int64_t wh, Duration in,
                       std::int64_t resolution = 1);

/// One counter. `carried + value` is the continued register: it never falls, whatever the meter
/// does, and it never grows by more than was measured.
class Counter {
public:
    Counter() = default;
    Counter(CounterPolicy policy, std::optional<CounterValue> last, std::int64_t carried)
        : policy_(policy), last_(last), carried_(carried) {}

    /// Takes the next value in. A reset, a jump and a return need three values that agree.
    Verdict take(CounterValue next);
    /// The words mean something else from now on: what they say next has no difference to what
    /// they said before. Three values that agree begin anew where the register was.
    void change_form() { other_form_ = true; }
    /// Another meter goes on from `initial`; `carried` leaves the register where the old one ended.
    void go_on_from(CounterValue initial, std::int64_t carried);

    CounterPolicy const& policy() const { return policy_; }
    std::optional<CounterValue> const& last() const { return last_; }
    std::int64_t carried() const { return carried_; }
    /// Precondition: something was believed.
    std::int64_t continued() const { return carried_ + last_->value; }

    /// When the first of the values came that are doubted and agree.
    std::optional<Instant> doubted_since() const {
        return doubt_ ? std::optional{doubt_->first.at} : std::nullopt;
    }

    struct Event {
        Verdict verdict = Verdict::good;
        Instant at;  ///< from when on `carried` holds
        std::int64_t before = 0;
        std::int64_t after = 0;
        std::int64_t carried = 0;
    };
    /// What the last rollover, reset, jump or return was; set when `take` said one.
    std::optional<Event> const& event() const { return event_; }

private:
    bool follows(CounterValue const& from, CounterValue const& to) const;
    bool wrapped(CounterValue const& next) const;
    Verdict doubt(CounterValue next);
    Verdict begin_anew(CounterValue next);
    Verdict accept(Verdict verdict, CounterValue next, Instant since, std::int64_t carried);

    struct Doubt {
        CounterValue first;
        CounterValue latest;
        int agreeing = 1;
    };
    struct Left {
        CounterValue last;
        std::int64_t carried = 0;
    };

    CounterPolicy policy_;
    std::optional<CounterValue> last_;
    std::int64_t carried_ = 0;
    std::optional<Doubt> doubt_;
    std::optional<Left> left_;  ///< where the register was before it began anew
    std::optional<Event> event_;
    bool other_form_ = false;
};

/// Where a counter began anew, as it was kept: `carried` holds from `at` on.
struct CarriedStep {
    Instant at;
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::int64_t carried = 0;
};
using CarriedSteps = std::vector<CarriedStep>;  ///< by time

/// What to add to a stored value of `at`. Stored times are rounded, so that near a step it is the
/// value that tells on which side of it it was read.
std::int64_t carried_at(CarriedSteps const& steps, Instant at, std::int64_t value);

}  // namespace karkhana::metering
