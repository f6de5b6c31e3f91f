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

/// Part of a range in which the same numbers are in force.
struct LimitSpan {
    Interval during;
    Limits limits;
};
std::vector<LimitSpan> limit_spans(World const& world, facility::Machine const& machine,
                                   Interval range);
/// The length nearest to the wanted one that is granted.
Duration granted_length(Limits const& limits, Duration wanted);

/// A start at which nothing is in the way of a booking, as far as time goes.
struct Start {
    Instant at;
    int minute = 0;  ///< of the local day
    Limits const& limits;
};
/// Calls `visit(Start)` for those within `window`, in order, for as long as it says to go on.
/// `open` is when the facility is, at least from the window's start until its end and the length.
void each_start(World const& world, Place const& place, std::vector<Interval> const& open,
                Duration length, Interval window, std::function<bool(Start const&)> const& visit);

/// Starts within `window` at which a booking of `length` breaks no rule, in order; `like` says what
/// it is like besides its time.
std::vector<Instant> free_starts(World const& world, Place const& place, Duration length,
                                 Interval window, Ask const& like = {});

/// Where starts of alternatives are sought, one after the other until there are enough: near what
/// was wanted, for which little has to be read, then from two days before to a week after.
std::array<Interval, 2> search_windows(World const& world, facility::Machine const& wished,
                                       Interval wanted);
/// What has to be read of the machines to look for alternatives in the window.
Interval search_range(World const& world, std::span<facility::Machine const> machines,
                      Interval wanted, Interval window);

constexpr std::size_t alternatives_offered = 3;
/// Three times in the window that could be had instead: of the wished machine the nearest, then of
/// the others of its kind. One of them is another machine's if there is any. `places[0]` is the
/// wished machine. A length that a machine does not grant becomes the nearest one that it does.
std::vector<Candidate> alternatives(World const& world, std::span<Place const> places,
                                    Ask const& wish, Interval window);
/// What can be had instead of a refused extension: the longest possible one, if it is longer
/// than what is held. Precondition: the wish holds something.
std::vector<Candidate> shorter_extension(World const& world, Place const& place, Ask const& wish);

}  // namespace karkhana::booking
