#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/reading.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

/// What metering needs of the devices. `app` wires the poller and the interlock to it; the tests
/// wire a simulated workshop.
namespace karkhana::metering {

/// A meter as it stands in its place.
struct MetMeter {
    std::string serial;              ///< as it tells it; empty: it tells none
    std::optional<Reading> reading;  ///< of the counter; questionable from a stranger
};

/// Asks meters now, ahead of the polling. Thread-safe.
class MeterPort {
public:
    virtual ~MeterPort() = default;
    /// One reading a channel, in the order asked. Channels of one device come from one frame;
    /// lines are asked side by side, so that one that is dead does not delay the others. What did
    /// not come by the deadline, counted from now on the real clock, is `missing`. The readings
    /// go to the ReadingSink like any other. Error: `meter_silent` when nothing came at all.
    virtual Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                                  std::chrono::milliseconds deadline) = 0;
    /// Asks whose counter this is who it is, anew, and what it shows, ahead of the polling. Nothing
    /// when it has not answered by the deadline.
    virtual std::optional<MetMeter> meet(Channel channel, std::chrono::milliseconds deadline) = 0;
    /// A person said that the meter of this number is in its place now: its readings count.
    /// Where meters have no numbers there is nothing to do.
    virtual void exchanged(DeviceId const& /*device*/, std::string_view /*serial*/) {}
};

/// `none`: the machine has no relay, it cannot be switched from here.
enum class ContactState : std::uint8_t { open, closed, unknown, none };

std::string_view name_of(ContactState state);

/// What a machine's contact shall be. Closed is a lease: it ends by itself unless it is renewed.
struct ContactWish {
    /// Grows. A renewal carries the id of the closing it renews; an older id is ignored.
    std::uint64_t id = 0;
    bool closed = false;
    std::chrono::milliseconds lease{0};  ///< on the real clock, from now
    /// Keep it closed if it still is, but never close it anew: after a restart of the daemon.
    bool resume = false;
};

/// The contact of a machine, and what is wrong with it.
struct ContactEvent {
    MachineId machine;
    std::string before;  ///< the alarm until then, as a stable word; empty: none
    std::string alarm;   ///< and since then
    Instant at;
    ContactState contact = ContactState::none;  ///< as it really is
    ContactState coil = ContactState::none;     ///< as the board says it is told to be
    bool wanted_closed = false;
    std::string line;  ///< where its relay is; empty: it has none
    int unit = 0;
    int channel = 0;  ///< from 1, as printed on the boards
};

/// Switches machines on and off. Thread-safe.
class ContactPort {
public:
    virtual ~ContactPort() = default;
    /// Returns at once; the wish takes effect at the line's next frame.
    virtual void set(MachineId const& machine, ContactWish const& wish) = 0;
    /// As last read back; unknown when that is too long ago.
    virtual ContactState actual(MachineId const& machine) = 0;
    /// Blocks until the contact is read back as wanted, at most until the deadline on the real
    /// clock. Returns what it is then.
    virtual ContactState wait_for(MachineId const& machine, bool closed,
                                  std::chrono::milliseconds deadline) = 0;
    /// The alarm of the machine's contact as a stable word, empty when there is none.
    virtual std::string alarm(MachineId const& machine) = 0;
    /// Every change of an alarm since this was last called, however short it was.
    virtual std::vector<ContactEvent> take_events() = 0;
    /// How the contact stands now; nothing for a machine without a relay.
    virtual std::optional<ContactEvent> describe(MachineId const& machine) = 0;
};

/// How a unit of a line does, for the list of devices.
struct DeviceHealth {
    DeviceId device;
    std::string state = "never_seen";  ///< good, slow, silent, never_seen
    std::optional<Instant> last_good;
    std::optional<std::int64_t> latency_us;
    std::int64_t polls = 0;
    std::int64_t errors = 0;
    std::string serial;  ///< as the device itself says; empty when it does not
    std::string alarm;   ///< stranger, or unproved (see rules_alarm.hpp); empty: nothing is wrong
    /// Coils of a relay board that are closed and switch no machine, from 1 as printed on it.
    std::vector<int> coils = {};
};

/// How one unit of a line does, as whoever mends lines wants to know it. Counts are since the
/// start of the daemon, times are real ones.
struct LineUnitStatus {
    int unit = 0;
    std::optional<DeviceId> device;  ///< nothing where the ledger knows none at this place
    std::string device_name;
    std::string state = "never_seen";  ///< as DeviceHealth has it
    std::optional<Instant> last_good;
    std::optional<std::int64_t> silent_ms;  ///< since it last answered with what was asked
    std::optional<std::int64_t> latency_us, latency_p99_us;
    int utilisation_permille = 0;  ///< share of the line's last minute
    std::int64_t exchanges = 0;
    std::int64_t overruns = 0;                   ///< periods that passed without their turn
    std::map<std::string, std::int64_t> errors;  ///< by kind, those that occurred
    std::string last_error;                      ///< a kind, with the code of an exception
};

struct LineStatus {
    std::string name;
    std::string endpoint;
    bool connected = false;
    int utilisation_permille = 0;  ///< of the last minute
    std::int64_t exchanges = 0;
    std::int64_t overruns = 0;
    std::vector<LineUnitStatus> units;
};

/// One exchange of a line in bytes.
struct LineFrame {
    Instant asked;
    std::int64_t took_us = 0;
    int unit = 0;
    std::vector<std::uint8_t> request, reply;
    std::string error;  ///< empty: the reply was believed
};

/// The lines themselves, for commissioning and repair. Thread-safe.
class LinePort {
public:
    virtual ~LinePort() = default;
    virtual std::vector<LineStatus> lines() const = 0;
    /// The last exchanges, oldest first; nothing where no line has this name.
    virtual std::optional<std::vector<LineFrame>> frames(std::string_view line) const = 0;
};

/// Publishes one server-sent event; must not block.
using Publish =
    std::function<void(FacilityId const& facility, std::string_view name, std::string json)>;

}  // namespace karkhana::metering
