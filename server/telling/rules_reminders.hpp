#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/rules_settings.hpp"
#include "server/facility/rules_book.hpp"

/// What is said by the clock alone.
namespace karkhana::telling {

/// How long before its end somebody who works is told that another is next.
constexpr std::chrono::minutes almost_over{10};
/// How near the next booking must be to be warned of, or to be a reason to hurry.
constexpr std::chrono::minutes next_within{15};

/// When the parties of one machine are reminded.
struct Reminding {
    std::optional<std::chrono::minutes> before{120};
    std::optional<int> evening{18 * 60};  ///< minute of the local day before
    std::chrono::minutes grace{15};       ///< how long an absent party is waited for
    bool room = false;  ///< whose seats several have, and nobody waits for another
};
/// By the settings `remind_minutes` and `remind_evening`, unset as above, lifted not at all; who is
/// waited for is what the jobs of booking go by.
Reminding reminding_of(facility::Book const& book, booking::Scope const& scope);

struct Reminder {
    std::string_view kind;  ///< of notify::templates()
    BookingId booking;
    std::int64_t version = 0;  ///< of the booking that was looked at
    std::string occasion;      ///< told once
    std::optional<Instant> until;
    Instant useful_until;
};

/// The party of a booking that begins then is told once that the one that runs before it is not
/// over.
std::string overrun_occasion(std::string_view running, Instant next_start);

/// What is due now of the live bookings, which are in order of their start. Whoever booked after
/// the time of a reminder needs none. `excused` says of a machine whether it could not be used at
/// some time since.
std::vector<Reminder> due_reminders(
    std::span<booking::Booking const> live, Zone const& zone, Instant now,
    std::function<Reminding(booking::Booking const&)> const& reminding,
    std::function<bool(MachineId const&, Instant since)> const& excused);

}  // namespace karkhana::telling
