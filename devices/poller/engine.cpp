#include "devices/poller/engine.hpp"

#include <algorithm>

#include "devices/poller/engine_state.hpp"

namespace karkhana::poller {
namespace {

/// The engine is asked again at least this often.
constexpr Duration nap_most = std::chrono::seconds(1);

}  // namespace

PollEngine::State::State(LineSetup line, modbus::Bus& wire, ReadingSink& readings,
                         WallClock const& facility, MonotonicClock const& elapsed)
    : setup(std::move(line)),
      bus(wire, elapsed),
      gate(bus, setup.writable),
      sink(readings),
      wall(facility),
      monotonic(elapsed),
      dice(static_cast<std::uint32_t>(setup.seed)),
      started(elapsed.now()) {
    Costs const costs{setup.character, {}};
    published.line = setup.index;
    published.name = setup.name;
    for (auto const& unit : setup.units) {
        units.emplace_back(unit, costs, setup.clock_speed, started);
        published.units.push_back(units.back().health());
    }
}

/// The first moment at which anything may be asked of this unit.
Monotonic PollEngine::State::earliest(UnitRun const& unit) const {
    auto at = std::max({unit.ready_at(), bus.ready_at(unit.number()), line_retry_at});
    if (unit.dead()) at = std::max(at, unit.retry_at());
    if (unit.dead() && !unit.is_welcome()) at = std::max(at, probe_at);
    return at;
}

UnitRun* PollEngine::State::find(std::uint8_t number) {
    for (auto& unit : units)
        if (unit.number() == number) return &unit;
    return nullptr;
}

Monotonic PollEngine::State::step() {
    auto const now = monotonic.now();
    auto wake = now + nap_most;
    take_submitted();
    if (!serve_guest(now, wake) && !serve_command(now, wake) && !poll(now, wake)) return wake;
    watch_line();
    return now;
}

bool PollEngine::State::serve_guest(Monotonic now, Monotonic& wake) {
    LineGuest* first = nullptr;
    Monotonic first_due{};
    for (auto* guest : guests) {
        auto const due = guest->probing() ? std::max(guest->due(), probe_at) : guest->due();
        if (first == nullptr || due < first_due) {
            first = guest;
            first_due = due;
        }
    }
    if (first == nullptr) return false;
    if (first_due > now) {
        wake = std::min(wake, first_due);
        return false;
    }
    bool const probe = first->probing();
    first->run(gate);
    if (probe) probe_at = next_probe(probe_at, now, monotonic.now());
    return true;
}

/// Earliest deadline first, among what may be asked now.
bool PollEngine::State::poll(Monotonic now, Monotonic& wake) {
    std::optional<Choice> best;
    auto const consider = [&](Choice choice, Monotonic at) {
        if (at > now) {
            wake = std::min(wake, at);
            return;
        }
        bool const sooner = !best || choice.deadline < best->deadline;
        bool const billing = best && choice.deadline == best->deadline && choice.task != nullptr &&
                             choice.task->block.billing;
        if (sooner || billing) best = choice;
    };
    for (auto& unit : units) {
        if (unit.tasks().empty()) continue;
        auto const at = earliest(unit);
        if (unit.dead()) {
            // A probe is late by nature; it goes after what is due to the living.
            consider({&unit, unit.cheapest_task(), now + unit.setup().period}, at);
            continue;
        }
        for (auto& task : unit.tasks())
            consider({&unit, &task, task.due + unit.setup().period}, std::max(at, task.due));
    }
    if (!best) return false;
    run(*best, now);
    return true;
}

void PollEngine::State::publish(UnitRun const& unit) {
    auto const& now = unit.health();
    std::lock_guard const lock(mutex);
    for (auto& each : published.units)
        if (each.unit == now.unit) each = now;
}

PollEngine::PollEngine(LineSetup setup, modbus::Bus& bus, ReadingSink& sink, WallClock const& wall,
                       MonotonicClock const& monotonic)
    : state_(std::make_unique<State>(std::move(setup), bus, sink, wall, monotonic)) {}

PollEngine::~PollEngine() = default;

void PollEngine::attach(LineGuest& guest, std::function<void()> wake) {
    guest.attached(std::move(wake));
    state_->guests.push_back(&guest);
}

void PollEngine::submit(Command command) {
    std::lock_guard const lock(state_->mutex);
    state_->submitted.push_back(std::move(command));
}

void PollEngine::attend(std::uint8_t unit, Monotonic until) {
    std::lock_guard const lock(state_->mutex);
    state_->attended[unit] = until;
}

Monotonic PollEngine::step() { return state_->step(); }

void PollEngine::cancel_commands() { state_->cancel(); }

LineHealth PollEngine::health() const {
    std::lock_guard const lock(state_->mutex);
    auto health = state_->published;
    health.alive = std::chrono::duration_cast<Duration>(state_->monotonic.now() - state_->started);
    health.traffic = state_->bus.traffic();
    for (auto const& unit : health.units) health.overruns += unit.overruns;
    return health;
}

}  // namespace karkhana::poller
