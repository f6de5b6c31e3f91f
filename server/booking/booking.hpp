#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/time.hpp"

namespace karkhana::booking {

/// Live states (they hold the slot, and the database refuses their overlap): confirmed,
/// checked_in, running, paused. The others are ends.
enum class State {
    confirmed,
    checked_in,
    running,
    paused,
    completed,
    cancelled,
    missed,
    interrupted,
};

std::string_view name_of(State state);
std::optional<State> state_of(std::string_view name);
constexpr bool is_live(State state) {
    return state == State::confirmed || state == State::checked_in || state == State::running ||
           state == State::paused;
}

struct Booking {
    FacilityId facility;
    BookingId id;
    MachineId machine;
    EnterpriseId enterprise;
    PersonId created_by;
    Interval during;
    /// The end and the machine's clean-up after it; the database sets it, here it is only read.
    Instant occupied_until;
    State state = State::confirmed;
    std::optional<std::int64_t> quantity;
    std::string note;
    Money quote;
    Instant created_at;
    std::optional<std::string> cancel_reason;
    std::int64_t version = 1;
};

struct Transition {
    Instant at;
    std::optional<State> from;
    State to = State::confirmed;
    std::optional<PersonId> person;  ///< empty: the daemon
    std::string reason;
};

}  // namespace karkhana::booking
