#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "server/metering/alarm.hpp"
#include "server/metering/services.hpp"

namespace karkhana::metering {

/// Keeps what is wrong with machines, with the contact and the registers as they were then, and
/// tells who listens. Thread-safe, but for look().
class Alarms {
public:
    Alarms(Services const& services, MachineMeters const& meters)
        : services_(services), meters_(meters) {}

    /// Keeps what the contacts have told since. About four times a second, from one thread.
    void look();

    void raise(MachineId const& machine, std::string_view kind);
    /// The wall clock was set while somebody worked there; that is over as soon as it is told.
    void clock_was_set(MachineId const& machine, std::int64_t by_s);
    /// Tells who listens that a person has seen the alarm with this id.
    void tell_acknowledged(Alarm const& alarm) const;
    /// The cause is gone: the alarm stays for a person to see, with the energy used meanwhile.
    void clear(MachineId const& machine, std::string_view kind);

private:
    void keep(ContactEvent const& event);
    void raise(ContactEvent const& event, std::string_view kind,
               std::optional<std::int64_t> set_by_s = {});
    void clear(MachineId const& machine, std::string_view kind, Instant at);
    void tell(AlarmId const& id, MachineId const& machine, std::string_view kind,
              std::string_view state) const;

    Services services_;
    MachineMeters meters_;
    std::mutex mutex_;                   ///< one alarm is raised at a time: they are numbered
    bool begun_ = false;                 ///< only look() touches it
    std::vector<ContactEvent> pending_;  ///< only look() touches it
};

}  // namespace karkhana::metering
