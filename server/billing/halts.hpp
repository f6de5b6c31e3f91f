#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"
#include "server/booking/booking.hpp"
#include "server/facility/rules.hpp"
#include "server/metering/session.hpp"

/// When a session stood still: that time is nobody's to pay. Pure.
namespace karkhana::billing {

/// Who is the reason: a person who paused, a fault (power cut, restart, a contact that failed,
/// breakdown), or an outage of the machine or the facility, entered or noticed.
enum class HaltReason { person, fault, outage };

std::string_view name_of(HaltReason reason);
std::optional<HaltReason> halt_reason_of(std::string_view name);

struct Halt {
    Interval during;
    HaltReason reason = HaltReason::person;

    bool operator==(Halt const&) const = default;
};

/// The halts of a session that has stopped, apart from each other, by time. `history` is that of
/// its booking, empty without one; where several reasons meet, the one that is least the party's
/// doing holds. The outages that come out, given again, come out again.
///
/// After a restart nobody saw when the machine stopped: power had failed for the daemon too. It is
/// taken to have stood still since the last register that was read before.
std::vector<Halt> halts_of(metering::UsageSession const& session,
                           std::vector<booking::Transition> const& history,
                           std::vector<Interval> const& outages);

/// What is left of `whole` without the halts, by time.
std::vector<Interval> running_of(Interval whole, std::vector<Halt> const& halts);
/// True if the work was ended by a fault or an outage: it did not run any more when it stopped.
bool cut_short(Interval whole, std::vector<Halt> const& halts);

}  // namespace karkhana::billing
