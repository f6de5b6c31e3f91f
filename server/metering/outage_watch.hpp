#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/facility/outage_evidence.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Notes when a machine could not be used because its relay or its meter did not answer: a power
/// cut, a breakdown or a torn line. Such a time is an outage and nobody's no-show. Without its
/// relay (`unreachable`) it is nobody's bill either, because a contact that is not asked lets go;
/// without its meter alone (`unmetered`) nobody can start, but whoever has started works on.
/// Where the mains has an input of its own, its off is an outage of the whole facility
/// (`load_shedding`) from that reading to the first one that is on again.
/// Each grows while it lasts, so it never forbids what is still ahead, and says what showed it.
class OutageWatch {
public:
    OutageWatch(Services const& services, MachineMeters meters, std::vector<MachineId> machines,
                std::optional<Channel> mains = std::nullopt)
        : services_(services),
          meters_(std::move(meters)),
          machines_(std::move(machines)),
          mains_(mains) {}

    /// After a start: from the last thing that was kept until now nobody could use anything.
    void note_absence(std::optional<Instant> last_alive);
    /// To be called about every second.
    void watch();

    /// Told of a machine whose meter and relay answer again.
    std::function<void(MachineId const&)> on_back = [](MachineId const&) {};

private:
    using Evidence = std::vector<facility::OutageEvidence>;
    struct Watched {
        Monotonic reached;
        Instant reached_at;
        std::string_view kind;
        std::optional<OutageId> outage;
        Monotonic written;
        Evidence evidence;
    };

    std::string_view missing(MachineId const& machine) const;
    Evidence evidence_of(MachineId const& machine, bool at_end, Instant at) const;
    void watch(MachineId const& machine);
    void watch_mains();
    void write(std::optional<MachineId> const& machine, Watched& watched, Instant until,
               Evidence evidence);

    Services const& services_;
    MachineMeters meters_;
    std::vector<MachineId> machines_;
    std::optional<Channel> mains_;
    std::map<MachineId, Watched> watched_;
    std::optional<Watched> cut_;
};

/// The last moment of which the telemetry knows anything.
std::optional<Instant> last_alive(store::Store& telemetry, FacilityId const& facility);

}  // namespace karkhana::metering
