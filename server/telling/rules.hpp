#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/facility/rules.hpp"

/// Who is told what of a change.
namespace karkhana::telling {

/// What the audit trail keeps of a booking.
struct Seen {
    MachineId machine;
    EnterpriseId enterprise;
    Interval during;
    booking::State state = booking::State::confirmed;
    std::optional<booking::PendingFor> pending_for;
    std::optional<Instant> hold_until;
};

/// Where a booking could be instead.
struct Place {
    MachineId machine;
    Interval during;
};

struct Change {
    std::string action;          ///< the operation, or the job
    std::optional<Seen> before;  ///< empty: it began
    Seen after;
    std::string reason;
    std::optional<Place> proposed;  ///< of what says_where, when a place was found
};

struct Told {
    enum class To {
        party,
        former_party,  ///< whose it was before
        managers,
    };
    std::string_view kind;  ///< of notify::templates()
    To to = To::party;

    bool operator==(Told const&) const = default;
};

/// Whether the trail has a line of its own for the whole of what the action did: to a series. What
/// it did to each of its bookings is not told besides.
bool is_of_series(std::string_view action);

/// Whether the reason of the action is JSON, which says the time that it is about.
bool says_where(std::string_view action);
/// Whether it is about a fee of the booking, which the reason names, and not about the booking.
bool is_of_fee(std::string_view action);

/// Empty: nobody needs to be told, as when somebody starts their own job.
std::vector<Told> told_of(Change const& change);

/// When the message is of no use any more; empty: it always is.
std::optional<Instant> useful_until(std::string_view kind, Change const& change);

/// Why, in both languages: the daemon's reasons are known, people's are taken as they are, as long
/// as an SMS has room for them.
facility::Name reason_words(std::string_view kind, std::string_view reason);

}  // namespace karkhana::telling
