#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/random.hpp"
#include "server/store/store.hpp"

/// Alarms as they are kept: from the moment something was wrong until a person has seen it, and
/// for ever after.
namespace karkhana::metering {

using AlarmId = Id<struct AlarmTag>;

struct Alarm {
    AlarmId id;
    std::int64_t sequence = 0;
    MachineId machine;
    std::string kind;  ///< see rules_alarm.hpp
    Instant raised;
    Instant last;   ///< when it was raised again, while nobody had acknowledged it
    int times = 1;  ///< how often until then
    std::optional<Instant> cleared;
    std::string evidence;  ///< a JSON object of words and whole numbers
    std::optional<Instant> acknowledged;
    std::optional<PersonId> acknowledged_by;
    std::string note;
};

/// What is wrong with a machine, as it was seen.
struct Fault {
    MachineId machine;
    std::string kind;
    Instant at;
    std::string evidence;
};

/// Keeps a fault: a new alarm, or once more the one that nobody has acknowledged yet. Nothing when
/// the very same has been acknowledged and still lasts.
std::optional<AlarmId> raise_alarm(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                                   Fault const& fault);
/// The alarm of this kind that lasts; nothing when there is none.
std::optional<Alarm> lasting_alarm(store::Reader& reader, FacilityId const& facility,
                                   MachineId const& machine, std::string_view kind);
/// Its cause is gone. The alarm itself stays until it is acknowledged.
void clear_alarm(store::Writer& writer, FacilityId const& facility, AlarmId const& id, Instant at,
                 std::string_view evidence);
/// After a start nobody knows what still lasts: what does is raised again.
void clear_all_alarms(store::Writer& writer, FacilityId const& facility, Instant at);
/// False when it has been acknowledged before.
bool acknowledge_alarm(store::Writer& writer, FacilityId const& facility, AlarmId const& id,
                       PersonId const& person, std::string_view note, Instant at);

std::optional<Alarm> find_alarm(store::Reader& reader, FacilityId const& facility,
                                AlarmId const& id);
/// Those nobody has acknowledged first, then the others, each newest first. `cursor` is place_of()
/// the last one of the page before; 0: from the beginning.
std::vector<Alarm> list_alarms(store::Reader& reader, FacilityId const& facility,
                               std::int64_t cursor, int limit);
std::int64_t place_of(Alarm const& alarm);
/// The worst alarm of each machine that nobody has acknowledged.
std::map<MachineId, std::string> worst_alarms(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::metering
