#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/time.hpp"

namespace karkhana::interlock {

/// What is known of a contact. Unknown is never shown or treated as open.
enum class Contact : std::uint8_t { unknown, open, closed };

/// What was read back just now; unknown when the board did not answer. Where the contactor has an
/// auxiliary contact that is read, that one says what is; elsewhere the coil does.
struct Told {
    Contact actual = Contact::unknown;
    Contact coil = Contact::unknown;

    Told(Contact both) : actual(both), coil(both) {}
    Told(Contact feedback, Contact told) : actual(feedback), coil(told) {}
};

/// What the server wants of one contact. The default, nothing commanded yet, is open.
struct Command {
    std::uint64_t id = 0;  ///< from 1, and growing; the same id again only renews the lease
    bool closed = false;
    /// The lease: without renewal the contact is opened at this moment.
    Monotonic authorised_until{};
    /// A closing that has not taken effect by then never will.
    Monotonic expires{};
    /// After a restart of the daemon: keep the contact closed if it still is, but never close it
    /// anew, because a machine must not start again by itself.
    bool resume = false;

    bool operator==(Command const&) const = default;
};

enum class Alarm : std::uint8_t {
    none,
    closed_uncommanded,  ///< closed without us: another master, or somebody at the board
    dropped_out,         ///< opened without us: power cut, another master; open until a new id
    will_not_close,      ///< commanded closed, read back open
    will_not_open,       ///< commanded open, read back closed: a welded contact, another master
    unreachable,         ///< commanded closed, and the board does not tell its state
    unverified,          ///< no working watchdog: closing is refused
    welded,              ///< its coil is open, and the contactor says that it is closed
};

enum class Action : std::uint8_t { none, open, close };

std::string_view name_of(Contact contact);
std::string_view name_of(Alarm alarm);

struct Policy {
    /// The relay's own watchdog: a closed contact opens this long after its last closing.
    Duration watchdog = std::chrono::seconds(10);
    Duration renew = std::chrono::seconds(3);  ///< a closed contact is closed again this often
    bool opens_by_itself = true;               ///< false: the board has no watchdog at all
    int polls_to_alarm = 2;
    bool watchdog_verified = true;  ///< false: closing is refused
    /// Silence of the board is an alarm after this, whatever the watchdog's time is.
    Duration silent_after = std::chrono::seconds(10);
    /// The contact of a machine that must never be stopped from afar: it is opened on a command and
    /// for nothing else, and once it has been open then not again.
    bool never_opens_alone = false;
};

/// What the decision remembers of one contact from one poll to the next.
struct Memory {
    std::uint64_t command_id = 0;     ///< the command last decided about
    std::uint64_t settled_id = 0;     ///< the command that has been seen in effect
    std::uint64_t revoked_id = 0;     ///< the closing that must not be tried again
    std::optional<Monotonic> pulsed;  ///< last closing that may have reached the relay
    Contact seen = Contact::unknown;  ///< last state the board told
    int disagreeing_polls = 0;
    Alarm alarm = Alarm::none;

    bool operator==(Memory const&) const = default;
};

struct Decision {
    Action action = Action::none;
    Memory memory;

    bool operator==(Decision const&) const = default;
};

/// Whether the contact may be closed now: somebody is authorised.
bool authorised(Command const& desired, Memory const& memory, Policy const& policy, Monotonic now);

/// Whether our own last closing may still hold the contact.
bool may_be_closed(Memory const& memory, Policy const& policy, Monotonic now);

/// The whole policy of one contact: desired against actual. A contact is closed, or closed again,
/// only on a state that was read within the last heartbeat: after a power cut nothing may start by
/// itself.
Decision decide(Command const& desired, Told const& told, Memory memory, Policy const& policy,
                Monotonic now);

}  // namespace karkhana::interlock
