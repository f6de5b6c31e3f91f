#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_quota.hpp"
#include "server/booking/rules_settings.hpp"
#include "server/facility/rules_book.hpp"

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
    not_authorised,
    operator_busy,
    reserved_hours,
    daily_quota,
    weekly_quota,
    future_quota,
    gap,
    trial_used,
    no_trials,
    suspended,
    membership_over,
    overdue,
    low_balance,
    co_resource,
    capacity,
    power_budget,
    slot_taken,
    waited_for,
};

std::string_view name_of(Rule rule);
std::optional<Rule> rule_of(std::string_view name);

/// A broken rule with its numbers, in words that can be shown as they are.
struct Violation {
    Rule rule = Rule::in_past;
    facility::Name message;
    std::vector<std::pair<std::string_view, std::variant<std::int64_t, std::string>>> numbers;
};

struct Settings {
    Duration grace = std::chrono::minutes{15};        ///< how late a party may be
    Duration check_in_early = std::chrono::hours{1};  ///< how early it may say it is here
};

/// No booking is longer, whatever the machine says; the database holds it too.
constexpr std::chrono::minutes longest_booking{7 * 24 * 60};

/// What an ME owes and has, as billing says.
struct Account {
    Money balance;         ///< its credit less what is booked; below nothing: what it owes
    Money overdue;         ///< what invoices still ask for
    int overdue_days = 0;  ///< since the oldest of them was issued
};

/// The ME for which a booking is, as far as the settings ask for it.
struct Party {
    std::string membership = "member";
    bool women_led = false;
    bool suspended = false;
    std::optional<Instant> member_until{};
    std::vector<Spent> spent{};       ///< without the booking that is being changed
    std::vector<Instant> missed{};    ///< when the bookings began to which nobody came
    std::vector<MachineId> tried{};   ///< where it has had its trial
    std::vector<MachineId> worked{};  ///< where it has finished a booking
    Account account{};
};

/// So much of a resource is held for so long.
struct Held {
    ResourceId resource;
    std::int64_t units = 1;
    Interval during;
    bool asked = false;  ///< by name, and stays so wherever the booking moves

    bool operator==(Held const&) const = default;
};

struct OnShift {
    PersonId person;
    Interval during;
};

/// What the rules look at besides the machine. To decide a change it is read in the transaction
/// of that change.
struct World {
    std::shared_ptr<facility::Book const> book;
    Instant now;
    std::vector<facility::Outage> outages{};  ///< of any machine
    std::vector<Held> held{};                 ///< by other bookings
    std::vector<OnShift> on_shift{};          ///< by their beginning
    std::optional<Party> party{};  ///< empty: nobody's, and no rule about who may book is asked

    Zone const& zone() const { return book->zone; }
    facility::OpeningPlan const& opening() const { return book->opening; }
};

/// A machine and what holds it: the occupied times (clean-up included) of its live bookings, by
/// start. A booking that is being changed is not among them.
struct Place {
    facility::Machine machine;
    std::vector<Interval> taken;
};

/// What a booking of the machine takes of its time: with set-up before and clean-up after.
Interval occupied(facility::Machine const& machine, Interval during);

/// Who runs the machine.
struct Hand {
    bool assisted = false;                      ///< an operator of the facility
    bool named = false;                         ///< it is known who does
    bool authorised = false;                    ///< has been, for this kind of machine
    std::optional<Instant> authorised_until{};  ///< empty: for good
    std::optional<std::chrono::local_days> born_on{};
    std::optional<PersonId> operator_{};  ///< who is wanted for an assisted one; empty: anybody
};

/// A booking that somebody wants.
struct Ask {
    Interval during;
    /// What the booking holds on this same machine already: what was granted is not asked again,
    /// so a running booking can be extended and any booking shortened.
    std::optional<Interval> held{};
    bool change = false;  ///< of a booking that there is
    Kind kind = Kind::job;
    int people = 1;
    Hand hand{};
    Money price{};
    std::vector<ResourceId> resources{};  ///< besides what the machine needs
};

/// Time is only given back, which no rule about when and who may forbid.
bool gives_back(Ask const& ask);

/// All the rules that the booking breaks, in order; none: it may be. Precondition: during is not
/// empty.
std::vector<Violation> check_policy(World const& world, Place const& place, Ask const& ask);
/// Those of the rules that are not about the time of the machine alone: who may book, and what
/// else is needed. For starts that are known to be free.
std::vector<Violation> check_party(World const& world, Place const& place, Ask const& ask,
                                   Limits const& limits);

/// The numbers in force for a booking of the machine that begins then.
Limits limits_at(World const& world, facility::Machine const& machine, Instant start);
Scope scope_at(World const& world, facility::Machine const& machine, Instant start);
/// No booking under these limits is longer.
std::chrono::minutes longest_of(Limits const& limits);

/// The latest end on the grid that a booking with this start may have; nullopt when not even the
/// shortest fits.
std::optional<Instant> longest_end(World const& world, Place const& place, Instant start);

/// Load-shedding at a site with a generator.
bool bridged(facility::Book const& book, facility::Outage const& outage);
/// Whether it takes the machine's bookings: with a generator what is announced does not, but for
/// those that it does not carry (see not_carried); a cut that was seen stopped the machine.
bool displaces(facility::Book const& book, facility::Outage const& outage,
               MachineId const& machine);
/// Whether an outage keeps the machine from being booked: with a generator, load-shedding does not.
bool forbids(World const& world, facility::Outage const& outage, MachineId const& machine);

/// Whether the booking has to be approved before it is confirmed.
bool needs_approval(World const& world, facility::Machine const& machine, Ask const& ask);

/// Whether the party may check in now. Errors (conflict): `too_early`, `too_late`.
Result<void> check_presence(Settings const& settings, Interval during, Instant now);

bool concerns(facility::Outage const& outage, MachineId const& machine);

}  // namespace karkhana::booking
