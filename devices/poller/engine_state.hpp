#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <random>

#include "devices/poller/engine.hpp"
#include "devices/poller/unit.hpp"
#include "devices/poller/write_gate.hpp"

namespace karkhana::poller {

/// The engine's inside, shared by the files that schedule, exchange and serve commands.
struct PollEngine::State {
    /// A command, and why it has not succeeded so far.
    struct Pending {
        Command command;
        std::optional<modbus::Failure> last;
        int failures = 0;
        bool distrusted = false;  ///< who it is was doubted on its behalf
    };
    struct Choice {
        UnitRun* unit = nullptr;
        Task* task = nullptr;
        Monotonic deadline;
    };
    enum class Read { done, again, refused, failed };
    struct ReadResult {
        Read kind = Read::failed;
        std::vector<Reading> readings;
        modbus::Failure failure;
    };

    State(LineSetup line, modbus::Bus& wire, ReadingSink& readings, WallClock const& facility,
          MonotonicClock const& elapsed);

    // engine.cpp: what comes next
    Monotonic step();
    bool serve_guest(Monotonic now, Monotonic& wake);
    bool poll(Monotonic now, Monotonic& wake);
    Monotonic earliest(UnitRun const& unit) const;
    UnitRun* find(std::uint8_t number);
    void publish(UnitRun const& unit);
    std::uint32_t throw_dice() { return static_cast<std::uint32_t>(dice()); }

    // engine_read.cpp: one exchange and what it means
    modbus::Outcome exchange(modbus::Request const& request, Duration patience);
    std::optional<modbus::Failure> identify(UnitRun& unit);
    ReadResult read(UnitRun& unit, Task& task);
    void run(Choice const& choice, Monotonic now);
    void take_refusal(UnitRun& unit, Task& task, std::uint8_t code, Monotonic now);
    void take_failure(UnitRun& unit, modbus::Failure failure, Monotonic now);
    void emit(std::vector<Reading>& readings, Instant asked, Instant answered);
    void emit_missing(std::vector<Reading> readings);
    void watch_line();
    void welcome_all(Monotonic now);

    // engine_commands.cpp
    bool serve_command(Monotonic now, Monotonic& wake);
    bool try_snapshot(Pending& pending, Monotonic now, Monotonic& wake, bool& worked);
    bool try_exchange(Pending& pending, Monotonic now, Monotonic& wake, bool& worked);
    void take_submitted();
    void cancel();

    LineSetup setup;
    WatchedBus bus;
    WriteGate gate;  ///< to the bus, for whatever may write
    ReadingSink& sink;
    WallClock const& wall;
    MonotonicClock const& monotonic;
    std::vector<UnitRun> units;
    std::vector<LineGuest*> guests;
    std::deque<Pending> pending;
    std::minstd_rand dice;
    std::uint64_t sequence = 0;
    Monotonic started;
    Monotonic line_retry_at{};  ///< the port could not be opened; not before this
    int line_failures = 0;
    Monotonic probe_at{};  ///< no dead unit is probed before this
    Monotonic heard_at{};  ///< the last answer of anybody that was looked at
    bool silent = false;   ///< the line leads nowhere

    mutable std::mutex mutex;
    std::deque<Command> submitted;               ///< guarded by mutex
    std::map<std::uint8_t, Monotonic> attended;  ///< guarded by mutex: wishes not yet taken
    LineHealth published;                        ///< guarded by mutex
};

}  // namespace karkhana::poller
