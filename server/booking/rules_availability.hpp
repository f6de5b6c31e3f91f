#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/base/quantities.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {

/// A booking that could be made.
struct Candidate {
    facility::Machine const* machine = nullptr;
    Interval during;

    bool operator==(Candidate const&) const = default;
};

/// Starts within `window` at which a booking of `length` breaks no rule, in order.
std::vector<Instant> free_starts(World const& world, Place const& place, Duration length,
                                 Interval window);

/// Where starts of alternatives are sought, one after the other until there are enough: near what
/// was wanted, for which little has to be read, then from two days before to a week after.
std::array<Interval, 2> search_windows(World const& world, facility::Machine const& wished,
                                       Interval wanted);
/// What has to be read of the machines to look for alternatives in the window.
Interval search_range(std::span<facility::Machine const> machines, Interval wanted,
                      Interval window);

constexpr std::size_t alternatives_offered = 3;
/// Three times in the window that could be had instead of `wanted`: of the wished machine the
/// nearest, then of the others of its kind. One of them is another machine's if there is any.
/// `places[0]` is the wished machine. A length that a machine does not grant becomes the nearest
/// one that it does.
std::vector<Candidate> alternatives(World const& world, std::span<Place const> places,
                                    Interval wanted, Interval window);
/// What can be had instead of a refused extension: the longest possible one, if it is longer
/// than what is held.
std::vector<Candidate> shorter_extension(World const& world, Place const& place, Interval held);

struct Offer {
    Candidate candidate;
    Money price;
    bool cheaper = false;  ///< another time of the day costs more
};
using PriceOf = std::function<Money(facility::Machine const&, Interval)>;
/// The three best times of the day over all the machines: the cheapest, among them the earliest.
/// Asks the price of the first start of each free stretch and of every full hour.
std::vector<Offer> find_times(World const& world, std::span<Place const> places, Interval day,
                              Duration length, PriceOf const& price_of);

/// What the board says of a machine. Pointers are into the bookings given.
struct Board {
    Booking const* now = nullptr;       ///< holds the machine
    Booking const* next = nullptr;      ///< begins later
    std::optional<Instant> free_until;  ///< empty: not free now
};
/// `bookings` are the machine's live ones by start; looks a day ahead.
Board board_of(World const& world, facility::Machine const& machine,
               std::span<Booking const> bookings);

}  // namespace karkhana::booking
