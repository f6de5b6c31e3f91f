#pragma once

#include <optional>
#include <span>

#include "server/booking/booking.hpp"

/// Who is there without having said so, told from the machine's own power.
namespace karkhana::booking {

/// Use of a machine that nobody started here, and of which nobody has said whose it was.
struct PowerUse {
    MachineId machine;
    std::optional<SessionId> session;  ///< empty: it has just begun, and may be nothing
    Instant risen;                     ///< when a reading of its power first showed it
    std::int64_t watts = 0;            ///< which that reading said
    std::optional<Instant> until;      ///< empty: it goes on
    /// Whose it is known to be: of the booking that it was counted for, or who had the machine
    /// until it began.
    std::optional<EnterpriseId> of;
};

/// What a use says of a booking whose time has come.
enum class Whose {
    nobody_knows,  ///< it is not in its time, or came when nobody waited for them any more
    just_begun,    ///< it may become theirs within seconds
    theirs,
    others,  ///< it was there before, or goes on from somebody else's
};

/// `until`: when the booking is given up if nobody comes. `waiting` are the bookings whose time has
/// come and that nobody has started. Who comes early may, as with a START.
Whose whose_use(PowerUse const& use, Booking const& booking, std::span<Booking const> waiting,
                Instant until, Instant now);

}  // namespace karkhana::booking
