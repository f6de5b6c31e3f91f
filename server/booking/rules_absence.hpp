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

/// When the facility is closed in a booking after all: by a holiday or a season that was entered
/// after it.
std::vector<Interval> closed_parts(facility::Book const& book, Interval during);

/// What keeps a machine from whoever has booked it.
struct Hindrances {
    std::vector<facility::Outage> const& outages;
    std::vector<Interval> const& overstays;  ///< in which others stayed over their time on it
    std::vector<Interval> closed;            ///< in which the facility is closed after all
};

/// From when on somebody is expected: the start, or later when they were given the slot only then.
Instant awaited_from(Booking const& booking);
/// When a booking that is confirmed is given up if nobody has come: its grace time runs only while
/// they are expected and the machine can be used.
Instant given_up_at(Duration grace, Booking const& booking, facility::Machine const& machine,
                    Hindrances const& hindrances);

/// Decides over a booking that is confirmed or checked in. The grace time runs only while the
/// machine can be used, and who did not come because of an outage in it is no no-show: the booking
/// is cancelled without anybody's fault, as is one whose grace time others used up to its end.
/// nullopt: it may still be used.
std::optional<Verdict> judge_absence(Settings const& settings, Booking const& booking,
                                     facility::Machine const& machine, Hindrances const& hindrances,
                                     Instant now);

}  // namespace karkhana::booking
