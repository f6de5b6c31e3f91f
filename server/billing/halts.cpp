#include "server/billing/halts.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace karkhana::billing {
namespace {

using booking::State;
using booking::Transition;
using metering::UsageSession;

constexpr std::array<std::string_view, 3> kReasons = {"person", "fault", "outage"};
/// A register this close before a restart's pause was taken because of it.
constexpr std::chrono::minutes kOfThePause{1};
/// A pause that ends so soon after the first register ended with the START of this session: it was
/// of the one before.
constexpr std::chrono::seconds kOfTheStart{5};

/// Adds what no halt covers yet of `more`.
void add(std::vector<Halt>& halts, Halt more, Interval whole) {
    more.during = {std::max(more.during.start, whole.start), std::min(more.during.end, whole.end)};
    if (more.during.start >= more.during.end) return;
    auto free = running_of(more.during, halts);
    for (auto const& piece : free) halts.push_back({piece, more.reason});
    std::ranges::sort(halts, {}, [](Halt const& halt) { return halt.during.start; });
}

/// The last moment before the step at which the machine is known to have been on.
Instant last_seen(UsageSession const& session, Transition const& step, Instant since) {
    if (step.person || step.reason != "restart" || session.registers.empty()) return step.at;
    for (auto const& reg : session.registers)
        if (reg.method == metering::Method::read && reg.at < step.at - kOfThePause)
            since = std::max(since, reg.at);
    return std::min(since, step.at);
}

/// The halts that the life of the booking tells of, by time; the last one may be empty, when the
/// work was broken off as it stopped.
std::vector<Halt> told_by(std::vector<Transition> const& history, UsageSession const& session) {
    std::vector<Halt> found;
    Instant const stop = session.stop.value();
    Instant running_since = session.start;
    std::optional<Halt> open;
    for (auto step : history) {
        if (step.to == State::completed) continue;
        // A session that began under a clock that was set back is later than its own steps.
        step.at = std::max(step.at, session.start);
        // The booking may have gone on in another session; only what broke this one off is its.
        if (step.at > stop && step.to != State::interrupted) break;
        if (open) {
            open->during.end = std::min(step.at, stop);
            bool const began_with_it =
                open->during.start == session.start && open->during.length() < kOfTheStart;
            if (!began_with_it) found.push_back(*open);
            open.reset();
        }
        if (step.to == State::running) running_since = step.at;
        if (step.to != State::paused && step.to != State::interrupted) continue;
        bool const by_person = step.to == State::paused && step.person;
        auto const from = std::min(last_seen(session, step, running_since), stop);
        open = Halt{{from, stop}, by_person ? HaltReason::person : HaltReason::fault};
    }
    if (open) found.push_back(*open);
    return found;
}

}  // namespace

std::string_view name_of(HaltReason reason) {
    return kReasons.at(static_cast<std::size_t>(reason));
}

std::optional<HaltReason> halt_reason_of(std::string_view name) {
    auto const found = std::ranges::find(kReasons, name);
    if (found == kReasons.end()) return std::nullopt;
    return static_cast<HaltReason>(found - kReasons.begin());
}

std::vector<Halt> halts_of(UsageSession const& session, std::vector<Transition> const& history,
                           std::vector<Interval> const& outages) {
    Interval const whole{session.start, session.stop.value()};
    auto const told = told_by(history, session);
    std::vector<Halt> halts;
    for (auto const& outage : outages) add(halts, {outage, HaltReason::outage}, whole);
    for (auto const reason : {HaltReason::fault, HaltReason::person})
        for (auto const& halt : told)
            if (halt.reason == reason) add(halts, halt, whole);
    bool const broken_off = !told.empty() && told.back().reason == HaltReason::fault &&
                            told.back().during == Interval{whole.end, whole.end};
    if (broken_off && !cut_short(whole, halts)) halts.push_back(told.back());
    return halts;
}

std::vector<Interval> running_of(Interval whole, std::vector<Halt> const& halts) {
    std::vector<Interval> running;
    Instant from = whole.start;
    for (auto const& halt : halts) {
        if (halt.during.end <= from) continue;
        if (halt.during.start >= whole.end) break;
        if (from < halt.during.start) running.push_back({from, halt.during.start});
        from = halt.during.end;
    }
    if (from < whole.end) running.push_back({from, whole.end});
    return running;
}

bool cut_short(Interval whole, std::vector<Halt> const& halts) {
    return !halts.empty() && halts.back().during.end == whole.end &&
           halts.back().reason != HaltReason::person;
}

}  // namespace karkhana::billing
