#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/time.hpp"

namespace karkhana::booking {

/// Live states (they hold the slot, and the database refuses their overlap): pending, confirmed,
/// checked_in, running, paused. The others are ends.
enum class State {
    pending,
    confirmed,
    checked_in,
    running,
    paused,
    completed,
    cancelled,
    late_cancelled,
    missed,
    released,
    interrupted,
};

std::string_view name_of(State state);
std::optional<State> state_of(std::string_view name);
constexpr bool is_live(State state) {
    return state == State::pending || state == State::confirmed || state == State::checked_in ||
           state == State::running || state == State::paused;
}

enum class Kind { job, trial, training };
std::string_view name_of(Kind kind);
std::optional<Kind> kind_of(std::string_view name);

/// By which door it came.
enum class Origin { web, desk, phone, kiosk, series, waitlist, reslot, import };
std::string_view name_of(Origin origin);
std::optional<Origin> origin_of(std::string_view name);

/// What a pending booking waits for while it holds its slot.
enum class PendingFor { approval, offer };
std::string_view name_of(PendingFor what);
std::optional<PendingFor> pending_for_of(std::string_view name);

struct Booking {
    FacilityId facility;
    BookingId id;
    MachineId machine;
    EnterpriseId enterprise;
    PersonId created_by;
    Interval during;
    /// With the machine's set-up before and its clean-up after; the database sets them, here they
    /// are only read.
    Instant occupied_from;
    Instant occupied_until;
    State state = State::confirmed;
    Kind kind = Kind::job;
    Origin origin = Origin::web;
    int people = 1;         ///< of a room that is shared, how many seats
    bool assisted = false;  ///< run by an operator of the facility, and not by the party itself
    std::optional<PersonId> operated_by;
    std::optional<RateCardId> quote_card;  ///< the prices of a quote that binds
    std::optional<Instant> hold_until;     ///< how long a pending one holds its slot
    std::optional<PendingFor> pending_for;
    std::optional<Instant> ended_at;  ///< when it let go of its slot
    std::optional<BundleId> bundle;
    std::optional<SeriesId> series;
    std::optional<Instant> occurrence;  ///< which date of the series, as the rule gives it
    std::optional<BookingId> follows;   ///< the one that was broken off, whose rest this is
    /// Counts moves and cancels, which calendars must be told of.
    std::int64_t calendar_sequence = 0;
    std::optional<std::int64_t> quantity;
    std::string note;
    Money quote;
    Instant created_at;
    std::optional<Instant> confirmed_at;  ///< of one that was held before
    std::optional<std::string> cancel_reason;
    std::int64_t version = 1;
};

/// It holds a time for who waits, until they take it.
inline bool is_offered(Booking const& booking) {
    return booking.state == State::pending && booking.pending_for == PendingFor::offer;
}

struct Transition {
    Instant at;
    std::optional<State> from;
    State to = State::confirmed;
    std::optional<PersonId> person;  ///< empty: the daemon
    std::string reason;
};

}  // namespace karkhana::booking
