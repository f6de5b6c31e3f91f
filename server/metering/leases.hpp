#pragma once

#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "server/base/clock.hpp"
#include "server/metering/ports.hpp"
#include "server/metering/rules_stop.hpp"

namespace karkhana::metering {

/// How long a contact may take to be read back as wanted.
constexpr std::chrono::milliseconds contact_deadline{2000};

/// Who may have a closed contact now. Closed is a lease, as long as the stop of the machine needs
/// it (see lease_of), renewed as long as this object is asked to; when the daemon dies, nobody
/// asks. Thread-safe.
class Leases {
public:
    Leases(ContactPort& port, MonotonicClock const& clock, StopRules const& stops)
        : port_(port), clock_(clock), stops_(stops) {}

    void close(MachineId const& machine);
    /// After a restart: keeps it closed if it still is.
    void resume(MachineId const& machine);
    void open(MachineId const& machine);

    /// Renews what is due, `but` of these machines. To be called more often than every two seconds.
    void renew(std::set<MachineId> const& but = {});

    /// How long ago it was closed; nullopt when it is not to be closed.
    std::optional<std::chrono::nanoseconds> held_for(MachineId const& machine) const;
    std::vector<MachineId> held() const;

private:
    struct Lease {
        ContactWish wish;
        Monotonic since;
        Monotonic renewed;
    };
    void grant(MachineId const& machine, bool resume);

    ContactPort& port_;
    MonotonicClock const& clock_;
    StopRules stops_;
    mutable std::mutex mutex_;
    std::uint64_t last_id_ = 0;
    std::map<MachineId, Lease> leases_;
};

}  // namespace karkhana::metering
