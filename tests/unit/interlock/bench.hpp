#pragma once

#include <array>
#include <functional>
#include <gtest/gtest.h>

#include "devices/interlock/interlock.hpp"
#include "devices/poller/engine.hpp"

/// A relay board on a bench, with the interlock that switches it.
namespace karkhana::interlock {

using namespace std::chrono_literals;
using modbus::Fault;
using modbus::Function;

constexpr std::uint16_t heartbeat_at = 0x0300;

/// The relay board as the world sees it: coils with timers, a watchdog register, and its faults.
class Board final : public modbus::Bus {
public:
    explicit Board(ManualMonotonicClock& clock) : clock_(clock) {}

    bool alive = true;
    bool welded = false;  ///< writes are confirmed, contacts stay
    bool register_holds = true;
    std::array<bool, 8> closed{};
    std::array<std::optional<Monotonic>, 8> opens_at{};
    std::uint16_t watchdog_register = 0;
    std::uint16_t heartbeat_register = 0;
    std::array<bool, 8> inputs{};
    bool inputs_answer = true;
    std::vector<modbus::Request> writes;
    std::vector<modbus::Request> asked;
    /// While the request is under way.
    std::function<void(modbus::Request const&)> meanwhile;
    std::vector<Monotonic> asked_at;
    Duration spent{};

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override {
        auto const began = clock_.now();
        asked_at.push_back(began);
        asked.push_back(request);
        if (meanwhile) meanwhile(request);
        clock_.advance(alive ? Duration{20ms}
                             : std::chrono::duration_cast<Duration>(deadline - began));
        spent += std::chrono::duration_cast<Duration>(clock_.now() - began);
        if (!alive) return tl::unexpected(modbus::Failure{Fault::timeout});
        settle();
        modbus::Reply reply{{}, began, clock_.now()};
        if (request.function == Function::read_coils) {
            for (bool const contact : closed) reply.words.push_back(contact);
        } else if (request.function == Function::read_discrete_inputs) {
            if (!inputs_answer) return tl::unexpected(modbus::Failure{Fault::refused, 2});
            for (int i = 0; i < request.count; ++i)
                reply.words.push_back(inputs.at(request.address + static_cast<unsigned>(i)));
        } else if (request.function == Function::read_holding_registers) {
            reply.words.push_back(watchdog_register);
        } else {
            writes.push_back(request);
            take(request);
        }
        return reply;
    }
    Monotonic ready_at(std::uint8_t) const override { return {}; }
    void close() override {}

    void settle() {
        for (std::size_t i = 0; i < closed.size(); ++i)
            if (opens_at[i] && clock_.now() >= *opens_at[i]) {
                closed[i] = false;
                opens_at[i].reset();
            }
    }

private:
    void take(modbus::Request const& request) {
        if (request.function == Function::write_register) {
            if (request.address == heartbeat_at)
                heartbeat_register = request.words[0];
            else if (register_holds)
                watchdog_register = request.words[0];
            return;
        }
        if (welded) return;
        bool const pulse = request.address >= 0x0200;
        auto const channel = request.address % 0x0200U;
        closed.at(channel) = pulse || request.words[0] == modbus::coil_closed;
        opens_at.at(channel).reset();
        if (pulse) opens_at.at(channel) = clock_.now() + request.words[0] * 100ms;
    }

    ManualMonotonicClock& clock_;
};

class NoReadings final : public ReadingSink {
public:
    void accept(ReadingFrame) override {}
};

inline MachineId machine(std::uint8_t number) {
    MachineId id;
    id.uuid.bytes[0] = number;
    return id;
}

class Boards : public ::testing::Test, public InterlockListener {
protected:
    void relay_changed(RelayState const&, RelayState const& after) override {
        changes.push_back(after);
    }

    std::vector<RelaySetup> relays(profiles::Watchdog watchdog, bool required = true) {
        auto profile = std::make_shared<profiles::Profile>();
        profile->relay = profiles::Relay{8, 0, watchdog, required, 0x0200, 100, 0x7FFF};
        return {{machine(1), 2, 1, 0, profile}, {machine(2), 2, 1, 5, profile}};
    }

    void make(profiles::Watchdog watchdog = profiles::Watchdog::pulse, bool required = true) {
        make(relays(watchdog, required));
    }
    void make(std::vector<RelaySetup> setups, std::vector<BoardSetup> const& boards = {}) {
        poller::LineSetup setup;
        setup.writable = writes_of(setups, 2);
        interlock = std::make_unique<Interlock>(std::move(setups), Timing{}, clock, *this, boards);
        engine = std::make_unique<poller::PollEngine>(setup, board, sink, wall, clock);
        for (auto* guest : interlock->guests(2)) engine->attach(*guest, [] {});
    }

    void run_for(Duration span) {
        auto const end = clock.now() + span;
        for (;;) {
            auto const next = engine->step();
            board.settle();
            if (clock.now() >= end) return;
            if (next > clock.now())
                clock.advance(
                    std::chrono::duration_cast<Duration>(std::min(next, end) - clock.now()));
        }
    }

    Command closing(std::uint64_t id, Duration lease = 60s) {
        return {id, true, clock.now() + lease, clock.now() + 5s, false};
    }
    Contact actual(std::uint8_t number) { return interlock->state(machine(number))->actual; }
    Alarm alarm(std::uint8_t number) { return interlock->state(machine(number))->alarm; }

    ManualMonotonicClock clock;
    ManualWallClock wall{instant(0)};
    Board board{clock};
    NoReadings sink;
    std::vector<RelayState> changes;
    std::unique_ptr<Interlock> interlock;
    std::unique_ptr<poller::PollEngine> engine;
};

}  // namespace karkhana::interlock
