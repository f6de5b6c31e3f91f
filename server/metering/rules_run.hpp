#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/booking/rules_life.hpp"

/// When a machine may run, when it must stop, and what is said of it.
namespace karkhana::metering {

using booking::early_start;
/// How long after its slot a booking may go on before anything is done about it.
constexpr Duration end_grace = std::chrono::minutes(5);
/// Whatever the meter says, after this long it ends: the contact of a machine that draws power for
/// ever, or whose meter shows it wrongly, must not stay closed for ever.
constexpr Duration longest_overrun = std::chrono::hours(1);

struct StartFacts {
    booking::Actor actor = booking::Actor::party;
    booking::State state = booking::State::checked_in;
    Interval during;  ///< of the booking
    Instant now;
    bool assisted = false;  ///< an operator of the facility runs it, and not the party
    bool out_of_order = false;
    bool outage = false;          ///< one is on now, of the machine or the whole facility
    bool taken = false;           ///< somebody else's booking is active, or has the slot now
    bool contact_silent = false;  ///< the machine's relay does not tell its state
};

/// Errors, in order of precedence: those of booking::check_transition, `out_of_order`, `outage`,
/// `too_late`, `too_early`, `machine_busy`, `contact_silent`.
Result<void> may_start(StartFacts const& facts);

struct EndFacts {
    Interval during;
    Instant now;
    std::optional<Instant> next_start;  ///< of the next booking of the machine
    std::optional<bool> idle;           ///< empty: its meter does not say
    bool closed = false;                ///< the workshop is closed now
    bool own_switch = false;            ///< its user switched it on, and off before leaving
};

/// True once a booking that is still on must be ended: after the grace time if the machine is
/// idle, the workshop is closed or the next one waits; otherwise it may go on until the next one's
/// start, and for an hour at most. Who has switched it off has gone, and is not waited for.
bool must_end(EndFacts const& facts);

/// What a person sees of a machine at a glance.
struct MachineFacts {
    bool out_of_order = false;
    bool outage_of_machine = false;   ///< breakdown or maintenance
    bool outage_of_facility = false;  ///< closure or load-shedding, or outside opening hours
    bool active = false;              ///< a booking or an unattributed session is on
    bool paused = false;              ///< by a person
    bool stopped = false;             ///< paused by the daemon: power cut, restart, contact
    bool booked = false;              ///< somebody has the slot now
    bool meter_silent = false;        ///< it has a meter, which says nothing
};
/// free, booked, running, paused, stopped, out_of_order, closed or unknown.
std::string_view state_of(MachineFacts const& facts);

/// Whether a machine is in use, told from what it draws and what it was before: between the two
/// thresholds it stays what it was, because a motor that idles is neither.
bool in_use(std::int64_t watts, std::int64_t busy_above_w, std::int64_t idle_below_w, bool before);

/// Whether a machine draws as much as one in use, told from one power value after another. A
/// moment is not enough in either direction: tools pause between cuts, and motors start with a
/// rush.
class PowerWatch {
public:
    /// True if it has been in use for so long, on the real clock, that somebody must be using it.
    static constexpr auto rise_lasts = std::chrono::seconds(5);
    /// Quiet for this long, on the facility's clock, is idle.
    static constexpr auto quiet_lasts = std::chrono::seconds(60);

    void take(bool busy, Instant at, Monotonic heard);

    bool risen() const { return busy_since_ && latest_ - *busy_since_ >= rise_lasts; }
    bool idle(Instant now) const { return quiet_since_ && now - *quiet_since_ >= quiet_lasts; }
    bool busy() const { return busy_since_.has_value(); }

private:
    std::optional<Monotonic> busy_since_;
    std::optional<Instant> quiet_since_;
    Monotonic latest_{};
};

/// Whether somebody uses a machine whose contact is open, told from what its meter counts. A tool
/// that draws too little to look busy, or whose power nobody measures, shows here.
class OpenWatch {
public:
    /// More than this in an hour is no contactor's coil and no rounding.
    static constexpr std::int64_t most_wh = 50;
    static constexpr Duration window = std::chrono::hours(1);

    /// `wh`: the continued register. True from when too much was counted until an hour passes
    /// without it.
    bool take(std::int64_t wh, std::int64_t resolution, Instant at);

private:
    struct Mark {
        std::int64_t wh = 0;
        Instant at;
    };
    std::optional<Mark> from_;
    bool used_ = false;
};

}  // namespace karkhana::metering
