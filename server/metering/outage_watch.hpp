#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Notes when a machine could not be used because its meter or its relay did not answer: a power
/// cut, a breakdown or a torn line. Such a time is an outage, nobody's no-show and nobody's bill.
/// It grows while it lasts, so it never forbids what is still ahead.
class OutageWatch {
public:
    OutageWatch(Services const& services, MachineMeters meters, std::vector<MachineId> machines)
        : services_(services), meters_(std::move(meters)), machines_(std::move(machines)) {}

    /// After a start: from the last thing that was kept until now nobody could use anything.
    void note_absence(std::optional<Instant> last_alive);
    /// To be called about every second.
    void watch();

private:
    struct Watched {
        Monotonic reached;
        Instant reached_at;
        std::optional<OutageId> outage;
        Monotonic written;
    };

    bool reachable(MachineId const& machine) const;
    void watch(MachineId const& machine);
    void write(MachineId const& machine, Watched& watched, Instant until);

    Services const& services_;
    MachineMeters meters_;
    std::vector<MachineId> machines_;
    std::map<MachineId, Watched> watched_;
};

/// The last moment of which the telemetry knows anything.
std::optional<Instant> last_alive(store::Store& telemetry, FacilityId const& facility);

}  // namespace karkhana::metering
