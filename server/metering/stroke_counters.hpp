#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Counters of what machines do, as the strokes of a press: registers that rise by one each time,
/// continued over rollovers, resets and exchanges like those of energy. Thread-safe.
class StrokeCounters {
public:
    struct Source {
        Channel channel = 0;
        std::string name;  ///< the device and its point
    };
    struct Counted {
        std::int64_t count = 0;
        Instant from;  ///< of the reading that it is counted from
        std::string counter;
    };

    /// The references of the services outlive it.
    StrokeCounters(Services const& services, std::map<MachineId, Source> sources)
        : services_(services), sources_(std::move(sources)) {}

    /// What the machine's counter counted since then: from the reading before, or else from the
    /// first one after. nullopt: it has none, or that has said nothing yet. Reads both databases.
    std::optional<Counted> since(MachineId const& machine, Instant from);

private:
    std::optional<Knot> base(Channel channel, Instant from);

    Services services_;
    std::map<MachineId, Source> sources_;
    std::mutex mutex_;
    std::map<std::pair<Channel, Instant>, Knot> bases_;  ///< the past stays as it was
};

}  // namespace karkhana::metering
