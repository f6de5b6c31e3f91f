#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.hpp"
#include "server/notify/outbox.hpp"
#include "server/store/store.hpp"
#include "server/telling/rules.hpp"
#include "server/telling/series.hpp"

namespace karkhana::telling {

/// How many changes are told in one transaction: whoever books meanwhile does not wait long.
constexpr int told_at_once = 50;

/// What telling needs; app wires it, and it outlives the job.
struct Needs {
    store::Store& store;
    WallClock const& clock;
    notify::Outbox const& outbox;
    FacilityId facility;
    /// The address that invitations come from; empty: letters bring none.
    std::string organizer = {};
};

/// What is proposed instead, as the reason of proposeBooking says it; nullopt: nothing is.
std::optional<Place> place_of(std::string_view json);

/// A booking of the trail; nullopt when the text tells of something else.
std::optional<Seen> seen_of(std::string_view json);

/// What was done to a series, without action and reason; nullopt when the text tells of something
/// else.
std::optional<SeriesAct> series_act_of(std::string_view json);

/// Writes what is to be said of the next changes of the trail and moves the cursor behind them, in
/// one transaction. How many changes those were; 0: all is told. Throws store::Unavailable.
std::size_t tell_next(Needs const& needs);

}  // namespace karkhana::telling
