#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_life.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/http/message.hpp"

namespace karkhana::booking {

/// Whoever asks, as bookings see it.
struct Caller {
    http::Principal const& who;

    /// Manager, operator and desk assistant book and act for any ME.
    bool is_desk() const;
    /// The facility's people see all bookings, members those of their MEs.
    bool sees(EnterpriseId const& enterprise) const;
    /// In which capacity the caller may change a booking of this ME. Errors: `not_found` when it
    /// may not even be seen, `forbidden`.
    Result<Actor> actor_for(EnterpriseId const& enterprise) const;
    /// For whom a booking is: the one named, or the only one of the caller. Errors: `not_found`
    /// for somebody else's ME, `forbidden` when it is only seen, `enterprise_required`.
    Result<EnterpriseId> party(std::optional<EnterpriseId> named) const;
    /// What may be done to the booking now, in the contract's words. `owing`: it has fees.
    std::vector<std::string_view> actions(Booking const& booking, Settings const& settings,
                                          Instant now, bool owing) const;
};

}  // namespace karkhana::booking
