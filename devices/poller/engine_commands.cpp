#include <algorithm>
#include <utility>

#include "devices/poller/engine_state.hpp"

namespace karkhana::poller {
namespace {

using modbus::Failure;
using modbus::Fault;

/// A snapshot of a dead unit goes ahead of everybody's readings no more often than that.
constexpr int tries_of_the_dead = 2;

bool may_go(WriteGate const& gate, Exchange const& command) {
    bool const named = gate.allows(command.request);
    if (!command.by_hand) return named;
    return command.request.function == modbus::Function::write_coil && !named;
}

}  // namespace

void PollEngine::State::take_submitted() {
    std::lock_guard const lock(mutex);
    for (auto& command : submitted) pending.push_back({std::move(command), {}, 0});
    submitted.clear();
    for (auto const& [number, until] : attended)
        if (auto* const unit = find(number)) unit->attend(until, monotonic.now());
    attended.clear();
}

void PollEngine::State::cancel() {
    take_submitted();
    for (auto& each : pending) {
        auto const refusal = tl::unexpected(Failure{Fault::expired});
        std::visit([&](auto& command) { command.done(refusal); }, each.command);
    }
    pending.clear();
}

/// Commands in their order, but one that has to wait does not hold up those of other units.
bool PollEngine::State::serve_command(Monotonic now, Monotonic& wake) {
    for (auto each = pending.begin(); each != pending.end(); ++each) {
        bool worked = false;
        bool const finished = std::holds_alternative<Snapshot>(each->command)
                                  ? try_snapshot(*each, now, wake, worked)
                                  : try_exchange(*each, now, wake, worked);
        if (finished) pending.erase(each);
        if (finished || worked) return true;
    }
    return false;
}

/// True when the command is over, its caller told. `worked`: the line was used.
bool PollEngine::State::try_snapshot(Pending& waiting, Monotonic now, Monotonic& wake,
                                     bool& worked) {
    auto& command = std::get<Snapshot>(waiting.command);
    auto* const unit = find(command.unit);
    auto* const task = unit != nullptr ? unit->task_of(command.channel) : nullptr;
    if (task == nullptr) {
        command.done(tl::unexpected(Failure{Fault::forbidden}));
        return true;
    }
    if (now >= command.deadline) {
        command.done(tl::unexpected(waiting.last.value_or(Failure{Fault::expired})));
        return true;
    }
    auto ready = std::max(unit->ready_at(), bus.ready_at(unit->number()));
    // Somebody waits: a first try is made even where the line is known to be down.
    if (waiting.last) ready = std::max(ready, line_retry_at);
    if (ready > now) {
        wake = std::min({wake, ready, command.deadline});
        return false;
    }
    worked = true;
    bool const was_dead = unit->dead();
    if (command.who && !std::exchange(waiting.distrusted, true)) unit->distrust();
    std::optional<modbus::Failure> failure;
    std::optional<std::vector<Reading>> readings;
    if (unit->identity_due()) {
        failure = identify(*unit);
    } else {
        auto result = read(*unit, *task);
        if (result.kind == Read::failed || result.kind == Read::refused) failure = result.failure;
        if (result.kind == Read::done) readings = std::move(result.readings);
    }
    auto const ended = monotonic.now();
    if (was_dead) probe_at = next_probe(probe_at, now, ended);
    if (was_dead && !unit->dead()) unit->revive(ended);
    publish(*unit);
    if (failure) {
        waiting.last = failure;
        if (++waiting.failures >= tries_of_the_dead && unit->dead()) {
            command.done(tl::unexpected(*failure));
            return true;
        }
    }
    if (!readings) return false;
    command.done(std::move(*readings));
    return true;
}

bool PollEngine::State::try_exchange(Pending& waiting, Monotonic now, Monotonic& wake,
                                     bool& worked) {
    auto& command = std::get<Exchange>(waiting.command);
    auto const& request = command.request;
    if (!may_go(gate, command)) {
        command.done(tl::unexpected(Failure{Fault::forbidden}));
        return true;
    }
    if (now >= command.expires) {
        command.done(tl::unexpected(Failure{Fault::expired}));
        return true;
    }
    auto const ready = bus.ready_at(request.unit);
    if (ready > now) {
        wake = std::min({wake, ready, command.expires});
        return false;
    }
    worked = true;
    auto const left = std::chrono::floor<Duration>(command.expires - now);
    command.done(exchange(request, std::min(command.patience, left)));
    return true;
}

}  // namespace karkhana::poller
