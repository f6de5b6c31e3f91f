#include "devices/poller/engine_state.hpp"

namespace karkhana::poller {
namespace {

using modbus::Failure;
using modbus::Fault;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration line_delay_most = seconds(5);
/// A line on which nobody was heard for so long while every unit is dead leads nowhere.
constexpr Duration silence_of_a_line = seconds(3);
constexpr Duration busy_pause = milliseconds(100);
constexpr int busy_retries_most = 3;
constexpr Duration failure_pause = seconds(10);
constexpr int doubts_most = 2;

modbus::Request request_for(UnitRun const& unit, Block const& block) {
    return {unit.number(),
            static_cast<modbus::Function>(block.function),
            block.address,
            block.count,
            {}};
}

bool refuses_request(std::uint8_t code) {
    return code == modbus::exception::illegal_address || code == modbus::exception::illegal_value;
}

/// A failure that a healthy unit may have had by chance: asked once more in the same period.
bool may_pass(Failure failure) {
    return failure.fault != Fault::refused && !unreachable(failure.fault) &&
           failure.fault != Fault::quarantined;
}

bool asks_to_wait(std::uint8_t code) {
    return code == modbus::exception::acknowledge || code == modbus::exception::busy;
}

}  // namespace

modbus::Outcome PollEngine::State::exchange(modbus::Request const& request, Duration patience) {
    auto const began = monotonic.now();
    auto outcome = bus.transact(request, began + patience);
    bool const connected = outcome || !unreachable(outcome.error().fault);
    if (connected) {
        line_failures = 0;
    } else {
        line_retry_at =
            monotonic.now() + retry_delay(++line_failures, throw_dice(), line_delay_most);
    }
    return outcome;
}

void PollEngine::State::emit(std::vector<Reading>& readings, Instant asked, Instant answered) {
    if (readings.empty()) return;
    for (auto& reading : readings) {
        reading.asked = asked;
        reading.answered = answered;
        reading.sequence = ++sequence;
    }
    sink.accept({setup.index, setup.boot, readings});
}

void PollEngine::State::emit_missing(std::vector<Reading> readings) {
    auto const now = wall.now();
    emit(readings, now, now);
}

/// Nothing when the unit is the one expected, or a stranger whose values will be marked.
std::optional<Failure> PollEngine::State::identify(UnitRun& unit) {
    auto const& identity = *unit.setup().profile->identity;
    auto const began = monotonic.now();
    auto const outcome = exchange({unit.number(),
                                   static_cast<modbus::Function>(identity.function),
                                   identity.address,
                                   identity.words,
                                   {}},
                                  unit.patience(std::size_t{identity.words} * 2));
    unit.asked(identity.function, std::size_t{identity.words} * 2);
    auto const now = monotonic.now();
    if (outcome) {
        unit.answered(began, now);
        unit.identity_read(outcome->words);
        return std::nullopt;
    }
    auto const failure = outcome.error();
    if (!speaks(failure)) {
        take_failure(unit, failure, now);
        return failure;
    }
    if (failure.exception == modbus::exception::illegal_function ||
        refuses_request(failure.exception)) {
        unit.answered(began, now);
        unit.identity_refused();
        return std::nullopt;
    }
    if (asks_to_wait(failure.exception) && ++unit.identity_retries <= busy_retries_most) {
        ++unit.health().exceptions;
        unit.health().last_failure = failure;
        unit.postpone(now + busy_pause);
        return std::nullopt;
    }
    // One that cannot say who it is brings nothing to believe, and is asked ever more rarely.
    emit_missing(unit.all_missing(now));
    take_failure(unit, failure, now);
    return failure;
}

void PollEngine::State::take_failure(UnitRun& unit, Failure failure, Monotonic now) {
    if (unreachable(failure.fault)) {
        for (auto& each : units) {
            each.distrust();
            emit_missing(each.all_missing(now));
        }
        return;
    }
    if (failure.fault == Fault::quarantined) return;
    unit.failed(failure, now, throw_dice());
    if (!unit.dead()) return;
    emit_missing(unit.all_missing(now));
    bool all_dead = true;
    for (auto const& each : units) all_dead &= each.dead();
    // An adapter that was pulled out and put back is found again only by opening it anew. A gateway
    // that says who does not answer is there itself.
    if (all_dead && failure.fault != Fault::refused) bus.close();
}

void PollEngine::State::take_refusal(UnitRun& unit, Task& task, std::uint8_t code, Monotonic now) {
    ++unit.health().exceptions;
    unit.health().last_failure = Failure{Fault::refused, code};
    if (asks_to_wait(code) && ++task.busy_retries <= busy_retries_most) {
        unit.postpone(now + busy_pause);
        return;
    }
    task.busy_retries = 0;
    if (code == modbus::exception::illegal_function) {
        emit_missing(unit.unsupported(task.block.function, now));
        return;
    }
    emit_missing(unit.missing(task.block.slots, now));
    if (refuses_request(code)) {
        unit.refuse(task, now);
        return;
    }
    auto const pause = code == modbus::exception::device_failure ? failure_pause : Duration{};
    task.due = advance(task.due, unit.setup().period, now + pause).next;
}

PollEngine::State::ReadResult PollEngine::State::read(UnitRun& unit, Task& task) {
    auto const began = monotonic.now();
    bool const was_healthy = unit.health().state == UnitState::healthy;
    auto request = request_for(unit, task.block);
    request.count = unit.count_to_ask(task);
    auto const more = std::size_t{request.count} - task.block.count;
    auto const bytes = task.block.byte_count() + 2 * more;
    unit.asked(task.block.function, bytes);
    auto const outcome = exchange(request, unit.patience(bytes));
    auto const answered = wall.now();
    auto const now = monotonic.now();
    if (!outcome) {
        auto const failure = outcome.error();
        task.doubts = 0;
        bool const too_long = more > 0 && speaks(failure) && refuses_request(failure.exception);
        if (too_long) unit.longer_told(task, request.count, UnitRun::Longer::refused);
        if (more > 0 && failure.fault == Fault::timeout)
            unit.longer_told(task, request.count,
                             was_healthy ? UnitRun::Longer::missed : UnitRun::Longer::silent);
        if (speaks(failure)) {
            unit.answered(began, now);
            if (too_long) return {Read::again, {}, {}};
            take_refusal(unit, task, failure.exception, now);
            return {Read::refused, {}, failure};
        }
        emit_missing(unit.missing(task.block.slots, now));
        take_failure(unit, failure, now);
        return {Read::failed, {}, failure};
    }
    unit.answered(began, now);
    if (more > 0) unit.longer_told(task, request.count, UnitRun::Longer::taken);
    task.plain_next = false;
    auto values = unit.decode(task.block, outcome->words, now);
    if (values.suspicious && task.doubts < doubts_most) {
        // Perhaps another meter is there by now.
        if (task.doubts++ == 0) unit.distrust();
        return {Read::again, {}, {}};
    }
    task.doubts = 0;
    task.busy_retries = 0;
    ++unit.health().polls;
    unit.health().last_good = answered;
    auto readings = unit.believe(task.block, std::move(values), now);
    auto const took = std::chrono::duration_cast<Duration>(outcome->answered - outcome->asked);
    emit(readings, answered - took * setup.clock_speed, answered);
    return {Read::done, std::move(readings), {}};
}

/// After every turn: whether the line leads anywhere. When it does again, whoever was given up is
/// asked at once.
void PollEngine::State::watch_line() {
    auto const now = monotonic.now();
    auto const heard = bus.heard();
    if (heard.answer > heard_at) {
        heard_at = heard.answer;
        if (silent) welcome_all(now);
        silent = false;
        return;
    }
    bool all_dead = true;
    for (auto const& unit : units) all_dead &= unit.dead();
    silent |= !heard.connected || (all_dead && now - heard_at > silence_of_a_line);
}

void PollEngine::State::welcome_all(Monotonic now) {
    line_retry_at = now;
    line_failures = 0;
    for (auto& unit : units) unit.welcome(now);
    for (auto* guest : guests) guest->line_returned();
}

void PollEngine::State::run(Choice const& choice, Monotonic now) {
    auto& unit = *choice.unit;
    bool const was_dead = unit.dead();
    bool const was_healthy = unit.health().state == UnitState::healthy;
    if (unit.identity_due()) {
        identify(unit);
    } else {
        auto& task = *choice.task;
        auto const result = read(unit, task);
        // What was refused has set its own time, and what is in doubt is read again at once.
        bool const once_more =
            result.kind == Read::failed && was_healthy && may_pass(result.failure);
        if (result.kind == Read::done || (result.kind == Read::failed && !once_more)) {
            auto const grid = advance(task.due, unit.setup().period, now);
            task.due = grid.next;
            if (!was_dead) unit.health().overruns += grid.missed;
        }
    }
    if (was_dead) {
        auto const ended = monotonic.now();
        probe_at = next_probe(probe_at, now, ended);
        if (!unit.dead()) unit.revive(ended);
    }
    publish(unit);
}

}  // namespace karkhana::poller
