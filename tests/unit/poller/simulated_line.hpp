#pragma once

#include <functional>
#include <map>
#include <set>

#include "devices/modbus/bus.hpp"
#include "devices/poller/engine.hpp"

namespace karkhana::poller {

/// A line without wires: answers from a table, and lets the clock run as a real line would.
class SimulatedLine final : public modbus::Bus {
public:
    explicit SimulatedLine(ManualMonotonicClock& clock) : clock_(clock) {}

    using Registers = std::map<std::uint16_t, std::uint16_t>;

    Duration latency = std::chrono::milliseconds(20);
    Duration max_late = std::chrono::seconds(1);  ///< the quarantine after a missing reply
    std::map<std::uint8_t, Registers> units;      ///< absent: no answer
    bool connected = true;
    bool keeps_deadlines = false;  ///< an answer slower than its deadline is a timeout
    /// Asked first; a failure of its own instead of the answer.
    std::function<std::optional<modbus::Failure>(modbus::Request const&)> fault;

    std::map<std::uint8_t, Duration> spent;  ///< time of the line that each unit took

    std::vector<modbus::Request> asked;
    std::vector<Monotonic> asked_at;
    int closed = 0;

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override {
        if (clock_.now() < ready_at(request.unit)) return fail(modbus::Fault::quarantined);
        auto const began = clock_.now();
        auto outcome = answer(request, deadline);
        spent[request.unit] += std::chrono::duration_cast<Duration>(clock_.now() - began);
        return outcome;
    }

    Monotonic ready_at(std::uint8_t unit) const override {
        auto const found = quarantined_.find(unit);
        return found == quarantined_.end() ? Monotonic{} : found->second;
    }
    void close() override { ++closed; }

private:
    modbus::Outcome answer(modbus::Request const& request, Monotonic deadline) {
        asked.push_back(request);
        asked_at.push_back(clock_.now());
        if (!connected) return fail(modbus::Fault::not_connected);
        auto const began = clock_.now();
        auto const failure = fault ? fault(request) : std::nullopt;
        bool const late = keeps_deadlines && clock_.now() + latency > deadline;
        bool const silent = late      ? true
                            : failure ? failure->fault == modbus::Fault::timeout
                                      : !units.contains(request.unit);
        if (silent) {
            clock_.advance(std::chrono::duration_cast<Duration>(deadline - clock_.now()));
            quarantined_[request.unit] = clock_.now() + max_late;
            return fail(modbus::Fault::timeout);
        }
        clock_.advance(latency);
        if (failure) return tl::unexpected(*failure);
        modbus::Reply reply{{}, began, clock_.now()};
        for (int i = 0; i < request.count && modbus::is_read(request.function); ++i)
            reply.words.push_back(
                units[request.unit][static_cast<std::uint16_t>(request.address + i)]);
        return reply;
    }

    static modbus::Outcome fail(modbus::Fault fault) {
        return tl::unexpected(modbus::Failure{fault});
    }

    ManualMonotonicClock& clock_;
    std::map<std::uint8_t, Monotonic> quarantined_;
};

/// Keeps what it is given.
class Kept final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override { frames.push_back(std::move(frame)); }

    std::vector<Reading> of(Channel channel) const {
        std::vector<Reading> found;
        for (auto const& frame : frames)
            for (auto const& reading : frame.readings)
                if (reading.channel == channel) found.push_back(reading);
        return found;
    }
    std::size_t count(Channel channel, Quality quality) const {
        std::size_t count = 0;
        for (auto const& reading : of(channel)) count += reading.quality == quality;
        return count;
    }

    std::vector<ReadingFrame> frames;
};

/// Lets the engine do what is due, and the clock run on in between.
inline void run_for(PollEngine& engine, ManualMonotonicClock& clock, Duration span) {
    auto const end = clock.now() + span;
    for (;;) {
        auto const next = engine.step();
        if (clock.now() >= end) return;
        if (next > clock.now())
            clock.advance(std::chrono::duration_cast<Duration>(std::min(next, end) - clock.now()));
    }
}

}  // namespace karkhana::poller
