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

/// The generator as a resource of the whole facility, of which every booking holds its watts while
/// the mains is announced to be off.
ResourceId generator_of(facility::Facility const& facility);

/// What a booking of so many people draws: all of the machine, or of a room its seats' part.
std::int64_t watts_of(facility::Machine const& machine, int people);
/// Of the generator, which every booking of the time draws on.
Held load_of(facility::Facility const& facility, facility::Machine const& machine, int people,
             Interval during);
/// Whether the generator is to stand in for the mains in any outage of the world.
bool needs_generator(World const& world);

/// What is to run on the generator.
struct Load {
    BookingId booking;
    std::int64_t watts = 0;
    Interval during;
    bool begun = false;  ///< what is at work already is not sent away
};
/// What it does not carry of the loads, in the order in which they are carried.
std::vector<BookingId> not_carried(std::int64_t generator_w, std::span<Load const> loads);

/// A shared machine is the resource of its own seats.
ResourceId room_of(facility::Machine const& machine);

/// Whether a booking of the machine may hold anything.
bool may_hold(facility::Book const& book, facility::Machine const& machine);

}  // namespace karkhana::booking
