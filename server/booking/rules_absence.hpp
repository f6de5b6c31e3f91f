#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {

/// What becomes of a booking that nobody has started.
struct Verdict {
    State to = State::missed;
    std::string_view reason;

    bool operator==(Verdict const&) const = default;
};

/// Decides over a booking that is confirmed or checked in. The grace time runs only while the
/// machine can be used, and who did not come because of an outage in it is no no-show: the booking
/// is cancelled without anybody's fault. nullopt: it may still be used.
std::optional<Verdict> judge_absence(Settings const& settings, Booking const& booking,
                                     facility::Machine const& machine,
                                     std::vector<facility::Outage> const& outages, Instant now);

}  // namespace karkhana::booking
