#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "server/base/result.hpp"
#include "server/booking/booking.hpp"

namespace karkhana::booking {

/// How long before its slot a booking may start on a free machine.
constexpr Duration early_start = std::chrono::minutes(15);

enum class Actor {
    party,   ///< whoever acts for the ME that booked
    staff,   ///< manager and operator
    daemon,  ///< a job, a meter or a power cut
};

std::string_view name_of(Actor actor);

/// One step in the life of a booking, and who may take it.
struct Step {
    State from = State::confirmed;
    State to = State::confirmed;
    bool party = false;
    bool staff = false;
    bool daemon = false;
    std::string_view when;  ///< what makes it happen, for the picture
};

/// The whole life of a booking. The triggers of 0041_booking_begins.sql hold the same
/// pairs.
std::span<Step const> life();
bool may(Actor actor, State from, State to);
/// Errors: `wrong_state` (conflict) when there is no such step, `not_yours_to_do` (forbidden) when
/// there is one that this actor may not take.
Result<void> check_transition(Actor actor, State from, State to);
/// The table as a Mermaid state diagram, for the documentation.
std::string life_as_mermaid();

}  // namespace karkhana::booking
