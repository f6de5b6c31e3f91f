#pragma once

#include <span>
#include <vector>

#include "server/booking/rules_policy.hpp"

/// What a booking holds besides its machine: dies, seats, an operator, watts of the site.
namespace karkhana::booking {

/// What there is not enough of.
struct Lack {
    Rule rule = Rule::co_resource;
    facility::Name name;  ///< of the resource, or of its kind
    std::int64_t wanted = 0;
    std::int64_t free = 0;

    bool operator==(Lack const&) const = default;
};

struct HoldPlan {
    std::vector<Held> holds;
    std::vector<Lack> lacks;  ///< none: all of it can be had, and is in `holds`
};
/// All or nothing: what the machine needs, what was asked for, an operator for an assisted booking,
/// seats of a room, watts where the site's are limited. Of a kind that the machine needs what was
/// asked for by name is taken, else the first resource that is free, in the order of the book.
HoldPlan plan_holds(World const& world, Place const& place, Ask const& ask);

/// How much of a resource is held at the moment of the interval at which it is most.
std::int64_t most_held(std::span<Held const> held, ResourceId const& resource, Interval during);

/// A shared machine is the resource of its own seats.
ResourceId room_of(facility::Machine const& machine);

/// Whether a booking of the machine may hold anything.
bool may_hold(facility::Book const& book, facility::Machine const& machine);

}  // namespace karkhana::booking
