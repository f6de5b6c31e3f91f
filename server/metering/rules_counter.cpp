#include "server/metering/rules_counter.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "server/base/quantities.hpp"

namespace karkhana::metering {
namespace {

/// Three values that agree are a meter's new register, two may still be one late answer. Asked for
/// in one breath they are one value.
constexpr int agreeing_to_believe = 3;
constexpr Duration agreeing_for = std::chrono::seconds(2);
/// The moment a value was counted lies somewhere between the question and the answer.
constexpr Duration timing_slack = std::chrono::seconds(2);
/// Two steps of a register that shows 0.01 kWh, whatever its form could hold.
constexpr std::int64_t least_slack_wh = 20;
/// In an hour, where nobody knows what is behind a meter: 1 GWh, 1000 cubic metres. More is
/// nonsense.
constexpr std::int64_t most_anywhere = 1'000'000'000;
/// A meter that answers nonsense while it boots is back within minutes; one that was exchanged
/// never is, and its old register must not catch a coincidence years later.
constexpr Duration return_within = std::chrono::hours(24);
/// A clock that is behind the last value says nothing of how long the daemon was away.
constexpr Duration away_at_most = std::chrono::hours(24);

}  // namespace

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 8> names = {"good",     "rollover", "reset",    "jump",
                                                       "restored", "doubted",  "exchange", "form"};
    return names.at(static_cast<std::size_t>(verdict));
}

bool plausible_advance(CounterPolicy const& policy, std::int64_t wh, Duration in,
                       std::int64_t resolution) {
    if (wh < 0) return false;
    auto const most = policy.max_w == 0 ? most_anywhere : policy.max_w;
    auto const slack = std::max(least_slack_wh, 2 * resolution);
    if (wh <= slack) return true;
    auto const time = std::max(in, Duration::zero()) + timing_slack;
    constexpr Wide micros_an_hour = 3'600'000'000;
    return Wide{wh - slack} * micros_an_hour * 5 <= Wide{most} * time.count() * 6;
}

Duration time_between(CounterValue const& from, CounterValue const& to) {
    auto const by_wall = to.at - from.at;
    if (from.heard && to.heard)
        return std::max(by_wall, std::chrono::duration_cast<Duration>(*to.heard - *from.heard));
    return by_wall < Duration::zero() ? away_at_most : by_wall;
}

bool Counter::follows(CounterValue const& from, CounterValue const& to) const {
    return plausible_advance(policy_, to.value - from.value, time_between(from, to),
                             std::max(from.resolution, to.resolution));
}

Verdict Counter::take(CounterValue next) {
    if (last_ && other_form_) return doubt(next);
    if (!last_ || follows(*last_, next)) return accept(Verdict::good, next, next.at, carried_);
    // A meter that boots shows nothing but zeros, and near its end that would look like a wrap.
    if (next.value > 0 && wrapped(next))
        return accept(Verdict::rollover, next, next.at, carried_ + policy_.modulus);
    return doubt(next);
}

bool Counter::wrapped(CounterValue const& next) const {
    if (policy_.modulus == 0 || next.value >= last_->value) return false;
    auto const passed = policy_.modulus - last_->value + next.value;
    // Where the power is unknown, only a counter that was near its end is taken to have
    // wrapped: otherwise every reset would be a fabricated modulus of energy.
    bool const near_end = policy_.max_w > 0 || passed < policy_.modulus / 16;
    return near_end &&
           plausible_advance(policy_, passed, time_between(*last_, next), last_->resolution);
}

Verdict Counter::doubt(CounterValue next) {
    if (doubt_ && follows(doubt_->latest, next)) {
        doubt_->latest = next;
        ++doubt_->agreeing;
    } else {
        doubt_ = Doubt{next, next};
    }
    bool const lasting = time_between(doubt_->first, next) >= agreeing_for;
    if (doubt_->agreeing < agreeing_to_believe || !lasting) return Verdict::doubted;
    return begin_anew(next);
}

Verdict Counter::begin_anew(CounterValue next) {
    auto const first = doubt_->first;
    if (other_form_) {
        left_.reset();
        return accept(Verdict::form, next, first.at, continued() - first.value);
    }
    if (wrapped(first))
        return accept(Verdict::rollover, next, first.at, carried_ + policy_.modulus);
    bool const soon = left_ && time_between(left_->last, first) <= return_within;
    if (soon && follows(left_->last, first) && left_->carried + first.value >= continued()) {
        auto const carried = left_->carried;
        left_.reset();
        return accept(Verdict::restored, next, first.at, carried);
    }
    left_ = Left{*last_, carried_};
    auto const verdict = first.value < last_->value ? Verdict::reset : Verdict::jump;
    return accept(verdict, next, first.at, continued() - first.value);
}

Verdict Counter::accept(Verdict verdict, CounterValue next, Instant since, std::int64_t carried) {
    if (verdict != Verdict::good) {
        event_ = Event{.verdict = verdict,
                       .at = since,
                       .before = last_->value,
                       .after = verdict == Verdict::rollover ? next.value : doubt_->first.value,
                       .carried = carried};
    }
    carried_ = carried;
    last_ = next;
    doubt_.reset();
    other_form_ = false;
    return verdict;
}

void Counter::go_on_from(CounterValue initial, std::int64_t carried) {
    carried_ = carried;
    last_ = initial;
    doubt_.reset();
    left_.reset();
}

std::int64_t carried_at(CarriedSteps const& steps, Instant at, std::int64_t value) {
    constexpr Duration rounding = std::chrono::seconds(1);
    std::int64_t carried = 0;
    for (auto const& step : steps) {
        if (at < step.at - rounding) break;
        bool const beyond = at > step.at + rounding;
        if (beyond || std::abs(value - step.after) < std::abs(value - step.before))
            carried = step.carried;
    }
    return carried;
}

}  // namespace karkhana::metering
