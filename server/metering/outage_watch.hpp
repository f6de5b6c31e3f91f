#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Notes when a machine could not be used because its relay or its meter did not answer: a power
/// cut, a breakdown or a torn line. Such a time is an outage and nobody's no-show. Without its
/// relay
/// (`unreachable`) it is nobody's bill either, because a contact that is not asked lets go; without
/// its meter alone (`unmetered`) nobody can start, but whoever has started works on.
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
        std::string_view kind;
        std::optional<OutageId> outage;
        Monotonic written;
    };

    std::string_view missing(MachineId const& machine) const;
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
