#include "server/booking/rules_life.hpp"

#include <algorithm>
#include <array>

namespace karkhana::booking {
namespace {

constexpr std::array<std::string_view, 11> state_names{
    "pending",   "confirmed",      "checked_in", "running",  "paused",     "completed",
    "cancelled", "late_cancelled", "missed",     "released", "interrupted"};
constexpr std::array<std::string_view, 3> kind_names{"job", "trial", "training"};
constexpr std::array<std::string_view, 8> origin_names{"web",    "desk",     "phone",  "kiosk",
                                                       "series", "waitlist", "reslot", "import"};
constexpr std::array<std::string_view, 2> pending_names{"approval", "offer"};

template <class Enum, std::size_t count>
std::optional<Enum> found_in(std::array<std::string_view, count> const& names,
                             std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

// A pause is ended by people alone: nothing switches a machine on again by itself.
constexpr std::array steps{
    // from, to, party, staff, daemon
    Step{State::pending, State::confirmed, true, true, false, "approved, or the offer is taken"},
    Step{State::pending, State::cancelled, true, true, true, "not wanted, or refused"},
    Step{State::pending, State::released, false, false, true, "the time to hold it is over"},
    Step{State::confirmed, State::checked_in, true, true, true, "here"},
    Step{State::confirmed, State::running, true, true, false, "start, which says that they came"},
    Step{State::confirmed, State::cancelled, true, true, true, "not wanted, or an outage took it"},
    Step{State::confirmed, State::late_cancelled, true, true, false, "not wanted, too late"},
    Step{State::confirmed, State::missed, false, false, true, "nobody came in the grace time"},
    Step{State::confirmed, State::released, false, true, false, "given back, without a fee"},
    Step{State::checked_in, State::running, true, true, true, "start, or the machine draws power"},
    Step{State::checked_in, State::cancelled, true, true, true, "not wanted, or an outage took it"},
    Step{State::checked_in, State::late_cancelled, true, true, false, "not wanted, too late"},
    Step{State::checked_in, State::completed, false, true, true, "ended without a start"},
    Step{State::running, State::paused, true, true, true, "pause, or a power cut"},
    Step{State::running, State::completed, true, true, true, "stop, or the end of the slot"},
    Step{State::running, State::interrupted, false, true, true, "breakdown or power cut"},
    Step{State::paused, State::running, true, true, false, "start"},
    Step{State::paused, State::completed, true, true, true, "stop, or the end of the slot"},
    Step{State::paused, State::interrupted, false, true, true, "breakdown or power cut"},
    Step{State::interrupted, State::completed, false, true, true, "settled"},
    Step{State::late_cancelled, State::released, false, true, true, "somebody took the time"},
    Step{State::missed, State::released, false, true, true, "somebody took the time, or excused"},
};

Step const* find_step(State from, State to) {
    auto const* const found = std::ranges::find_if(
        steps, [&](Step const& step) { return step.from == from && step.to == to; });
    return found == steps.end() ? nullptr : found;
}

bool allows(Step const& step, Actor actor) {
    switch (actor) {
    case Actor::party: return step.party;
    case Actor::staff: return step.staff;
    case Actor::daemon: return step.daemon;
    }
    return false;
}

std::string actors_of(Step const& step) {
    std::string names;
    for (auto const actor : {Actor::party, Actor::staff, Actor::daemon}) {
        if (!allows(step, actor)) continue;
        if (!names.empty()) names += ", ";
        names += name_of(actor);
    }
    return names;
}

}  // namespace

std::string_view name_of(State state) { return state_names.at(static_cast<std::size_t>(state)); }

std::optional<State> state_of(std::string_view name) { return found_in<State>(state_names, name); }
std::string_view name_of(Kind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }
std::optional<Kind> kind_of(std::string_view name) { return found_in<Kind>(kind_names, name); }
std::string_view name_of(Origin origin) {
    return origin_names.at(static_cast<std::size_t>(origin));
}
std::optional<Origin> origin_of(std::string_view name) {
    return found_in<Origin>(origin_names, name);
}
std::string_view name_of(PendingFor what) {
    return pending_names.at(static_cast<std::size_t>(what));
}
std::optional<PendingFor> pending_for_of(std::string_view name) {
    return found_in<PendingFor>(pending_names, name);
}

std::string_view name_of(Actor actor) {
    switch (actor) {
    case Actor::party: return "party";
    case Actor::staff: return "staff";
    case Actor::daemon: return "daemon";
    }
    return "";
}

std::span<Step const> life() { return steps; }

bool may(Actor actor, State from, State to) {
    auto const* const step = find_step(from, to);
    return step != nullptr && allows(*step, actor);
}

Result<void> check_transition(Actor actor, State from, State to) {
    auto const* const step = find_step(from, to);
    if (step == nullptr)
        return refuse(ErrorKind::conflict, "wrong_state",
                      "a booking that is " + std::string(name_of(from)) + " cannot become " +
                          std::string(name_of(to)));
    if (!allows(*step, actor))
        return refuse(ErrorKind::forbidden, "not_yours_to_do",
                      "this step is for: " + actors_of(*step));
    return {};
}

std::string life_as_mermaid() {
    std::string picture = "stateDiagram-v2\n    [*] --> pending\n"
                          "    [*] --> confirmed\n";
    for (auto const& step : steps)
        picture += "    " + std::string(name_of(step.from)) + " --> " +
                   std::string(name_of(step.to)) + " : " + std::string(step.when) + " (" +
                   actors_of(step) + ")\n";
    for (std::size_t i = 0; i < state_names.size(); ++i) {
        auto const state = static_cast<State>(i);
        bool const leads_on =
            std::ranges::any_of(steps, [&](Step const& step) { return step.from == state; });
        if (!leads_on) picture += "    " + std::string(name_of(state)) + " --> [*]\n";
    }
    return picture;
}

}  // namespace karkhana::booking
