#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <semaphore>

#include "server/base/ids.hpp"

namespace karkhana::metering {

/// A few of something; to std::unique_lock it looks like a mutex that several may hold.
class Places {
public:
    explicit Places(int count) : free_(count) {}
    void lock() { free_.acquire(); }
    bool try_lock() { return free_.try_acquire(); }
    void unlock() { free_.release(); }

private:
    std::counting_semaphore<> free_;
};

/// Everything done to one machine is done one after the other. A START or a STOP waits for meters
/// and contacts, and a dead line makes each wait for seconds: so few of them wait at a time, and
/// none of them for long behind another, that there is always a handler left for everybody else.
class Turns {
public:
    /// Of the server's eight handlers.
    static constexpr int most_requests = 5;
    static constexpr std::chrono::milliseconds patience{500};

    using Machine = std::unique_lock<std::timed_mutex>;
    struct Turn {
        std::unique_lock<Places> place;
        Machine machine;
    };

    /// For a person's request. Nothing when it should come again later.
    std::optional<Turn> for_request(MachineId const& machine);
    /// For the jobs: waits as long as it takes, or not at all and then may not own the lock.
    Machine wait(MachineId const& machine) { return Machine{turn_of(machine)}; }
    Machine try_now(MachineId const& machine) { return {turn_of(machine), std::try_to_lock}; }

private:
    std::timed_mutex& turn_of(MachineId const& machine);

    std::mutex mutex_;
    std::map<MachineId, std::timed_mutex> turns_;
    Places places_{most_requests};
};

}  // namespace karkhana::metering
