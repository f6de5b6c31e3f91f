#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/booking/queue.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/facility/rules_book.hpp"

/// Whose turn it is. The rule is public: priority members first, then those for whom the hours are
/// reserved, then whoever joined first. Who may not have the time is skipped, and the log says why.
namespace karkhana::booking {

/// Somebody who waits, with what the order looks at.
struct Waiter {
    WaitlistEntry entry;
    std::string membership;
    bool women_led = false;
};

/// What speaks against the length or the number of people on every one of the machines, whenever
/// it is: of the first one. A booking would be refused for it, so nobody waits for it.
std::optional<Violation> never_fits(World const& world,
                                    std::vector<facility::Machine> const& machines,
                                    WaitlistEntry const& entry);

/// The machines that the entry may be given.
std::vector<MachineId> machines_for(WaitlistEntry const& entry, facility::Book const& book);
/// What a booking of its first day is told when that is too far ahead on every machine that the
/// entry may be given. `world` is of its ME.
std::optional<Violation> too_far(World const& world, WaitlistEntry const& entry);
/// From then on nobody can book anything yet.
Instant beyond_horizon(facility::Book const& book, Instant now);
/// Whether the entry waits for hours that are reserved for its ME.
bool in_reserved_hours(facility::Book const& book, Waiter const& waiter);
/// In the public order.
void put_in_order(facility::Book const& book, std::vector<Waiter>& waiters);

struct Slot {
    MachineId machine;
    Interval during;

    bool operator==(Slot const&) const = default;
};
/// The codes of the rules that speak against it; none: it may be.
using Codes = std::vector<std::string>;
/// What the rules say of a time at which the machine is open and free.
using SpeaksAgainst = std::function<Codes(Waiter const&, Slot const&)>;

/// Who may not have a time, and why.
struct Skipped {
    WaitlistEntry entry;
    Slot slot;
    Codes against;
};

/// What was decided of an entry: an offer when no code speaks against it, else it is skipped.
struct Turn {
    Waiter waiter;
    Slot slot;
    Codes against;
    std::vector<Skipped> passed;  ///< who came before and may not have what this one is offered
};

/// So many times are tried for an entry at once; those after them when the first ones have gone by.
constexpr int times_tried = 1000;

/// One turn for each entry for which a time is free, in the public order; what one is offered, the
/// next ones are not. An entry is tried on every free time of its window until one may be had;
/// skipped for all of them it is told of the first. `world` is nobody's, `places` are all machines
/// that anybody waits for.
std::vector<Turn> next_turns(World world, std::vector<Place> places, std::vector<Waiter> waiters,
                             SpeaksAgainst const& speaks_against);

/// Of the turns the one whose time the booking would take; of a room both may have seats.
Turn const* in_the_way(World const& world, Place const& place, Ask const& ask,
                       std::span<Turn const> turns);

/// The rule in words, for everybody to read.
facility::Name waitlist_rule();

}  // namespace karkhana::booking
