#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_terms.hpp"
#include "server/facility/rules.hpp"

/// What it costs not to come, to give up too late, to stay too long. All of it is a part of the
/// quote, rounded down to whole poisha.
namespace karkhana::booking {

enum class FeeKind { late_cancel, no_show, overrun };
std::string_view name_of(FeeKind kind);
std::optional<FeeKind> fee_kind_of(std::string_view name);

struct Fee {
    FeeKind kind = FeeKind::late_cancel;
    std::int64_t minutes = 0;  ///< notice given; of the slot that was missed; stayed too long
    Money amount;
    bool free = false;  ///< one of the first, which cost nothing

    bool operator==(Fee const&) const = default;
};

/// Whether a cancel now is a late one. What is only being asked for is never late, nor what was
/// booked so late that there never was time: that has the undo time, which is not late either.
bool is_late(Terms const& terms, Booking const& booking, Instant now);
/// Of the tiers that the notice falls in the dearest. `before`: late cancels of the ME that count.
Fee late_fee(Terms const& terms, Booking const& booking, Instant now, std::int64_t before);
/// `before`: no-shows of the ME that count.
Fee missed_fee(Terms const& terms, Booking const& booking, std::int64_t before);
/// Of a booking that has ended, for each minute after its end and the free ones. What outages took
/// of its time, and what nobody could see after it, is not counted. nullopt: less than a minute is
/// left.
std::optional<Fee> overrun_fee(Terms const& terms, Booking const& booking,
                               std::vector<facility::Outage> const& outages);

/// What of the booking's time was given back: from `freed_at` on.
Interval given_back(Booking const& booking, Instant freed_at);
/// Whether others used all of the time: who can be replaced pays nothing. `used`: what they occupy,
/// in any order. `too_short`: what is left between them and nobody can book.
bool reused(Interval given_back, std::vector<Interval> used, Duration too_short);

}  // namespace karkhana::booking
