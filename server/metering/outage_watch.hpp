#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/facility/outage_evidence.hpp"
#include "server/metering/rules_outage.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Where a meter is, and the channel that it is heard on.
struct MeterPlace {
    Channel channel = 0;
    std::string line;
};
/// One for each of the devices that measures electricity. An input may have a battery.
std::vector<MeterPlace> meter_places(std::vector<Device> const& devices,
                                     std::vector<Point> const& points);

/// Notes when a machine could not be used because its relay or its meter did not answer: a power
/// cut, a breakdown or a torn line. Such a time is an outage and nobody's no-show. Without its
/// relay (`unreachable`) it is nobody's bill either, because a contact that is not asked lets go;
/// without its meter alone (`unmetered`) nobody can start, but whoever has started works on.
/// Where the mains has an input of its own, its off is an outage of the whole facility
/// (`load_shedding`) from that reading to the first one that is on again. Where it has none, or
/// that input is silent too, meters that fall silent together show the same (see common_silence);
/// what single machines do not answer meanwhile is the same outage and not one of their own.
/// Each grows while it lasts, so it never forbids what is still ahead, and says what showed it.
class OutageWatch {
public:
    OutageWatch(Services const& services, MachineMeters meters, std::vector<MachineId> machines,
                std::optional<Channel> mains = std::nullopt, std::vector<MeterPlace> places = {})
        : services_(services),
          meters_(std::move(meters)),
          machines_(std::move(machines)),
          mains_(mains),
          places_(std::move(places)) {}

    /// After a start: from the last thing that was kept until now nobody could use anything.
    void note_absence(std::optional<Instant> last_alive);
    /// To be called about every second.
    void watch();

    /// Told of a machine whose meter and relay answer again.
    std::function<void(MachineId const&)> on_back = [](MachineId const&) {};
    /// Told when the silence of the meters begins and ceases to show that there is no power.
    std::function<void(bool)> on_cut = [](bool) {};

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
    void watch_silence();
    void end_silence(Instant at);
    std::vector<Witness> witnesses() const;
    Evidence words_of(std::vector<Witness> const& meters, bool at_end) const;
    void await_machines(Instant until);
    void write(std::optional<MachineId> const& machine, Watched& watched, Instant until,
               Evidence evidence);

    Services const& services_;
    MachineMeters meters_;
    std::vector<MachineId> machines_;
    std::optional<Channel> mains_;
    std::map<MachineId, Watched> watched_;
    std::vector<MeterPlace> places_;
    std::optional<Watched> cut_;      ///< that the mains' own input tells
    std::optional<Watched> silence_;  ///< of all meters
    std::set<MachineId> awaited_;     ///< back from an outage as soon as they answer
};

/// The last moment of which the telemetry knows anything.
std::optional<Instant> last_alive(store::Store& telemetry, FacilityId const& facility);

}  // namespace karkhana::metering
