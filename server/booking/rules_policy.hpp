#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/facility/rules.hpp"

namespace karkhana::booking {

/// Why a booking is refused, in the order in which the reasons are told.
enum class Rule {
    in_past,
    closed,
    outage,
    grid,
    too_short,
    too_long,
    too_far,
    too_soon,
    suspended,
    slot_taken,
};

std::string_view name_of(Rule rule);

/// A broken rule with its numbers, in words that can be shown as they are.
struct Violation {
    Rule rule = Rule::in_past;
    facility::Name message;
    std::vector<std::pair<std::string_view, std::variant<std::int64_t, std::string>>> numbers;
};

struct Settings {
    Duration notice = Duration::zero();               ///< the least time between booking and start
    Duration grace = std::chrono::minutes{15};        ///< how late a party may be
    Duration check_in_early = std::chrono::hours{1};  ///< how early it may say it is here
};

/// No booking is longer, whatever the machine says; the database holds it too.
constexpr std::chrono::minutes longest_booking{7 * 24 * 60};

/// What the rules look at besides the machine. To decide a change it is read in the transaction
/// of that change.
struct World {
    Zone zone;
    Instant now;
    std::vector<facility::OpeningHours> hours;
    std::vector<facility::Outage> outages;  ///< of any machine
    bool suspended = false;                 ///< the ME may not book
    Settings settings;
};

/// A machine and what holds it: the occupied times (clean-up included) of its live bookings, by
/// start. A booking that is being changed is not among them.
struct Place {
    facility::Machine machine;
    std::vector<Interval> taken;
};

/// All the rules that a booking of `during` breaks, in order; none: it may be. `held` is what the
/// booking holds on this same machine already: what was granted is not asked again, so a running
/// booking can be extended and any booking shortened. Precondition: during is not empty.
std::vector<Violation> check_policy(World const& world, Place const& place, Interval during,
                                    std::optional<Interval> held);

/// The latest end on the grid that a booking with this start may have; nullopt when not even the
/// shortest fits.
std::optional<Instant> longest_end(World const& world, Place const& place, Instant start);

/// Whether the party may check in now. Errors (conflict): `too_early`, `too_late`.
Result<void> check_presence(Settings const& settings, Interval during, Instant now);

bool concerns(facility::Outage const& outage, MachineId const& machine);

}  // namespace karkhana::booking
