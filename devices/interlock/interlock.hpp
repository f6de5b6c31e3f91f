#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/interlock/decide.hpp"
#include "devices/poller/guest.hpp"
#include "devices/poller/setup.hpp"
#include "devices/profiles/profile.hpp"
#include "server/base/clock.hpp"
#include "server/base/ids.hpp"

namespace karkhana::interlock {

/// One machine's contact: a channel of a relay board on a line.
struct RelaySetup {
    MachineId machine;
    std::uint16_t line = 0;
    std::uint8_t unit = 1;
    std::uint16_t channel = 0;
    std::shared_ptr<profiles::Profile const> profile;  ///< with a `relay` part
    /// The discrete input of the board that the contactor's auxiliary contact is wired to.
    std::optional<std::uint16_t> feedback = {};
    /// How long the contact stays closed without the daemon; 0: Timing::watchdog.
    Duration watchdog{};
    /// Nothing but a command opens it: closed without a timer, and a lease that ends is no command.
    bool never_opens_alone = false;
};

/// A relay board on a line, be it that it switches no machine: each of its coils is watched.
struct BoardSetup {
    std::uint16_t line = 0;
    std::uint8_t unit = 1;
    std::shared_ptr<profiles::Profile const> profile;  ///< with a `relay` part
};

/// How things stand with one contact.
struct RelayState {
    MachineId machine;
    Contact actual = Contact::unknown;
    Contact coil = Contact::unknown;  ///< as the board tells; without feedback the same
    bool wanted_closed = false;       ///< authorised now, and not revoked by an alarm
    std::uint64_t command_id = 0;
    Monotonic authorised_until{};
    std::optional<Monotonic> seen;  ///< last time the board told the state
    Alarm alarm = Alarm::none;
    bool watchdog_verified = false;

    bool operator==(RelayState const&) const = default;
};

/// How a board does. Counts are since the start of the daemon.
struct BoardHealth {
    std::uint16_t line = 0;
    std::uint8_t unit = 0;
    std::uint64_t polls = 0;   ///< that told the state of the contacts
    std::uint64_t errors = 0;  ///< that did not
    std::optional<Monotonic> heard;
    Duration latency{};  ///< of the last exchange
    /// Channels of no machine that were closed within the last minute: nothing is written there, so
    /// it was another master, or somebody at the board.
    std::vector<std::uint16_t> uncommanded = {};
};

/// Called on a line's thread at each change of contact, alarm or command taken into effect; must
/// not block and must not call back into the interlock, except for states().
class InterlockListener {
public:
    virtual ~InterlockListener() = default;
    virtual void relay_changed(RelayState const& before, RelayState const& after) = 0;
};

struct Timing {
    Duration watchdog = std::chrono::seconds(10);    ///< a dead daemon's contact opens after this
    Duration renew = std::chrono::seconds(3);        ///< a closed contact is renewed this often
    Duration poll = std::chrono::milliseconds(500);  ///< read-back of every board
    Duration exchange = std::chrono::milliseconds(300);  ///< deadline of one frame
    Duration heartbeat = std::chrono::seconds(2);  ///< a watchdog register is fed and read again
};

/// Desired state against actual state of every machine's contact. The server says what it wants
/// and renews it; each board works as a guest of its line. Thread-safe.
class Interlock {
public:
    /// `boards` name those without a relay of a machine; others may be among them.
    Interlock(std::vector<RelaySetup> relays, Timing timing, MonotonicClock const& clock,
              InterlockListener& listener, std::vector<BoardSetup> const& boards = {});
    ~Interlock();
    Interlock(Interlock const&) = delete;
    Interlock& operator=(Interlock const&) = delete;

    /// The boards on `line`, to be attached to its poller before that starts.
    std::vector<poller::LineGuest*> guests(std::uint16_t line);

    /// Takes effect at the line's next frame boundary. An older id than the last is ignored;
    /// false then, and for a machine without a relay.
    bool set_desired(MachineId const& machine, Command const& command);

    std::vector<RelayState> states() const;
    std::optional<RelayState> state(MachineId const& machine) const;
    std::vector<BoardHealth> health() const;

private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

/// The time after which the contact opens by itself when the daemon is gone.
Duration watchdog_of(RelaySetup const& relay, Timing const& timing);
/// Whether the contact is closed for a time that the board itself counts.
bool is_pulsed(RelaySetup const& relay);

/// Everything that switching these contacts ever writes: the only writes that their lines allow.
std::vector<poller::Writable> writes_of(std::vector<RelaySetup> const& relays, std::uint16_t line);

/// What is wrong with the relays of a configuration; empty when they can run.
std::vector<std::string> problems_of(std::vector<RelaySetup> const& relays, Timing const& timing);

}  // namespace karkhana::interlock
